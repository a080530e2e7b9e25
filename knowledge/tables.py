"""Published figures: a table is described in tables/<name>.yaml, and its rows stand in a CSV beside it.

Floor 0. The CSV is what Excel gives: UTF-8 with or without BOM, or GB18030. A row is found by its key
columns; a figure that is not there is not there, and nothing near it is ever given instead.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from knowledge.entry import Source
from knowledge.fields import MAYBE, Flag, Line, Lines, Loose, MaybeDay, MaybeYear, Row
from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.reading import Rows, nearest
from knowledge.schema import SourceRow
from knowledge.table_cells import checks_of, heading, is_reversed, span_of, tidy, visible
from knowledge.table_csv import Cells, decode_csv

KINDS = Literal[
    "plan", "quota", "score_line", "fee", "catchment", "hiring", "duty", "result", "project"
]


class ColumnRow(Row):
    """One column: the CSV's heading, and what its cells are."""

    name: Line
    type: Literal["text", "number", "date", "url"] = "text"
    unit: Loose = ""
    required: Flag = False


class TableRow(Row):
    """tables/<name>.yaml."""

    title: Line
    title_en: Loose = ""
    kind: KINDS
    school_year: MaybeYear = None
    source: Annotated[SourceRow | None, MAYBE] = None
    published_on: MaybeDay = None
    file: Line
    columns: tuple[ColumnRow, ...] = Field(min_length=1)
    key: Annotated[Lines, Field(min_length=1)]
    ask: Lines = ()
    sample: Flag = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; numbers have a unit."""

    name: str
    type: str
    unit: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell with all that must be said beside it."""

    value: str
    column: Column
    row: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A published table. Cells are the text that stands in the file; `rows` keep its order."""

    id: str
    title: str
    title_en: str
    kind: str
    school_year: int | None
    source: Source | None
    published_on: date | None
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    ask: tuple[str, ...]
    sample: bool
    rows: tuple[tuple[str, ...], ...]
    by_key: Mapping[tuple[str, ...], int]
    file: str = field(default="", compare=False)  # the CSV
    lines: tuple[int, ...] = field(default=(), compare=False)  # of the CSV, by row

    def find(self, **wanted: str) -> Iterator[Mapping[str, str]]:
        """Give the rows whose columns are exactly as wanted, in the file's order."""
        places = {column.name: number for number, column in enumerate(self.columns)}
        if any(name not in places for name in wanted):
            return
        if set(wanted) == set(self.key):
            number = self.by_key.get(tuple(wanted[name] for name in self.key))
            if number is not None:
                yield self._row(number)
            return
        for number, row in enumerate(self.rows):
            if all(row[places[name]] == value for name, value in wanted.items()):
                yield self._row(number)

    def figure(self, column: str, **wanted: str) -> Figure | None:
        """Give the one cell that is asked for, or None: not there, empty, or not the only one."""
        found = list(self.find(**wanted))
        named = next((one for one in self.columns if one.name == column), None)
        if named is None or len(found) != 1 or not found[0][column]:
            return None
        return Figure(found[0][column], named, found[0])

    def values(self, column: str) -> tuple[str, ...]:
        """Give what occurs in a column, each once, in the file's order."""
        number = next((at for at, one in enumerate(self.columns) if one.name == column), None)
        return () if number is None else tuple(dict.fromkeys(row[number] for row in self.rows))

    def _row(self, number: int) -> Mapping[str, str]:
        names = [column.name for column in self.columns]
        return MappingProxyType(dict(zip(names, self.rows[number], strict=True)))


def make_table(
    name: str, rows: Rows[TableRow], data: bytes | None, csv_file: str
) -> tuple[Table | None, tuple[Problem, ...]]:
    """Make a table of its description and its CSV (None where there is none)."""
    row = rows.rows[0][0]
    problems = list(_description_problems(rows, row))
    if data is None:
        told = say("no_csv", file=row.file)
        problems.append(Problem(rows.file, *rows.place(("file",)), told))
    if problems or data is None:
        return None, tuple(problems)
    cells, first_lines, problems = _read_csv(row, data, csv_file)
    by_key: dict[tuple[str, ...], int] = {}
    places = [[column.name for column in row.columns].index(key) for key in row.key]
    for number, (line, cell_row) in enumerate(zip(first_lines, cells, strict=True)):
        key = tuple(cell_row[place] for place in places)
        if key in by_key:
            told = say("csv_duplicate", key=", ".join(key), first=first_lines[by_key[key]])
            problems.append(Problem(csv_file, line, 1, told))
        by_key.setdefault(key, number)
    if any(problem.error for problem in problems):
        return None, tuple(problems)
    table = _table(name, row, tuple(cells), by_key)
    return replace(table, file=csv_file, lines=tuple(first_lines)), tuple(problems)


