"""The desk: all that can happen to a case, each in the transaction of its cause.

Floor 3. Every function asks `core.cases` for the right first, appends an event, and owes the parent and the
staff chat what they must be told. Unknown and forbidden look the same: UnknownCase.
"""

import json
from dataclasses import asdict
from datetime import timedelta

from bot.core import numbers, workdays
from bot.core.cases import (
    WAITING,
    Action,
    CaseView,
    Kind,
    Rating,
    Status,
    parent_allowed,
    permitted,
    possible,
)
from bot.core.errors import NotAllowed, Stale, UnknownCase
from bot.core.people import Person, Role, Staff
from bot.core.turn import Act, Fresh, OpenCase, ParentAct
from bot.service import notices
from bot.service.job import Job
from bot.storage import attachments, casebook, outbox, staffbook

ONE_ADDITION = timedelta(hours=1)  # so long one message after the other is one addition
UNSENT, SAME_PERSON = "unsent", "same_person"
NO_DAYS, NO_PLACE, NO_COLLEAGUE = "no_days", "no_place", "no_colleague"
WHY = frozenset(
    {UNSENT, SAME_PERSON, NO_DAYS, NO_PLACE, NO_COLLEAGUE}
)  # where it is not the status
LONGEST_EXTENSION = 30  # working days


def open_case(job: Job, person: Person, opened: OpenCase, fresh: Fresh) -> CaseView | None:
    """Register a case; None when the same draft already made one (a double submit)."""
    routing = job.knowledge.routing
    department = routing.department_of(opened.category)
    due = _due(job, opened.kind, opened.category)
    category = routing.categories.get(opened.category)
    label = category.label if category else opened.category
    case = casebook.insert_case(
        job.tx,
        opened,
        number=fresh.number,
        code_hash=numbers.hash_code(fresh.number, fresh.code),
        person_id=person.id,
        department=department.id,
        title=f"{label} · {opened.subject_name}" if opened.subject_name else label,
        due=due,
        now=job.now,
    )
    if case is None:
        return None
    event = casebook.add_event(job.tx, case.id, "opened", job.now, actor="parent", text=opened.text)
    for message in opened.messages:
        casebook.link_message(job.tx, person.id, message, case.id)
    if opened.draft:
        attachments.attach_draft(job.tx, person.id, opened.draft, case.id, event)
    notices.announce(job, case)
    return case


def parent_act(job: Job, person: Person, act: Act, *, message: str = "") -> None:
    """Let a parent add to, withdraw, rate or amend a case. Raises UnknownCase, NotAllowed."""
    case = casebook.by_number(job.tx, act.number, job.now)
    action = Action(act.act.value)
    if case is None or not (case.person_id == person.id or act.proven):
        raise UnknownCase(act.number)
    if not parent_allowed(person.id, case, action, proven=act.proven):
        raise NotAllowed(case.status, action)
    match act.act:
        case ParentAct.ADD:
            by_code = person.id != case.person_id
            if by_code:
                _tell_of_addition(job, case)
            event = _event(
                job, case, "added", actor="parent", text=act.text, message=message, by_code=by_code
            )
            if act.draft:
                attachments.attach_draft(job.tx, person.id, act.draft, case.id, event)
            for one in act.messages or filter(None, (message,)):
                casebook.link_message(job.tx, person.id, one, case.id)
            notices.tell_staff(job, case, "parent_added", text=act.text)
            _hasten(job, case, act.text)
        case ParentAct.AMEND:
            _event(job, case, "amended", actor="parent", text=act.text, message=message)
            notices.tell_staff(job, case, "parent_amended", text=act.text)
            _hasten(job, case, act.text)
        case ParentAct.WITHDRAW:
            changed = casebook.change(
                job.tx, case, job.now, status=Status.WITHDRAWN, closed_at=job.now
            )
            _event(job, changed, "withdrawn", actor="parent", text=act.text)
            if person.id != case.person_id:
                notices.tell_parent(job, changed, "withdrawn")
            notices.tell_staff(job, changed, "parent_withdrew")
            notices.refresh_card(job, changed)
        case ParentAct.RATE:
            _rate(job, person, case, act)


