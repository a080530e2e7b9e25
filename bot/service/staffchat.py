"""What staff do in the staff chat: a reply becomes a draft, and leaves only by 发送给家长.

Floor 3. The right is checked in the desk, whatever a button claims; a stale button is answered in words.
"""

from collections.abc import Callable, Mapping

from bot.core.cases import Action, CaseView, Status, possible
from bot.core.errors import CaseError, NotAllowed, Stale, UnknownCase
from bot.core.people import Staff
from bot.core.texts import plain, say
from bot.core.turn import Arrival, Button, Incoming, Outgoing, StaffDraft, StaffPress
from bot.service import desk, gaps, notices
from bot.service.job import STAFF_CHAT, Job
from bot.storage import casebook, outbox, store, topicbook
from bot.storage.topicbook import ReplyDraft

Deed = Callable[[Job, Staff, str], CaseView]


def keep_draft(job: Job, staff: Staff, draft: StaffDraft, incoming: Incoming) -> None:
    """Keep what staff wrote, and ask whether it goes to the parent; an edit changes the draft that it became."""
    try:
        case = desk.access(job, staff, draft.number, Action.NOTE)
    except CaseError:
        _answer(job, None, incoming, "staff_not_yours")
        return
    key = "draft_kept"
    if incoming.arrival is Arrival.EDIT:
        found = topicbook.rewrite_draft(
            job.tx, case.id, staff.id, message=incoming.message, text=draft.text
        )
        if found is None:  # sent or noted already: what the parent read stays what it was
            _answer(job, case, incoming, "draft_settled")
            return
        draft_id, key = found, "draft_changed"
    else:
        draft_id = topicbook.add_draft(
            job.tx, case, staff.id, message=incoming.message, text=draft.text, now=job.now
        )
    send = (Button(plain("send_to_parent"), f"s:send:{draft_id}"),)
    keep = (Button(plain("keep_internal"), f"s:note:{draft_id}"),)
    if possible(case, Action.REPLY):
        asked = Outgoing(say(key, number=case.number), (send, keep))
    else:
        status = plain(f"status_{case.status}")
        asked = Outgoing(say("draft_kept_over", status=status), (keep,))
    notices.answer_staff(job, case, asked, incoming)


def press(job: Job, staff: Staff, pressed: StaffPress, incoming: Incoming) -> None:
    """Do what a button says, if it still may be done by this person now; say in words what came of it."""
    if pressed.verb == "gaps":  # a command about the content, not about a case
        gaps.ask(job, staff, incoming)
        return
    case: CaseView | None = None
    try:
        if pressed.verb not in DEEDS:
            raise UnknownCase(pressed.target)
        case = DEEDS[pressed.verb](job, staff, pressed.target)
        key = f"staff_done_{pressed.verb}"
    except UnknownCase:
        key = "staff_not_yours"
    except (NotAllowed, Stale) as refused:  # raised only to somebody who may see the case
        case = _case_of(job, pressed)
        notices.refresh_card(job, case)
        why = refused.status if isinstance(refused, NotAllowed) else ""
        key = f"staff_{why}" if why in desk.WHY else "staff_stale"
    _answer(job, case, incoming, key, staff=staff.name)


def follow(job: Job, channel: str, old: str, new: str) -> None:
    """Follow a group that became a supergroup: the binding is ours, the settings name only the first."""
    if job.staff_chat == old:
        store.set_fact(job.tx, STAFF_CHAT, new)
    topicbook.migrate_chat(job.tx, old, new)
    store.move_person(job.tx, channel, old, new)


def _take(job: Job, staff: Staff, target: str) -> CaseView:
    number, _, version = target.partition(":")
    return desk.take(job, staff, number, version=_id(version))


def _close(job: Job, staff: Staff, target: str) -> CaseView:
    number, _, version = target.partition(":")
    return desk.close(job, staff, number, version=_id(version))


def _send(job: Job, staff: Staff, target: str) -> CaseView:
    """Send a draft to the parent; refused when the case was answered since it was written."""
    draft, case = _open_draft(job, staff, target)
    if case.status is Status.ANSWERED and case.version != draft.version:
        raise Stale(case.number, case.version)
    answered = desk.reply(job, staff, case.number, draft.text)
    topicbook.settle_draft(job.tx, draft.id, "sent")
    return answered


def _note(job: Job, staff: Staff, target: str) -> CaseView:
    draft, case = _open_draft(job, staff, target)
    topicbook.settle_draft(job.tx, draft.id, "note")
    return desk.note(job, staff, case.number, draft.text)


def _again(job: Job, staff: Staff, target: str) -> CaseView:
    return desk.send_again(job, staff, _id(target) or 0)


# what the buttons of the staff chat may do: verb -> deed
DEEDS: Mapping[str, Deed] = {
    "take": _take,
    "close": _close,
    "send": _send,
    "note": _note,
    "again": _again,
}


def _open_draft(job: Job, staff: Staff, target: str) -> tuple[ReplyDraft, CaseView]:
    """Return a draft that nobody settled yet, and its case. Raises UnknownCase, NotAllowed."""
    draft = topicbook.get_draft(job.tx, _id(target) or 0)
    if draft is None:
        raise UnknownCase(target)
    seen = casebook.by_id(job.tx, draft.case_id, job.now)
    case = desk.access(job, staff, seen.number, Action.NOTE)
    if draft.state != "open":
        raise NotAllowed(case.status, Action.REPLY)
    return draft, case


def _case_of(job: Job, pressed: StaffPress) -> CaseView:
    """Return the case that a button is about. Raises UnknownCase."""
    case_id: int | None = None
    if pressed.verb in ("send", "note"):
        draft = topicbook.get_draft(job.tx, _id(pressed.target) or 0)
        case_id = draft.case_id if draft else None
    elif pressed.verb == "again":
        case_id = outbox.case_of(job.tx, _id(pressed.target) or 0)
    else:
        found = casebook.by_number(job.tx, pressed.target.partition(":")[0], job.now)
        case_id = found.id if found else None
    return casebook.by_id(job.tx, case_id or 0, job.now)


def _id(text: str) -> int | None:
    """Read a row's id or a version from a button; None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _answer(
    job: Job, case: CaseView | None, incoming: Incoming, key: str, *, staff: str = ""
) -> None:
    status = plain(f"status_{case.status}") if case else ""
    html = say(key, number=case.number if case else "", status=status, staff=staff)
    notices.answer_staff(job, case, Outgoing(html), incoming)
