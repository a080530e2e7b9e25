"""From the files of a folder to one snapshot: every part read, then held against the others.

Floor 0. A folder needs nothing but faq/*.yaml: routing, calendar and schools that it lacks are those that are
shipped. The index is built only when every part is right; the golden questions are put to it by whoever takes it over.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from knowledge import checks
from knowledge.calendar import Calendar, make_calendar
from knowledge.entry import Entry
from knowledge.files import Found
from knowledge.golden import Golden, broken, make_golden
from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.reading import read_entries, read_one, read_rows
from knowledge.routing import Routing, make_routing
from knowledge.schema import GoldenRow, SynonymRow, TopicRow
from knowledge.schema_desk import CalendarRow, RoutingRow, SchoolRow
from knowledge.schools import School, make_schools, names_of
from knowledge.shelf import EMPTY, Shelf, make_shelves
from knowledge.tables import Table, TableRow, make_table

if TYPE_CHECKING:
    from knowledge.match import Index

_Synonyms = tuple[tuple[str, tuple[str, ...]], ...]
SHIPPED = Path(__file__).with_name("content")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the menu: the entries of faq/<id>.yaml, drafts left out."""

    id: str
    title: str
    title_en: str
    entry_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is published at one moment. Drafts are among the entries, but not in index and topics."""

    entries: Mapping[str, Entry]
    topics: tuple[Topic, ...]
    routing: Routing
    calendar: Calendar
    schools: tuple[School, ...]
    tables: Mapping[str, Table]
    index: "Index"
    golden: tuple[Golden, ...]
    hash: str
    figures: Shelf = EMPTY  # every table, samples included
    real_figures: Shelf = EMPTY  # without samples: what may be given outside the demo
    school_names: frozenset[str] = frozenset()  # all that schools are called, as names are compared


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder came to: a snapshot unless there are errors."""

    snapshot: Snapshot | None
    problems: tuple[Problem, ...]
    faq: checks.Faq = ()

    def all_problems(self) -> tuple[Problem, ...]:
        """Give what is wrong with the files and what is wrong with the answers."""
        if self.snapshot is None:
            return self.problems
        return in_order((*self.problems, *broken_golden(self.snapshot).values()))


def broken_golden(snapshot: Snapshot) -> Mapping[str, Problem]:
    """Put the golden questions to a snapshot; give those it breaks, by question.

    Takes about a millisecond a question: never on the way to the first answer after a start.
    """
    asked_on = as_of(snapshot.entries.values(), snapshot.calendar)
    found = broken(snapshot.index, snapshot.golden, asked_on)
    return {one.question: problem for one, problem in found}


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Sort problems by file and line, and tell each once."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda one: (one.file, one.line, one.col, not one.error)))


def digest_of(found: Found) -> str:
    """Take the hash of all that was read, and of what could not be read."""
    digest = hashlib.sha256()
    for name, data in found.data:
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    for problem in found.problems:
        digest.update(f"\0{problem}".encode())
    return digest.hexdigest()


