"""What was asked, judged and answered in a period: the counting SQL behind the quarterly check.

Floor 3. A period is a half-open span of time. A person is a conversation; no text leaves but what was asked.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.storage.db import Tx
from bot.storage.times import parse, stamp


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` up to, and without, `ends`."""

    starts: datetime
    ends: datetime

    @property
    def bounds(self) -> dict[str, str]:
        """Return the two ends as they are stored."""
        return {"starts": stamp(self.starts), "ends": stamp(self.ends)}


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one person did one thing; `what` is an entry, a question or a kind, `how` an outcome."""

    what: str
    how: str
    person: int
    times: int


@dataclass(frozen=True, slots=True)
class Owed:
    """A case whose answer was due in the span. `answered` is the reply's, or that of declining it."""

    department: str
    person: int
    due_at: datetime
    answered: datetime | None
    withdrawn: datetime | None

    @property
    def in_time(self) -> bool:
        """Tell whether the answer was there when it was due."""
        return self.answered is not None and self.answered <= self.due_at


def asked(tx: Tx, span: Span) -> list[Counted]:
    """Count questions by entry, outcome and person."""
    return _counted(
        tx,
        "SELECT entry_id AS what, outcome AS how, person_id, count(*) AS times FROM asked"
        " WHERE at >= :starts AND at < :ends GROUP BY entry_id, outcome, person_id",
        span,
    )


def missed(tx: Tx, span: Span) -> list[Counted]:
    """Count questions without an answer by what was asked and person."""
    return _counted(
        tx,
        "SELECT question AS what, outcome AS how, person_id, count(*) AS times FROM asked"
        " WHERE at >= :starts AND at < :ends AND outcome = 'miss' GROUP BY question, person_id",
        span,
    )


def judged(tx: Tx, span: Span) -> list[Counted]:
    """Count what people said of answers, by entry; `how` is 'good' or 'poor'."""
    return _counted(
        tx,
        "SELECT entry_id AS what, CASE helpful WHEN 1 THEN 'good' ELSE 'poor' END AS how, person_id,"
        " count(*) AS times FROM feedback WHERE at >= :starts AND at < :ends"
        " GROUP BY entry_id, helpful, person_id",
        span,
    )


def received(tx: Tx, span: Span) -> list[Counted]:
    """Count the cases that arrived, by kind and person."""
    return _counted(
        tx,
        "SELECT kind AS what, '' AS how, person_id, count(*) AS times FROM cases"
        " WHERE received_at >= :starts AND received_at < :ends GROUP BY kind, person_id",
        span,
    )


def owed(tx: Tx, span: Span) -> list[Owed]:
    """Return the cases whose answer was due in the span."""
    rows = tx.execute(
        "SELECT department, person_id, status, due_at, answered_at, closed_at FROM cases"
        " WHERE due_at >= :starts AND due_at < :ends ORDER BY id",
        span.bounds,
    )
    return [
        Owed(
            row["department"],
            row["person_id"],
            parse(row["due_at"]),
            _moment(row["closed_at"] if row["status"] == "declined" else row["answered_at"]),
            _moment(row["closed_at"]) if row["status"] == "withdrawn" else None,
        )
        for row in rows
    ]


def moved(tx: Tx, span: Span, kind: str) -> int:
    """Count the cases that had an event of a kind."""
    row = tx.execute(
        "SELECT count(DISTINCT case_id) FROM events"
        " WHERE kind = :kind AND at >= :starts AND at < :ends",
        {"kind": kind, **span.bounds},
    ).fetchone()
    return int(row[0])


def _counted(tx: Tx, sql: str, span: Span) -> list[Counted]:
    rows = tx.execute(sql, span.bounds)
    return [Counted(row["what"], row["how"], row["person_id"], row["times"]) for row in rows]


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else parse(stored)
