"""What the content owes its editors: what has run out, is due to be checked again, or nobody ever asks for.

Floor 0; pure. Each finding names the entry with its file and line, so that an editor can go there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from knowledge.entry import Entry

AHEAD = timedelta(days=30)  # what is due within this is told before it is late
YEAR = timedelta(days=365)


class Matter(StrEnum):
    """Why an entry is listed; in the order of urgency."""

    EXPIRED = "expired"
    OVERDUE = "overdue"  # past its review_by
    DUE = "due"  # review_by within 30 days, or of a school year that is over
    NO_SOURCE = "no_source"
    SAMPLE = "sample"
    DRAFT = "draft"
    NEVER_ASKED = "never_asked"  # for a year


PRESSING = frozenset({Matter.EXPIRED, Matter.OVERDUE})


@dataclass(frozen=True, slots=True)
class Finding:
    """One entry that needs an editor; `day` is the one that matters, where there is one."""

    matter: Matter
    entry: Entry
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of questions: when the record begins, and the last day each entry was given."""

    since: date | None = None
    last_given: Mapping[str, date] | None = None

    def is_long(self, today: date) -> bool:
        """Tell whether it is a year old: only then can anybody know what was never asked in a year."""
        return self.since is not None and self.since <= today - YEAR


def review(entries: Iterable[Entry], *, today: date, record: Record) -> tuple[Finding, ...]:
    """List what needs an editor on `today`: by urgency, then by file and line.

    An entry counts as never asked only where the record of questions is a year old; before, nobody can know.
    """
    order = list(Matter)
    found = [finding for entry in entries for finding in _of(entry, today, record)]
    return tuple(sorted(found, key=lambda one: (order.index(one.matter), _place(one.entry))))


def _of(entry: Entry, today: date, record: Record) -> Iterator[Finding]:
    if entry.draft:  # nobody is given it, so nothing else matters yet
        yield Finding(Matter.DRAFT, entry)
        return
    if entry.valid_until is not None and entry.valid_until < today:
        yield Finding(Matter.EXPIRED, entry, entry.valid_until)
    elif entry.review_by is not None and entry.review_by < today:
        yield Finding(Matter.OVERDUE, entry, entry.review_by)
    elif entry.review_by is not None and entry.review_by <= today + AHEAD:
        yield Finding(Matter.DUE, entry, entry.review_by)
    elif entry.school_year is not None and _end_of(entry.school_year) < today:
        yield Finding(Matter.DUE, entry, _end_of(entry.school_year))
    if entry.sample:
        yield Finding(Matter.SAMPLE, entry)
    elif entry.source is None:
        yield Finding(Matter.NO_SOURCE, entry)
    if not record.is_long(today):
        return
    last = (record.last_given or {}).get(entry.id)
    if last is None or last < today - YEAR:
        yield Finding(Matter.NEVER_ASKED, entry, last)


def _end_of(school_year: int) -> date:
    return date(school_year + 1, 8, 31)


def _place(entry: Entry) -> tuple[str, int]:
    file, _, line = entry.where.rpartition(":")
    return file, int(line) if line.isdigit() else 0
