"""The quarterly check in words: sections with a sentence, a table, and the rule by which the figures were counted.

Floor 3: pure. Which document is written of them is nothing to it; every sentence stands in texts/quarter.zh.yaml.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.texts import catalogue, plain
from bot.core.workdays import SHANGHAI
from bot.service.quarter import Quarter, Ranked
from bot.service.quarter_changes import What
from bot.service.small_groups import LEAST, Group
from knowledge.assemble import Snapshot

Cells = tuple[str, ...]
SHORT = 12


@dataclass(frozen=True, slots=True)
class Section:
    """One figure: what it says, the table behind it (no rows: none), and its rule."""

    title: str
    said: str
    head: Cells
    rows: tuple[Cells, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: entries and tables of the quarter, departments of today."""

    quarter: Quarter
    knowledge: Snapshot

    def content(self, what: str) -> str:
        """Return the question of an entry, or the name of a kind of table; the id when it is gone."""
        kind = what.removeprefix("table:")
        if kind != what:
            return _known(f"figure.kind.{kind}", kind)
        entries = {one.id: one.question for one in self.quarter.content.entries}
        now = self.knowledge.entries.get(what)
        return entries.get(what) or (now.question if now is not None else what)

    def department(self, what: str) -> str:
        """Return the name of a department."""
        found = self.knowledge.routing.departments.get(what)
        return found.name if found is not None else what or plain("quarter_department_none")


def introduction(quarter: Quarter) -> tuple[str, ...]:
    """Return what must be known before any figure is read."""
    period = quarter.period
    first = period.span.starts.astimezone(SHANGHAI).date()
    lines = [
        plain("quarter_period", first=first, last=period.last_day, made=_moment(quarter.made_at))
    ]
    if not period.over:
        lines.append(plain("quarter_running"))
    if quarter.since is None:
        lines.append(plain("quarter_no_archive"))
    elif quarter.since > period.span.starts:
        lines.append(plain("quarter_archive_since", since=_moment(quarter.since)))
    if not quarter.content.archived:
        lines.append(plain("quarter_not_archived"))
    return tuple(lines)


def sections(quarter: Quarter, knowledge: Snapshot) -> tuple[Section, ...]:
    """Return every figure of the check, in the order of the document."""
    names = Names(quarter, knowledge)
    return (
        *_published(quarter),
        *_changes(quarter),
        *_ageing(quarter),
        *_questions(quarter, names),
        *_cases(quarter, names),
    )


def _published(quarter: Quarter) -> Iterator[Section]:
    content = quarter.content
    entries, tables = content.entries, content.tables
    sourced = sum(one.source is not None for one in entries)
    samples = sum(one.sample for one in entries)
    yield _section(
        "published",
        (
            (
                title,
                str(len(own)),
                str(sum(one.source is not None for one in own)),
                str(sum(one.sample for one in own)),
            )
            for title, own in content.topics
        ),
        day=quarter.period.last_day,
        entries=len(entries),
        sourced=_share(sourced, len(entries)),
        samples=_share(samples, len(entries)),
        tables=len(tables),
    )
    numbered = sum(bool(one.source and one.source.number) for one in tables)
    yield _section(
        "tables",
        (
            (
                one.title,
                one.source.number if one.source else "",
                str(one.published_on or ""),
                str(len(one.rows)),
            )
            for one in tables
        ),
        tables=len(tables),
        numbered=_share(numbered, len(tables)),
    )


def _changes(quarter: Quarter) -> Iterator[Section]:
    yield _section(
        "steps",
        (
            (
                _moment(one.snapshot.live_at),
                one.snapshot.hash[:SHORT],
                one.snapshot.editor or plain("archive_nobody"),
                one.snapshot.commit,
                str(one.added),
                str(one.changed),
                str(one.removed),
            )
            for one in quarter.steps
        ),
        count=len(quarter.steps),
    )
    changed = quarter.changed
    counts = {what.value: sum(one.what is what for one in changed) for what in What}
    yield _section(
        "changed",
        (
            (
                one.title,
                one.id,
                plain(f"quarter_what_{one.what}"),
                str(one.times),
                _moment(one.last_at),
            )
            for one in changed
        ),
        count=len(changed),
        **counts,
    )


def _ageing(quarter: Quarter) -> Iterator[Section]:
    content, last = quarter.content, quarter.period.last_day
    yield _section(
        "overdue",
        (
            (one.question, one.id, str(one.review_by), str((last - one.review_by).days))
            for one in content.overdue
            if one.review_by is not None
        ),
        part=_share(len(content.overdue), len(content.entries)),
    )
    yield _section(
        "expired",
        ((one.question, one.id, str(one.valid_until)) for one in content.expired),
        part=_share(len(content.expired), len(content.entries)),
    )


def _questions(quarter: Quarter, names: Names) -> Iterator[Section]:
    asked = quarter.questions
    named = [(names.content(one.label), one) for one in asked.entries[0]]
    yield _section(
        "asked",
        _ranked(named, asked.entries),
        times=asked.total.counts[0],
        people=_people(asked.total),
    )
    yield _section(
        "missed",
        _ranked([(one.label, one) for one in asked.unanswered[0]], asked.unanswered),
        part=_share(asked.missed.counts[0], asked.total.counts[0]),
        people=_people(asked.missed),
    )
    good, poor = asked.verdicts.counts
    yield _section(
        "judged",
        _ranked([(names.content(one.label), one) for one in asked.judged[0]], asked.judged),
        all=good + poor,
        part=_share(good, good + poor),
    )


def _cases(quarter: Quarter, names: Names) -> Iterator[Section]:
    cases = quarter.cases
    kinds = [(_known(f"kind_{one.label}", one.label), one) for one in cases.kinds[0]]
    yield _section(
        "received",
        _ranked(kinds, cases.kinds),
        times=cases.received.counts[0],
        people=_people(cases.received),
    )
    departments = [(names.department(one.label), one) for one in cases.departments[0]]
    due, in_time = cases.owed.counts
    yield _section(
        "owed",
        (
            (label, due, in_time, _share(int(in_time), int(due)), people)
            for label, due, in_time, people in _ranked(departments, cases.departments)
        ),
        part=_share(in_time, due),
        withdrawn=cases.withdrawn,
        extended=cases.extended,
        redone=cases.redone,
    )


def _ranked(named: Sequence[tuple[str, Group]], ranked: Ranked) -> Iterator[Cells]:
    rest = ranked[1]
    last = [] if rest is None else [(plain("quarter_rest", count=rest.size), rest)]
    for label, group in (*named, *last):
        yield (label, *map(str, group.counts), _people(group))


def _section(name: str, rows: Iterable[Cells], **values: object) -> Section:
    return Section(
        title=plain(f"quarter_{name}"),
        said=plain(f"quarter_{name}_said", **values),
        head=tuple(plain(f"quarter_{name}_head").split("|")),
        rows=tuple(rows),
        rule=plain("quarter_rule", rule=plain(f"quarter_{name}_rule")),
    )


def _known(key: str, otherwise: str) -> str:
    return plain(key) if key in catalogue("zh") else otherwise


def _people(group: Group) -> str:
    count = len(group.people)
    return str(count) if count == 0 or count >= LEAST else plain("quarter_few")


def _share(part: int, whole: int) -> str:
    if not whole:
        return plain("quarter_share_none")
    return plain("quarter_share", part=part, whole=whole, percent=f"{100 * part / whole:.1f}")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
