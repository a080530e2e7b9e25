"""The complaint dialogue: six questions, a preview, a case. Nothing that was sent is ever lost.

Floor 2: pure. Theory of operation: the dialogue is at a step of `complaint_steps.STEPS`, or at one of the
questions beside them (`complaint_beside`). A button of this draft and this step acts, any other button is
answered in words with the current step. 取消 puts the draft aside, from where 继续 takes it up again.
"""

from dataclasses import replace

from markupsafe import Markup

from bot.core.dialogue import Draft
from bot.core.texts import plain, say
from bot.core.turn import Arrival, Button, Outcome, Outgoing, Place, Say, Turn
from handlers import complaint_beside as beside
from handlers.complaint_moves import (
    FLOW,
    back,
    choose,
    keep_file,
    keep_place,
    keep_text,
    stay,
    take_text,
)
from handlers.complaint_open import COMPLAIN_OF_IT, wished
from handlers.complaint_steps import Step
from handlers.complaint_view import flow_button
from handlers.edits import in_draft
from handlers.filing import filed_as
from handlers.lookup import asks_to_look_up
from handlers.saying import button, menu_button
from handlers.spoken import said
from handlers.words import Command, argument, command, is_slash

_ELSEWHERE = frozenset(
    {Command.START, Command.MENU, Command.STATUS, Command.LANG, Command.PRIVACY, Command.PERSON}
)


def handle(turn: Turn) -> Outcome | None:
    """Take whatever belongs to a complaint: its buttons, its steps, the wish to make one."""
    if turn.incoming.place is not Place.PRIVATE:
        return None
    if turn.incoming.arrival is Arrival.CHOICE:
        return _pressed(turn)
    draft, step = turn.dialogue.draft, turn.dialogue.step
    if turn.dialogue.flow != FLOW or draft is None:
        return wished(turn)
    if turn.incoming.arrival is Arrival.TEXT and asks_to_look_up(turn):
        return None  # a case may be looked up in between
    if step not in {*Step}:
        return beside.answered(turn, draft)
    if beside.is_long_ago(turn):
        return beside.come_back(turn, draft)
    return _arrived(turn, Step(step), draft)


def _arrived(turn: Turn, step: Step, draft: Draft) -> Outcome | None:
    """Take what came at a step: text, file, place, phone, edit, or something that cannot be taken."""
    match turn.incoming.arrival:
        case Arrival.TEXT:
            return _texted(turn, step, draft)
        case Arrival.MEDIA:
            return keep_file(turn, step, draft)
        case Arrival.LOCATION:
            return keep_place(turn, step, draft)
        case Arrival.CONTACT if step is Step.CONTACT:
            return take_text(turn, step, draft)
        case Arrival.CONTACT:
            known = replace(draft, contact=turn.incoming.text, contact_done=True)
            return stay(turn, step, known, say("complaint.contact_kept", turn.language))
        case Arrival.EDIT:
            return in_draft(turn, step, draft)
        case Arrival.UNSUPPORTED:
            return stay(turn, step, draft, say("complaint.unsupported", turn.language), sure=True)
        case _:
            return None


def _texted(turn: Turn, step: Step, draft: Draft) -> Outcome | None:
    wanted = command(turn)
    if step is Step.CONTACT and said(turn.incoming.text, "skip"):
        return take_text(turn, step, draft)  # 不用了 declines the contact, not the complaint
    if wanted in _ELSEWHERE or (wanted is None and is_slash(turn.incoming.text)):
        return None
    match wanted:
        case Command.CANCEL:
            return beside.put_aside(turn)
        case Command.BACK:
            return back(turn, step, draft)
        case Command.HELP:
            return stay(turn, step, draft, say("complaint.help", turn.language), sure=True)
        case Command.COMPLAIN if behind := argument(turn.incoming.text):
            return keep_text(turn, step, draft, behind)
        case Command.COMPLAIN | Command.RESUME if step is not Step.KIND:
            return _again(turn, step, draft)
        case _ if beside.is_aside(turn, step):
            return None  # answered as a question; the step stays open
        case _:
            return take_text(turn, step, draft)


def _again(turn: Turn, step: Step, draft: Draft) -> Outcome:
    """Ask the step again; 投诉, 举报 and 提建议 change the kind where another was chosen, and say so."""
    kind = turn.knowledge.routing.plain_kind(turn.incoming.text)
    if kind in (None, draft.kind) or is_slash(turn.incoming.text):
        return stay(turn, step, draft)
    named = plain(f"complaint.kind_{kind}", turn.language)
    note = say("complaint.kind_changed", turn.language, kind=named)
    return stay(turn, step, replace(draft, kind=kind or ""), note)


def _pressed(turn: Turn) -> Outcome | None:
    """Act on a button of this draft at this step; answer any other complaint button in words."""
    if turn.incoming.choice == COMPLAIN_OF_IT and turn.dialogue.flow != FLOW:
        return wished(turn)
    if not turn.incoming.choice.startswith("c:"):
        return None
    parts = turn.incoming.choice.split(":", 3)
    if len(parts) != 4:
        return None
    _, draft_id, step, value = parts
    draft = turn.dialogue.draft
    if draft is not None and draft.id == draft_id and not turn.dialogue.flow:
        return None  # pending: of a file, or of an emergency
    if turn.dialogue.flow != FLOW or draft is None or draft.id != draft_id:
        return beside.pressed_aside(turn, draft_id, value) or _of_another_draft(turn, draft_id)
    if turn.dialogue.step != step:
        return _of_another_step(turn, draft, twice=_is_double_tap(draft, step, value))
    if value == "cancel":
        return beside.put_aside(turn)
    if step in beside.QUESTIONS:
        return beside.chosen(turn, draft, value)
    return choose(turn, Step(step), draft, value) or _of_another_step(turn, draft)


def _is_double_tap(draft: Draft, step: str, value: str) -> bool:
    """Tell whether a button says once more what its step was answered with: a finger was too quick."""
    match step:
        case Step.KIND:
            return draft.kind == value
        case Step.CATEGORY | Step.FINER:
            return draft.category == value
        case Step.SUBJECT:
            return draft.subject == value
        case Step.NAME:
            return draft.anonymous is (value == "anonymous")
        case _:
            return value in ("done", "skip", "keep")


def _of_another_step(turn: Turn, draft: Draft, *, twice: bool = False) -> Outcome:
    """Answer a button of an earlier step of the open draft: nothing changes, the step is asked again."""
    stale = Markup() if twice else say("complaint.stale_step", turn.language)
    if turn.dialogue.step in beside.QUESTIONS:
        return beside.question(turn, turn.dialogue.step, draft, stale)
    return stay(turn, Step(turn.dialogue.step), draft, stale)


def _of_another_draft(turn: Turn, draft_id: str) -> Outcome | None:
    """Answer a button of a draft that is no longer open, with what became of it."""
    number, parked = filed_as(turn.dialogue, draft_id), turn.dialogue.parked
    row: tuple[Button, ...]
    if number is not None:
        case = next((one for one in turn.cases if one.number == number), None)
        status = say(f"status_{case.status}", turn.language) if case else ""
        html = say("complaint.already_filed", turn.language, number=number, status=status)
        row = (button("button.progress", turn, f"k:show:{number}"),)
    elif parked is not None and parked.id == draft_id:
        html = say("complaint.stale_parked", turn.language)
        row = (flow_button("complaint.go_on", turn, parked, "resume:go"),)
    else:
        html = say("complaint.stale", turn.language)
        row = (button("button.complain", turn, "/complain"), menu_button(turn))
    return Outcome(turn.dialogue, (Say(Outgoing(html, (row,))),))