def _tell_of_addition(job: Job, case: CaseView) -> None:
    """Tell the owner that somebody with number and code adds to the case: once, however many messages it takes."""
    last = casebook.history(job.tx, case.id)[-1]
    goes_on = bool(last.data.get("by_code")) and job.now - last.at <= ONE_ADDITION
    if not goes_on:
        notices.tell_parent(job, case, "added")


def _rate(job: Job, person: Person, case: CaseView, act: Act) -> None:
    """Take a rating: good and fair close the case; bad reopens it once, for somebody else.

    The dialogue tells who rated what becomes of it; the owner is told here if that was somebody else.
    """
    rating, reason = Rating(act.rating), act.text
    if case.rating is not None:
        raise NotAllowed(case.status, Action.RATE)
    _event(job, case, "rated", actor="parent", text=reason, rating=rating)
    is_owner = person.id == case.person_id
    if rating is Rating.BAD and case.redone == 0:
        due = _due(job, case.kind, case.category)
        by_whom = "_same" if stays_with_answerer(job, case) else ""
        again = casebook.change(
            job.tx, case, job.now, status=Status.RECEIVED, assignee_id=None, redone=1, rating=None,
            due_at=due.at, due_how=due.how, provisional=int(due.provisional), answered_at=None,
            closed_at=None,
        )  # fmt: skip
        _event(job, again, "redone", actor="system", previous=case.assignee_id)
        if not is_owner:
            day = notices.local_date(again.due_at)
            notices.tell_parent(job, again, f"redone{by_whom}", due=day)
        notices.reopen_topic(job, again)
        notices.tell_staff(job, again, f"parent_unhappy{by_whom}", text=reason)
        _hasten(job, again, reason)
    else:
        closed = casebook.change(
            job.tx, case, job.now, status=Status.CLOSED, rating=rating, closed_at=job.now
        )
        if not is_owner:
            notices.tell_parent(job, closed, f"rated_{rating}")
        notices.tell_staff(job, closed, f"parent_rated_{rating}", text=reason)
        case = closed
    notices.refresh_card(job, casebook.by_id(job.tx, case.id, job.now))


def _hasten(job: Job, case: CaseView, text: str) -> None:
    """Mark a case urgent when what the parent wrote later tells of danger, and say so to the staff."""
    found = job.knowledge.routing.emergency(text)
    if case.urgent or found is None or not found.urgent:
        return
    present = casebook.by_id(job.tx, case.id, job.now)
    changed = casebook.change(job.tx, present, job.now, urgent=1)
    _event(job, changed, "hastened", actor="system")
    notices.tell_staff(job, changed, "parent_danger")
    notices.refresh_card(job, changed)


def note(job: Job, staff: Staff, number: str, text: str) -> CaseView:
    """Write an internal note; it never leaves."""
    case = access(job, staff, number, Action.NOTE)
    _event(job, case, "note", actor="staff", staff=staff, text=_text(text, Action.NOTE, case))
    return case


def reply(
    job: Job, staff: Staff, number: str, text: str, *, version: int | None = None
) -> CaseView:
    """Answer the parent. The case is answered; it shows as delivered only once the channel took it."""
    case = access(job, staff, number, Action.REPLY, version=version)
    _refuse_same(job, case, staff, Action.REPLY)
    text = _text(text, Action.REPLY, case)
    assignee = case.assignee_id or staff.id
    answered = casebook.change(job.tx, case, job.now, status=Status.ANSWERED, assignee_id=assignee)
    event = _event(job, answered, "reply", actor="staff", staff=staff, text=text)
    notices.send_reply(job, answered, text, event)
    notices.refresh_card(job, answered)
    return answered


