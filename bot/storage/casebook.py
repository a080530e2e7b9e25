"""Cases, their history and their files: the SQL behind the desk.

Floor 3. Every function takes the transaction it runs in. Whoever calls has asked `core.cases` for the right.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.cases import CaseView, Kind, Rating, Status
from bot.core.errors import Stale, UnknownCase
from bot.core.turn import OpenCase
from bot.storage.db import Tx, row_id
from bot.storage.times import parse, stamp

Detail = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Due:
    """When the answer is owed and how that was computed (JSON of workdays.Due)."""

    at: datetime
    how: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's history."""

    id: int
    case_id: int
    at: datetime
    actor: str
    staff_id: int | None
    kind: str
    text: str
    data: dict[str, Detail]
    staff_name: str = ""


_CASE = """SELECT c.*, (SELECT count(*) FROM tries t WHERE t.key = 'code:' || c.number AND t.at > :hour_ago)
    AS wrong_codes, coalesce((SELECT e.text FROM events e WHERE e.case_id = c.id
    AND e.kind IN ('reply', 'declined') ORDER BY e.id DESC LIMIT 1), '') AS reply FROM cases c """


def _rows(tx: Tx, where: str, now: datetime, **values: object) -> list[CaseView]:
    hour_ago = stamp(now - timedelta(hours=1))
    return [read_case(row) for row in tx.execute(_CASE + where, {"hour_ago": hour_ago, **values})]


def by_number(tx: Tx, number: str, now: datetime) -> CaseView | None:
    """Return the case with this number, or None."""
    found = _rows(tx, "WHERE c.number = :number", now, number=number)
    return found[0] if found else None


def by_id(tx: Tx, case_id: int, now: datetime) -> CaseView:
    """Return a case by its row. Raises UnknownCase."""
    found = _rows(tx, "WHERE c.id = :id", now, id=case_id)
    if not found:
        raise UnknownCase(str(case_id))
    return found[0]


def of_person(tx: Tx, person_id: int, now: datetime, limit: int = 10) -> tuple[CaseView, ...]:
    """Return the newest cases of a conversation."""
    where = "WHERE c.person_id = :person ORDER BY c.id DESC LIMIT :limit"
    return tuple(_rows(tx, where, now, person=person_id, limit=limit))


def insert_case(
    tx: Tx,
    opened: OpenCase,
    *,
    number: str,
    code_hash: str,
    person_id: int,
    department: str,
    title: str,
    due: Due,
    now: datetime,
) -> CaseView | None:
    """Write a new case; None when this draft already made one."""
    row = tx.execute(
        "INSERT INTO cases (number, code_hash, person_id, draft, kind, category, department, status,"
        " subject, subject_name, title, contact, anonymous, urgent, emergency, entry_id, received_at,"
        " due_at, due_how, provisional) VALUES"
        " (:number, :code_hash, :person_id, :draft, :kind, :category, :department, 'received',"
        " :subject, :subject_name, :title, :contact, :anonymous, :urgent, :emergency, :entry_id,"
        " :received_at, :due_at, :due_how, :provisional)"
        " ON CONFLICT (draft) DO NOTHING RETURNING id",
        {
            "number": number,
            "code_hash": code_hash,
            "person_id": person_id,
            "draft": opened.draft or None,
            "kind": opened.kind,
            "category": opened.category,
            "department": department,
            "subject": opened.subject,
            "subject_name": opened.subject_name,
            "title": title,
            "contact": opened.contact,
            "anonymous": int(opened.anonymous),
            "urgent": int(opened.urgent),
            "emergency": opened.emergency,
            "entry_id": opened.entry_id,
            "received_at": stamp(now),
            "due_at": stamp(due.at),
            "due_how": due.how,
            "provisional": int(due.provisional),
        },
    ).fetchone()
    return None if row is None else by_id(tx, row["id"], now)


_CHANGEABLE = frozenset(
    {"status", "department", "assignee_id", "due_at", "due_how", "provisional", "answered_at",
     "closed_at", "redone", "rating", "urgent", "contact"}
)  # fmt: skip


def change(tx: Tx, case: CaseView, now: datetime, **values: object) -> CaseView:
    """Change columns of a case and raise its version. Raises Stale when it changed meanwhile."""
    strange = values.keys() - _CHANGEABLE
    if strange:
        raise ValueError(f"not a column that changes: {sorted(strange)}")
    sets = ", ".join(f"{column} = :{column}" for column in values)
    plain = {key: stamp(v) if isinstance(v, datetime) else v for key, v in values.items()}
    cursor = tx.execute(
        # the columns are from _CHANGEABLE, never from people
        f"UPDATE cases SET {sets}, version = version + 1 WHERE id = :id AND version = :version",  # noqa: S608
        {**plain, "id": case.id, "version": case.version},
    )
    if cursor.rowcount != 1:
        raise Stale(case.number, case.version)
    return by_id(tx, case.id, now)


