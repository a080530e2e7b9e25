"""Files that parents sent: rows first, bytes later, so that evidence survives whatever happens in between.

Floor 3. A row is written in the update's own transaction; the fetcher downloads and marks it afterwards.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.turn import KeepFile, Media, MediaKind
from bot.storage.db import Tx, row_id
from bot.storage.times import parse, stamp

LONGEST_WAIT = timedelta(hours=1)  # between two tries at a file


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file. `token` is random and the only name that leaves; the bytes are stored under it."""

    id: int
    token: str
    person_id: int
    draft: str
    case_id: int | None
    event_id: int | None
    channel: str
    media: Media
    state: str  # pending | stored | refused
    reason: str
    attempts: int
    created_at: datetime


def keep(
    tx: Tx,
    person_id: int,
    channel: str,
    kept: KeepFile,
    *,
    token: str,
    case_id: int | None,
    event_id: int | None,
    now: datetime,
) -> int:
    """Write down that a file is to be kept; its bytes are fetched after the commit."""
    cursor = tx.execute(
        "INSERT INTO attachments (token, person_id, draft, case_id, event_id, channel, kind, file_id,"
        " name, mime, size, not_before, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            token, person_id, kept.draft, case_id, event_id, channel, kept.media.kind,
            kept.media.file_id, kept.media.name, kept.media.mime, kept.media.size, stamp(now), stamp(now),
        ),
    )  # fmt: skip
    return row_id(cursor)


def has(tx: Tx, case_id: int, file_id: str) -> bool:
    """Tell whether a case has this very file already."""
    row = tx.execute(
        "SELECT 1 FROM attachments WHERE case_id = ? AND file_id = ? LIMIT 1", (case_id, file_id)
    ).fetchone()
    return row is not None


def attach_draft(tx: Tx, person_id: int, draft: str, case_id: int, event_id: int) -> int:
    """Give the files kept for a draft to the case it became; return how many."""
    cursor = tx.execute(
        "UPDATE attachments SET case_id = ?, event_id = ? WHERE person_id = ? AND draft = ?"
        " AND case_id IS NULL",
        (case_id, event_id, person_id, draft),
    )
    return cursor.rowcount


def pending(tx: Tx, channels: Sequence[str], now: datetime, limit: int = 20) -> list[Attachment]:
    """Return files of these channels that are still to be fetched and whose time has come.

    One that seems to wait longer than anything ever does was written before the clock was set back: it is due.
    """
    rows = tx.execute(
        "SELECT * FROM attachments WHERE state = 'pending'"
        " AND (not_before <= :now OR not_before > :latest)"
        " AND channel IN (SELECT value FROM json_each(:channels)) ORDER BY id LIMIT :limit",
        {
            "now": stamp(now), "latest": stamp(now + LONGEST_WAIT),
            "channels": json.dumps(list(channels)), "limit": limit,
        },
    )  # fmt: skip
    return [_read(row) for row in rows]


def mark_stored(tx: Tx, attachment_id: int, *, mime: str, size: int, sha256: str) -> None:
    """Record that the bytes are in our store."""
    tx.execute(
        "UPDATE attachments SET state = 'stored', mime = ?, size = ?, sha256 = ? WHERE id = ?",
        (mime, size, sha256, attachment_id),
    )


def mark_refused(tx: Tx, attachment_id: int, reason: str) -> None:
    """Record that the file was not taken, and why (a key of the text catalogue)."""
    tx.execute(
        "UPDATE attachments SET state = 'refused', reason = ? WHERE id = ?", (reason, attachment_id)
    )


def mark_retry(tx: Tx, attachment_id: int, not_before: datetime) -> None:
    """Record a fetch that failed for now; the next one is not later than LONGEST_WAIT from now."""
    tx.execute(
        "UPDATE attachments SET attempts = attempts + 1, not_before = ? WHERE id = ?",
        (stamp(not_before), attachment_id),
    )


def of_case(tx: Tx, case_id: int) -> list[Attachment]:
    """Return the files of a case, oldest first."""
    rows = tx.execute("SELECT * FROM attachments WHERE case_id = ? ORDER BY id", (case_id,))
    return [_read(row) for row in rows]


def by_token(tx: Tx, token: str) -> Attachment | None:
    """Return a file by its random name, or None."""
    row = tx.execute("SELECT * FROM attachments WHERE token = ?", (token,)).fetchone()
    return None if row is None else _read(row)


def of_person(tx: Tx, person_id: int, file_id: str) -> Attachment | None:
    """Return a file that this person sent, by the channel's id; None for anybody else's."""
    row = tx.execute(
        "SELECT * FROM attachments WHERE person_id = ? AND file_id = ? ORDER BY id LIMIT 1",
        (person_id, file_id),
    ).fetchone()
    return None if row is None else _read(row)


def states(tx: Tx, channel: str, file_ids: Sequence[str]) -> dict[str, str]:
    """Return the state of each of a channel's files that some conversation kept."""
    rows = tx.execute(
        "SELECT file_id, state FROM attachments WHERE channel = ?"
        " AND file_id IN (SELECT value FROM json_each(?))",
        (channel, json.dumps(list(file_ids))),
    )
    return {row["file_id"]: row["state"] for row in rows}


def _read(row: sqlite3.Row) -> Attachment:
    return Attachment(
        id=row["id"],
        token=row["token"],
        person_id=row["person_id"],
        draft=row["draft"],
        case_id=row["case_id"],
        event_id=row["event_id"],
        channel=row["channel"],
        media=Media(MediaKind(row["kind"]), row["file_id"], row["size"], row["mime"], row["name"]),
        state=row["state"],
        reason=row["reason"],
        attempts=row["attempts"],
        created_at=parse(row["created_at"]),
    )