def take(job: Job, staff: Staff, number: str, *, version: int | None = None) -> CaseView:
    """Take a case upon oneself."""
    case = access(job, staff, number, Action.TAKE, version=version)
    _refuse_same(job, case, staff, Action.TAKE)
    return _give(job, staff, staff, case)


def assign(
    job: Job, staff: Staff, number: str, to_staff_id: int, *, version: int | None = None
) -> CaseView:
    """Give a case to somebody of its department (or to a supervisor)."""
    case = access(job, staff, number, Action.ASSIGN, version=version)
    target = staffbook.by_id(job.tx, to_staff_id)
    if target is None or not permitted(target, case, Action.REPLY):
        raise NotAllowed(NO_COLLEAGUE, Action.ASSIGN)
    _refuse_same(job, case, target, Action.ASSIGN)
    return _give(job, staff, target, case)


def _refuse_same(job: Job, case: CaseView, staff: Staff, action: Action) -> None:
    """Keep a case that is handled again from who answered it first, as its parent was told.

    Where nobody else may answer it, it stays theirs. Raises NotAllowed.
    """
    if not case.redone or case.status not in WAITING:
        return
    answered_last = casebook.last_answered_by(job.tx, case.id) == staff.id
    if answered_last and not stays_with_answerer(job, case):
        raise NotAllowed(SAME_PERSON, action)


def stays_with_answerer(job: Job, case: CaseView) -> bool:
    """Tell whether nobody but who answered a case last may answer it again; administrators do not count."""
    last = casebook.last_answered_by(job.tx, case.id)
    others = (one for one in staffbook.everybody(job.tx) if one.id != last)
    return not any(
        one.role is not Role.ADMIN and permitted(one, case, Action.REPLY) for one in others
    )


def _give(job: Job, staff: Staff, target: Staff, case: CaseView) -> CaseView:
    changed = casebook.change(job.tx, case, job.now, status=Status.ASSIGNED, assignee_id=target.id)
    _event(job, changed, "assigned", actor="staff", staff=staff, to=target.name)
    if case.status is Status.RECEIVED:
        notices.tell_parent(job, changed, "assigned")
    notices.refresh_card(job, changed)
    return changed


def transfer(
    job: Job, staff: Staff, number: str, department: str, reason: str, *, version: int | None = None
) -> CaseView:
    """Move a case to another department, with a reason; whoever had it has it no more."""
    case = access(job, staff, number, Action.TRANSFER, version=version)
    reason = _text(reason, Action.TRANSFER, case)
    if department not in job.knowledge.routing.departments or department == case.department:
        raise NotAllowed(NO_PLACE, Action.TRANSFER)
    changed = casebook.change(
        job.tx, case, job.now, status=Status.RECEIVED, department=department, assignee_id=None
    )
    _event(job, changed, "transferred", actor="staff", staff=staff, text=reason,
           was=case.department, to=department)  # fmt: skip
    notices.tell_parent(job, changed, "transferred")
    notices.refresh_card(job, changed)
    return changed


def extend(
    job: Job, staff: Staff, number: str, days: int, reason: str, *, version: int | None = None
) -> CaseView:
    """Give a case more time: 1 to 30 working days from the present due date, with a reason."""
    case = access(job, staff, number, Action.EXTEND, version=version)
    reason = _text(reason, Action.EXTEND, case)
    if not 1 <= days <= LONGEST_EXTENSION:
        raise NotAllowed(NO_DAYS, Action.EXTEND)
    due = workdays.due(case.due_at, days, job.knowledge.calendar)
    changed = casebook.change(
        job.tx, case, job.now, due_at=due.at, due_how=how(due), provisional=int(due.provisional)
    )
    _event(job, changed, "extended", actor="staff", staff=staff, text=reason, days=days)
    notices.tell_parent(job, changed, "extended", due=notices.local_date(due.at), reason=reason)
    notices.refresh_card(job, changed)
    return changed


