"""What a case is and what may be done to it: kinds, statuses, actions, and the one table of rules.

Floor 1: pure. Everything that affects a transition is in RULES; the desk, the console, the staff chat and the
dialogue all ask `allowed`. "Overdue" is computed from `due_at`, never stored.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.people import Role, Staff


class Kind(StrEnum):
    """What sort of matter a case is."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    OPINION = "opinion"


class Status(StrEnum):
    """Where a case stands; nothing else is a status."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


OPEN = frozenset({Status.RECEIVED, Status.ASSIGNED, Status.ANSWERED})
WAITING = frozenset({Status.RECEIVED, Status.ASSIGNED})  # the bureau owes an answer


class Rating(StrEnum):
    """What a parent says of an answer."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


class Action(StrEnum):
    """Everything that can happen to a case once it exists."""

    # the parent's
    ADD = "add"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    RATE = "rate"
    # the staff's
    VIEW = "view"
    NOTE = "note"
    REPLY = "reply"
    TAKE = "take"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    EXTEND = "extend"
    CLOSE = "close"
    DECLINE = "decline"
    REVEAL = "reveal"


class Relation(StrEnum):
    """How an actor stands to a case."""

    OWNER = "owner"  # the parent whose case it is
    ASSIGNEE = "assignee"
    DEPARTMENT = "department"  # in the department that answers
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do an action, in which statuses, and where it leads (None: the status stays)."""

    statuses: frozenset[Status]
    roles: frozenset[Role]  # these in any relation
    near: frozenset[Role] = frozenset()  # these only as assignee or in the department
    owner: bool = False  # the parent
    leads_to: Status | None = None
    needs_reason: bool = False


_ALL = frozenset(Status)
_HEADS = frozenset({Role.SUPERVISOR, Role.ADMIN})
_NEAR = frozenset({Role.STAFF})
_NOBODY: frozenset[Role] = frozenset()

RULES: dict[Action, Rule] = {
    Action.ADD: Rule(OPEN, _NOBODY, owner=True),
    Action.AMEND: Rule(OPEN, _NOBODY, owner=True),
    Action.WITHDRAW: Rule(WAITING, _NOBODY, owner=True, leads_to=Status.WITHDRAWN),
    # good and fair close; bad reopens once, see desk.rate
    Action.RATE: Rule(
        frozenset({Status.ANSWERED, Status.CLOSED}), _NOBODY, owner=True, leads_to=Status.CLOSED
    ),
    Action.VIEW: Rule(_ALL, _HEADS, _NEAR),
    Action.NOTE: Rule(_ALL, _HEADS, _NEAR),
    Action.REPLY: Rule(OPEN, _HEADS, _NEAR, leads_to=Status.ANSWERED),
    Action.TAKE: Rule(WAITING, _HEADS, _NEAR, leads_to=Status.ASSIGNED),
    Action.ASSIGN: Rule(WAITING, _HEADS, leads_to=Status.ASSIGNED),
    Action.TRANSFER: Rule(WAITING, _HEADS, _NEAR, leads_to=Status.RECEIVED, needs_reason=True),
    Action.EXTEND: Rule(WAITING, _HEADS, needs_reason=True),
    Action.CLOSE: Rule(frozenset({Status.ANSWERED}), _HEADS, _NEAR, leads_to=Status.CLOSED),
    Action.DECLINE: Rule(WAITING, _HEADS, leads_to=Status.DECLINED, needs_reason=True),
    Action.REVEAL: Rule(_ALL, _HEADS, _NEAR, needs_reason=True),
}


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as the dialogue and the rules see it; nothing in it names the complainant."""

    id: int
    number: str
    code_hash: str
    person_id: int
    kind: Kind
    category: str
    status: Status
    received_at: datetime
    due_at: datetime
    department: str = ""
    assignee_id: int | None = None
    subject_name: str = ""
    title: str = ""
    urgent: bool = False
    anonymous: bool = False
    has_contact: bool = (
        False  # the parent left a way to be reached; what it is, only Action.REVEAL tells
    )
    provisional: bool = False  # the due date rests on a calendar without that year
    redone: int = 0
    rating: Rating | None = None
    version: int = 0  # grows with every change; a form or button that carries an older one is stale
    wrong_codes: int = 0  # in the last hour
    reply: str = ""  # the latest reply, or the reason it was declined, as staff wrote it
    due_how: str = ""  # JSON of workdays.Due: how the date was computed


def relation(staff: Staff, case: CaseView) -> Relation:
    """Tell how a staff member stands to a case."""
    if case.assignee_id == staff.id:
        return Relation.ASSIGNEE
    if case.department and case.department in staff.departments:
        return Relation.DEPARTMENT
    return Relation.FOREIGN


def permitted(staff: Staff, case: CaseView, action: Action) -> bool:
    """Tell whether this person may do this to this case at all, whatever its status."""
    rule = RULES[action]
    if not staff.active:
        return False
    if staff.role in rule.roles:
        return True
    return staff.role in rule.near and relation(staff, case) is not Relation.FOREIGN


def possible(case: CaseView, action: Action) -> bool:
    """Tell whether the status of the case allows the action."""
    return case.status in RULES[action].statuses


def allowed(staff: Staff, case: CaseView, action: Action) -> bool:
    """Tell whether this staff member may do this now."""
    return permitted(staff, case, action) and possible(case, action)


def parent_allowed(person_id: int, case: CaseView, action: Action, *, proven: bool = False) -> bool:
    """Tell whether a parent may do this now: an own case, or one whose number and code were given."""
    rule = RULES[action]
    return rule.owner and possible(case, action) and (case.person_id == person_id or proven)


def is_overdue(case: CaseView, now: datetime) -> bool:
    """Tell whether the answer is late: owed, and past its due time."""
    return case.status in WAITING and now > case.due_at
