"""Own cases: 查进度, number and code from any account, and the dialogues that add, withdraw and rate.

Floor 2: pure. The flow `progress` is at one of five steps: lookup and code wait for number and code, add for
what is to be added, reason for why an answer was not good, withdraw for whether that is meant. Left alone for an
hour, it is over.
"""

from dataclasses import replace
from datetime import timedelta

from bot.core import numbers
from bot.core.cases import CaseView, Rating
from bot.core.texts import plain, say
from bot.core.turn import Arrival, KeepFile, Outcome, Outgoing, Place, Say, Turn
from handlers import own_cases
from handlers.case_card import card, case_list
from handlers.complaint_beside import is_question, told_of_draft, with_draft_named
from handlers.complaint_parts import is_courtesy
from handlers.evidence import refusal
from handlers.filing import closed
from handlers.lookup import ask, asks_to_look_up, is_elsewhere, is_mine, look_up
from handlers.own_cases import ADD, FLOW, REASON, WITHDRAW, told
from handlers.saying import button, menu_button
from handlers.spoken import asks_own_progress, said
from handlers.words import Command, argument, command, is_slash

LIVES = timedelta(hours=1)  # a flow left alone for longer takes nothing any more
STEPS = ("lookup", "code", ADD, REASON, WITHDRAW)
_OURS = (Command.CANCEL, Command.BACK, Command.DONE, Command.HELP)


def handle(turn: Turn) -> Outcome | None:
    """Take whatever belongs to own cases: commands, buttons, numbers, and the steps of this flow."""
    outcome = _handled(turn)
    return outcome and told_of_draft(turn, outcome)


def _handled(turn: Turn) -> Outcome | None:
    if turn.incoming.place is not Place.PRIVATE:
        return None
    if turn.incoming.arrival is Arrival.CHOICE:
        return _pressed(turn) if turn.incoming.choice.startswith("k:") else None
    if command(turn) is Command.STATUS:
        given = argument(turn.incoming.text)
        return (look_up(turn, given) if given else None) or listed(turn)
    if turn.dialogue.flow == FLOW and not _is_over(turn):
        return _arrived(turn)
    if turn.incoming.arrival is not Arrival.TEXT:
        return None
    if is_elsewhere(turn):  # what is being filled in stays open
        return look_up(turn, turn.incoming.text) if asks_to_look_up(turn) else None
    left = replace(turn, dialogue=closed(turn.dialogue)) if turn.dialogue.flow else turn
    return _named(left, turn.incoming.text.strip())


def listed(turn: Turn) -> Outcome:
    """Show the own cases: one in full, several as a list; without any, ask for number and code."""
    if not turn.cases:
        return ask(turn, say("own.none", turn.language))
    if len(turn.cases) > 1:
        return told(turn, case_list(turn))
    message = card(turn, turn.cases[0])
    other = (button("own.look_up", turn, "k:lookup:new"),)
    return told(turn, replace(message, buttons=(*message.buttons, other)))


def _named(turn: Turn, text: str) -> Outcome | None:
    """Take a text outside any flow that names a case, or plainly says what to do with the only one."""
    if numbers.looks_like(text):
        return look_up(turn, text)
    if numbers.is_code(text):
        return ask(turn)  # a code by itself: of which number
    added = own_cases.addition_in(turn, text)
    if added is not None:
        return added
    verb = own_cases.verb_said(text) if turn.cases else None
    if verb is None:
        return listed(turn) if turn.cases and asks_own_progress(text) else None
    fits = own_cases.meant(turn, verb)
    if len(fits) == 1:
        return own_cases.do(turn, fits[0], verb)
    if verb == "add":
        return own_cases.which_to_add(turn)
    return listed(turn) if fits or verb == "withdraw" else None


def _pressed(turn: Turn) -> Outcome | None:
    """Act on a button of a case, if it is this person's to act on; any other is nobody's."""
    _, verb, target = (*turn.incoming.choice.split(":", 2), "", "")[:3]
    if verb == "lookup":
        return ask(turn)
    if verb == "leave":
        return _left(turn)
    case = turn.case
    if case is None or case.number != target or not is_mine(turn, case):
        return None
    return own_cases.do(turn, case, verb)


