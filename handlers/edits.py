"""Edited messages: the new version is added and the old one stays, in a draft and in a case alike.

Floor 2: pure. After a case is closed its record does not change any more; that is said in words.
"""

from dataclasses import replace

from markupsafe import Markup

from bot.core.cases import Action, parent_allowed
from bot.core.dialogue import Draft
from bot.core.texts import plain, say
from bot.core.turn import Act, Arrival, Outcome, Outgoing, ParentAct, Place, Say, Turn
from handlers.complaint_moves import stay
from handlers.complaint_steps import Step
from handlers.danger import danger_in, marked
from handlers.saying import EMPTY_LINE, button


def handle(turn: Turn) -> Outcome | None:
    """Take the edit of a message that belongs to an own case, or to a draft that is put aside."""
    if turn.incoming.arrival is not Arrival.EDIT or turn.incoming.place is not Place.PRIVATE:
        return None
    parked, pending = turn.dialogue.parked, turn.dialogue.draft
    if pending is not None and not turn.dialogue.flow and _holds(pending, turn.incoming.message):
        pending, danger = marked(turn, _amended(turn, pending), turn.incoming.text)
        after = replace(turn.dialogue, draft=pending)
        return Outcome(after, (_said(turn, "edit.kept", note=danger),))
    if parked is not None and _holds(parked, turn.incoming.message):
        parked, danger = marked(turn, _amended(turn, parked), turn.incoming.text)
        after = replace(turn.dialogue, parked=parked)
        return Outcome(after, (_said(turn, "edit.kept", note=danger),))
    case = turn.case
    if case is None or case.person_id != turn.person.id:
        return None
    if not turn.incoming.text.strip() or not parent_allowed(turn.person.id, case, Action.AMEND):
        return Outcome(turn.dialogue, (_said(turn, "edit.too_late", case.number),))
    act = Act(ParentAct.AMEND, case.number, text=turn.incoming.text.strip())
    danger = danger_in(turn, turn.incoming.text)
    return Outcome(turn.dialogue, (act, _said(turn, "edit.sent_on", case.number, note=danger)))


def in_draft(turn: Turn, step: Step, draft: Draft) -> Outcome | None:
    """Add the new version of a message to the open draft; None when it is not one of the draft's."""
    if not _holds(draft, turn.incoming.message) or not turn.incoming.text.strip():
        return None
    draft, danger = marked(turn, _amended(turn, draft), turn.incoming.text)
    note = EMPTY_LINE.join(part for part in (danger, say("edit.kept", turn.language)) if part)
    return stay(turn, step, draft, note, sure=bool(danger))


def _holds(draft: Draft, message: str) -> bool:
    return bool(message) and any(kept == message for _, kept in draft.texts)


def _amended(turn: Turn, draft: Draft) -> Draft:
    text = plain("edit.version", turn.language, text=turn.incoming.text.strip())
    return replace(draft, texts=(*draft.texts, (text, turn.incoming.message)))


def _said(turn: Turn, key: str, number: str = "", *, note: Markup = Markup()) -> Say:
    rows = ((button("button.progress", turn, f"k:show:{number}"),),) if number else ()
    parts = (note, say(key, turn.language, number=number))
    return Say(Outgoing(EMPTY_LINE.join(part for part in parts if part), rows))
