"""Beside the steps of a complaint: opening it, leaving it, coming back to it.

Floor 2: pure. Three questions may stand before or between the steps: 继续上次的投诉吗 (RESUME), 补充到哪一件,
还是新提一件 (WHICH), and 您已提交过,是否补充 (SAME). A draft that was put aside is asked for, never dropped.
"""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import OPEN, CaseView
from bot.core.dialogue import Dialogue, Draft
from bot.core.numbers import find
from bot.core.texts import plain, say
from bot.core.turn import Arrival, KeepFile, Outcome, Outgoing, Say, Turn
from bot.core.workdays import local_day
from handlers.complaint_moves import FLOW, SAME, asks_of_the_form, stay, take_text, with_text
from handlers.complaint_parts import has_statement, is_courtesy, statement
from handlers.complaint_steps import Step
from handlers.complaint_view import (
    flow_button,
    kept_so_far,
    resume_message,
    same_message,
    tell,
    which_message,
    with_note,
)
from handlers.danger import danger_in, marked
from handlers.evidence import refusal, with_file
from handlers.filing import add_to_case, closed, file_case, same_open_case
from handlers.saying import EMPTY_LINE, menu_button
from handlers.spoken import said, sounds_asked, sounds_outraged
from handlers.words import Command, command
from knowledge.entry import Outcome as Found
from knowledge.wish import read_wish

RESUME = "resume"
WHICH = "which"
QUESTIONS = (RESUME, WHICH, SAME)
LONG_AGO = timedelta(hours=12)
_OFFERED = 5  # open cases offered as buttons


def begin(turn: Turn, draft: Draft, *, danger: Markup = Markup()) -> Outcome:
    """Ask the first question: about a draft left before, about open cases, or the first step.

    The privacy notice stands above whichever comes first.
    """
    notice = say("complaint.notice", turn.language)
    note = EMPTY_LINE.join(part for part in (danger, notice) if part)
    sure = bool(danger) or not turn.incoming.album
    parked = turn.dialogue.parked
    if parked is not None and not draft.files:
        first = draft.texts[0][1] if draft.texts else ""
        waiting = (statement(draft), first) if draft.texts else None
        return question(turn, RESUME, replace(parked, waiting=waiting), note, sure=sure)
    if _open_cases(turn):
        return question(turn, WHICH, draft, note, sure=sure)
    return stay(turn, first_step(draft), draft, note, sure=sure)


def first_step(draft: Draft) -> Step:
    """Return the first step that is still to be asked."""
    return Step.CATEGORY if draft.kind else Step.KIND


def answered(turn: Turn, draft: Draft) -> Outcome | None:
    """Take what came while one of the questions beside the steps is open."""
    step = turn.dialogue.step
    if turn.incoming.arrival is not Arrival.TEXT:
        return _kept(turn, draft)
    text = turn.incoming.text.strip()
    match command(turn):
        case Command.CANCEL:
            return put_aside(turn)
        case Command.HELP:
            return question(turn, step, draft, say("complaint.help", turn.language))
        case Command.COMPLAIN | Command.BACK:
            return question(turn, step, draft)
        case Command.RESUME if step == RESUME:
            return chosen(turn, draft, "go")
        case None | Command.DONE:
            pass
        case _:
            return None
    value = _value_said(turn, text)
    if value is not None:
        return chosen(turn, draft, value)
    return _texted(turn, draft, text)


def chosen(turn: Turn, draft: Draft, value: str) -> Outcome:
    """Do what a button of the question that is open says."""
    asked = turn.dialogue.step
    number = value if any(one.number == value for one in _open_cases(turn)) else ""
    match asked, value:
        case "resume", "go":
            return resume(turn, draft)
        case "resume", "new":
            return _start_over(turn, draft)
        case "which", "new":
            return stay(turn, first_step(draft), draft)
        case "same", "new":
            return file_case(turn, draft)
        case "which" | "same", _ if number:
            return add_to_case(turn, draft, number)
        case _:
            return question(turn, asked, draft, say("complaint.stale", turn.language))


def resume(turn: Turn, draft: Draft) -> Outcome:
    """Go on where a draft was left, with what came meanwhile."""
    step = Step(draft.parked_at) if draft.parked_at in {*Step} else first_step(draft)
    waiting = draft.waiting
    parked = turn.dialogue.parked
    other = parked if parked is not None and parked.id != draft.id else None
    back = replace(turn, dialogue=replace(turn.dialogue, parked=other))
    draft = replace(draft, parked_at="", waiting=None)
    if waiting is None:
        shows_it = step in (Step.WHAT, Step.PREVIEW)
        return stay(back, step, draft, Markup() if shows_it else kept_so_far(turn, draft))
    text, message = waiting
    incoming = replace(
        turn.incoming, arrival=Arrival.TEXT, choice="", text=text, message=message, album=""
    )
    return take_text(replace(back, incoming=incoming), step, draft)