def _table(
    name: str, row: TableRow, cells: tuple[tuple[str, ...], ...], by_key: dict[tuple[str, ...], int]
) -> Table:
    return Table(
        id=name,
        title=row.title,
        title_en=row.title_en,
        kind=row.kind,
        school_year=row.school_year,
        source=row.source.value() if row.source else None,
        published_on=row.published_on,
        columns=tuple(Column(one.name, one.type, one.unit) for one in row.columns),
        key=row.key,
        ask=row.ask,
        sample=row.sample,
        rows=cells,
        by_key=MappingProxyType(by_key),
    )


def _description_problems(rows: Rows[TableRow], row: TableRow) -> Iterator[Problem]:
    names = [column.name for column in row.columns]
    if not re.fullmatch(r"[^/\\]+\.csv", row.file) or row.file.startswith("."):
        yield Problem(rows.file, *rows.place(("file",)), say("csv_name", file=row.file))
    for number, key in enumerate(row.key):
        if key not in names:
            told = say("unknown_column", name=key, nearest=nearest(key, names))
            yield Problem(rows.file, *rows.place(("key", number)), told)
    for number, name in enumerate(names):
        if name in names[:number]:
            told = say(
                "duplicate_row", id=name, first=rows.place(("columns", names.index(name)))[0]
            )
            yield Problem(rows.file, *rows.place(("columns", number)), told)


def _read_csv(
    row: TableRow, data: bytes, file: str
) -> tuple[list[tuple[str, ...]], list[int], list[Problem]]:
    text = decode_csv(data)
    if isinstance(text, int):
        return [], [], [Problem(file, 1, 1, say("bad_encoding", position=text + 1))]
    wanted = [heading(column.name) for column in row.columns]
    try:
        cells = Cells(text, wanted)
    except csv.Error:
        return [], [], [Problem(file, 1, 1, say("csv_broken"))]
    if told := cells.missing(wanted):
        return [], [], [Problem(file, 1, 1, told)]
    try:
        return _cells(row, cells, [cells.header.index(name) for name in wanted], file)
    except csv.Error:
        return [], [], [Problem(file, cells.open_quote(), 1, say("csv_broken"))]


def _cells(
    row: TableRow, reader: Cells, places: Sequence[int], file: str
) -> tuple[list[tuple[str, ...]], list[int], list[Problem]]:
    """Take the described columns out of every row that is not blank; other columns are left out."""
    columns = [
        (place, column.type if column.type in ("number", "date") else "")
        for place, column in zip(places, row.columns, strict=True)
    ]
    checks, span = tuple(checks_of(row.columns, row.key, row.kind)), span_of(row.columns)
    cells: list[tuple[str, ...]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    for line, raw in reader:
        if len(raw) != len(reader.header):
            if any(cell.strip() for cell in raw):
                told = say("csv_width", got=len(raw), want=len(reader.header))
                problems.append(Problem(file, line, 1, told))
            continue
        taken = tuple(
            [tidy(raw[place], kind) if kind else visible(raw[place]) for place, kind in columns]
        )
        if not any(taken) and not any(cell.strip() for cell in raw):
            continue
        for check in checks:
            told = check.problem(taken[check.place])
            if told:
                problems.append(Problem(file, line, places[check.place] + 1, told))
        if span is not None and is_reversed(taken[span[0]], taken[span[1]]):
            problems.append(Problem(file, line, places[span[1]] + 1, say("csv_reversed")))
        cells.append(taken)
        lines.append(line)
    if not cells and not problems:
        problems.append(Problem(file, 1, 1, say("csv_empty"), error=False))
    return cells, lines, problems
