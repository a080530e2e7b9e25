"""The outbox: everything that is owed to anybody, written in the transaction of its cause.

Floor 3. Order within a lane is the order of ids. Rows are put here by the engine and the desk and taken by
the sender only; nothing is sent any other way.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from markupsafe import Markup
from pydantic_core import to_json

from bot.core import chart
from bot.core.turn import Button, Outgoing, Priority
from bot.storage.db import Tx, row_id
from bot.storage.times import parse, stamp

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One row of the outbox. `kind` tells the channel what to do; `message` for all but staff-chat acts."""

    channel: str
    chat: str
    message: Outgoing
    priority: Priority = Priority.REPLY
    lane: str = ""  # empty: the chat itself
    kind: str = "message"
    thread: str = ""  # where the chat has topics and no case says which
    slot: str = ""
    case_id: int | None = None
    event_id: int | None = None
    id: int = 0
    attempts: int = 0
    not_before: datetime | None = None
    created_at: datetime | None = None

    @property
    def line(self) -> str:
        """Return the lane: what must stay in order."""
        return self.lane or f"{self.channel}:{self.chat}"


def put(tx: Tx, parcel: Parcel, now: datetime) -> Parcel:
    """Write one row, leased to the sender of this process, and return it with its id.

    A parcel with a slot takes the place of whatever is still unsent in that slot of the chat.
    """
    if parcel.slot:
        cancel_slot(tx, parcel.channel, parcel.chat, parcel.slot)
    due = parcel.not_before or now
    cursor = tx.execute(
        "INSERT INTO outbox (channel, chat, thread, lane, kind, priority, body, slot, case_id, event_id,"
        " created_at, not_before, lease_until) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            parcel.channel,
            parcel.chat,
            parcel.thread,
            parcel.line,
            parcel.kind,
            parcel.priority.rank,
            body_json(parcel.message),
            parcel.slot,
            parcel.case_id,
            parcel.event_id,
            stamp(now),
            stamp(due),
            stamp(now + LEASE),
        ),
    )
    return replace(parcel, id=row_id(cursor), not_before=due, created_at=now)


def cancel_slot(tx: Tx, channel: str, chat: str, slot: str) -> None:
    """Take back what is unsent in a slot."""
    tx.execute(
        "DELETE FROM outbox WHERE channel = ? AND chat = ? AND slot = ? AND state = 'queued'",
        (channel, chat, slot),
    )


def unsent(tx: Tx, *, lapsed_at: datetime | None = None) -> list[Parcel]:
    """Return queued rows in order of id; with `lapsed_at` only those whose lease has run out by then."""
    rows = tx.execute(
        "SELECT * FROM outbox WHERE state = 'queued'"
        " AND (:at IS NULL OR lease_until IS NULL OR lease_until < :at) ORDER BY id",
        {"at": None if lapsed_at is None else stamp(lapsed_at)},
    )
    return [read_row(row) for row in rows]


def renew_leases(tx: Tx, parcel_ids: Sequence[int], now: datetime) -> None:
    """Heartbeat: the rows in hand stay with the living sender."""
    tx.execute(
        "UPDATE outbox SET lease_until = ? WHERE state = 'queued'"
        " AND id IN (SELECT value FROM json_each(?))",
        (stamp(now + LEASE), json.dumps(list(parcel_ids))),
    )


def begin(tx: Tx, parcel_id: int) -> bool:
    """Mark a broadcast row as under way, before it is sent; False when it is to be sent no more."""
    cursor = tx.execute(
        "UPDATE outbox SET state = 'sending' WHERE id = ? AND state = 'queued'", (parcel_id,)
    )
    return cursor.rowcount == 1


def mark_unknown(tx: Tx, parcel_id: int, reason: str) -> None:
    """Record that nobody knows whether a row arrived: people decide whether it is sent once more."""
    tx.execute(
        "UPDATE outbox SET state = 'unknown', attempts = attempts + 1, reason = ?, lease_until = NULL"
        " WHERE id = ?",
        (reason, parcel_id),
    )


def give_up_under_way(tx: Tx) -> int:
    """Record the rows that were under way when the last process died as unknown; return how many."""
    return tx.execute(
        "UPDATE outbox SET state = 'unknown', reason = 'restart', lease_until = NULL"
        " WHERE state = 'sending'"
    ).rowcount


def mark_sent(tx: Tx, parcel_id: int, message_id: str, now: datetime) -> None:
    """Record that the channel took it: from now on it counts as sent."""
    tx.execute(
        "UPDATE outbox SET state = 'sent', sent_at = ?, message_id = ?, attempts = attempts + 1,"
        " lease_until = NULL WHERE id = ?",
        (stamp(now), message_id, parcel_id),
    )


