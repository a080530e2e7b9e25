"""What the public page shows: which entries and tables, in which state, and what a search leads to.

Floor 4: pure. Drafts are never shown, samples in the demo only; what is out of its time stays readable and says so.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.core.clean import clean_text, csv_cell
from bot.core.personal import without_personal_numbers
from knowledge.assemble import Snapshot, Topic
from knowledge.entry import Decision, Entry, Outcome
from knowledge.tables import Column, Table

LONGEST_QUESTION = 200
ROWS = 200  # of a table on one page
MORE = 6
MORE_FROM = 20.0  # the score below which nothing is called related
BOM = "\ufeff"


class State(StrEnum):
    """Whether an entry holds on a day."""

    CURRENT = "current"
    EARLY = "early"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Results:
    """What a search led to: the answers or choices, what is near, and the tables it names."""

    question: str
    sure: bool
    entries: tuple[Entry, ...]
    related: tuple[Entry, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a table's rows; `find` are the words every row shown contains."""

    rows: tuple[tuple[str, ...], ...]
    find: str
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot as the public may see it on a day."""

    snapshot: Snapshot
    today: date
    demo: bool

    def entry(self, entry_id: str) -> Entry | None:
        """Return an entry that is shown, or None."""
        found = self.snapshot.entries.get(entry_id)
        return found if found is not None and self._shows(found) else None

    def entries(self, ids: Sequence[str]) -> tuple[Entry, ...]:
        """Return those of the ids that are shown, in their order."""
        return tuple(found for one in ids if (found := self.entry(one)) is not None)

    def topics(self) -> tuple[tuple[Topic, tuple[Entry, ...]], ...]:
        """Return every topic that has something to show, with its entries."""
        shown = ((topic, self.entries(topic.entry_ids)) for topic in self.snapshot.topics)
        return tuple((topic, entries) for topic, entries in shown if entries)

    def topic(self, topic_id: str) -> tuple[Topic, tuple[Entry, ...]] | None:
        """Return a topic with its entries, or None."""
        return next((pair for pair in self.topics() if pair[0].id == topic_id), None)

    def tables(self) -> tuple[Table, ...]:
        """Return the tables that are shown, kind by kind, the newest year first."""
        shown = (one for one in self.snapshot.tables.values() if self.demo or not one.sample)
        return tuple(sorted(shown, key=lambda one: (one.kind, -(one.school_year or 0), one.id)))

    def table(self, table_id: str) -> Table | None:
        """Return a table that is shown, or None."""
        return next((one for one in self.tables() if one.id == table_id), None)

    def state(self, entry: Entry) -> State:
        """Tell whether an entry holds today."""
        if entry.is_current(self.today):
            return State.CURRENT
        is_early = entry.valid_from is not None and self.today < entry.valid_from
        return State.EARLY if is_early else State.EXPIRED

    def search(self, question: str) -> Results:
        """Ask the index the desk asks; below its floor there is no answer here either."""
        asked = without_personal_numbers(clean_text(question))[:LONGEST_QUESTION].strip()
        decision = self.snapshot.index.ask(asked, today=self.today)
        entries = self.entries([one.id for one in decision.answers])
        return Results(
            question=asked,
            sure=decision.outcome is Outcome.HIT,
            entries=entries,
            related=self._related(decision, entries),
            tables=tuple(one for one in self.tables() if any(word in asked for word in one.ask)),
        )

    def _related(self, decision: Decision, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        if decision.outcome is Outcome.MISS:
            return ()
        near = self.entries([one for one, score in decision.ranked if score >= MORE_FROM])
        return tuple(one for one in near if one not in entries)[:MORE]

    def _shows(self, entry: Entry) -> bool:
        return not entry.draft and (self.demo or not entry.sample)


def sheet(table: Table, find: str, page: int) -> Sheet:
    """Return one page of the rows that contain every word of `find`."""
    find = clean_text(find).strip()[:LONGEST_QUESTION]
    words = find.casefold().split()
    rows = table.rows
    if words:
        rows = tuple(row for row in rows if _contains(row, words))
    pages = max(1, -(-len(rows) // ROWS))
    page = min(max(1, page), pages)
    return Sheet(rows[(page - 1) * ROWS : page * ROWS], find, len(rows), page, pages)


def heading(column: Column) -> str:
    """Return a column's name with its unit."""
    return f"{column.name}({column.unit})" if column.unit else column.name


def as_csv(table: Table) -> str:
    """Write a table for spreadsheets: with BOM, and no cell that one would run as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([csv_cell(heading(column)) for column in table.columns])
    writer.writerows([[csv_cell(cell) for cell in row] for row in table.rows])
    return BOM + text.getvalue()


def _contains(row: tuple[str, ...], words: Sequence[str]) -> bool:
    text = "\n".join(row).casefold()
    return all(word in text for word in words)
