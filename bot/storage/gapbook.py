"""What people asked in vain, and what staff answered to it: the SQL behind the list of gaps.

Floor 3. Every function takes the transaction it runs in. Editors see no cases: of those, only what somebody had put
to the bot word for word before, with the answer, is given here. Nothing names a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.people import Staff
from bot.storage import staffbook
from bot.storage.db import Tx
from bot.storage.times import parse, stamp
from knowledge.gaps import Unmet
from knowledge.review import Record

CHOSEN_WITHIN = timedelta(minutes=30)  # an offered choice that is taken in this time was an answer

_UNANSWERED = """SELECT a.question, a.person_id, a.at, '' AS entry_id, '' AS number FROM asked a
    WHERE a.at >= :since AND (a.outcome = 'miss' OR (a.outcome = 'unsure' AND NOT EXISTS
    (SELECT 1 FROM asked b WHERE b.person_id = a.person_id AND b.id > a.id AND b.outcome = 'chosen'
    AND b.at <= strftime('%Y-%m-%dT%H:%M:%f', a.at, :within))))"""
_NOT_HELPED = """SELECT f.question, f.person_id, f.at, f.entry_id, '' AS number FROM feedback f
    WHERE f.at >= :since AND NOT f.helpful"""
_HANDED_OVER = """SELECT trim(e.text, :blanks) AS question, c.person_id, c.received_at AS at, c.entry_id,
    CASE WHEN EXISTS (SELECT 1 FROM events r WHERE r.case_id = c.id AND r.kind = 'reply')
    THEN c.number ELSE '' END AS number
    FROM cases c JOIN events e ON e.case_id = c.id AND e.kind = 'opened'
    WHERE c.kind = 'question' AND EXISTS (SELECT 1 FROM asked a
    WHERE a.person_id = c.person_id AND a.question = trim(e.text, :blanks))"""
_BLANKS = " \t\r\n"


def unmet(tx: Tx, *, since: datetime, most: int) -> list[Unmet]:
    """Return the questions since a moment that were not answered, did not help, or went to staff; newest first."""
    rows = tx.execute(
        f"{_UNANSWERED} UNION ALL {_NOT_HELPED} UNION ALL {_HANDED_OVER}"
        " AND c.received_at >= :since ORDER BY at DESC LIMIT :most",
        {
            "since": stamp(since),
            "blanks": _BLANKS,
            "within": f"+{int(CHOSEN_WITHIN.total_seconds())} seconds",
            "most": most,
        },
    )
    return [
        Unmet(row["question"], row["person_id"], parse(row["at"]), row["entry_id"], row["number"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question case with what was asked and the latest reply."""

    number: str
    question: str
    reply: str


def answered(tx: Tx, number: str) -> Answered | None:
    """Return a question case that staff have replied to, or None."""
    row = tx.execute(
        f"SELECT h.*, (SELECT r.text FROM events r JOIN cases c ON c.id = r.case_id"  # noqa: S608  # constants
        " WHERE c.number = h.number AND r.kind = 'reply' ORDER BY r.id DESC LIMIT 1) AS reply"
        f" FROM ({_HANDED_OVER} AND c.number = :number) h WHERE h.number <> ''",
        {"number": number, "blanks": _BLANKS},
    ).fetchone()
    return None if row is None else Answered(row["number"], row["question"], row["reply"])


def record(tx: Tx) -> Record:
    """Return since when questions are recorded, and the last day each entry was given or chosen."""
    first = tx.execute("SELECT min(at) FROM asked").fetchone()[0]
    rows = tx.execute(
        "SELECT entry_id, max(at) AS at FROM asked WHERE entry_id <> '' AND outcome <> 'miss'"
        " GROUP BY entry_id"
    )
    last = {row["entry_id"]: parse(row["at"]).date() for row in rows}
    return Record(None if first is None else parse(first).date(), last)


@dataclass(frozen=True, slots=True)
class Request:
    """A list that somebody asked for in a chat."""

    id: int
    staff: Staff
    channel: str
    chat: str
    thread: str


def request(tx: Tx, staff_id: int, place: tuple[str, str, str], now: datetime) -> None:
    """Write down that somebody asked for the list in a place: channel, chat, thread."""
    tx.execute(
        "INSERT INTO list_requests (at, staff_id, channel, chat, thread) VALUES (?, ?, ?, ?, ?)",
        (stamp(now), staff_id, *place),
    )


def requests(tx: Tx) -> list[Request]:
    """Return the lists that are still owed, oldest first."""
    found = []
    for row in tx.execute("SELECT * FROM list_requests ORDER BY id").fetchall():
        staff = staffbook.by_id(tx, row["staff_id"])
        if staff is not None:
            found.append(Request(row["id"], staff, row["channel"], row["chat"], row["thread"]))
    return found


def settle(tx: Tx, request_id: int) -> bool:
    """Take a request off the list; False when it was not there any more."""
    return tx.execute("DELETE FROM list_requests WHERE id = ?", (request_id,)).rowcount == 1
