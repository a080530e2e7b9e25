"""What people asked to be told of, and the figures they were shown.

Floor 3. A subscription outlives blocking: who comes back is told again. Nothing here says who a person is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.follows import Follow
from bot.storage.db import Tx
from bot.storage.times import stamp
from knowledge.subjects import Kind, Subject

CORRECTED_WITHIN = timedelta(days=30)


def follow(tx: Tx, person_id: int, wanted: Follow, now: datetime) -> None:
    """Note that a person wants to be told; asking again renews the figures that were shown."""
    subject = wanted.subject
    tx.execute(
        "INSERT INTO subscriptions (person_id, kind, target, title, created_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET title = excluded.title, created_at = excluded.created_at",
        (person_id, subject.kind, subject.target, wanted.title, stamp(now)),
    )
    for one in wanted.shown:
        tx.execute(
            "INSERT INTO shown_figures (person_id, table_id, key, heading, value, subject, shown_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value,"
            " subject = excluded.subject, shown_at = excluded.shown_at",
            (person_id, one.table, one.key, one.column, one.value, subject.target, stamp(now)),
        )


def unfollow(tx: Tx, person_id: int, subjects: Sequence[Subject]) -> None:
    """Note that a person wants to hear of these no more, of nothing at all when there are none.

    What is owed for them and has not left is taken back.
    """
    if not subjects:
        rows = tx.execute(
            "SELECT kind, target FROM subscriptions WHERE person_id = ?", (person_id,)
        )
        subjects = [Subject(Kind(row["kind"]), row["target"]) for row in rows.fetchall()]
    for one in subjects:
        given = (person_id, one.kind, one.target)
        tx.execute(
            "DELETE FROM subscriptions WHERE person_id = ? AND kind = ? AND target = ?", given
        )
        tx.execute(
            "DELETE FROM shown_figures WHERE person_id = ? AND ? = 'figure' AND subject = ?", given
        )
        _take_back(tx, person_id, one)


def _take_back(tx: Tx, person_id: int, subject: Subject) -> None:
    tx.execute(
        "UPDATE outbox SET state = 'withdrawn', reason = 'unsubscribed', lease_until = NULL"
        " WHERE state = 'queued' AND id IN (SELECT r.outbox_id FROM announcement_recipients r"
        " JOIN announcements a ON a.id = r.announcement_id"
        " WHERE r.person_id = ? AND a.kind = ? AND a.target = ?)",
        (person_id, subject.kind, subject.target),
    )
    tx.execute(  # the trigger copied `withdrawn`: whose wish it was is the better word
        "UPDATE announcement_recipients SET state = 'unsubscribed', outbox_id = NULL"
        " WHERE person_id = ? AND state = 'withdrawn' AND reason = 'unsubscribed'",
        (person_id,),
    )


def of_person(tx: Tx, person_id: int, now: datetime) -> tuple[Follow, ...]:
    """Return what a person follows, oldest first; corrections only while they would still be told."""
    rows = tx.execute(
        "SELECT kind, target, title FROM subscriptions WHERE person_id = ?"
        " AND (kind <> 'figure' OR created_at > ?) ORDER BY created_at, kind, target",
        (person_id, stamp(now - CORRECTED_WITHIN)),
    )
    return tuple(
        Follow(Subject(Kind(row["kind"]), row["target"]), row["title"]) for row in rows.fetchall()
    )


def followed(tx: Tx) -> dict[Subject, str]:
    """Return every subject that anybody follows, with what it was called last."""
    rows = tx.execute(
        "SELECT kind, target, title, max(created_at) FROM subscriptions GROUP BY kind, target"
    )
    return {Subject(Kind(row["kind"]), row["target"]): row["title"] for row in rows}


@dataclass(frozen=True, slots=True)
class WasShown:
    """Somebody was shown a value, and follows its corrections under `subject`."""

    person_id: int
    subject: Subject
    value: str


def shown(tx: Tx, where: tuple[str, str, str], now: datetime) -> list[WasShown]:
    """Return who was shown a figure (table, key, heading) of late."""
    rows = tx.execute(
        "SELECT person_id, subject, value FROM shown_figures"
        " WHERE table_id = ? AND key = ? AND heading = ? AND shown_at > ?",
        (*where, stamp(now - CORRECTED_WITHIN)),
    )
    return [WasShown(row[0], Subject(Kind.FIGURE, row[1]), row[2]) for row in rows]


def corrected(tx: Tx, person_id: int, where: tuple[str, str, str], new: str) -> None:
    """Note that a person was told of the new value."""
    tx.execute(
        "UPDATE shown_figures SET value = ? WHERE person_id = ? AND table_id = ? AND key = ?"
        " AND heading = ?",
        (new, person_id, *where),
    )


def forget_old_figures(tx: Tx, now: datetime) -> None:
    """Forget figures that were shown so long ago that nobody is told of a correction any more."""
    limit = stamp(now - CORRECTED_WITHIN)
    tx.execute("DELETE FROM shown_figures WHERE shown_at <= ?", (limit,))
    tx.execute("DELETE FROM subscriptions WHERE kind = 'figure' AND created_at <= ?", (limit,))