def _start_over(turn: Turn, left: Draft) -> Outcome:
    """Begin a new draft; what came meanwhile is its first text."""
    waiting = left.waiting
    kind = turn.knowledge.routing.plain_kind(waiting[0]) if waiting else None
    draft = Draft(turn.fresh.draft, kind=kind or "", texts=(waiting,) if waiting else ())
    draft, _ = marked(turn, draft, statement(draft))  # the hotlines were shown when it came
    parked = turn.dialogue.parked
    other = parked if parked is not None and parked.id != left.id else None
    fresh = replace(turn, dialogue=replace(turn.dialogue, parked=other))
    return begin(fresh, draft)


def is_long_ago(turn: Turn) -> bool:
    """Tell whether the open draft was left so long ago that the person must be asked first."""
    draft = turn.dialogue.draft
    return draft is not None and draft.at is not None and turn.now - draft.at >= LONG_AGO


def come_back(turn: Turn, draft: Draft) -> Outcome | None:
    """Ask 继续上次的投诉吗 when something arrives long after; a question or a command is answered as such."""
    left, note = replace(draft, parked_at=turn.dialogue.step, at=turn.now), Markup()
    if turn.incoming.arrival is not Arrival.TEXT:
        return _kept(replace(turn, dialogue=replace(turn.dialogue, step=RESUME, draft=left)), left)
    text, wanted = turn.incoming.text.strip(), command(turn)
    if wanted is Command.CANCEL:
        return put_aside(turn)
    if wanted is Command.RESUME:
        return resume(turn, left)
    if wanted in (None, Command.DONE, Command.BACK) and text:
        if is_question(turn, text):
            return None
        if not is_courtesy(turn, text):
            left = replace(left, waiting=(text, turn.incoming.message))
        note = danger_in(turn, text)
    elif wanted not in (None, Command.COMPLAIN, Command.HELP):
        return None
    return question(turn, RESUME, left, note)


def aside(turn: Turn) -> Dialogue:
    """Return the dialogue with no flow open and the draft put aside; an empty draft is simply dropped."""
    draft, step = turn.dialogue.draft, turn.dialogue.step
    after = closed(turn.dialogue)
    if draft is None or not (draft.kind or has_statement(draft) or draft.waiting):
        return after
    at = draft.parked_at
    if turn.dialogue.flow == FLOW and (step in {*Step} or step == SAME):
        at = Step.PREVIEW if step == SAME else step
    return replace(after, parked=replace(draft, parked_at=at, at=turn.now))


def put_aside(turn: Turn) -> Outcome:
    """Put the open draft aside, and say how to take it up again."""
    draft, after = turn.dialogue.draft, aside(turn)
    if draft is None or after.parked is None or after.parked.id != draft.id:
        html = say("complaint.cancelled_empty", turn.language)
        return Outcome(after, (Say(Outgoing(html, ((menu_button(turn),),))),))
    rows = (
        (flow_button("complaint.go_on", turn, draft, "resume:go"),),
        (flow_button("complaint.drop", turn, draft, "resume:drop"),),
        (menu_button(turn),),
    )
    html = say("complaint.cancelled", turn.language)
    return Outcome(after, (tell(turn, draft, Outgoing(html, rows)),))


def told_of_draft(turn: Turn, outcome: Outcome) -> Outcome:
    """Say what became of the draft that was open, where something else has put it aside."""
    parked, before = outcome.dialogue.parked, turn.dialogue
    put_aside_now = (
        before.flow == FLOW != outcome.dialogue.flow
        and before.draft is not None
        and parked is not None
        and parked.id == before.draft.id
    )
    return with_draft_named(turn, outcome) if put_aside_now else outcome


def with_draft_named(turn: Turn, outcome: Outcome) -> Outcome:
    """Add to what is said last that a draft is put aside, and how to take it up again."""
    parked = outcome.dialogue.parked
    *before, last = outcome.effects
    if parked is None or not isinstance(last, Say):
        return outcome
    html = last.message.html + EMPTY_LINE + say("complaint.put_aside", turn.language)
    row = (flow_button("complaint.go_on", turn, parked, "resume:go"),)
    message = replace(last.message, html=html, buttons=(*last.message.buttons, row))
    return replace(outcome, effects=(*before, replace(last, message=message)))


def pressed_aside(turn: Turn, draft_id: str, value: str) -> Outcome | None:
    """Act on 继续 and 删除 under a draft that was put aside; None for any other button."""
    parked = turn.dialogue.parked
    if parked is None or parked.id != draft_id or value not in ("go", "drop"):
        return None
    if value == "drop":
        html = say("complaint.dropped", turn.language)
        after = replace(turn.dialogue, parked=None)
        return Outcome(after, (Say(Outgoing(html, ((menu_button(turn),),))),))
    open_now = turn.dialogue.draft if turn.dialogue.flow == FLOW else None
    if open_now is not None:  # the two change places
        step = turn.dialogue.step
        swapped = replace(open_now, parked_at=step if step in {*Step} else open_now.parked_at)
        turn = replace(turn, dialogue=replace(turn.dialogue, parked=swapped))
    return resume(turn, parked)


def is_question(turn: Turn, text: str) -> bool:
    """Tell whether a text is put as a question and has an answer; a mere statement belongs to the matter."""
    if not sounds_asked(text):
        return False
    return turn.knowledge.index.ask(text, today=local_day(turn.now)).outcome is Found.HIT


