"""Who is told of an announcement: one row a person, and what became of it.

Floor 3. A row moves from `waiting` to `queued` in the transaction of its outbox row; the trigger of migration 4
copies what becomes of that row. So however often the process dies, each is told once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.people import Person
from bot.storage.announcements import Announcement
from bot.storage.db import Tx
from bot.storage.times import parse
from knowledge.subjects import Subject


@dataclass(frozen=True, slots=True)
class Sample:
    """What may be shown of a recipient: nothing that tells who it is."""

    channel: str
    language: str
    reachable: bool
    since: datetime | None  # when they subscribed; None: unsubscribed meanwhile


def add_followers(tx: Tx, announcement_id: int, subject: Subject) -> None:
    """Write down everybody who follows the subject now, reachable or not."""
    tx.execute(
        "INSERT OR IGNORE INTO announcement_recipients (announcement_id, person_id)"
        " SELECT ?, person_id FROM subscriptions WHERE kind = ? AND target = ?",
        (announcement_id, subject.kind, subject.target),
    )


def add_people(tx: Tx, announcement_id: int, people: Iterable[int]) -> None:
    """Write down some people."""
    tx.executemany(
        "INSERT OR IGNORE INTO announcement_recipients (announcement_id, person_id) VALUES (?, ?)",
        [(announcement_id, person_id) for person_id in people],
    )


def waiting(tx: Tx, known: Announcement, limit: int) -> list[tuple[Person, bool]]:
    """Return the next who wait, each with whether they still follow the subject."""
    rows = tx.execute(
        "SELECT p.*, s.person_id IS NOT NULL AS follows FROM announcement_recipients r"
        " JOIN people p ON p.id = r.person_id"
        " LEFT JOIN subscriptions s ON s.person_id = r.person_id AND s.kind = ? AND s.target = ?"
        " WHERE r.announcement_id = ? AND r.state = 'waiting' ORDER BY r.person_id LIMIT ?",
        (known.subject.kind, known.subject.target, known.id, limit),
    )
    return [
        (
            Person(row["id"], row["channel"], row["chat"], row["language"], bool(row["reachable"])),
            bool(row["follows"]),
        )
        for row in rows
    ]


def settle(
    tx: Tx, announcement_id: int, person_id: int, state: str, outbox_id: int | None = None
) -> None:
    """Say what became of one who waited."""
    tx.execute(
        "UPDATE announcement_recipients SET state = ?, outbox_id = ?, reason = ''"
        " WHERE announcement_id = ? AND person_id = ? AND state = 'waiting'",
        (state, outbox_id, announcement_id, person_id),
    )


def was_told(tx: Tx, person_id: int, announcement_ids: Sequence[int]) -> bool:
    """Tell whether a person got, or is about to get, one of these."""
    return any(
        tx.execute(
            "SELECT 1 FROM announcement_recipients WHERE announcement_id = ? AND person_id = ?"
            " AND state IN ('queued', 'sending', 'sent', 'unknown')",
            (one, person_id),
        ).fetchone()
        for one in announcement_ids
    )


def stop(tx: Tx, announcement_id: int) -> None:
    """Take back whatever has not left."""
    tx.execute(
        "UPDATE announcement_recipients SET state = 'withdrawn'"
        " WHERE announcement_id = ? AND state = 'waiting'",
        (announcement_id,),
    )
    tx.execute(
        "UPDATE outbox SET state = 'withdrawn', lease_until = NULL WHERE state = 'queued' AND id IN"
        " (SELECT outbox_id FROM announcement_recipients WHERE announcement_id = ?"
        " AND state = 'queued')",
        (announcement_id,),
    )


def wait_again(tx: Tx, announcement_id: int) -> None:
    """Let those of whom nobody knows whether it arrived wait for it once more."""
    tx.execute(
        "UPDATE announcement_recipients SET state = 'waiting', outbox_id = NULL, reason = ''"
        " WHERE announcement_id = ? AND state = 'unknown'",
        (announcement_id,),
    )


def counts(tx: Tx, announcement_id: int) -> dict[tuple[str, str], int]:
    """Return how many recipients are in which state, failed ones by reason."""
    rows = tx.execute(
        "SELECT state, CASE state WHEN 'failed' THEN reason ELSE '' END AS why, count(*)"
        " FROM announcement_recipients WHERE announcement_id = ? GROUP BY 1, 2 ORDER BY 1, 2",
        (announcement_id,),
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


def unsent(tx: Tx, announcement_id: int) -> tuple[int, int]:
    """Return how many wait, and how many are in the outbox and not settled."""
    row = tx.execute(
        "SELECT coalesce(sum(state = 'waiting'), 0), coalesce(sum(state <> 'waiting'), 0)"
        " FROM announcement_recipients WHERE announcement_id = ? AND state IN ('waiting', 'queued', 'sending')",
        (announcement_id,),
    ).fetchone()
    return int(row[0]), int(row[1])


def prospects(tx: Tx, known: Announcement) -> dict[str, int]:
    """Return how many of those who wait would get it now, by what stands in the way of the others."""
    rows = tx.execute(
        "SELECT CASE WHEN s.person_id IS NULL THEN 'unsubscribed' WHEN p.reachable = 0 THEN 'blocked'"
        " ELSE p.channel END AS what, count(*) FROM announcement_recipients r"
        " JOIN people p ON p.id = r.person_id"
        " LEFT JOIN subscriptions s ON s.person_id = r.person_id AND s.kind = ? AND s.target = ?"
        " WHERE r.announcement_id = ? AND r.state = 'waiting' GROUP BY 1 ORDER BY 1",
        (known.subject.kind, known.subject.target, known.id),
    )
    return {row[0]: int(row[1]) for row in rows}


def samples(tx: Tx, known: Announcement, limit: int = 10) -> list[Sample]:
    """Return some recipients, without anything that names them."""
    rows = tx.execute(
        "SELECT p.channel, p.language, p.reachable, s.created_at FROM announcement_recipients r"
        " JOIN people p ON p.id = r.person_id"
        " LEFT JOIN subscriptions s ON s.person_id = r.person_id AND s.kind = ? AND s.target = ?"
        " WHERE r.announcement_id = ? ORDER BY r.person_id * 7919 % 10007 LIMIT ?",
        (known.subject.kind, known.subject.target, known.id, limit),
    )
    return [
        Sample(row[0], row[1], bool(row[2]), None if row[3] is None else parse(row[3]))
        for row in rows
    ]
