"""What a parent does with a case of their own: add to it, withdraw it, rate its answer.

Floor 2: pure. Every right is asked of `cases.parent_allowed` before anything is offered or done, and the desk
asks again. A button that came too late is answered with the state the case is in now.
"""

from dataclasses import replace

from markupsafe import Markup

from bot.core.cases import Action, CaseView, Rating, parent_allowed
from bot.core.dialogue import Dialogue
from bot.core.texts import say
from bot.core.turn import Act, KeepFile, Outcome, Outgoing, ParentAct, Priority, Say, Turn
from bot.core.workdays import due
from handlers.case_card import card, may_rate, status
from handlers.complaint_beside import WHICH, aside, question
from handlers.complaint_moves import with_text
from handlers.complaint_open import kept_draft
from handlers.complaint_view import ALBUM_HOLD_S
from handlers.danger import danger_in
from handlers.evidence import refusal
from handlers.filing import added_message, closed
from handlers.saying import EMPTY_LINE, button
from handlers.spoken import begins, said, sounds_asked
from handlers.when import day_words

FLOW = "progress"
ADD = "add"
REASON = "reason"
WITHDRAW = "withdraw"


def do(turn: Turn, case: CaseView, verb: str) -> Outcome | None:
    """Do what a button of a case says; None for a verb that no button has."""
    match verb:
        case "show" | "view":
            return told(turn, card(turn, case))
        case "add":
            return start_adding(turn, case)
        case "more":
            return _add_last(turn, case)
        case "enough":
            return _enough(turn, case)
        case "withdraw" | "withdraw-yes" | "withdraw-no":
            return _withdraw(turn, case, verb)
        case Rating.GOOD | Rating.FAIR | Rating.BAD:
            return rate(turn, case, Rating(verb))
        case _:
            return None


def start_adding(turn: Turn, case: CaseView) -> Outcome:
    """Ask what is to be added."""
    if not _may(turn, case, Action.ADD):
        return stale(turn, case, "own.not_open")
    after = opened(turn, ADD, case.number)
    return Outcome(after, (Say(added_message(turn, case.number, first=True)),))


def _add_last(turn: Turn, case: CaseView) -> Outcome:
    """Add what was just written and found no answer; pressed again, ask what is to be added."""
    last = turn.dialogue.last
    if last is None or turn.dialogue.flow not in ("", FLOW):
        return start_adding(turn, case)
    after = replace(opened(turn, ADD, case.number), last=None)
    return add_text(replace(turn, dialogue=after), case, last.question)


def add_text(turn: Turn, case: CaseView, text: str, refused: Markup = Markup()) -> Outcome:
    """Add a text to a case at once, and say that more may follow; `refused` is why its file was not taken."""
    if not _may(turn, case, Action.ADD):
        return stale(turn, case, "own.not_open")
    note = EMPTY_LINE.join(part for part in (danger_in(turn, text), refused) if part)
    message = added_message(turn, case.number, note=note)
    slot = "" if note else f"add:{case.number}"
    after = replace(turn.dialogue, updated_at=turn.now)
    return Outcome(after, (_addition(turn, case, text), Say(message, slot=slot)))


def add_file(turn: Turn, case: CaseView) -> Outcome:
    """Add a file to a case at once; only the first item of an album is told to the staff."""
    media, album = turn.incoming.media, turn.incoming.album
    if not _may(turn, case, Action.ADD):
        return stale(turn, case, "own.not_open")
    refused = refusal(turn, media) if media else say("complaint.unsupported", turn.language)
    caption = turn.incoming.text.strip()
    if media is None or refused is not None:
        if caption:
            return add_text(turn, case, caption, refused or Markup())
        note = refused or Markup()
        asked = added_message(turn, case.number, first=True, note=note)  # nothing was added
        return Outcome(turn.dialogue, (Say(asked),))
    after = replace(turn.dialogue, album=album, updated_at=turn.now)
    danger = danger_in(turn, caption)
    message = added_message(turn, case.number, note=danger)
    hold = ALBUM_HOLD_S if album else 0.0
    told_once = Say(message, slot=f"add:{case.number}", hold_s=hold)
    if danger:
        told_once = Say(message)  # at once, and in no slot: nothing takes its place
    if album and album == turn.dialogue.album and not caption:
        return Outcome(after, (KeepFile(media, case=case.number), told_once))
    kept = KeepFile(media, draft=case.number)
    return Outcome(after, (kept, _addition(turn, case, caption), told_once))


def rate(turn: Turn, case: CaseView, rating: Rating) -> Outcome:
    """Take a rating; who is not satisfied is asked why first."""
    if not may_rate(turn, case):
        return stale(turn, case)
    if rating is not Rating.BAD:
        act = Act(ParentAct.RATE, case.number, rating=rating, proven=_proven(turn, case))
        html = say("own.thanks", turn.language, number=case.number)
        return told(turn, Outgoing(html), act)
    return ask_reason(turn, case)


def ask_reason(turn: Turn, case: CaseView, note: Markup | None = None) -> Outcome:
    """Ask what was not good about the answer."""
    key = "own.reason_second" if case.redone else "own.reason"
    if key == "own.reason" and case.number in turn.same_hands:
        key = "own.reason_same"  # nobody is promised somebody else where there is nobody else
    html = note if note is not None else say(key, turn.language)
    rows = ((button("own.no_rating", turn, "k:leave:flow"),),)
    return Outcome(opened(turn, REASON, case.number), (Say(Outgoing(html, rows)),))


