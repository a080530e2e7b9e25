"""What was written into content files for whom, and what is done once only.

Floor 3. Every function takes the transaction it runs in; edits are append-only.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.storage.db import Tx
from bot.storage.times import parse, stamp


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a content file; the hashes are of the whole file, before and after."""

    at: datetime
    staff_id: int
    who: str
    file: str
    entry_id: str
    diff: str
    sha256_before: str
    sha256_after: str


def add(tx: Tx, edit: Edit) -> None:
    """Record a change."""
    tx.execute(
        "INSERT INTO edits (at, staff_id, who, file, entry_id, diff, sha256_before, sha256_after)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            stamp(edit.at),
            edit.staff_id,
            edit.who,
            edit.file,
            edit.entry_id,
            edit.diff,
            edit.sha256_before,
            edit.sha256_after,
        ),
    )


def latest(tx: Tx, *, most: int = 50) -> list[Edit]:
    """Return the last changes, newest first."""
    rows = tx.execute("SELECT * FROM edits ORDER BY id DESC LIMIT ?", (most,))
    return [
        Edit(
            parse(row["at"]), row["staff_id"], row["who"], row["file"], row["entry_id"],
            row["diff"], row["sha256_before"], row["sha256_after"],
        )
        for row in rows
    ]  # fmt: skip


def first_time(tx: Tx, what: str, now: datetime) -> bool:
    """Record that something was done and tell whether it was the first time, ever."""
    cursor = tx.execute(
        "INSERT INTO done_once (what, at) VALUES (?, ?) ON CONFLICT DO NOTHING", (what, stamp(now))
    )
    return cursor.rowcount == 1


def is_done(tx: Tx, what: str) -> bool:
    """Tell whether something was done already."""
    row = tx.execute("SELECT 1 FROM done_once WHERE what = ?", (what,)).fetchone()
    return row is not None
