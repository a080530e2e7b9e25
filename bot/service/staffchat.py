"""What staff do in the staff chat: a reply becomes a draft, and leaves only by 发送给家长.

Floor 3. The right is checked in the desk, whatever a button claims; a stale button is answered in words.
"""

from collections.abc import Callable

from bot.core.cases import Action, CaseView
from bot.core.errors import CaseError, NotAllowed, Stale, UnknownCase
from bot.core.people import Staff
from bot.core.texts import plain, say
from bot.core.turn import Button, Incoming, Outgoing, StaffDraft, StaffPress
from bot.service import desk, notices
from bot.service.job import Job
from bot.storage import casebook, topicbook

Deed = Callable[[Job, Staff, str, int | None], CaseView]

# what the buttons of a card may do: verb -> deed
DEEDS: dict[str, Deed] = {
    Action.TAKE: lambda job, staff, number, version: desk.take(job, staff, number, version=version),
    Action.CLOSE: lambda job, staff, number, version: desk.close(
        job, staff, number, version=version
    ),
}


def keep_draft(job: Job, staff: Staff, draft: StaffDraft, incoming: Incoming) -> None:
    """Keep what staff wrote, and ask whether it goes to the parent."""
    try:
        case = desk.access(job, staff, draft.number, Action.NOTE)
    except CaseError:
        _answer(job, None, incoming, "staff_not_yours")
        return
    draft_id = topicbook.add_draft(
        job.tx, case, staff.id, message=incoming.message, text=draft.text, now=job.now
    )
    buttons = (
        (Button(plain("send_to_parent"), f"s:send:{draft_id}"),),
        (Button(plain("keep_internal"), f"s:note:{draft_id}"),),
    )
    notices.answer_staff(
        job, case, Outgoing(say("draft_kept", number=case.number), buttons), chat=incoming.chat
    )


def press(job: Job, staff: Staff, pressed: StaffPress, incoming: Incoming) -> None:
    """Do what a button says, if it still may be done by this person now; say in words what came of it."""
    case: CaseView | None = None
    try:
        if pressed.verb in ("send", "note"):
            case, key = _settle(job, staff, pressed)
        else:
            number, _, version = pressed.target.partition(":")
            case = DEEDS[pressed.verb](
                job, staff, number, int(version) if version.isdecimal() else None
            )
            key = f"staff_done_{pressed.verb}"
    except (UnknownCase, KeyError):
        key = "staff_not_yours"
    except Stale as stale:
        case, key = casebook.by_number(job.tx, stale.reference, job.now), "staff_stale"
    except NotAllowed as refused:
        key = "staff_unsent" if refused.status == "unsent" else "staff_stale"
        case = topicbook.case_at(
            job.tx, incoming.chat, thread=incoming.thread, reply_to=incoming.message, now=job.now
        )
    _answer(job, case, incoming, key, staff=staff.name)


def _settle(job: Job, staff: Staff, pressed: StaffPress) -> tuple[CaseView, str]:
    """Send a draft to the parent, or keep it as a note; only once, and only by somebody who may."""
    draft = topicbook.get_draft(job.tx, int(pressed.target)) if pressed.target.isdecimal() else None
    if draft is None:
        raise UnknownCase(pressed.target)
    case = casebook.by_id(job.tx, draft.case_id, job.now)
    desk.access(job, staff, case.number, Action.NOTE)
    if draft.state != "open":
        raise NotAllowed(case.status, Action.REPLY)
    if pressed.verb == "note":
        case = desk.note(job, staff, case.number, draft.text)
        topicbook.settle_draft(job.tx, draft.id, "note")
        return case, "draft_noted"
    case = desk.reply(job, staff, case.number, draft.text)
    topicbook.settle_draft(job.tx, draft.id, "sent")
    return case, "draft_sending"


def _answer(
    job: Job, case: CaseView | None, incoming: Incoming, key: str, *, staff: str = ""
) -> None:
    status = plain(f"status_{case.status}") if case else ""
    html = say(key, number=case.number if case else "", status=status, staff=staff)
    notices.answer_staff(job, case, Outgoing(html), chat=incoming.chat)