class _Reader:
    """Reads the parts of one folder and gathers what is wrong with them."""

    def __init__(self, folder: Path, found: Found) -> None:
        self.folder = folder
        self.found = found
        self.problems = list(found.problems)

    def label(self, name: str) -> str:
        return str(self.folder / name)

    def faq(self) -> checks.Faq:
        faq = []
        for name, data in self.found.under("faq", ".yaml"):
            rows, entries = read_entries(self.label(name), data, PurePosixPath(name).stem)
            self.problems.extend(rows.problems)
            faq.append((rows, entries))
        if not faq:
            self.problems.append(Problem(self.label("faq"), 1, 1, say("no_faq")))
        elif not any(entries for _, entries in faq) and not any(one.error for one in self.problems):
            self.problems.append(Problem(self.label("faq"), 1, 1, say("no_entries")))
        self.problems.extend(checks.check_together(faq))
        return faq

    def topics(self, faq: checks.Faq) -> tuple[Topic, ...]:
        """Order the topics as topics.yaml does, those it does not name behind; without it by file name."""
        ids: dict[str, list[str]] = {}
        for faq_rows, entries in faq:
            stem = PurePosixPath(faq_rows.file).stem
            ids[stem] = [one.id for one in entries if not one.draft]
        data = self.found.get("topics.yaml")
        named: dict[str, Topic] = {}
        if data is not None:
            rows = read_rows(self.label("topics.yaml"), data, TopicRow)
            self.problems.extend(rows.problems)
            for row, where in rows.rows:
                if row.id not in ids:
                    told = say("topic_without_entries", id=row.id)
                    self.problems.append(Problem(rows.file, *rows.place(where), told, error=False))
                else:
                    named[row.id] = Topic(row.id, row.title, row.title_en, tuple(ids[row.id]))
            for stem in ids.keys() - named.keys():
                told = say("topic_missing", id=stem)
                self.problems.append(Problem(rows.file, 1, 1, told, error=False))
        rest = (Topic(stem, stem, "", tuple(own)) for stem, own in ids.items() if stem not in named)
        return tuple(topic for topic in (*named.values(), *rest) if topic.entry_ids)

    def routing(self) -> Routing | None:
        rows = read_one(*self._own_or_shipped("routing.yaml"), RoutingRow)
        self.problems.extend(rows.problems)
        if not rows.rows:
            return None
        routing, problems = make_routing(rows)
        self.problems.extend(problems)
        return routing

    def calendar(self) -> Calendar | None:
        rows = read_one(*self._own_or_shipped("calendar.yaml"), CalendarRow)
        self.problems.extend(rows.problems)
        if not rows.rows:
            return None
        calendar, problems = make_calendar(rows)
        self.problems.extend(problems)
        return calendar

    def schools(self) -> tuple[School, ...]:
        rows = read_rows(*self._own_or_shipped("schools.yaml"), SchoolRow)
        self.problems.extend(rows.problems)
        schools, problems = make_schools(rows)
        self.problems.extend(problems)
        return schools

    def tables(self) -> Mapping[str, Table]:
        tables: dict[str, Table] = {}
        unused = {name for name, _ in self.found.under("tables", ".csv")}
        for name, data in self.found.under("tables", ".yaml"):
            unused.discard(str(PurePosixPath(name).with_suffix(".csv")))
            rows = read_one(self.label(name), data, TableRow)
            self.problems.extend(rows.problems)
            if rows.rows:
                csv_name = f"tables/{rows.rows[0][0].file}"
                unused.discard(csv_name)
                stem = PurePosixPath(name).stem
                table, problems = make_table(
                    stem, rows, self.found.get(csv_name), self.label(csv_name)
                )
                self.problems.extend(problems)
                if table is not None:
                    tables[stem] = table
        for name in sorted(unused):
            told = say("csv_unused", file=PurePosixPath(name).name)
            self.problems.append(Problem(self.label(name), 1, 1, told, error=False))
        return MappingProxyType(tables)

    def synonyms(self) -> Mapping[str, tuple[str, ...]]:
        data = self.found.get("synonyms.yaml")
        if data is None:
            return {}
        rows = read_rows(self.label("synonyms.yaml"), data, SynonymRow)
        self.problems.extend(rows.problems)
        return {row.word: row.also for row, _ in rows.rows}

    def golden(self, ids: Sequence[str], *, whole: bool) -> tuple[Golden, ...]:
        data = self.found.get("golden.yaml")
        if data is None:
            return ()
        rows = read_rows(self.label("golden.yaml"), data, GoldenRow)
        self.problems.extend(rows.problems)
        golden, problems = make_golden(rows, ids, whole=whole)
        self.problems.extend(problems)
        return golden

    def _own_or_shipped(self, name: str) -> tuple[str, bytes]:
        data = self.found.get(name)
        if data is not None:
            return self.label(name), data
        return str(SHIPPED / name), (SHIPPED / name).read_bytes()


def load_parts(folder: Path, found: Found) -> Loaded:
    """Read every part, and build the index only when all of them are right."""
    reader = _Reader(folder, found)
    if not found.data and found.problems:
        return Loaded(None, in_order(reader.problems))
    faq = reader.faq()
    entries = {one.id: one for _, own in faq for one in own}
    topics, routing, calendar = reader.topics(faq), reader.routing(), reader.calendar()
    schools, tables, synonyms = reader.schools(), reader.tables(), reader.synonyms()
    golden = reader.golden(tuple(entries), whole=all(rows.whole for rows, _ in faq))
    problems = in_order(reader.problems)
    if routing is None or calendar is None or any(one.error for one in problems):
        return Loaded(None, problems, faq)
    index = _latest.of(folder, tuple(entries.values()), tuple(synonyms.items()))
    snapshot = Snapshot(
        MappingProxyType(entries),
        topics,
        routing,
        calendar,
        schools,
        tables,
        index,
        golden,
        digest_of(found),
        *make_shelves(tables.values(), schools),
        school_names=frozenset(name for one in schools for name in names_of(one)),
    )
    return Loaded(snapshot, problems, faq)


def as_of(entries: Collection[Entry], calendar: Calendar) -> date:
    """Give the day on which golden questions are asked: the last one on which an entry was checked.

    Not the clock's day: what 今年 means must not turn against an unedited file on New Year's Day.
    """
    checked = [one.checked_on for one in entries if one.checked_on is not None]
    return max(checked, default=date(max(calendar.years), 1, 1))


class _Latest:
    """The index built last: an edit of a table leaves it as it is, an edit of an entry most of it.

    The first one of a process takes over what an earlier process has kept.
    """

    def __init__(self) -> None:
        self._made: tuple[tuple[Entry, ...], _Synonyms, Index] | None = None

    def of(self, folder: Path, entries: tuple[Entry, ...], synonyms: _Synonyms) -> "Index":
        """Return the index of these entries."""
        # these load word lists and libraries: only when there is an index to build
        from knowledge import kept
        from knowledge.lexicon import load_lexicon
        from knowledge.match import Index

        if self._made is None:
            before = kept.recall(folder, synonyms)
        else:
            known, words, latest = self._made
            if known == entries and words == synonyms:
                return latest
            before = latest.parsing if words == synonyms else None
        lexicon = before.lexicon if before is not None else load_lexicon(dict(synonyms))
        index = Index(entries, lexicon, before=before)
        if self._made is None:
            kept.keep(folder, synonyms, index.parsing, before)
        self._made = entries, synonyms, index
        return index


_latest = _Latest()