def mark_retry(
    tx: Tx, parcel_id: int, not_before: datetime, reason: str, *, counted: bool = True
) -> Parcel | None:
    """Record a try that failed for now and return the row as it is; None when it is queued no more."""
    row = tx.execute(
        "UPDATE outbox SET state = 'queued', attempts = attempts + ?, not_before = ?, reason = ?"
        " WHERE id = ? AND state IN ('queued', 'sending') RETURNING *",
        (int(counted), stamp(not_before), reason, parcel_id),
    ).fetchone()
    return None if row is None else read_row(row)


def mark_failed(tx: Tx, parcel_id: int, reason: str) -> None:
    """Give up for good, with the reason."""
    tx.execute(
        "UPDATE outbox SET state = 'failed', attempts = attempts + 1, reason = ?, lease_until = NULL"
        " WHERE id = ?",
        (reason, parcel_id),
    )


def send_again(tx: Tx, parcel_id: int, now: datetime) -> Parcel | None:
    """Queue a failed row once more; None when it is not a failed one."""
    row = tx.execute(
        "UPDATE outbox SET state = 'queued', attempts = 0, reason = '', not_before = ?, lease_until = ?"
        " WHERE id = ? AND state = 'failed' RETURNING *",
        (stamp(now), stamp(now + LEASE), parcel_id),
    ).fetchone()
    return None if row is None else read_row(row)


def case_of(tx: Tx, parcel_id: int) -> int | None:
    """Return the case that a message to a parent is about, or None."""
    row = tx.execute(
        "SELECT case_id FROM outbox WHERE id = ? AND lane NOT LIKE 'staff:%'", (parcel_id,)
    ).fetchone()
    return None if row is None or row["case_id"] is None else int(row["case_id"])


def depth(tx: Tx) -> tuple[int, datetime | None]:
    """Return how many rows are queued and since when the oldest waits."""
    row = tx.execute(
        "SELECT count(*), min(created_at) FROM outbox WHERE state = 'queued'"
    ).fetchone()
    return int(row[0]), None if row[1] is None else parse(row[1])


def body_json(message: Outgoing) -> str:
    """Write a message for storage."""
    body: dict[str, object] = {"html": str(message.html)}
    if message.buttons:
        body["buttons"] = [[[b.label, b.data, b.url] for b in row] for row in message.buttons]
    if message.picture is not None:
        body["picture"] = chart.to_data(message.picture)
    if message.answers is not None:
        body["answers"] = message.answers
    return to_json(body).decode()


def read_body(text: str) -> Outgoing:
    """Read a stored message."""
    body = json.loads(text)
    buttons = tuple(tuple(Button(*b) for b in row) for row in body.get("buttons", ()))
    html = Markup(body["html"])  # noqa: S704  # was markup when it was written
    drawn = body.get("picture")
    answers = body.get("answers")
    return Outgoing(
        html,
        buttons,
        chart.from_data(drawn) if drawn else None,
        (answers[0], answers[1]) if answers else None,
    )


def read_row(row: sqlite3.Row) -> Parcel:
    """Read one row of the outbox."""
    return Parcel(
        channel=row["channel"],
        chat=row["chat"],
        thread=row["thread"],
        message=read_body(row["body"]),
        priority=tuple(Priority)[row["priority"]],
        lane=row["lane"],
        kind=row["kind"],
        slot=row["slot"],
        case_id=row["case_id"],
        event_id=row["event_id"],
        id=row["id"],
        attempts=row["attempts"],
        not_before=parse(row["not_before"]),
        created_at=parse(row["created_at"]),
    )


def queued_in_slot(tx: Tx, channel: str, chat: str, slot: str) -> Parcel | None:
    """Return what waits in a slot, or None."""
    row = tx.execute(
        "SELECT * FROM outbox WHERE channel = ? AND chat = ? AND slot = ? AND state = 'queued'",
        (channel, chat, slot),
    ).fetchone()
    return None if row is None else read_row(row)


def send_blocked_again(tx: Tx, channel: str, chat: str, now: datetime) -> list[Parcel]:
    """Queue again what a chat owed by a case never got while it had blocked us."""
    rows = tx.execute(
        "SELECT id FROM outbox WHERE channel = ? AND chat = ? AND state = 'failed'"
        " AND reason IN ('blocked', 'deactivated') AND case_id IS NOT NULL ORDER BY id",
        (channel, chat),
    ).fetchall()
    return [parcel for row in rows if (parcel := send_again(tx, row["id"], now)) is not None]
