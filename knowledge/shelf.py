"""The published tables, put up so that a question finds its rows at once: by kind, school, year and street.

Floor 0. What a column is for is known by its heading (`roles` in figure_words.yaml); a shelf is made once for
every snapshot and never changes.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from knowledge.figure_words import called, figure_words, fold
from knowledge.schools import School, key_of
from knowledge.tables import Table
from knowledge.words import Vocabulary

BY_SCHOOL = ("score_line", "fee", "quota", "posts", "plan")
_NO_ROWS: tuple[int, ...] = ()
_BETWEEN = "、"
_LONGEST_PLACE = 16  # characters of a street or an estate
_SECTION = re.compile("股$")
_OWN_PLACE = re.compile(r"[一-鿿]{2,3}?[区县市]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with its columns by role. `kind` is the table's, but hiring is `steps` or `posts`."""

    kind: str
    table: Table
    roles: Mapping[str, int]  # role -> number of its column, the first of that role
    values: tuple[int, ...]  # the columns whose numbers are figures
    by_school: Mapping[str, tuple[int, ...]]  # id of a school -> its rows
    by_year: Mapping[int, frozenset[int]] | None  # None: every row is of the table's own year
    streets: Mapping[str, tuple[int, ...]]  # street or estate -> rows
    parts: tuple[str, ...]  # what occurs in the part column, folded
    offices: Mapping[str, tuple[int, ...]]  # names and short names of offices, folded -> rows

    @property
    def years(self) -> tuple[int, ...]:
        """Give the years it has, newest first; none for what is not published by year."""
        if self.by_year is not None:
            return tuple(sorted(self.by_year, reverse=True))
        return () if self.table.school_year is None else (self.table.school_year,)

    def cell(self, row: int, role: str) -> str:
        """Give the cell of a role in a row, empty where there is no such column."""
        place = self.roles.get(role)
        return "" if place is None else self.table.rows[row][place]

    def rows_of(self, school: str, year: int | None) -> tuple[int, ...]:
        """Give the rows of a school in a year, in the table's order; None is every year."""
        rows = self.by_school.get(school, _NO_ROWS)
        if year is None or self.by_year is None:
            return rows if year is None or year in self.years else _NO_ROWS
        return tuple(row for row in rows if row in self.by_year.get(year, frozenset()))


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every table by what is asked of it, and every school that may be asked for."""

    sheets: Mapping[str, tuple[Sheet, ...]]  # kind -> sheets, newest year first
    triggers: Mapping[str, tuple[str, ...]]  # kind -> words that ask for it
    schools: tuple[School, ...]  # those of schools.yaml, and names that only tables have
    by_id: Mapping[str, School]
    asks: re.Pattern[str]  # stands in every question for a figure, and in few others
    names: Mapping[str, str]  # what a table is called, by its title or its `ask` -> its kind
    own_places: tuple[str, ...]  # 示例区, 示例市: what the bureau's own schools are named after
    places: Vocabulary  # streets and estates of the catchment areas

    def years(self, kind: str) -> tuple[int, ...]:
        """Give the years that are published for a kind, newest first."""
        found = {year for sheet in self.sheets.get(kind, ()) for year in sheet.years}
        return tuple(sorted(found, reverse=True))

    def schools_in(self, kind: str, year: int | None = None) -> tuple[School, ...]:
        """Give the schools that have rows of a kind, in the order of the newest table."""
        found = dict.fromkeys(
            school
            for sheet in self.sheets.get(kind, ())
            for school in sheet.by_school
            if sheet.rows_of(school, year)
        )
        return tuple(self.by_id[one] for one in found)


class _Names:
    """Which school a cell names: exactly one of schools.yaml, or else a school of its own."""

    def __init__(self, schools: Sequence[School]) -> None:
        self.known: dict[str, School] = {}
        several: set[str] = set()
        for school in schools:
            for name in dict.fromkeys((key_of(school.name), *map(key_of, school.aliases))):
                if name in self.known and self.known[name] is not school:
                    several.add(name)
                self.known.setdefault(name, school)
        for name in several - {key_of(one.name) for one in schools}:
            del self.known[name]
        self.extra: dict[str, School] = {}
        self._ids: dict[str, str] = {}

    def id_of(self, cell: str) -> str:
        """Give the id of the school that a cell names."""
        found = self._ids.get(cell)
        if found is None:
            key = key_of(cell)
            school = self.known.get(key)
            if school is None:
                school = self.extra.setdefault(
                    key, School(f"={key}", cell, (), kind="", ownership="", sample=False)
                )
            found = self._ids[cell] = school.id
        return found


def make_shelf(tables: Iterable[Table], schools: Sequence[School]) -> Shelf:
    """Put the tables up."""
    names = _Names(schools)
    sheets: dict[str, list[Sheet]] = {}
    for table in tables:
        sheet = _sheet(table, names)
        sheets.setdefault(sheet.kind, []).append(sheet)
    for own in sheets.values():
        own.sort(key=lambda sheet: sheet.years[:1] or (0,), reverse=True)
    triggers = {kind: _triggers(kind, own) for kind, own in sheets.items()}
    asked = tuple(one for one in schools if one.kind != "office") + tuple(names.extra.values())
    return Shelf(
        MappingProxyType({kind: tuple(own) for kind, own in sheets.items()}),
        MappingProxyType(triggers),
        asked,
        MappingProxyType({one.id: one for one in asked}),
        _any_of(triggers),
        MappingProxyType(_names_of(sheets)),
        _own_places(schools),
        Vocabulary(_places(sheets.get("catchment", ()))),
    )


def make_shelves(tables: Collection[Table], schools: Sequence[School]) -> tuple[Shelf, Shelf]:
    """Put up every table, and beside it those that are no samples."""
    every = make_shelf(tables, schools)
    real = [table for table in tables if not table.sample]
    return every, every if len(real) == len(tables) else make_shelf(real, schools)


def _any_of(triggers: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    words = "|".join(re.escape(word) for own in triggers.values() for word in own)
    like = {"posts": figure_words().posts_like, "project": figure_words().works_like}
    shapes = (shape.pattern for kind, shape in like.items() if kind in triggers)
    return re.compile("|".join(part for part in (words, *shapes) if part) or r"(?!)")


EMPTY = Shelf(
    MappingProxyType({}),
    MappingProxyType({}),
    (),
    MappingProxyType({}),
    re.compile(r"(?!)"),
    MappingProxyType({}),
    (),
    Vocabulary(()),
)


def _places(sheets: Iterable[Sheet]) -> Iterator[str]:
    """Yield the streets and estates; what is longer or shorter is no name."""
    for sheet in sheets:
        yield from (name for name in sheet.streets if 2 <= len(name) <= _LONGEST_PLACE)


def _sheet(table: Table, names: _Names) -> Sheet:
    roles = _roles(table)
    numbers = [
        number
        for number, column in enumerate(table.columns)
        if column.type == "number" and number not in roles.values()
    ]
    kind = table.kind
    if kind == "hiring":
        kind = "steps" if "step" in roles else "posts"
    return Sheet(
        kind=kind,
        table=table,
        roles=MappingProxyType(roles),
        values=tuple(numbers),
        by_school=_grouped(table, roles.get("school"), names.id_of),
        by_year=_by_year(table, roles.get("year")),
        streets=_streets(table, roles) if kind == "catchment" else {},
        parts=tuple(fold(part) for part in _column(table, roles.get("part"))),
        offices=_offices(table, roles) if kind == "duty" else {},
    )


def _roles(table: Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for role, headings in figure_words().roles.items():
        for number, column in enumerate(table.columns):
            if column.name in headings and number not in found.values():
                found.setdefault(role, number)
    return found


def _column(table: Table, place: int | None) -> tuple[str, ...]:
    if place is None:
        return ()
    return tuple(dict.fromkeys(row[place] for row in table.rows if row[place]))


def _grouped(
    table: Table, place: int | None, key: Callable[[str], str]
) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    if place is not None:
        for number, row in enumerate(table.rows):
            if row[place]:
                found.setdefault(key(row[place]), []).append(number)
    return MappingProxyType({name: tuple(rows) for name, rows in found.items()})


def _by_year(table: Table, place: int | None) -> Mapping[int, frozenset[int]] | None:
    """Group the rows by a column of years (2026, 2026 年, 2026-2027); the first four figures count."""
    if place is None:
        return None
    found: dict[int, set[int]] = {}
    for number, row in enumerate(table.rows):
        year = row[place].strip()[:4]
        if year.isascii() and year.isdigit():
            found.setdefault(int(year), set()).add(number)
    return MappingProxyType({year: frozenset(rows) for year, rows in found.items()})


def _streets(table: Table, roles: Mapping[str, int]) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for role in ("street", "estate"):
        place = roles.get(role)
        folded: dict[str, str] = {}
        for number, row in enumerate(table.rows if place is not None else ()):
            name = row[place or 0]
            if name and name not in folded:
                folded[name] = fold(name)
            if name:
                found.setdefault(folded[name], []).append(number)
    return MappingProxyType({name: tuple(rows) for name, rows in found.items()})


def _offices(table: Table, roles: Mapping[str, int]) -> Mapping[str, tuple[int, ...]]:
    """Map every name and short name of an office to its rows, the longest first."""
    found: dict[str, list[int]] = {}
    places = [roles[role] for role in ("name", "also") if role in roles]
    for number, row in enumerate(table.rows):
        for said in (name for place in places for name in row[place].split(_BETWEEN)):
            for name in dict.fromkeys(
                (fold(said), fold(_SECTION.sub("科", said)))
            ):  # 人事科 is 人事股
                if name and number not in found.setdefault(name, []):
                    found[name].append(number)
    return MappingProxyType({name: tuple(found[name]) for name in sorted(found, key=len)[::-1]})


def _triggers(kind: str, sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """Give the words that ask for a kind: ours, those of its tables, and for fees the items."""
    own = [fold(word) for sheet in sheets for word in sheet.table.ask]
    items = [part for sheet in sheets for part in sheet.parts] if kind == "fee" else []
    words = (*figure_words().kinds.get(kind, ()), *own, *items)
    return tuple(sorted(dict.fromkeys(word for word in words if word), key=len, reverse=True))


def _names_of(sheets: Mapping[str, Sequence[Sheet]]) -> dict[str, str]:
    every = (sheet for own in sheets.values() for sheet in own)
    return {
        called(fold(name)): sheet.kind
        for sheet in every
        for name in (sheet.table.title, *sheet.table.ask)
    }


def _own_places(schools: Sequence[School]) -> tuple[str, ...]:
    found = (_OWN_PLACE.match(one.name) for one in schools)
    return tuple(dict.fromkeys(one.group() for one in found if one is not None))
