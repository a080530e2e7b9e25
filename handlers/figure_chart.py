"""A comparison or a trend as a picture: the chart with every word in it, and the few lines below it.

Floor 2: pure. `figure_points` chooses the figures. Below the picture stands no ranking: how far the figures reach, the
schools that were asked for, what is not in the picture, and the documents.
"""

from collections.abc import Iterator

from markupsafe import Markup

from bot.core.chart import Chart, Picture, Series, Shape
from bot.core.texts import plain, say
from bot.core.turn import Turn
from bot.core.workdays import local_day
from handlers.figure_parts import (
    before,
    documents,
    kind_words,
    missing,
    value,
    year_words,
)
from handlers.figure_points import Grid, Point, Row, grid_of
from handlers.saying import EMPTY_LINE, NEW_LINE
from knowledge.figure_answers import Answer, Found

MOST_INSIDE, MOST_BELOW = (
    4,
    2,
)  # documents that are named in a picture and below it; the text names all
MOST_NAMED = 12  # of the schools that are left out
MANY_YEARS = 4  # of more, only the number is written


def can_be_drawn(found: Answer) -> bool:
    """Tell whether an answer has figures to compare."""
    return isinstance(found, Found) and grid_of(found) is not None


def picture(turn: Turn, found: Answer) -> Picture | None:
    """Make the picture of an answer with its caption; None where there is nothing to compare."""
    grid = grid_of(found) if isinstance(found, Found) else None
    if grid is None or not isinstance(found, Found):
        return None
    over_time = isinstance(grid.columns[0], int)
    chart = _trend(turn, found, grid) if over_time else _comparison(turn, found, grid)
    summary = _ways(turn, grid) if over_time else _reach(turn, found, grid)
    head = NEW_LINE.join((say("chart.caption", turn.language, title=chart.title), *summary))
    parts = [head, *_left_out(turn, grid), *missing(turn, found)]
    parts.append(NEW_LINE.join(_documents(turn, grid, MOST_BELOW, samples=True)))
    return Picture(chart, EMPTY_LINE.join(parts))


def why_none(turn: Turn, found: Answer) -> Markup:
    """Say in one quiet line why words came where a picture was asked for."""
    key = "chart.only_text" if can_be_drawn(found) else "chart.only_one"
    return say(key, turn.language)


def _comparison(turn: Turn, found: Found, grid: Grid) -> Chart:
    first = grid.points[0]
    year = year_words(turn, first.year)
    asked = _asked(found)
    return Chart(
        Shape.BARS,
        plain("chart.compare", turn.language, year=year, what=_what(turn, found, grid)).strip(),
        tuple(row.name for row in grid.rows),
        tuple(
            Series(
                str(name),
                tuple(_written(row.cells[at]) for row in grid.rows),
                tuple(_last_year(turn, row.cells[at]) for row in grid.rows),
            )
            for at, name in enumerate(grid.columns)
        ),
        unit=_unit(turn, first),
        badge=_badge(turn, grid),
        foot=_foot(turn, grid),
        marked=tuple(at for at, row in enumerate(grid.rows) if row.school.id in asked),
    )


def _trend(turn: Turn, found: Found, grid: Grid) -> Chart:
    schools = {row.school.name for row in grid.rows} | {row.school.name for row in grid.left_out}
    what = _what(turn, found, grid)
    if len(schools) == 1:
        title = plain("chart.trend_one", turn.language, school=min(schools), what=what)
    else:
        title = plain("chart.trend", turn.language, what=what)
    years = grid.columns
    return Chart(
        Shape.LINES,
        title,
        tuple(str(y) if len(years) > MANY_YEARS else year_words(turn, int(y)) for y in years),
        tuple(Series(row.name, tuple(_written(one) for one in row.cells)) for row in grid.rows),
        unit=_unit(turn, grid.points[0]),
        badge=_badge(turn, grid),
        foot=_foot(turn, grid),
        not_from_zero=plain("chart.not_from_zero", turn.language),
    )


def _what(turn: Turn, found: Found, grid: Grid) -> str:
    """Name what is drawn: its part and column, or the kind where that says the same and more."""
    column, kind = grid.points[0].amount.column, kind_words(turn, found.wish.kind)
    if grid.part:
        return f"{grid.part}{column}"
    return kind if column in kind else column