def is_aside(turn: Turn, step: Step) -> bool:
    """Tell whether a text asks something beside what a step asks: 匿名学校会知道吗.

    What happened may be told as a question (凭什么收钱), so there, and where it tells of danger, it belongs to the
    matter. Elsewhere a question with a certain answer gets it; at the steps about oneself, also a choice of answers.
    """
    text = turn.incoming.text.strip()
    if step is Step.WHAT or not sounds_asked(text) or sounds_outraged(text):
        return False
    if turn.knowledge.routing.emergency(text) is not None:
        return False
    if _asks_a_figure(turn, text):
        return True
    found = turn.knowledge.index.ask(text, today=local_day(turn.now)).outcome
    told = step in (Step.NAME, Step.CONTACT) or asks_of_the_form(turn, text)
    return found is Found.HIT or (told and found is Found.UNSURE)


def _asks_a_figure(turn: Turn, text: str) -> bool:
    """Tell whether a published figure is asked for: 三中指标到校多少个 names no category of a complaint."""
    shelf, lexicon = turn.knowledge.figures, turn.knowledge.index.lexicon
    return read_wish(shelf, text, today=local_day(turn.now), lexicon=lexicon) is not None


def _open_cases(turn: Turn) -> tuple[CaseView, ...]:
    return tuple(one for one in turn.cases if one.status in OPEN)[:_OFFERED]


def question(
    turn: Turn, asked: str, draft: Draft, note: Markup = Markup(), *, sure: bool = True
) -> Outcome:
    """Ask one of the questions beside the steps, or go on when it need not be asked any more."""
    draft = replace(draft, at=turn.now)
    same = same_open_case(turn, draft)
    if asked == RESUME:
        message = resume_message(turn, draft)
    elif asked == WHICH and _open_cases(turn):
        message = which_message(turn, draft, _open_cases(turn))
    elif asked == SAME and same is not None:
        message = same_message(turn, draft, same.number)
    else:
        return stay(turn, Step.PREVIEW if asked == SAME else first_step(draft), draft, note)
    dialogue = replace(turn.dialogue, flow=FLOW, step=asked, draft=draft, number="", burst=None)
    said_now = tell(turn, draft, with_note(message, note), sure=sure and bool(note))
    return Outcome(dialogue, (said_now,))


def _value_said(turn: Turn, text: str) -> str | None:
    """Return the value of the button that was typed rather than pressed."""
    number = find(text)
    if said(text, "anew"):
        return "new"
    if number is not None and any(one.number == number for one in _open_cases(turn)):
        return number
    if turn.dialogue.step == RESUME:
        return "go" if said(text, "go_on") else None
    cases = _open_cases(turn)
    return cases[0].number if said(text, "add") and len(cases) == 1 else None


def _texted(turn: Turn, draft: Draft, text: str) -> Outcome | None:
    """Keep what was typed instead of an answer; a question that has an answer gets it."""
    if not text:
        return question(turn, turn.dialogue.step, draft, say("complaint.empty", turn.language))
    if is_question(turn, text):
        return None
    if is_courtesy(turn, text):
        return question(turn, turn.dialogue.step, draft)
    if turn.dialogue.step == RESUME:
        before, message = draft.waiting or ("", turn.incoming.message)
        waiting = (f"{before}\n{text}".strip(), message)
        return question(turn, RESUME, replace(draft, waiting=waiting), danger_in(turn, text))
    draft, danger = with_text(turn, draft, text)
    note = EMPTY_LINE.join(part for part in (danger, kept_so_far(turn, draft)) if part)
    return question(turn, turn.dialogue.step, draft, note)


def _kept(turn: Turn, draft: Draft) -> Outcome | None:
    """Keep a file or a place for the draft while a question is open; refuse what cannot be taken."""
    step, media = turn.dialogue.step, turn.incoming.media
    match turn.incoming.arrival:
        case Arrival.MEDIA if media is not None:
            refused = refusal(turn, media)
            caption, danger = turn.incoming.text.strip(), Markup()
            if caption:
                draft, danger = with_text(turn, draft, caption)
            draft = draft if refused else with_file(turn, draft)
            kept = Markup() if step == RESUME else kept_so_far(turn, draft)  # it says so itself
            parts = (danger, refused or kept)
            note = EMPTY_LINE.join(part for part in parts if part)
            outcome = question(turn, step, draft, note, sure=bool(danger or refused))
            effects = (
                outcome.effects if refused else (KeepFile(media, draft=draft.id), *outcome.effects)
            )
            return replace(outcome, effects=effects)
        case Arrival.LOCATION:
            return _texted(
                turn, draft, plain("complaint.place", turn.language, where=turn.incoming.text)
            )
        case Arrival.CONTACT:
            known = replace(draft, contact=turn.incoming.text, contact_done=True)
            return question(turn, step, known, say("complaint.contact_kept", turn.language))
        case Arrival.UNSUPPORTED | Arrival.MEDIA:
            return question(turn, step, draft, say("complaint.unsupported", turn.language))
        case _:
            return None
