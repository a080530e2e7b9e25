"""Announcements: what is to be told of a subject, and where that stands. Who is told it: `recipients`.

Floor 3. One that is not confirmed takes up what changes meanwhile, so a subject never has two of them.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.core.follows import Deed, State
from bot.storage.db import Tx, row_id
from bot.storage.times import parse, stamp
from knowledge import changes
from knowledge.changes import Change
from knowledge.subjects import Kind, Subject

MOST_CHANGES = 500  # kept with one announcement; of more only the number


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement; `more` counts the changes beyond those that are kept."""

    id: int
    subject: Subject
    title: str
    headline: str
    changes: tuple[Change, ...]
    more: int
    version: str
    state: State
    revision: int
    created_at: datetime
    changed_at: datetime
    submitted_by: int | None = None
    submitted_at: datetime | None = None
    confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    ended_by: int | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What is to be announced of one subject."""

    subject: Subject
    title: str
    headline: str
    changes: tuple[Change, ...]


def draft(tx: Tx, news: News, version: str, now: datetime) -> int | None:
    """Make a draft, or let the open one take the changes up; one that waited for its confirmation is a draft again.

    Returns its id; None when everything is as it was before.
    """
    known = _one(
        tx.execute(
            "SELECT * FROM announcements WHERE kind = ? AND target = ?"
            " AND state IN ('draft', 'submitted')",
            (news.subject.kind, news.subject.target),
        ).fetchone()
    )
    if known is None:
        cursor = tx.execute(
            "INSERT INTO announcements (kind, target, title, headline, changes, more, version, state,"
            " created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?)",
            (news.subject.kind, news.subject.target, news.title, news.headline,
             *_kept(news.changes, 0), version, stamp(now), stamp(now)),
        )  # fmt: skip
        return row_id(cursor)
    joined = changes.merged(known.changes, news.changes)
    if not joined and not known.more:
        tx.execute(
            "UPDATE announcements SET state = 'dropped', revision = revision + 1, ended_at = ?"
            " WHERE id = ?",
            (stamp(now), known.id),
        )
        return None
    tx.execute(
        "UPDATE announcements SET state = 'draft', changes = ?, more = ?, version = ?, changed_at = ?,"
        " revision = revision + 1, submitted_by = NULL, submitted_at = NULL WHERE id = ?",
        (*_kept(joined, known.more), version, stamp(now), known.id),
    )
    return known.id


def open_titles(tx: Tx) -> dict[Subject, str]:
    """Return the subjects that have a draft or one that waits for its confirmation."""
    rows = tx.execute(
        "SELECT kind, target, title FROM announcements WHERE state IN ('draft', 'submitted')"
    )
    return {Subject(Kind(row["kind"]), row["target"]): row["title"] for row in rows}


def get(tx: Tx, announcement_id: int) -> Announcement | None:
    """Return one, or None."""
    found = tx.execute("SELECT * FROM announcements WHERE id = ?", (announcement_id,)).fetchone()
    return _one(found)


def listed(tx: Tx, limit: int = 100) -> list[Announcement]:
    """Return those that somebody must do something about, then the others, the newest first."""
    rows = tx.execute(
        "SELECT * FROM announcements ORDER BY"
        " state IN ('draft', 'submitted', 'sending') DESC, id DESC LIMIT ?",
        (limit,),
    )
    return [one for row in rows if (one := _one(row)) is not None]


def sending(tx: Tx) -> list[int]:
    """Return the ids of those that are being sent."""
    rows = tx.execute("SELECT id FROM announcements WHERE state = 'sending' ORDER BY id")
    return [int(row["id"]) for row in rows]


def move(
    tx: Tx, known: Announcement, to: State, *, deed: Deed, staff_id: int | None, now: datetime
) -> bool:
    """Change the state; False when somebody changed the announcement since `known` was read."""
    at = stamp(now)
    written = {
        Deed.SUBMIT: ("submitted_by = ?, submitted_at = ?", (staff_id, at)),
        Deed.GIVE_BACK: ("submitted_by = ?, submitted_at = ?", (None, None)),
        Deed.CONFIRM: ("confirmed_by = ?, confirmed_at = ?", (staff_id, at)),
        Deed.REPEAT: ("confirmed_by = ?, ended_at = ?", (staff_id, None)),
    }.get(deed, ("ended_by = ?, ended_at = ?", (staff_id, at)))
    cursor = tx.execute(
        f"UPDATE announcements SET state = ?, revision = revision + 1, {written[0]}"  # noqa: S608 - one of ours
        " WHERE id = ? AND revision = ?",
        (to, *written[1], known.id, known.revision),
    )
    return cursor.rowcount == 1


def finish(tx: Tx, announcement_id: int, now: datetime) -> None:
    """Note that nobody is left to be told."""
    tx.execute(
        "UPDATE announcements SET state = 'done', revision = revision + 1, ended_at = ?"
        " WHERE id = ? AND state = 'sending'",
        (stamp(now), announcement_id),
    )


def write_headline(tx: Tx, announcement_id: int, headline: str) -> None:
    """Change the first line of a draft."""
    tx.execute(
        "UPDATE announcements SET headline = ? WHERE id = ? AND state = 'draft'",
        (headline, announcement_id),
    )


def told_by(tx: Tx, known: Announcement) -> list[int]:
    """Return the announcements that were confirmed after these changes and tell all of them."""
    rows = tx.execute(
        "SELECT * FROM announcements WHERE confirmed_at >= ? AND id <> ?",
        (stamp(known.changed_at), known.id),
    )
    others = [one for row in rows if (one := _one(row)) is not None]
    if known.more:  # nobody knows what the changes beyond those that are kept were
        return []
    return [one.id for one in others if changes.covers(one.changes, known.changes)]


def _kept(found: tuple[Change, ...], more: int) -> tuple[str, int]:
    return changes.to_json(found[:MOST_CHANGES]), more + max(0, len(found) - MOST_CHANGES)


def _one(row: sqlite3.Row | None) -> Announcement | None:
    if row is None:
        return None
    return Announcement(
        id=row["id"],
        subject=Subject(Kind(row["kind"]), row["target"]),
        title=row["title"],
        headline=row["headline"],
        changes=changes.from_json(row["changes"]),
        more=row["more"],
        version=row["version"],
        state=State(row["state"]),
        revision=row["revision"],
        created_at=parse(row["created_at"]),
        changed_at=parse(row["changed_at"]),
        submitted_by=row["submitted_by"],
        submitted_at=_moment(row["submitted_at"]),
        confirmed_by=row["confirmed_by"],
        confirmed_at=_moment(row["confirmed_at"]),
        ended_by=row["ended_by"],
        ended_at=_moment(row["ended_at"]),
    )


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else parse(stored)


def last_published(tx: Tx) -> tuple[str, bytes] | None:
    """Return hash and compressed form of what was published when changes were last looked for."""
    row = tx.execute("SELECT hash, body FROM published").fetchone()
    return None if row is None else (str(row["hash"]), bytes(row["body"]))


def set_published(tx: Tx, version: str, body: bytes) -> None:
    """Remember what is published now."""
    tx.execute(
        "INSERT INTO published (id, hash, body) VALUES (1, ?, ?)"
        " ON CONFLICT DO UPDATE SET hash = excluded.hash, body = excluded.body",
        (version, body),
    )
