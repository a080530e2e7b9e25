"""Which figures of an answer are drawn: one measure in one unit, as several on one axis would lie.

Floor 2: pure. Figures of one year are compared school by school, the greatest first; figures of several years become a
row a school or part. What is too much for a phone is left to the text, and the schools left out are named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from knowledge.figure_answers import Amount, Card, Found
from knowledge.schools import School

Key = TypeVar("Key", str, int)

MOST_BARS = (20, 12, 8)  # schools, by how many bars each of them has
MOST_LINES, MOST_YEARS = 6, 6


@dataclass(frozen=True, slots=True)
class Point:
    """One figure that may be drawn; `part` is empty where the parts were added up."""

    school: School
    year: int | None
    part: str
    amount: Amount
    card: Card

    @property
    def number(self) -> Decimal:
        """Return the figure as a number."""
        return Decimal(self.amount.value)

    @property
    def measure(self) -> tuple[str, str]:
        """Return what is counted, and in what."""
        return self.amount.column, self.amount.unit


@dataclass(frozen=True, slots=True)
class Row:
    """A school, or a part of one, with a figure for each column or None."""

    name: str
    school: School
    cells: tuple[Point | None, ...]

    @property
    def first(self) -> Point:
        """Return its first figure; a row has one at least."""
        return next(one for one in self.cells if one is not None)


@dataclass(frozen=True, slots=True)
class Grid:
    """What is drawn. Columns are parts (an empty one where there is but one) or years; `part` is all rows' part."""

    rows: tuple[Row, ...]
    columns: tuple[str | int, ...]
    part: str = ""
    left_out: tuple[Row, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """Return every figure that is drawn."""
        return tuple(one for row in self.rows for one in row.cells if one is not None)


def grid_of(found: Found) -> Grid | None:
    """Choose what is drawn of an answer; None where there is nothing to compare."""
    points = _points(found)
    if not points or any(one.number < 0 for one in points):
        return None  # a bar begins at zero
    years = sorted({one.year for one in points if one.year is not None})
    return _trend(points, years) if len(years) > 1 else _comparison(found, points)


def _points(found: Found) -> tuple[Point, ...]:
    """Take the figures of one measure: the column that the table is asked for by, else its first."""
    summed = any(card.total is not None for card in found.cards)
    every = [
        Point(card.school, card.year, "" if summed else one.part, one, card)
        for card in found.cards
        for one in ((card.total,) if card.total is not None else card.amounts)
    ]
    by_name = [one for one in every if one.amount.column in one.card.table.ask] or every
    points: dict[tuple[str, int | None, str], Point] = {}
    for one in by_name:
        if one.measure == by_name[0].measure:
            points.setdefault((one.school.id, one.year, one.part), one)
    return tuple(points.values())


def _comparison(found: Found, points: Sequence[Point]) -> Grid | None:
    parts = tuple(dict.fromkeys(one.part for one in points))
    schools = len({one.school.id for one in points})
    grouped = 1 < len(parts) <= len(MOST_BARS) and 2 * len(points) > len(parts) * schools
    columns = parts if grouped else ("",)
    cells: dict[tuple[str, str], dict[str, Point]] = {}
    for one in points:
        own = "" if grouped or len(parts) == 1 else one.part
        cells.setdefault((one.school.name, own), {})[one.part if grouped else ""] = one
    rows = [
        Row(f"{name} {part}".strip(), next(iter(own.values())).school, _cells(own, columns))
        for (name, part), own in cells.items()
    ]
    if len(rows) < 2:
        return None
    rows.sort(key=lambda row: _greatest_first(row.cells))
    asked = set(found.wish.schools) if found.wish.every else set()
    kept = _kept(rows, MOST_BARS[len(columns) - 1], asked)
    return _grid(rows, kept, columns, parts)


def _trend(points: Sequence[Point], years: Sequence[int]) -> Grid | None:
    parts = tuple(dict.fromkeys(one.part for one in points))
    schools = {one.school.id for one in points}
    if len(parts) * len(schools) > MOST_LINES and len(schools) > 1:
        parts = parts[:1]  # of every school its first part, which the title names
    columns = tuple(years[-MOST_YEARS:])
    cells: dict[tuple[str, str], dict[int, Point]] = {}
    for one in points:
        if one.part in parts and one.year in columns:
            own = one.part if len(parts) > 1 else ""
            cells.setdefault((one.school.name, own), {})[one.year] = one
    rows = []
    for (name, part), there in cells.items():
        school = next(iter(there.values())).school
        called = f"{name} {part}".strip() if len(schools) > 1 else part
        rows.append(Row(called, school, _cells(there, columns)))
    if not any(len([one for one in row.cells if one]) > 1 for row in rows):
        return None
    if len(schools) > 1:
        rows.sort(key=lambda row: _greatest_first(row.cells[::-1]))
    return _grid(rows, rows[:MOST_LINES], columns, parts)


def _grid(
    rows: Sequence[Row],
    kept: Sequence[Row],
    columns: Sequence[str | int],
    parts: Sequence[str],
) -> Grid:
    left_out = tuple(row for row in rows if row not in kept)
    return Grid(tuple(kept), tuple(columns), parts[0] if len(parts) == 1 else "", left_out)


def _cells(own: Mapping[Key, Point], columns: Sequence[Key]) -> tuple[Point | None, ...]:
    return tuple(own.get(column) for column in columns)


def _greatest_first(cells: Sequence[Point | None]) -> tuple[tuple[bool, Decimal], ...]:
    """Order rows by their first figure, then by the next; what is not there comes last."""
    return tuple((one is None, -one.number if one is not None else Decimal(0)) for one in cells)


def _kept(rows: Sequence[Row], most: int, asked: set[str]) -> list[Row]:
    """Keep the greatest, and the schools that were asked for wherever they stand."""
    wanted = [row for row in rows if row.school.id in asked][:most]
    room = most - len(wanted)
    others = [row for row in rows if row not in wanted][:room]
    return [row for row in rows if row in wanted or row in others]