def add_event(
    tx: Tx,
    case_id: int,
    kind: str,
    now: datetime,
    *,
    actor: str,
    staff_id: int | None = None,
    text: str = "",
    data: dict[str, Detail] | None = None,
) -> int:
    """Append one line to a case's history and return its id."""
    cursor = tx.execute(
        "INSERT INTO events (case_id, at, actor, staff_id, kind, text, data) VALUES (?,?,?,?,?,?,?)",
        (
            case_id,
            stamp(now),
            actor,
            staff_id,
            kind,
            text,
            json.dumps(data or {}, ensure_ascii=False),
        ),
    )
    return row_id(cursor)


def history(tx: Tx, case_id: int) -> list[Event]:
    """Return a case's history, oldest first."""
    rows = tx.execute(
        "SELECT e.*, coalesce(s.name, '') AS staff_name FROM events e"
        " LEFT JOIN staff s ON s.id = e.staff_id WHERE e.case_id = ? ORDER BY e.id",
        (case_id,),
    )
    return [
        Event(
            row["id"], row["case_id"], parse(row["at"]), row["actor"], row["staff_id"], row["kind"],
            row["text"], json.loads(row["data"]), row["staff_name"],
        )
        for row in rows
    ]  # fmt: skip


def contact_of(tx: Tx, case_id: int) -> str:
    """Return how the complainant may be reached; only behind Action.REVEAL."""
    row = tx.execute("SELECT contact FROM cases WHERE id = ?", (case_id,)).fetchone()
    return str(row["contact"])


def opened_since(tx: Tx, since: datetime) -> int:
    """Count the cases received after a moment."""
    row = tx.execute("SELECT count(*) FROM cases WHERE received_at > ?", (stamp(since),)).fetchone()
    return int(row[0])


def delivery(tx: Tx, event_ids: Sequence[int]) -> dict[int, tuple[str, str, int]]:
    """Return event id -> (state, reason, outbox id) of the message an event owed to the parent."""
    rows = tx.execute(
        "SELECT event_id, state, reason, id FROM outbox"
        " WHERE event_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(event_ids)),),
    )
    return {row["event_id"]: (row["state"], row["reason"], row["id"]) for row in rows}


def read_case(row: sqlite3.Row) -> CaseView:
    """Read one row of the cases."""
    return CaseView(
        id=row["id"],
        number=row["number"],
        code_hash=row["code_hash"],
        person_id=row["person_id"],
        kind=Kind(row["kind"]),
        category=row["category"],
        status=Status(row["status"]),
        received_at=parse(row["received_at"]),
        due_at=parse(row["due_at"]),
        department=row["department"],
        assignee_id=row["assignee_id"],
        subject_name=row["subject_name"],
        title=row["title"],
        urgent=bool(row["urgent"]),
        anonymous=bool(row["anonymous"]),
        has_contact=bool(row["contact"]),
        provisional=bool(row["provisional"]),
        redone=row["redone"],
        rating=None if row["rating"] is None else Rating(row["rating"]),
        version=row["version"],
        wrong_codes=row["wrong_codes"],
        due_how=row["due_how"],
        reply=row["reply"],
    )


def link_message(tx: Tx, person_id: int, message: str, case_id: int) -> None:
    """Remember that a parent's message went into a case."""
    tx.execute(
        "INSERT INTO case_messages (person_id, message, case_id) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (person_id, message, case_id),
    )


def case_of_message(tx: Tx, person_id: int, message: str, now: datetime) -> CaseView | None:
    """Return the case a parent's message went into, or None."""
    where = (
        "WHERE c.id = (SELECT m.case_id FROM case_messages m"
        " WHERE m.person_id = :person AND m.message = :message)"
    )
    found = _rows(tx, where, now, person=person_id, message=message)
    return found[0] if found else None


def reply_was_sent(tx: Tx, case_id: int) -> bool:
    """Tell whether a reply since the last redo was taken by the parent's channel."""
    row = tx.execute(
        "SELECT 1 FROM events e JOIN outbox o ON o.event_id = e.id AND o.state = 'sent'"
        " WHERE e.case_id = ? AND e.kind = 'reply' AND e.id > coalesce("
        " (SELECT max(r.id) FROM events r WHERE r.case_id = e.case_id AND r.kind = 'redone'), 0) LIMIT 1",
        (case_id,),
    ).fetchone()
    return row is not None


def last_answered_by(tx: Tx, case_id: int) -> int | None:
    """Return who wrote the newest reply of a case, or None."""
    row = tx.execute(
        "SELECT staff_id FROM events WHERE case_id = ? AND kind = 'reply' ORDER BY id DESC LIMIT 1",
        (case_id,),
    ).fetchone()
    return None if row is None else row["staff_id"]


def mark_answered(tx: Tx, event_id: int, now: datetime) -> None:
    """Note the moment at which a reply reached the parent's channel; only then it counts as given."""
    tx.execute(
        "UPDATE cases SET answered_at = coalesce(answered_at, ?) WHERE id ="
        " (SELECT case_id FROM events WHERE id = ? AND kind = 'reply')",
        (stamp(now), event_id),
    )
