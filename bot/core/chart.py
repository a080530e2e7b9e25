"""What is to be drawn: a few published figures and the words around them, small enough for a row of the outbox.

Floor 1: frozen values. Whoever decides on a picture writes every word of it here; drawing adds none, so the same chart
is the same picture today, after a restart and on another machine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup
from pydantic import TypeAdapter


class Shape(StrEnum):
    """How figures stand beside each other."""

    BARS = "bars"  # schools, one below the other
    LINES = "lines"  # years, from left to right


@dataclass(frozen=True, slots=True)
class Series:
    """One figure for each label, as it was published; an empty one is not there, and is never drawn as zero.

    `beside` stands in grey behind a bar's figure: last year's.
    """

    name: str
    values: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture to be. `labels` are schools or years; `marked` are the labels that were asked for by name."""

    shape: Shape
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    badge: str = ""  # says that these are samples
    foot: tuple[str, ...] = ()  # title, number and day of each document
    not_from_zero: str = ""  # said where the axis starts above zero
    marked: tuple[int, ...] = ()

    @property
    def words(self) -> Iterator[str]:
        """Give everything that stands in the picture."""
        yield from (self.title, self.unit, self.badge, self.not_from_zero, *self.labels, *self.foot)
        for one in self.series:
            yield from (one.name, *one.values, *one.beside)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with what is said below it; the message it belongs to has all of it as text."""

    chart: Chart
    caption: Markup


_CHART: TypeAdapter[Chart] = TypeAdapter(Chart)


def to_data(picture: Picture) -> dict[str, object]:
    """Write a picture for storage as JSON."""
    chart = _CHART.dump_python(picture.chart, mode="json", exclude_defaults=True)
    return {"chart": chart, "caption": str(picture.caption)}


def from_data(data: Mapping[str, object]) -> Picture:
    """Read a stored picture."""
    caption = Markup(str(data["caption"]))  # noqa: S704  # was markup when it was written
    return Picture(_CHART.validate_python(data["chart"]), caption)
