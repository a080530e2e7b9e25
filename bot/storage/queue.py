"""The console's lists: which cases somebody may see, in saved views, and what stands beside a case.

Floor 3, read only. Every function takes the transaction it runs in. `visible` says in SQL what core.cases says of
Action.VIEW; a test holds the two against each other.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core import numbers
from bot.core.cases import RULES, Action, CaseView, Kind
from bot.core.people import Staff
from bot.core.texts import plain
from bot.storage import casebook
from bot.storage.db import Tx
from bot.storage.times import stamp

PAGE = 30
_OWED = "c.status IN ('received', 'assigned')"
_OPEN = "c.status IN ('received', 'assigned', 'answered')"


class View(StrEnum):
    """The saved views."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    DEPARTMENT = "department"
    TODAY = "today"
    OVERDUE = "overdue"
    URGENT = "urgent"
    QUESTIONS = "questions"
    UNHAPPY = "unhappy"
    ALL = "all"


_WHERE: dict[View, str] = {
    View.MINE: f"c.assignee_id = :me AND {_OPEN}",
    # also what lay with somebody who left meanwhile: nobody else would look after it
    View.UNASSIGNED: f"{_OWED} AND NOT EXISTS (SELECT 1 FROM staff own"  # noqa: S608  # constants
    " WHERE own.id = c.assignee_id AND own.active)",
    View.DEPARTMENT: f"{_OWED} AND c.department IN (SELECT value FROM json_each(:departments))",  # noqa: S608  # constants
    View.TODAY: f"{_OWED} AND c.due_at >= :now AND c.due_at <= :tonight",
    View.OVERDUE: f"{_OWED} AND c.due_at < :now",
    View.URGENT: f"c.urgent AND {_OPEN}",
    View.QUESTIONS: f"c.kind = 'question' AND {_OWED}",
    View.UNHAPPY: "c.rating = 'bad'",  # also the second time: nothing more is done but what supervisors do
    View.ALL: "1",
}


_KINDS = {plain(f"kind_{kind}"): kind for kind in Kind}  # 投诉 -> complaint
# every word is in the number (dashes aside), in what the case is about, or names its kind
_FOUND = (
    "NOT EXISTS (SELECT 1 FROM json_each(:words) w"
    " WHERE instr(replace(c.number, '-', ''), json_extract(w.value, '$[0]')) = 0"
    " AND instr(lower(c.title || ' ' || c.subject_name), json_extract(w.value, '$[1]')) = 0"
    " AND c.kind <> json_extract(w.value, '$[2]'))"
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks, when, and at which department's cases ('' for all); `tonight` is the end of the local day.

    `words` leaves only the cases that hold each of them in their number or subject.
    """

    staff: Staff
    now: datetime
    tonight: datetime
    department: str = ""
    words: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, object]:
        """Return the values the statements name."""
        return {
            "me": self.staff.id,
            "departments": json.dumps(self.staff.departments),
            "now": stamp(self.now),
            "tonight": stamp(self.tonight),
            "department": self.department,
            "words": json.dumps(
                [(numbers.part(one), one.lower(), _KINDS.get(one, "")) for one in self.words]
            ),
        }

    @property
    def visible(self) -> str:
        """Return the condition for what this person may see at all."""
        rule = RULES[Action.VIEW]
        if not self.staff.active or self.staff.role not in rule.roles | rule.near:
            return "0"
        if self.staff.role in rule.roles:
            return "1"
        return (
            "(c.assignee_id = :me OR (c.department <> ''"
            " AND c.department IN (SELECT value FROM json_each(:departments))))"
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list.

    `gone`: whoever has it left the office; `unread`: the parent spoke last; `undelivered`: something did not
    reach them.
    """

    case: CaseView
    assignee: str
    gone: bool
    unread: bool
    undelivered: bool


def counts(tx: Tx, asking: Asking) -> dict[View, int]:
    """Return how many cases each view holds."""
    sums = ", ".join(f"coalesce(sum({where}), 0)" for where in _WHERE.values())
    row = tx.execute(
        # every part is from _WHERE and `visible`, never from people
        f"SELECT {sums} FROM cases c"  # noqa: S608
        f" WHERE {asking.visible} AND {_FOUND}"
        " AND (:department = '' OR c.department = :department)",
        asking.values,
    ).fetchone()
    return {view: int(row[place]) for place, view in enumerate(_WHERE)}


def listed(tx: Tx, asking: Asking, view: View, *, page: int = 1) -> list[Listed]:
    """Return one page of a view: owed ones first, urgent, then by due time."""
    rows = tx.execute(
        # every part is from _WHERE and `visible`, never from people
        "SELECT c.id, coalesce(s.name, '') AS assignee,"  # noqa: S608
        " s.active = 0 AS gone,"
        " coalesce((SELECT e.actor = 'parent' FROM events e WHERE e.case_id = c.id"
        "  AND e.actor <> 'system' ORDER BY e.id DESC LIMIT 1), 0) AS unread,"
        " EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = c.id AND o.event_id IS NOT NULL"
        "  AND o.state = 'failed') AS undelivered"
        " FROM cases c LEFT JOIN staff s ON s.id = c.assignee_id"
        f" WHERE {asking.visible} AND {_WHERE[view]} AND {_FOUND}"
        " AND (:department = '' OR c.department = :department)"
        f" ORDER BY {_OWED} DESC, c.urgent DESC, c.due_at, c.id LIMIT :limit OFFSET :offset",
        {**asking.values, "limit": PAGE, "offset": (page - 1) * PAGE},
    )
    return [
        Listed(
            casebook.by_id(tx, row["id"], asking.now),
            row["assignee"],
            bool(row["gone"]),
            bool(row["unread"]),
            bool(row["undelivered"]),
        )
        for row in rows
    ]


def owes(tx: Tx, parcel_id: int, case_id: int) -> bool:
    """Tell whether a row of the outbox is one that an event of this case owed to the parent."""
    row = tx.execute(
        "SELECT 1 FROM outbox WHERE id = ? AND case_id = ? AND event_id IS NOT NULL",
        (parcel_id, case_id),
    ).fetchone()
    return row is not None


def open_and_overdue(tx: Tx, now: datetime) -> tuple[int, int]:
    """Count the cases the bureau owes an answer, and those of them that are late."""
    row = tx.execute(
        "SELECT count(*), coalesce(sum(due_at < ?), 0) FROM cases"
        " WHERE status IN ('received', 'assigned')",
        (stamp(now),),
    ).fetchone()
    return int(row[0]), int(row[1])
