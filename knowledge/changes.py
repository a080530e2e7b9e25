"""What changed between two states of what is published: which answers, tables, rows and figures, old and new.

Floor 0; pure. Changes are grouped by the subject that people follow; a source that changes alone is no news.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import TypeAdapter

from knowledge.published import Grid, Line, Published, Text, lead_of
from knowledge.subjects import Kind, Subject

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


class Sort(StrEnum):
    """What changed."""

    ANSWER = "answer"
    TABLE = "table"
    ROW = "row"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `old` is empty for what appeared, `new` for what is published no more.

    `where` says which cell a figure is: table, key of the row, heading of the column.
    """

    id: str
    sort: Sort
    label: str
    old: str
    new: str
    source: str = ""
    where: tuple[str, str, str] | None = None


News = Mapping[Subject, tuple[Change, ...]]
_CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(tuple[Change, ...])
_Found = Iterator[tuple[Change, tuple[Subject, ...]]]


def compare(old: Published, new: Published) -> tuple[News, tuple[Change, ...]]:
    """Return the changes by subject, and every figure that changed or went, for those who were shown it."""
    news: dict[Subject, list[Change]] = {}
    figures: list[Change] = []
    for change, subjects in (*_texts(old.texts, new.texts), *_grids(old.grids, new.grids)):
        if change.where is not None and change.old:
            figures.append(change)
        for subject in subjects:
            news.setdefault(subject, []).append(change)
    return {subject: tuple(own) for subject, own in news.items()}, tuple(figures)


def merged(before: Iterable[Change], after: Iterable[Change]) -> tuple[Change, ...]:
    """Join changes that nobody was told of yet: first old value, last new one; what went back is left out."""
    found = {one.id: one for one in before}
    for one in after:
        known = found.get(one.id)
        found[one.id] = one if known is None else replace(one, old=known.old)
    return tuple(one for one in found.values() if one.old != one.new)


def covers(wide: Collection[Change], narrow: Iterable[Change]) -> bool:
    """Tell whether whoever was told of `wide` knows all of `narrow`."""
    told = {(one.id, one.new) for one in wide}
    return all((one.id, one.new) in told for one in narrow)


def to_json(changes: tuple[Change, ...]) -> str:
    """Write changes for storage."""
    return _CHANGES.dump_json(changes).decode()


def from_json(stored: str) -> tuple[Change, ...]:
    """Read what was stored."""
    return _CHANGES.validate_json(stored)


def _texts(old: Mapping[str, Text], new: Mapping[str, Text]) -> _Found:
    for entry_id in dict.fromkeys((*old, *new)):
        before, after = old.get(entry_id), new.get(entry_id)
        now = after or before
        if now is None:
            continue
        was_said, is_said = _differing(before, after)
        if was_said != is_said:
            answer = f"answer:{entry_id}"
            subjects = (Subject(Kind.ENTRY, entry_id), Subject(Kind.TOPIC, now.topic))
            change = Change(answer, Sort.ANSWER, now.question, was_said, is_said, now.source)
            yield change, subjects


def _differing(before: Text | None, after: Text | None) -> tuple[str, str]:
    """Quote the first line that differs on each side; a line added or taken out is held against the lead."""
    if before is None or after is None:
        return lead_of(before.answer) if before else "", lead_of(after.answer) if after else ""
    old, new = before.answer.splitlines(), after.answer.splitlines()
    was = next((line for line in old if line not in new), old[0])
    now = next((line for line in new if line not in old), new[0])
    quoted = lead_of(was), lead_of(now)
    return quoted if quoted[0] != quoted[1] else (was, now)


def _grids(old: Mapping[str, Grid], new: Mapping[str, Grid]) -> _Found:
    for table_id in dict.fromkeys((*old, *new)):
        before, after = old.get(table_id), new.get(table_id)
        if before == after:
            continue
        if before is None or after is None:
            yield from _whole(table_id, before, after)
        else:
            yield from _rows(table_id, before, after)


def _whole(table_id: str, before: Grid | None, after: Grid | None) -> _Found:
    """Tell of a table that appeared or went; its rows are news for the schools and rounds in it."""
    grid = after or before
    if grid is None:
        return
    title = grid.title
    change = Change(
        f"table:{table_id}",
        Sort.TABLE,
        title,
        title if before else "",
        title if after else "",
        grid.source,
    )
    yield change, (Subject(Kind.TABLE, grid.kind),)
    for key, line in grid.rows.items():
        told = _summary(grid, line)
        old, new = (told, "") if after is None else ("", told)
        label = _dated(grid, line.label)
        row = Change(f"row:{table_id}|{key}", Sort.ROW, label, old, new, grid.source)
        if subjects := _whom(line):
            yield row, subjects


def _rows(table_id: str, before: Grid, after: Grid) -> _Found:
    table = Subject(Kind.TABLE, after.kind)
    for key in dict.fromkeys((*before.rows, *after.rows)):
        was, now = before.rows.get(key), after.rows.get(key)
        line = now or was
        if line is None or was == now:
            continue
        subjects = (table, *_whom(line))
        if was is None or now is None:
            old = _summary(before, was) if was else ""
            new = _summary(after, now) if now else ""
            row = f"row:{table_id}|{key}"
            label = _dated(after, line.label)
            yield Change(row, Sort.ROW, label, old, new, after.source), subjects
        if was is not None:
            for change in _cells(table_id, key, (before, was), (after, now)):
                # a row that went is one piece of news; its figures are for those who were shown them
                yield change, subjects if now is not None else ()


def _cells(
    table_id: str, key: str, before: tuple[Grid, Line], after: tuple[Grid, Line | None]
) -> Iterator[Change]:
    """Give the cells of a row that differ, by the headings of their columns."""
    old = _valued(*before)
    new = _valued(after[0], after[1]) if after[1] is not None else {}
    for heading in dict.fromkeys((*old, *new)):
        was, now = old.get(heading, ""), new.get(heading, "")
        if was != now:
            yield Change(
                f"figure:{table_id}|{key}|{heading}",
                Sort.FIGURE,
                _dated(after[0], f"{before[1].label} {heading}"),
                was,
                now,
                after[0].source,
                (table_id, key, heading),
            )


def _dated(grid: Grid, label: str) -> str:
    """Say of which year a row is, where its table says so and the row does not: last year's may change as well."""
    year = _YEAR.search(grid.title)
    return label if year is None or year.group() in label else f"{year.group()} 年 {label}"


def _valued(grid: Grid, line: Line) -> dict[str, str]:
    return {
        heading: f"{cell} {unit}".strip() if cell else ""
        for (heading, unit), cell in zip(grid.columns, line.cells, strict=True)
    }


def _summary(grid: Grid, line: Line) -> str:
    told = [f"{heading} {value}" for heading, value in _valued(grid, line).items() if value]
    return " · ".join(told) or line.label


def _whom(line: Line) -> tuple[Subject, ...]:
    found = ((Kind.SCHOOL, line.school), (Kind.ROUND, line.round))
    return tuple(Subject(kind, target) for kind, target in found if target)