def _unit(turn: Turn, point: Point) -> str:
    unit = point.amount.unit
    return plain("chart.unit", turn.language, unit=unit) if unit else ""


def _badge(turn: Turn, grid: Grid) -> str:
    samples = any(one.card.table.sample for one in grid.points)
    return plain("figure.sample", turn.language) if samples else ""


def _foot(turn: Turn, grid: Grid) -> tuple[str, ...]:
    lines = _documents(
        turn, grid, MOST_INSIDE, samples=False
    )  # the badge says that they are samples
    return tuple(str(line.striptags()) for line in lines)


def _documents(turn: Turn, grid: Grid, most: int, *, samples: bool) -> tuple[Markup, ...]:
    """Name the documents, the newest first; of too many, how many more there are."""
    newest = sorted(grid.points, key=lambda one: -(one.year or 0))
    lines = documents(turn, [one.card.table for one in newest], samples=samples)
    if len(lines) <= most:
        return lines
    left = len(lines) - most + 1
    return (*lines[: most - 1], say("chart.documents", turn.language, count=left))


def _written(point: Point | None) -> str:
    return "" if point is None else point.amount.value


def _last_year(turn: Turn, point: Point | None) -> str:
    """Give the year before's figure without its unit, which the picture names once."""
    if point is None or not point.amount.before or point.year is None:
        return ""
    if point.year == local_day(turn.now).year:
        return plain("chart.last_year", turn.language, value=point.amount.before)
    year, shown = point.year - 1, point.amount.before
    return plain("chart.year_before", turn.language, year=year, value=shown)


def _asked(found: Found) -> frozenset[str]:
    """Return the schools that were named where all are compared."""
    return frozenset(found.wish.schools) if found.wish.every else frozenset()


def _reach(turn: Turn, found: Found, grid: Grid) -> Iterator[Markup]:
    """Say the figures of the schools that were asked for, and how far those of all schools reach."""
    asked = _asked(found)
    if found.wish.every:
        yield from (_reach_of(turn, grid, at) for at in range(len(grid.columns)))
    for row in grid.rows:
        if not found.wish.every or row.school.id in asked:
            yield _named(turn, row.name, _figures(turn, row))


def _reach_of(turn: Turn, grid: Grid, at: int) -> Markup:
    points = [row.cells[at] for row in (*grid.rows, *grid.left_out)]
    there = sorted((one for one in points if one is not None), key=lambda one: one.number)
    low, high = there[0], there[-1]
    said = say(
        "chart.same" if low.number == high.number else "chart.reach",
        turn.language,
        count=len({one.school.id for one in there}),
        low=low.amount.value,
        high=value(turn, high.amount.value, high.amount.unit),
    )
    return _named(turn, str(grid.columns[at]), said)


def _figures(turn: Turn, row: Row) -> Markup:
    each = (one for one in row.cells if one is not None)
    return say("figure.comma", turn.language).join(
        Markup("{}{}").format(
            value(turn, one.amount.value, one.amount.unit), before(turn, one.card, one.amount)
        )
        for one in each
    )


def _ways(turn: Turn, grid: Grid) -> Iterator[Markup]:
    """Say where each line begins and where it ends."""
    for row in grid.rows:
        there = [one for one in row.cells if one is not None]
        ends = [there[0]] if len(there) == 1 else [there[0], there[-1]]
        way = Markup(" → ").join(
            say(
                "chart.end",
                turn.language,
                year=year_words(turn, one.year),
                value=value(turn, one.amount.value, one.amount.unit),
            )
            for one in ends
        )
        yield _named(turn, row.name, way)


def _named(turn: Turn, name: str, said: Markup) -> Markup:
    return say("figure.line", turn.language, label=name, value=said, before="") if name else said


def _left_out(turn: Turn, grid: Grid) -> Iterator[Markup]:
    names = tuple(dict.fromkeys(row.name for row in grid.left_out))
    if names:
        listed = plain("when.between", turn.language).join(names[:MOST_NAMED])
        key = "chart.left_out" if len(names) <= MOST_NAMED else "chart.left_out_many"
        shown = len(grid.rows)
        yield say(key, turn.language, shown=shown, count=len(names), names=listed)
