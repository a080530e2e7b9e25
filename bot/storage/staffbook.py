"""Staff, their sign-in links and sessions.

Floor 3. Tokens are stored as hashes only.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.people import Role, Staff
from bot.storage import store
from bot.storage.db import Tx
from bot.storage.times import parse, stamp

LINK_LIFE = timedelta(minutes=30)
SESSION_IDLE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=8)
NAMED = "staff_named"  # the fact that lists whom the settings named at the last start


def put_staff(
    tx: Tx,
    name: str,
    role: Role,
    *,
    departments: Sequence[str] = (),
    telegram: str = "",
    now: datetime,
) -> Staff:
    """Add a person, or change the one with this name; a changed role ends the person's sessions."""
    old = by_name(tx, name)
    if telegram:  # an account belongs to whoever was named last
        tx.execute(
            "UPDATE staff SET telegram = NULL WHERE telegram = ? AND name <> ?", (telegram, name)
        )
    tx.execute(
        "INSERT INTO staff (name, role, departments, telegram, created_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET role = excluded.role, departments = excluded.departments,"
        " telegram = excluded.telegram, active = 1",
        (
            name,
            role,
            json.dumps(list(departments), ensure_ascii=False),
            telegram or None,
            stamp(now),
        ),
    )
    new = by_name(tx, name)
    if new is None:
        raise ValueError("the row just written is not there")
    if old is not None and old != new:
        end_sessions(tx, new.id)
    return new


def remove_staff(tx: Tx, name: str) -> bool:
    """Let a person go: no right, no session; the history keeps the name. False when unknown."""
    staff = by_name(tx, name)
    if staff is None or not staff.active:
        return False
    tx.execute("UPDATE staff SET active = 0, telegram = NULL WHERE id = ?", (staff.id,))
    tx.execute("DELETE FROM sign_in_links WHERE staff_id = ?", (staff.id,))
    end_sessions(tx, staff.id)
    return True


def keep_named(tx: Tx, names: Iterable[str]) -> list[str]:
    """Let go whoever the settings named the last time and name no more; return who that was."""
    now = set(names)
    gone = sorted(name for name in _named(tx) - now if remove_staff(tx, name))
    _set_named(tx, now)
    return gone


def unname(tx: Tx, name: str) -> None:
    """Note that somebody was added by hand, and stays when the settings name them no more."""
    _set_named(tx, _named(tx) - {name})


def _named(tx: Tx) -> set[str]:
    return set(json.loads(store.get_fact(tx, NAMED) or "[]"))


def _set_named(tx: Tx, names: set[str]) -> None:
    store.set_fact(tx, NAMED, json.dumps(sorted(names), ensure_ascii=False))


def by_name(tx: Tx, name: str) -> Staff | None:
    """Return a person by name, active or not."""
    return _one(tx.execute("SELECT * FROM staff WHERE name = ?", (name,)).fetchone())


def by_id(tx: Tx, staff_id: int) -> Staff | None:
    """Return a person by row."""
    return _one(tx.execute("SELECT * FROM staff WHERE id = ?", (staff_id,)).fetchone())


def since(tx: Tx, staff_id: int) -> datetime:
    """Return since when somebody is one of the staff."""
    row = tx.execute("SELECT created_at FROM staff WHERE id = ?", (staff_id,)).fetchone()
    return parse(row["created_at"])


def name_of(tx: Tx, staff_id: int | None) -> str:
    """Return a person's name; empty for nobody."""
    staff = by_id(tx, staff_id) if staff_id is not None else None
    return staff.name if staff else ""


def by_telegram(tx: Tx, user: str) -> Staff | None:
    """Return the active person with this Telegram user id, or None."""
    row = tx.execute("SELECT * FROM staff WHERE telegram = ? AND active = 1", (user,)).fetchone()
    return _one(row)


def everybody(tx: Tx) -> list[Staff]:
    """List the active staff by name."""
    rows = tx.execute("SELECT * FROM staff WHERE active = 1 ORDER BY name")
    return [staff for row in rows if (staff := _one(row)) is not None]


def add_link(tx: Tx, staff_id: int, token: str, now: datetime) -> None:
    """Store a one-time sign-in link."""
    tx.execute(
        "INSERT INTO sign_in_links (token_hash, staff_id, expires_at) VALUES (?, ?, ?)",
        (digest(token), staff_id, stamp(now + LINK_LIFE)),
    )


def use_link(tx: Tx, token: str, now: datetime) -> Staff | None:
    """Spend a sign-in link; None when unknown, spent, expired, or its person is gone."""
    row = tx.execute(
        "UPDATE sign_in_links SET used_at = :now WHERE token_hash = :hash AND used_at IS NULL"
        " AND expires_at > :now RETURNING staff_id",
        {"now": stamp(now), "hash": digest(token)},
    ).fetchone()
    staff = None if row is None else by_id(tx, row["staff_id"])
    return staff if staff is not None and staff.active else None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in at the console."""

    staff: Staff
    csrf: str
    created_at: datetime
    seen_at: datetime


def start_session(tx: Tx, staff_id: int, token: str, csrf: str, now: datetime) -> None:
    """Store a new session."""
    tx.execute(
        "INSERT INTO sessions (token_hash, staff_id, csrf, created_at, seen_at) VALUES (?,?,?,?,?)",
        (digest(token), staff_id, csrf, stamp(now), stamp(now)),
    )


def find_session(tx: Tx, token: str, now: datetime) -> Session | None:
    """Return a living session: seen within 30 minutes, begun within 8 hours, its person still active."""
    row = tx.execute("SELECT * FROM sessions WHERE token_hash = ?", (digest(token),)).fetchone()
    if row is None:
        return None
    staff = by_id(tx, row["staff_id"])
    created, seen = parse(row["created_at"]), parse(row["seen_at"])
    alive = now - seen <= SESSION_IDLE and now - created <= SESSION_LIFE
    return Session(staff, row["csrf"], created, seen) if alive and staff and staff.active else None


def touch_session(tx: Tx, token: str, now: datetime) -> None:
    """Note that a session is in use."""
    tx.execute("UPDATE sessions SET seen_at = ? WHERE token_hash = ?", (stamp(now), digest(token)))


def end_session(tx: Tx, token: str) -> None:
    """Sign out."""
    tx.execute("DELETE FROM sessions WHERE token_hash = ?", (digest(token),))


def end_sessions(tx: Tx, staff_id: int) -> None:
    """Sign a person out everywhere."""
    tx.execute("DELETE FROM sessions WHERE staff_id = ?", (staff_id,))


def digest(token: str) -> str:
    """Return what is stored instead of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _one(row: sqlite3.Row | None) -> Staff | None:
    if row is None:
        return None
    return Staff(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        departments=tuple(json.loads(row["departments"])),
        telegram=row["telegram"] or "",
        active=bool(row["active"]),
    )