def take_reason(turn: Turn, case: CaseView, text: str) -> Outcome:
    """Rate with the reason: the first time the case is handled again, the second time it is supervised."""
    if not may_rate(turn, case):
        return stale(turn, case)
    act = Act(ParentAct.RATE, case.number, text, rating=Rating.BAD, proven=_proven(turn, case))
    rows = ((button("button.progress", turn, f"k:show:{case.number}"),),)
    parts = (danger_in(turn, text), _handled_again(turn, case))
    html = EMPTY_LINE.join(part for part in parts if part)
    said_now = Say(Outgoing(html, rows), Priority.RECEIPT)
    return Outcome(closed(turn.dialogue), (act, said_now))


def _handled_again(turn: Turn, case: CaseView) -> Markup:
    """Say what becomes of a bad rating, with the day of the new answer; no other message says it again."""
    if case.redone:
        return say("own.bad_again", turn.language, number=case.number)
    limit = turn.knowledge.routing.limit_days(case.kind, case.category)
    until = due(turn.now, limit, turn.knowledge.calendar).last_day
    day = day_words(until, turn.language)
    key = "own.bad_redo_same" if case.number in turn.same_hands else "own.bad_redo"
    return say(key, turn.language, number=case.number, date=day)


def stale(turn: Turn, case: CaseView, key: str = "own.stale") -> Outcome:
    """Say that it is too late for that, and what state the case is in now."""
    html = say(key, turn.language, number=case.number, status=status(turn, case))
    shown = card(turn, case)
    return told(turn, Outgoing(html, shown.buttons))


def told(turn: Turn, message: Outgoing, *acts: Act) -> Outcome:
    """Say something about a case; what else is being filled in stays open, with a reminder."""
    dialogue = turn.dialogue
    if dialogue.flow in ("", FLOW):
        return Outcome(closed(dialogue) if dialogue.flow else dialogue, (*acts, Say(message)))
    reminder = Markup("\n\n") + say("menu.open_flow", turn.language)
    return Outcome(turn.dialogue, (*acts, Say(replace(message, html=message.html + reminder))))


def opened(turn: Turn, step: str, number: str) -> Dialogue:
    """Return the dialogue with this flow open; a complaint that was open is put aside."""
    return replace(aside(turn), flow=FLOW, step=step, number=number, updated_at=turn.now)


def verb_said(text: str) -> str | None:
    """Return what a plain 满意, 撤回 or 补充 wants done, as the verb of a button."""
    verbs = (*(one.value for one in Rating), "withdraw-yes", "withdraw-no", "withdraw", "add")
    return next((one for one in verbs if said(text, one)), None)


def meant(turn: Turn, verb: str) -> tuple[CaseView, ...]:
    """Return the own cases that a verb said without a number can mean."""
    return tuple(one for one in turn.cases if _fits(turn, one, verb))


def addition_in(turn: Turn, text: str) -> Outcome | None:
    """Take 补充一下,还有石头 as what it says: to the one open case, and the flow stays open for more."""
    if not turn.cases or not begins(text, "adding") or sounds_asked(text):
        return None
    fits = meant(turn, "add")
    if len(fits) != 1:
        return which_to_add(turn, text)
    there = replace(turn, dialogue=opened(turn, ADD, fits[0].number))
    return add_text(there, fits[0], text)


def which_to_add(turn: Turn, text: str = "") -> Outcome:
    """Ask to which of several open cases something belongs, or to none of them; say so where none is open."""
    if not meant(turn, "add"):
        return stale(turn, turn.cases[0], "own.not_open")
    draft, danger = kept_draft(turn), Markup()
    if text:
        draft, danger = with_text(turn, draft, text)
    return question(turn, WHICH, draft, danger, sure=bool(danger))


def _fits(turn: Turn, case: CaseView, verb: str) -> bool:
    if verb in {*Rating}:
        return may_rate(turn, case)
    return _may(turn, case, Action(verb.partition("-")[0]))


def _withdraw(turn: Turn, case: CaseView, verb: str) -> Outcome:
    if verb == "withdraw-no":
        return told(turn, Outgoing(say("own.withdraw_kept", turn.language, number=case.number)))
    if not _may(turn, case, Action.WITHDRAW):
        return stale(turn, case)
    if verb == "withdraw":
        rows = (
            (
                button("own.withdraw_yes", turn, f"k:withdraw-yes:{case.number}"),
                button("own.withdraw_no", turn, f"k:withdraw-no:{case.number}"),
            ),
        )
        asked = told(
            turn, Outgoing(say("own.withdraw_ask", turn.language, number=case.number), rows)
        )
        if turn.dialogue.flow not in ("", FLOW):
            return asked
        return replace(asked, dialogue=opened(turn, WITHDRAW, case.number))
    act = Act(ParentAct.WITHDRAW, case.number, proven=_proven(turn, case))
    return told(turn, Outgoing(say("own.withdrawn", turn.language, number=case.number)), act)


def _enough(turn: Turn, case: CaseView) -> Outcome:
    if turn.dialogue.flow != FLOW or turn.dialogue.step != ADD:
        return stale(turn, case)
    rows = ((button("button.progress", turn, f"k:show:{case.number}"),),)
    said_now = Say(Outgoing(say("own.add_done", turn.language), rows), slot=f"add:{case.number}")
    return Outcome(closed(turn.dialogue), (said_now,))


def _addition(turn: Turn, case: CaseView, text: str) -> Act:
    return Act(ParentAct.ADD, case.number, text=text, draft=case.number, proven=_proven(turn, case))


def _may(turn: Turn, case: CaseView, action: Action) -> bool:
    return parent_allowed(turn.person.id, case, action, proven=_proven(turn, case))


def _proven(turn: Turn, case: CaseView) -> bool:
    return case.number in turn.dialogue.proven
