"""Schools below one another, a bar for each figure, the figure behind its bar.

Floor 1: pure. Bars begin at zero: their lengths are what is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.chart import Chart, Series
from bot.core.drawing.marks import (
    ACCENT,
    COLOURS,
    DIM,
    HAIR,
    LEADING,
    PALE,
    box,
    em,
    rule,
    words,
    wrapped,
)

LETTERS = 34
NAME_ROOM = 390  # of the names, at most; a longer one takes more lines
LONE, SHARED = 40, 30  # how thick a bar is, alone or among several of a school
BETWEEN, APART = 6, 24
LEAST_BAR = 3.0  # so that a small figure beside a great one is still seen
NONE = "—"


@dataclass(frozen=True, slots=True)
class _Room:
    """Where the bars are, and how long one of 1 is."""

    left: float
    scale: float
    thick: float


def draw(chart: Chart, left: float, top: float, width: float) -> tuple[list[str], float]:
    """Return the marks and the height they take."""
    names_at_most = min(NAME_ROOM, max(em(label) for label in chart.labels) * LETTERS)
    names = [wrapped(label, names_at_most / LETTERS) for label in chart.labels]
    names_wide = max(em(line) for lines in names for line in lines) * LETTERS + 20
    behind = max(em(_behind(one, at)) for one in chart.series for at in _places(chart))
    longest = max(_value(one, at) or 0 for one in chart.series for at in _places(chart))
    bars_wide = width - names_wide - 16 - behind * LETTERS
    room = _Room(
        left + names_wide, bars_wide / (longest or 1), LONE if len(chart.series) == 1 else SHARED
    )
    marks: list[str] = []
    y = top
    for at, lines in enumerate(names):
        bars_high = len(chart.series) * (room.thick + BETWEEN) - BETWEEN
        high = max(bars_high, len(lines) * LETTERS * LEADING)
        marks += _name(lines, left, y + high / 2, bold=at in chart.marked)
        for place in range(len(chart.series)):
            beginning = y + (high - bars_high) / 2 + place * (room.thick + BETWEEN)
            marks += _bar(chart, at, place, beginning, room)
        y += high + APART
    axis = rule(room.left, top - APART / 2, room.left, y - APART / 2, stroke=HAIR, wide=3)
    return [axis, *marks], y - APART - top


def _places(chart: Chart) -> range:
    return range(len(chart.labels))


def _name(lines: Sequence[str], x: float, middle: float, *, bold: bool) -> list[str]:
    first = middle - (len(lines) - 1) * LETTERS * LEADING / 2 + LETTERS * 0.36
    return [
        words(x, first + number * LETTERS * LEADING, line, LETTERS, bold=bold)
        for number, line in enumerate(lines)
    ]


def _bar(chart: Chart, at: int, place: int, top: float, room: _Room) -> list[str]:
    one = chart.series[place]
    value = _value(one, at)
    letters = min(LETTERS, room.thick + 2)
    base = top + room.thick / 2 + letters * 0.36
    if value is None:
        return [words(room.left + 14, base, NONE, letters, fill=DIM)]
    long = max(value * room.scale, LEAST_BAR if value else 0.0)
    fill = COLOURS[place % len(COLOURS)]
    if len(chart.series) == 1:
        fill = PALE if chart.marked and at not in chart.marked else ACCENT
    shown = one.values[at]
    marks = [
        box(room.left, top, long, room.thick, fill=fill, radius=min(4.0, long / 2)),
        words(room.left + long + 14, base, shown, letters, bold=True),
    ]
    if one.beside and one.beside[at]:
        after = room.left + long + 14 + em(f"{shown} ") * letters
        marks.append(words(after, base, one.beside[at], letters * 0.85, fill=DIM))
    return marks


def _behind(one: Series, at: int) -> str:
    """Give what stands behind a bar, to keep room for it."""
    beside = one.beside[at] if one.beside else ""
    return f"{one.values[at] or NONE} {beside}".strip()


def _value(one: Series, at: int) -> float | None:
    return float(one.values[at]) if one.values[at] else None
