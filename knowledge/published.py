"""What is published, reduced to what people are told when it changes: answers and figures with their source.

Floor 0; pure. It can be stored, so that an edit made while the program was down is noticed at the next start.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge.assemble import Snapshot
from knowledge.entry import Entry, Source
from knowledge.shelf import Sheet
from knowledge.subjects import short
from knowledge.tables import Table

LONGEST_LEAD = 80  # characters of an answer's first line that are quoted
KEY_MARK = "\x1f"  # between the parts of a row's key: stands in no cell


@dataclass(frozen=True, slots=True)
class Text:
    """One answer."""

    question: str
    topic: str
    answer: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what its key says, its other cells, and whom it is about."""

    label: str
    cells: tuple[str, ...]
    school: str = ""  # target
    round: str = ""  # target


@dataclass(frozen=True, slots=True)
class Grid:
    """One table; `columns` are (heading, unit) of the cells. `rows` go by the parts of their key, joined."""

    kind: str
    title: str
    source: str
    columns: tuple[tuple[str, str], ...]
    rows: dict[str, Line]


@dataclass(frozen=True, slots=True)
class Published:
    """Everything that people may have been told, by id."""

    texts: dict[str, Text]
    grids: dict[str, Grid]


def publish(snapshot: Snapshot, *, samples: bool) -> Published:
    """Reduce a snapshot; without `samples` only what the bureau itself has entered counts."""
    shelf = snapshot.figures if samples else snapshot.real_figures
    texts = {
        one.id: _text(one)
        for one in snapshot.entries.values()
        if not one.draft and (samples or not one.sample)
    }
    sheets = (sheet for own in shelf.sheets.values() for sheet in own)
    return Published(texts, {sheet.table.id: _grid(sheet) for sheet in sheets})


def to_lines(published: Published) -> bytes:
    """Write it for storage: one JSON list a line, so that a large table is read in small steps."""
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in _lines(published)).encode()


def _lines(published: Published) -> Iterator[list[object]]:
    for entry_id, text in published.texts.items():
        yield ["text", entry_id, text.question, text.topic, text.answer, text.source]
    for table_id, grid in published.grids.items():
        yield ["grid", table_id, grid.kind, grid.title, grid.source, grid.columns]
        for key, line in grid.rows.items():
            yield ["row", key, line.label, line.cells, line.school, line.round]


def from_lines(stored: bytes) -> Published:
    """Read what was stored."""
    texts: dict[str, Text] = {}
    grids: dict[str, Grid] = {}
    rows: dict[str, Line] = {}
    for raw in stored.decode().split("\n") if stored else ():
        match json.loads(raw):
            case ["text", entry_id, question, topic, answer, source]:
                texts[entry_id] = Text(question, topic, answer, source)
            case ["grid", table_id, kind, title, source, columns]:
                rows = {}
                named = tuple((heading, unit) for heading, unit in columns)
                grids[table_id] = Grid(kind, title, source, named, rows)
            case ["row", key, label, cells, school, round_]:
                rows[key] = Line(label, tuple(cells), school, round_)
    return Published(texts, grids)


def lead_of(answer: str) -> str:
    """Return the first line of an answer, cut where it is long."""
    line = answer.strip().partition("\n")[0]
    return line if len(line) <= LONGEST_LEAD else line[: LONGEST_LEAD - 1] + "…"


def source_line(source: Source | None) -> str:
    """Write a source in one line: title, number, article, date."""
    if source is None:
        return ""
    parts = (source.title, source.number, source.article, source.date)
    return " · ".join(part for part in parts if part)


def _key_places(table: Table) -> tuple[int, ...]:
    return tuple(place for place, one in enumerate(table.columns) if one.name in table.key)


def _text(entry: Entry) -> Text:
    return Text(entry.question, entry.topic, entry.answer.strip(), source_line(entry.source))


def _grid(sheet: Sheet) -> Grid:
    table = sheet.table
    keys, units = _key_places(table), sheet.roles.get("unit")
    places = [place for place in range(len(table.columns)) if place not in (*keys, units)]
    rounds = sheet.roles.get("round") if sheet.kind == "steps" else None
    schools = _by_row(sheet.by_school)
    rows = {}
    for number, row in enumerate(table.rows):
        parts = [row[place] for place in keys]
        rows[KEY_MARK.join(parts)] = Line(
            label=" ".join(filter(None, parts)),
            cells=tuple([row[place] for place in places]),
            school=schools.get(number, ""),
            round=short(row[rounds]) if rounds is not None else "",
        )
    columns = tuple((table.columns[place].name, table.columns[place].unit) for place in places)
    return Grid(sheet.kind, _titled(table), _table_source(table), columns, rows)


def _titled(table: Table) -> str:
    """Write a title with the year that the table is of: two years may change at once."""
    year = str(table.school_year or "")
    return table.title if year in table.title else f"{year} 年{table.title}"


def _by_row(groups: Mapping[str, Iterable[int]]) -> dict[int, str]:
    return {row: short(school) for school, rows in groups.items() for row in rows}


def _table_source(table: Table) -> str:
    told = source_line(table.source)
    day = f"{table.published_on:%Y-%m-%d}" if table.published_on is not None else ""
    return told if not day or day in told else f"{told} · {day}".removeprefix(" · ")


def figures_shown(sheet: Sheet, school: str) -> tuple[tuple[str, str, str], ...]:
    """Return the numbers of a school in a table as they are told: key of the row, heading, value with unit."""
    table, keys = sheet.table, _key_places(sheet.table)
    return tuple(
        (
            KEY_MARK.join(table.rows[row][key] for key in keys),
            column.name,
            f"{cell} {column.unit}".strip(),
        )
        for row in sheet.by_school.get(school, ())
        for place in sheet.values
        if (column := table.columns[place]).name not in table.key
        if (cell := table.rows[row][place])
    )
