"""The quarterly check as figures: what was published, changed, overdue, asked and answered in three months.

Floor 3. Everything is as it stood when the quarter ended, or now while it lasts; how each figure is counted is
printed under it (texts/quarter.zh.yaml), and a change here is a change there.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.workdays import SHANGHAI, local_day
from bot.service.quarter_changes import Changed, Step, changes, live_at_end
from bot.service.small_groups import Group, grouped, merged
from bot.storage import archive, quarterbook
from bot.storage.db import Tx
from bot.storage.quarterbook import Counted, Owed, Span
from knowledge.assemble import Snapshot, load_parts
from knowledge.checks import plain as letters
from knowledge.entry import Entry
from knowledge.files import Found
from knowledge.library import SHIPPED
from knowledge.review import Matter, Record, review
from knowledge.tables import Table

MOST = 20  # lines of what is ranked
ANSWERED = frozenset(
    {"hit", "chosen"}
)  # an entry was given; the other outcomes are unsure and miss
_QUARTER = re.compile(r"(20[0-9]{2})[Qq]([1-4])")

Ranked = tuple[tuple[Group, ...], Group | None]


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter of a year, up to now while it lasts."""

    year: int
    quarter: int
    span: Span
    over: bool

    @property
    def last_day(self) -> date:
        """Return the last day that counts."""
        return local_day(self.span.ends - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class Content:
    """What was published at the end; `archived` is False where it is today's content for want of an archive."""

    entries: tuple[Entry, ...]
    topics: tuple[tuple[str, tuple[Entry, ...]], ...]
    tables: tuple[Table, ...]
    overdue: tuple[Entry, ...]
    expired: tuple[Entry, ...]
    archived: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """What was asked. Counts: times asked; of `judged`: helpful, not helpful."""

    total: Group
    missed: Group
    entries: Ranked
    unanswered: Ranked
    verdicts: Group
    judged: Ranked


@dataclass(frozen=True, slots=True)
class Cases:
    """What was received, and what was due. Counts of `owed`: due, answered in time."""

    received: Group
    kinds: Ranked
    owed: Group
    departments: Ranked
    withdrawn: int
    extended: int
    redone: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """All figures of one quarter."""

    period: Period
    made_at: datetime
    content: Content
    steps: tuple[Step, ...]
    changed: tuple[Changed, ...]
    since: datetime | None  # when the archive begins; None: nothing was recorded yet
    questions: Questions
    cases: Cases


def period_of(text: str, now: datetime) -> Period:
    """Read 2026Q4. Raises ValueError for anything else, and for a quarter that has not begun."""
    match = _QUARTER.fullmatch(text)
    if match is None:
        raise ValueError("not a quarter (2026Q4)")
    year, quarter = int(match[1]), int(match[2])
    starts = datetime(year, 3 * quarter - 2, 1, tzinfo=SHANGHAI)
    following = (year, 3 * quarter + 1) if quarter < 4 else (year + 1, 1)
    ends = datetime(*following, 1, tzinfo=SHANGHAI)
    if starts >= now:
        raise ValueError("that quarter has not begun")
    return Period(year, quarter, Span(starts, min(ends, now)), ends <= now)


def gather(
    tx: Tx, period: Period, current: Callable[[], Snapshot], *, samples: bool, now: datetime
) -> Quarter:
    """Count everything. `current` gives today's content, for when the archive is younger than the quarter."""
    recorded = archive.all_snapshots(tx) if archive.is_there(tx) else []
    steps, changed = changes(tx, period.span, samples=samples) if recorded else ((), ())
    return Quarter(
        period=period,
        made_at=now,
        content=_content(tx, period, current, samples=samples, has_archive=bool(recorded)),
        steps=steps,
        changed=changed,
        since=recorded[0].live_at if recorded else None,
        questions=_questions(tx, period.span),
        cases=_cases(tx, period.span),
    )


def _content(
    tx: Tx, period: Period, current: Callable[[], Snapshot], *, samples: bool, has_archive: bool
) -> Content:
    live = live_at_end(tx, period.span) if has_archive else None
    old = None
    if live is not None:
        names = archive.files_of(tx, live)
        found = Found(tuple((name, archive.blob(tx, names[name])) for name in names), ())
        old = load_parts(SHIPPED, found).snapshot  # None where today's schema refuses it
    snapshot = old or current()
    entries = {
        one.id: one
        for one in snapshot.entries.values()
        if not one.draft and (samples or not one.sample)
    }
    findings = review(entries.values(), today=period.last_day, record=Record())

    def of(matter: Matter) -> tuple[Entry, ...]:
        return tuple(one.entry for one in findings if one.matter is matter)

    shown = (
        (topic.title, tuple(entries[one] for one in topic.entry_ids if one in entries))
        for topic in snapshot.topics
    )
    return Content(
        entries=tuple(entries.values()),
        topics=tuple((title, own) for title, own in shown if own),
        tables=tuple(one for one in snapshot.tables.values() if samples or not one.sample),
        overdue=of(Matter.OVERDUE),
        expired=of(Matter.EXPIRED),
        archived=old is not None,
    )


def _questions(tx: Tx, span: Span) -> Questions:
    asked = quarterbook.asked(tx, span)
    typed = [one for one in asked if one.how != "chosen"]  # a pressed choice asks nothing new
    given = [one for one in asked if one.how in ANSWERED and one.what]
    judged = quarterbook.judged(tx, span)
    return Questions(
        total=_all(typed),
        missed=_all(one for one in typed if one.how == "miss"),
        entries=merged(_by_what(given), most=MOST),
        unanswered=merged(_by_question(quarterbook.missed(tx, span)), most=MOST),
        verdicts=_only(grouped(("", _verdict(one), one.person) for one in judged), 2),
        judged=merged(grouped((one.what, _verdict(one), one.person) for one in judged), most=MOST),
    )


def _cases(tx: Tx, span: Span) -> Cases:
    received, owed = quarterbook.received(tx, span), quarterbook.owed(tx, span)
    kept = [one for one in owed if one.withdrawn is None or one.withdrawn > one.due_at]
    return Cases(
        received=_all(received),
        kinds=merged(_by_what(received), most=MOST),
        owed=_only(grouped(("", _answered(one), one.person) for one in kept), 2),
        departments=merged(
            grouped((one.department, _answered(one), one.person) for one in kept), most=MOST
        ),
        withdrawn=len(owed) - len(kept),
        extended=quarterbook.moved(tx, span, "extended"),
        redone=quarterbook.moved(tx, span, "redone"),
    )


def _by_what(counted: Iterable[Counted]) -> list[Group]:
    return grouped((one.what, (one.times,), one.person) for one in counted)


def _by_question(counted: Iterable[Counted]) -> list[Group]:
    """Count wordings that differ in punctuation or width only as one, under the first of them."""
    shown: dict[str, str] = {}
    return grouped(
        (shown.setdefault(letters(one.what) or one.what, one.what), (one.times,), one.person)
        for one in sorted(counted, key=lambda one: one.what)
    )


def _all(counted: Iterable[Counted]) -> Group:
    return _only(grouped(("", (one.times,), one.person) for one in counted), 1)


def _only(groups: list[Group], width: int) -> Group:
    return groups[0] if groups else Group("", (0,) * width, frozenset())


def _verdict(one: Counted) -> tuple[int, int]:
    return (one.times, 0) if one.how == "good" else (0, one.times)


def _answered(one: Owed) -> tuple[int, int]:
    return 1, int(one.in_time)