def _arrived(turn: Turn) -> Outcome | None:
    """Take what came at a step of this flow."""
    step, case, incoming = turn.dialogue.step, _current(turn), turn.incoming
    if incoming.arrival is Arrival.EDIT:
        return None
    if step == WITHDRAW and case is not None:
        return _sure(turn, case)
    if incoming.arrival is Arrival.TEXT and (command(turn) is not None or is_slash(incoming.text)):
        return _commanded(turn)
    if step in ("lookup", "code"):
        return _looked_up(turn)
    if case is None:
        return _helped(turn)
    text = incoming.text.strip()
    if incoming.arrival is Arrival.TEXT and step == REASON:
        return _reasoned(turn, case, text)
    match incoming.arrival:
        case Arrival.TEXT if not text or (step == ADD and is_courtesy(turn, text)):
            return _helped(turn)  # 谢谢 is nothing that the staff need to read
        case Arrival.TEXT if step == ADD and said(text, "done"):
            return own_cases.do(turn, case, "enough")
        case Arrival.TEXT:
            return own_cases.add_text(turn, case, text)
        case Arrival.MEDIA if step == ADD:
            return own_cases.add_file(turn, case)
        case Arrival.MEDIA if incoming.media is not None and refusal(turn, incoming.media) is None:
            then = (
                own_cases.take_reason(turn, case, text)
                if text
                else own_cases.ask_reason(turn, case, say("own.reason_empty", turn.language))
            )
            kept = KeepFile(incoming.media, case=case.number)
            return replace(then, effects=(kept, *then.effects))
        case Arrival.LOCATION | Arrival.CONTACT if step == ADD:
            where = plain("complaint.place", turn.language, where=text)
            words = where if incoming.arrival is Arrival.LOCATION else text
            return own_cases.add_text(turn, case, words)
        case Arrival.BLOCKED | Arrival.UNBLOCKED | Arrival.MIGRATED:
            return None
        case _:
            return _helped(turn)


def _reasoned(turn: Turn, case: CaseView, text: str) -> Outcome | None:
    """Take why an answer was not good. It is handled again only once, so 谢谢 and a question are no reason."""
    if said(text, "no_rating"):
        return _left(turn)
    rating = own_cases.verb_said(text)
    if rating in (Rating.GOOD, Rating.FAIR):
        return own_cases.rate(turn, case, Rating(rating))
    if not text:
        return _helped(turn)
    if rating == Rating.BAD or is_courtesy(turn, text):
        return own_cases.ask_reason(turn, case)
    if is_question(turn, text):
        return None
    return own_cases.take_reason(turn, case, text)


def _sure(turn: Turn, case: CaseView) -> Outcome | None:
    """Take whether to withdraw, in words; anything else is read as if nothing had been asked."""
    text, last, asked_at = turn.incoming.text.strip(), turn.dialogue.last, turn.dialogue.updated_at
    if turn.incoming.arrival is not Arrival.TEXT:
        return None
    if last is not None and last.at is not None and asked_at is not None and last.at > asked_at:
        return _named(turn, text)  # 是的 now answers something else
    if said(text, "agreed") or said(text, "withdraw-yes"):
        return own_cases.do(turn, case, "withdraw-yes")
    if said(text, "refused") or command(turn) in (Command.CANCEL, Command.BACK):
        return own_cases.do(turn, case, "withdraw-no")
    return _named(turn, text)


def _current(turn: Turn) -> CaseView | None:
    """Return the case this flow is about, whichever other one the text may name."""
    known = turn.cases if turn.case is None else (*turn.cases, turn.case)
    found = next((one for one in known if one.number == turn.dialogue.number), None)
    return found if is_mine(turn, found) else None


def _looked_up(turn: Turn) -> Outcome | None:
    """Read number and code; without either, say what is waited for, unless it is no attempt at all."""
    text = turn.incoming.text.strip()
    if turn.incoming.arrival is not Arrival.TEXT:
        return (
            _helped(turn)
            if turn.incoming.arrival in (Arrival.UNSUPPORTED, Arrival.CONTACT)
            else None
        )
    is_attempt = not text or any(one.isdigit() for one in text)
    found = look_up(turn, text) if is_attempt else None
    return found or (_helped(turn) if is_attempt else None)


def _commanded(turn: Turn) -> Outcome | None:
    """Take the commands that mean something here; the others are for whoever owns them."""
    wanted, case = command(turn), _current(turn)
    if wanted is Command.HELP:
        return _helped(turn)
    if wanted is Command.DONE and turn.dialogue.step == ADD and case is not None:
        return own_cases.do(turn, case, "enough")
    return _left(turn) if wanted in _OURS else None


def _helped(turn: Turn) -> Outcome:
    step = turn.dialogue.step
    what = plain(f"own.what_{'lookup' if step == 'code' else step}", turn.language)
    rows = ((button("button.cancel", turn, "k:leave:flow"),),)
    html = say("own.flow_help", turn.language, what=what)
    dialogue = replace(turn.dialogue, updated_at=turn.now)
    return Outcome(dialogue, (Say(Outgoing(html, rows)),))


def _left(turn: Turn) -> Outcome:
    """Leave this flow; the button of one that is over leaves nothing, and what else is open stays."""
    key = "own.rating_left" if turn.dialogue.step == REASON else "own.left"
    outcome = told(turn, Outgoing(say(key, turn.language), ((menu_button(turn),),)))
    was_open = turn.dialogue.flow == FLOW and turn.dialogue.parked is not None
    return with_draft_named(turn, outcome) if was_open else outcome


def _is_over(turn: Turn) -> bool:
    at = turn.dialogue.updated_at
    return at is not None and turn.now - at > LIVES
