"""The staff chat's view of cases: topics, cards, which message is about which case, and reply drafts.

Floor 3. A reply is routed by these rows, never by parsing text; the thread of General is never stored.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.core.cases import CaseView
from bot.storage import casebook
from bot.storage.db import Tx, row_id
from bot.storage.times import stamp


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a case is shown in the staff chat; an empty thread means that none exists (yet, or any more)."""

    case_id: int
    chat: str
    thread: str = ""
    card: str = ""
    recap_due: bool = False
    closed: bool = False


def get(tx: Tx, case_id: int) -> Topic | None:
    """Return where a case is shown, or None."""
    row = tx.execute("SELECT * FROM topics WHERE case_id = ?", (case_id,)).fetchone()
    if row is None:
        return None
    return Topic(
        row["case_id"],
        row["chat"],
        row["thread"],
        row["card"],
        bool(row["recap_due"]),
        bool(row["closed"]),
    )


def put(tx: Tx, topic: Topic) -> None:
    """Write where a case is shown."""
    tx.execute(
        "INSERT INTO topics (case_id, chat, thread, card, recap_due, closed) VALUES (?,?,?,?,?,?)"
        " ON CONFLICT (case_id) DO UPDATE SET chat = excluded.chat, thread = excluded.thread,"
        " card = excluded.card, recap_due = excluded.recap_due, closed = excluded.closed",
        (
            topic.case_id,
            topic.chat,
            topic.thread,
            topic.card,
            int(topic.recap_due),
            int(topic.closed),
        ),
    )


def link(tx: Tx, chat: str, message: str, case_id: int) -> None:
    """Remember that a message in the staff chat is about a case."""
    tx.execute(
        "INSERT INTO staff_messages (chat, message, case_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (chat, message, case_id),
    )


def case_at(tx: Tx, chat: str, *, thread: str, reply_to: str, now: datetime) -> CaseView | None:
    """Return the case of a topic, or of the message replied to; None in General."""
    row = None
    if thread:
        row = tx.execute(
            "SELECT case_id FROM topics WHERE chat = ? AND thread = ?", (chat, thread)
        ).fetchone()
    if row is None and reply_to:
        row = tx.execute(
            "SELECT case_id FROM staff_messages WHERE chat = ? AND message = ?", (chat, reply_to)
        ).fetchone()
    return None if row is None else casebook.by_id(tx, row["case_id"], now)


def unshown_since(tx: Tx, since: datetime) -> int:
    """Count the cases received since a moment that the staff chat was not shown."""
    row = tx.execute(
        "SELECT count(*) FROM cases c LEFT JOIN topics t ON t.case_id = c.id"
        " WHERE c.received_at >= ? AND t.case_id IS NULL",
        (stamp(since),),
    ).fetchone()
    return int(row[0])


def migrate_chat(tx: Tx, old: str, new: str) -> None:
    """Follow a group that became a supergroup: its topics are none yet, its messages have new ids."""
    tx.execute(
        "UPDATE topics SET chat = ?, thread = '', card = '',"
        " recap_due = (recap_due OR thread <> '' OR card <> '') WHERE chat = ?",
        (new, old),
    )
    tx.execute("UPDATE outbox SET chat = ? WHERE chat = ? AND state = 'queued'", (new, old))


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """What a staff member wrote in the staff chat, until somebody says where it goes."""

    id: int
    case_id: int
    staff_id: int
    text: str
    version: int
    state: str  # open | sent | note


def add_draft(
    tx: Tx, case: CaseView, staff_id: int, *, message: str, text: str, now: datetime
) -> int:
    """Keep a draft and return its id."""
    cursor = tx.execute(
        "INSERT INTO reply_drafts (case_id, staff_id, message, text, version, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (case.id, staff_id, message, text, case.version, stamp(now)),
    )
    return row_id(cursor)


def rewrite_draft(tx: Tx, case_id: int, staff_id: int, *, message: str, text: str) -> int | None:
    """Change the text of the draft a message became; return its id, None where none waits any more."""
    row = tx.execute(
        "UPDATE reply_drafts SET text = ? WHERE case_id = ? AND staff_id = ? AND message = ?"
        " AND state = 'open' RETURNING id",
        (text, case_id, staff_id, message),
    ).fetchone()
    return None if row is None else int(row["id"])


def get_draft(tx: Tx, draft_id: int) -> ReplyDraft | None:
    """Return a draft, or None."""
    row = tx.execute("SELECT * FROM reply_drafts WHERE id = ?", (draft_id,)).fetchone()
    if row is None:
        return None
    return ReplyDraft(
        row["id"], row["case_id"], row["staff_id"], row["text"], row["version"], row["state"]
    )


def settle_draft(tx: Tx, draft_id: int, state: str) -> bool:
    """Say where a draft went; False when that was said before (a double tap)."""
    cursor = tx.execute(
        "UPDATE reply_drafts SET state = ? WHERE id = ? AND state = 'open'", (state, draft_id)
    )
    return cursor.rowcount == 1
