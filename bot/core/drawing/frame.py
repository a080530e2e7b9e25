"""What every picture has around its figures: title, unit and sample mark above, the documents below.

Floor 1: pure. 1080 wide, with letters that are still read when a phone shows it a third as large.
"""

from collections.abc import Callable
from functools import lru_cache

from bot.core.chart import Chart, Shape
from bot.core.drawing import bars, years
from bot.core.drawing.marks import (
    BADGE,
    BADGE_INK,
    COLOURS,
    DIM,
    GROUND,
    LEADING,
    box,
    em,
    rule,
    words,
    wrapped,
)

WIDTH, MARGIN = 1080, 56
INSIDE = WIDTH - 2 * MARGIN
TITLE, LETTERS, SMALL = 48, 32, 27
Body = Callable[[Chart, float, float, float], tuple[list[str], float]]


def svg(chart: Chart) -> str:
    """Draw a chart."""
    return _drawn(chart)[0]


def size(chart: Chart) -> tuple[int, int]:
    """Return width and height in pixels."""
    return WIDTH, _drawn(chart)[1]


@lru_cache(maxsize=64)  # a comparison that one asks for, many do; the page asks for its size too
def _drawn(chart: Chart) -> tuple[str, int]:
    marks, y = _head(chart)
    body: Body = bars.draw if chart.shape is Shape.BARS else years.draw
    drawn, high = body(chart, MARGIN, y, INSIDE)
    foot, y = _foot(chart, y + high + 34)
    height = round(y + MARGIN * 0.6)
    whole = "".join((box(0, 0, WIDTH, height, fill=GROUND), *marks, *drawn, *foot))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}">{whole}</svg>',
        height,
    )


def _head(chart: Chart) -> tuple[list[str], float]:
    """Set title, unit, sample mark, and what the colours of bars mean."""
    marks = []
    y = MARGIN + TITLE * 0.9
    for line in wrapped(chart.title, INSIDE / (TITLE * 1.02)):
        marks.append(words(MARGIN, y, line, TITLE, bold=True))
        y += TITLE * LEADING
    if chart.unit or chart.badge:
        marks += _below_title(chart, y - 6)
        y += LETTERS * LEADING
    if chart.shape is Shape.BARS and len(chart.series) > 1:
        legend, y = _legend(chart, y)
        marks += legend
    return marks, y + 8


def _below_title(chart: Chart, y: float) -> list[str]:
    marks = [words(MARGIN, y, chart.unit, LETTERS, fill=DIM)] if chart.unit else []
    if chart.badge:
        wide = em(chart.badge) * SMALL + 36
        left = WIDTH - MARGIN - wide
        marks.append(box(left, y - SMALL * 1.16, wide, SMALL * 1.62, fill=BADGE, radius=10))
        middle = left + wide / 2
        marks.append(words(middle, y, chart.badge, SMALL, fill=BADGE_INK, anchor="middle"))
    return marks


def _legend(chart: Chart, y: float) -> tuple[list[str], float]:
    marks: list[str] = []
    x, y = float(MARGIN), y + 8
    for place, one in enumerate(chart.series):
        wide = 40 + em(one.name) * LETTERS + 36
        if x + wide - 36 > WIDTH - MARGIN and x > MARGIN:
            x, y = float(MARGIN), y + LETTERS * LEADING
        marks.append(box(x, y - 24, 26, 26, fill=COLOURS[place % len(COLOURS)], radius=4))
        marks.append(words(x + 40, y, one.name, LETTERS))
        x += wide
    return marks, y + LETTERS * LEADING


def _foot(chart: Chart, y: float) -> tuple[list[str], float]:
    """Set the note about the axis and the documents, each as long as it is."""
    said = list(chart.foot)
    if chart.not_from_zero and chart.shape is Shape.LINES and not years.scale_of(chart).from_zero:
        said.insert(0, chart.not_from_zero)
    if not said:
        return [], y
    marks = [rule(MARGIN, y, WIDTH - MARGIN, y)]
    y += SMALL * 0.6
    for text in said:
        for line in wrapped(text, INSIDE / SMALL):
            y += SMALL * LEADING
            marks.append(words(MARGIN, y, line, SMALL, fill=DIM))
        y += 4
    return marks, y
