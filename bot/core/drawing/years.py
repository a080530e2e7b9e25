"""Years from left to right, a line for each school or part; several lines have their figures in a table below.

Floor 1: pure. Theory: figures at the points of several lines would lie upon each other, so they stand in rows under
their years, and the row's name with its colour and shape is the legend. A year without a figure is a gap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor, log10

from bot.core.chart import Chart, Series
from bot.core.drawing.marks import (
    DIM,
    HAIR,
    INK,
    LEADING,
    dot,
    em,
    number,
    path,
    rule,
    words,
    wrapped,
)

LETTERS, SMALL = 34, 26
PLOT_HIGH = 440
NAME_ROOM = 340
SIGN = 44  # a row's colour and shape
ROW_APART = 18
NONE = "—"
_EMPTY_BELOW = 0.5  # an axis starts at zero unless more than half of it would be empty


@dataclass(frozen=True, slots=True)
class Scale:
    """The ticks of the upright axis, lowest first."""

    ticks: tuple[float, ...]

    @property
    def from_zero(self) -> bool:
        """Tell whether it starts at zero."""
        return self.ticks[0] == 0

    def share(self, value: float) -> float:
        """Return how high a value is: 0 at the lowest tick, 1 at the highest."""
        return (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where the lines are."""

    left: float
    top: float
    column: float  # width of a year
    scale: Scale

    def x(self, at: int) -> float:
        return self.left + self.column * (at + 0.5)

    def y(self, value: float) -> float:
        return self.top + PLOT_HIGH * (1 - self.scale.share(value))


def scale_of(chart: Chart) -> Scale:
    """Choose round ticks around all figures."""
    values = [float(value) for one in chart.series for value in one.values if value]
    low, high = min(values), max(values)
    if 0 <= low <= high * _EMPTY_BELOW:
        low = 0.0
    span = high - low or abs(high) * 0.2 or 1.0
    high = max(high, low + span)
    step = _round(span / 3)
    first = floor((low - (0.15 * span if low else 0.0)) / step)
    last = ceil((high + 0.12 * span) / step)
    return Scale(tuple(round(tick * step, 6) for tick in range(first, last + 1)))


def draw(chart: Chart, left: float, top: float, width: float) -> tuple[list[str], float]:
    """Return the marks and the height they take."""
    alone = len(chart.series) == 1
    scale = scale_of(chart)
    ticks_wide = max(em(_tick(tick)) for tick in scale.ticks) * SMALL + 18
    names: list[tuple[str, ...]] = []
    beside = ticks_wide
    if not alone:
        names = [wrapped(one.name, NAME_ROOM / LETTERS) for one in chart.series]
        longest = max(em(line) for lines in names for line in lines)
        beside = max(ticks_wide, SIGN + longest * LETTERS + 20)
    plot = _Plot(left + beside, top + 12, (width - beside) / len(chart.labels), scale)
    marks = [*_grid(plot, chart, left + width)]
    for place, one in enumerate(chart.series):
        marks += _line(plot, one, place)
    if alone:
        marks += _values(plot, chart.series[0])
    table, high = _table(plot, chart, names, left)
    return [*marks, *table], PLOT_HIGH + 12 + high


def _grid(plot: _Plot, chart: Chart, right: float) -> Iterator[str]:
    for tick in plot.scale.ticks:
        y = plot.y(tick)
        yield rule(plot.left, y, right, y)
        yield words(plot.left - 14, y + SMALL * 0.36, _tick(tick), SMALL, fill=DIM, anchor="end")
    height = _fitting(chart.labels, plot.column)
    for at, label in enumerate(chart.labels):
        below = plot.top + PLOT_HIGH + 14 + LETTERS
        yield words(plot.x(at), below, label, height, fill=DIM, anchor="middle")


def _line(plot: _Plot, one: Series, place: int) -> Iterator[str]:
    """Draw a line, broken where there is no figure."""
    stretch: list[tuple[float, float]] = []
    dots: list[str] = []
    for at, value in enumerate((*one.values, "")):
        if value:
            stretch.append((plot.x(at), plot.y(float(value))))
            dots.append(dot(*stretch[-1], place))
        else:
            if len(stretch) > 1:
                yield path(stretch, place)
            stretch = []
    yield from dots


def _values(plot: _Plot, one: Series) -> Iterator[str]:
    height = _fitting(one.values, plot.column, LETTERS + 4)
    for at, value in enumerate(one.values):
        if value:
            above = plot.y(float(value)) - 26
            yield words(plot.x(at), above, value, height, anchor="middle", halo=True)
            yield words(plot.x(at), above, value, height, anchor="middle", bold=True)
        else:
            empty = plot.top + PLOT_HIGH - 16
            yield words(plot.x(at), empty, NONE, height, anchor="middle", fill=DIM)


def _table(
    plot: _Plot, chart: Chart, names: list[tuple[str, ...]], left: float
) -> tuple[list[str], float]:
    """Set the figures of several lines below their years."""
    marks: list[str] = []
    y = 14 + LETTERS * LEADING
    top = plot.top + PLOT_HIGH
    height = _fitting([value for one in chart.series for value in one.values], plot.column)
    right = plot.left + plot.column * len(chart.labels)
    for place, (one, lines) in enumerate(zip(chart.series, names, strict=False)):
        marks.append(rule(left, top + y + 6, right, top + y + 6, stroke=HAIR))
        y += ROW_APART
        high = len(lines) * LETTERS * LEADING
        middle = top + y + high / 2
        marks.append(dot(left + 14, middle, place, reach=11))
        first = middle - (len(lines) - 1) * LETTERS * LEADING / 2 + LETTERS * 0.36
        marks += [
            words(left + SIGN, first + row * LETTERS * LEADING, line, LETTERS)
            for row, line in enumerate(lines)
        ]
        for at, value in enumerate(one.values):
            fill = INK if value else DIM
            base = middle + height * 0.36
            shown = value or NONE
            marks.append(words(plot.x(at), base, shown, height, fill=fill, anchor="middle"))
        y += high
    return marks, y


def _fitting(texts: Iterable[str], room: float, most: float = LETTERS) -> float:
    """Return the height of letters at which the longest text fits a column."""
    longest = max(em(text or NONE) for text in texts)
    return min(most, (room - 12) / longest)


def _round(step: float) -> float:
    """Return the next of 1, 2, 5, 10, 20 ... that is not less than a step."""
    unit = 10.0 ** floor(log10(step))
    return next(unit * nice for nice in (1, 2, 5, 10) if step <= unit * nice * 1.0001)


def _tick(tick: float) -> str:
    return number(tick) if tick == round(tick, 1) else f"{tick:g}"
