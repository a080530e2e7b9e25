"""Turn a sheet of Excel into a table's CSV: find its heading, refuse what is doubtful, tell what would change.

Floor 0; pure. The CSV is checked by the very reader that loads it, so what is written is what will be live.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.problem import Problem
from knowledge.reading import Rows
from knowledge.tables import Table, TableRow, make_table
from knowledge.workbook import Refusal, Sheet, Value

HEADING_WITHIN = 10  # rows in which the heading is looked for: a title may stand above it


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs. `kind`: added, removed, changed; `cells` are (column, before, after)."""

    kind: str
    key: tuple[str, ...]
    cells: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """What a sheet comes to: the CSV and the changes, or what is refused."""

    sheet: str
    csv: bytes = b""
    rows: int = 0
    changes: tuple[Change, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    row: int
    names: tuple[str, ...]  # by column of the sheet, empty where there is none


def sheet_for(sheets: Sequence[Sheet], row: TableRow) -> Sheet | None:
    """Give the first sheet that has the table's columns."""
    return next((sheet for sheet in sheets if _heading(sheet, row) is not None), None)


def missing_columns(sheet: Sheet, row: TableRow) -> tuple[str, ...]:
    """Tell which columns the likeliest heading of a sheet lacks."""
    wanted = [column.name for column in row.columns]
    heads = [[one.text for one in cells] for _, cells in sheet.rows[:HEADING_WITHIN]]
    best = max(heads, key=lambda names: sum(one in names for one in wanted), default=[])
    return tuple(one for one in wanted if one not in best)


def import_sheet(sheet: Sheet, described: Rows[TableRow], old: Table | None, label: str) -> Import:
    """Make the CSV of a sheet that has the table's columns, held against the table that is there."""
    row = described.rows[0][0]
    heading = _heading(sheet, row)
    if heading is None:
        return Import(sheet.name, refused=(Refusal("no_heading", sheet.name),))
    refused = [*_merged(sheet, heading), *_doubtful_heading(sheet, heading)]
    lines: list[list[str]] = []
    numbers: list[int] = []
    for number, cells in sheet.rows:
        if number <= heading.row:
            continue
        taken = dict(_taken(heading, cells))
        if not any(one.text or one.wrong for one in taken.values()):
            continue
        refused.extend(_doubtful(sheet, number, heading, taken, row))
        lines.append([taken[name].text for name in heading.names if name])
        numbers.append(number)
    if not lines:
        refused.append(Refusal("no_rows", sheet.name))
    data = _csv([name for name in heading.names if name], lines)
    table, problems = make_table("import", described, data, label)
    starts = _starts(lines)
    told = {one.cell for one in refused}
    for problem in problems:
        refusal = _as_refusal(problem, sheet, heading, row, (starts, numbers))
        if problem.error and refusal.cell not in told:
            refused.append(refusal)
    if refused or table is None:
        return Import(sheet.name, refused=tuple(dict.fromkeys(refused)))
    return Import(sheet.name, data, len(table.rows), tuple(changes(old, table)))


def changes(old: Table | None, new: Table) -> Iterator[Change]:
    """Tell what differs between two versions of a table, row by row of its key."""
    before = {} if old is None else _by_key(old)
    after = _by_key(new)
    for key, cells in after.items():
        if key not in before:
            yield Change("added", key)
        elif differing := tuple(
            (name, before[key].get(name, ""), cell)
            for name, cell in cells.items()
            if before[key].get(name, "") != cell
        ):
            yield Change("changed", key, differing)
    for key in before:
        if key not in after:
            yield Change("removed", key)


def _by_key(table: Table) -> dict[tuple[str, ...], dict[str, str]]:
    names = [column.name for column in table.columns]
    return {
        key: dict(zip(names, table.rows[number], strict=True))
        for key, number in table.by_key.items()
    }


def _heading(sheet: Sheet, row: TableRow) -> _Heading | None:
    wanted = {column.name for column in row.columns}
    for number, cells in sheet.rows[:HEADING_WITHIN]:
        names = tuple("".join(one.text.split()) for one in cells)
        if wanted <= set(names):
            return _Heading(number, names)
    return None


def _merged(sheet: Sheet, heading: _Heading) -> Iterator[Refusal]:
    """Refuse merged areas in the heading and below: only their first cell has a value."""
    for _, last, area in sheet.merged:
        if last >= heading.row:
            yield Refusal("merged", sheet.name, area)


def _doubtful_heading(sheet: Sheet, heading: _Heading) -> Iterator[Refusal]:
    for place, name in enumerate(heading.names):
        if name and name in heading.names[:place]:
            cell = f"{letters(place)}{heading.row}"
            yield Refusal("double_heading", sheet.name, cell, (("name", name),))


def _taken(heading: _Heading, cells: Sequence[Value]) -> Iterator[tuple[str, Value]]:
    for place, name in enumerate(heading.names):
        if name:
            yield name, cells[place] if place < len(cells) else Value()


def _doubtful(
    sheet: Sheet, number: int, heading: _Heading, taken: dict[str, Value], row: TableRow
) -> Iterator[Refusal]:
    """Refuse cells that Excel has made something else of: a formula without a value, 1-12 become a date."""
    types = {column.name: column.type for column in row.columns}
    for name, value in taken.items():
        cell = f"{letters(heading.names.index(name))}{number}"
        if value.wrong:
            yield Refusal(value.wrong, sheet.name, cell, (("value", value.text),))
        elif value.is_date and types.get(name, "date") != "date":
            yield Refusal("made_a_date", sheet.name, cell, (("value", value.text), ("name", name)))


def _csv(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    """Write the CSV that Excel likes: UTF-8 with its mark, CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *lines])
    return text.getvalue().encode("utf-8-sig")


def _starts(lines: Sequence[Sequence[str]]) -> list[int]:
    """Give the line of the CSV on which each row ends; a cell may hold line breaks."""
    ends, line = [], 1
    for row in lines:
        line += 1 + sum(cell.count("\n") for cell in row)
        ends.append(line)
    return ends


def _as_refusal(
    problem: Problem,
    sheet: Sheet,
    heading: _Heading,
    row: TableRow,
    places: tuple[list[int], list[int]],
) -> Refusal:
    """Point from a line of the CSV back to the cell of the sheet."""
    ends, numbers = places
    data = (("message", problem.message),)
    if problem.line not in ends:
        return Refusal("problem", sheet.name, "", data)
    number = numbers[ends.index(problem.line)]
    names = [name for name in heading.names if name]
    column = names[min(problem.col, len(names)) - 1]
    return Refusal("problem", sheet.name, f"{letters(heading.names.index(column))}{number}", data)


def letters(place: int) -> str:
    """Name a column as Excel does: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