def close(job: Job, staff: Staff, number: str, *, version: int | None = None) -> CaseView:
    """Close an answered case; refused while no reply has reached the parent's channel."""
    case = access(job, staff, number, Action.CLOSE, version=version)
    if not casebook.reply_was_sent(job.tx, case.id):
        raise NotAllowed(UNSENT, Action.CLOSE)
    changed = casebook.change(job.tx, case, job.now, status=Status.CLOSED, closed_at=job.now)
    _event(job, changed, "closed", actor="staff", staff=staff)
    notices.tell_parent(job, changed, "closed")
    notices.refresh_card(job, changed)
    notices.close_topic(job, changed)
    return changed


def decline(
    job: Job, staff: Staff, number: str, reason: str, *, version: int | None = None
) -> CaseView:
    """Decline a case, with the reason the parent reads."""
    case = access(job, staff, number, Action.DECLINE, version=version)
    reason = _text(reason, Action.DECLINE, case)
    changed = casebook.change(job.tx, case, job.now, status=Status.DECLINED, closed_at=job.now)
    event = _event(job, changed, "declined", actor="staff", staff=staff, text=reason)
    notices.tell_parent(job, changed, "declined", reason=reason, event_id=event)
    notices.refresh_card(job, changed)
    notices.close_topic(job, changed)
    return changed


def reveal(job: Job, staff: Staff, number: str, reason: str) -> str:
    """Return how the complainant may be reached; the look and its reason stay in the history."""
    case = access(job, staff, number, Action.REVEAL)
    _event(
        job, case, "revealed", actor="staff", staff=staff, text=_text(reason, Action.REVEAL, case)
    )
    return "" if case.anonymous else casebook.contact_of(job.tx, case.id)


def send_again(job: Job, staff: Staff, parcel_id: int) -> CaseView:
    """Try once more to deliver a message to the parent that was given up."""
    owner = outbox.case_of(job.tx, parcel_id)
    seen = casebook.by_id(job.tx, owner or 0, job.now)
    case = access(job, staff, seen.number, Action.NOTE)
    parcel = outbox.send_again(job.tx, parcel_id, job.now)
    if parcel is None:  # it is under way, or arrived
        raise NotAllowed(case.status, Action.REPLY)
    job.owed.append(parcel)
    _event(job, case, "resent", actor="staff", staff=staff)
    return case


def access(
    job: Job, staff: Staff, number: str, action: Action, *, version: int | None = None
) -> CaseView:
    """Return the case if this person may do this to it now.

    Raises UnknownCase for one that is not there or not theirs to see, NotAllowed for what they see but may
    not do, Stale when it changed since `version` was shown.
    """
    fresh = staffbook.by_id(job.tx, staff.id)
    case = casebook.by_number(job.tx, number, job.now)
    if case is None or fresh is None or not permitted(fresh, case, Action.VIEW):
        raise UnknownCase(number)
    if not permitted(fresh, case, action) or not possible(case, action):
        raise NotAllowed(case.status, action)
    if version is not None and version != case.version:
        raise Stale(number, case.version)
    return case


def how(due: workdays.Due) -> str:
    """Write down how a due date was computed."""
    return json.dumps(asdict(due), default=str)


def _due(job: Job, kind: Kind, category: str) -> casebook.Due:
    due = workdays.due(
        job.now, job.knowledge.routing.limit_days(kind, category), job.knowledge.calendar
    )
    return casebook.Due(due.at, how(due), due.provisional)


def _text(text: str, action: Action, case: CaseView) -> str:
    """Return the text without blanks at its ends. Raises NotAllowed when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise NotAllowed(case.status, action)
    return stripped


def _event(
    job: Job,
    case: CaseView,
    kind: str,
    *,
    actor: str,
    staff: Staff | None = None,
    text: str = "",
    **data: casebook.Detail,
) -> int:
    return casebook.add_event(
        job.tx, case.id, kind, job.now, actor=actor, staff_id=staff.id if staff else None, text=text,
        data=data,
    )  # fmt: skip
