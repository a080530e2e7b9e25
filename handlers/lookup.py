"""Number and code: how a case is shown to an account it does not belong to.

Floor 2: pure. An unknown number and a wrong code read the same. After five wrong codes within an hour, for one
case or in one conversation, nothing more is looked up for an hour, right code or not.
"""

import hmac
from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core import numbers
from bot.core.cases import CaseView
from bot.core.dialogue import Dialogue
from bot.core.texts import say
from bot.core.turn import Outcome, Outgoing, Rows, Say, Turn, WrongCode
from handlers.case_card import card
from handlers.complaint_beside import aside
from handlers.filing import closed
from handlers.saying import EMPTY_LINE, button

FLOW = "progress"
MOST_WRONG = 5
WITHIN = timedelta(hours=1)
_LITTLE = 10  # characters around number and code: 编号, 查询码
_REMEMBERED = 5  # cases whose code was given in one conversation


def is_mine(turn: Turn, case: CaseView | None) -> bool:
    """Tell whether this conversation may see a case: its own, or one whose code was given here."""
    return case is not None and (
        case.person_id == turn.person.id or case.number in turn.dialogue.proven
    )


def is_elsewhere(turn: Turn) -> bool:
    """Tell whether something else is being filled in."""
    return turn.dialogue.flow not in ("", FLOW)


def asks_to_look_up(turn: Turn) -> bool:
    """Tell whether a text is a number with its code and hardly anything else, or the code that was asked for."""
    text = turn.incoming.text.strip()
    if turn.dialogue.number and numbers.is_code(text):
        return True
    both = numbers.looks_like(text) and numbers.find_code(text) is not None
    return both and len(numbers.without(text)) <= _LITTLE


def look_up(turn: Turn, text: str) -> Outcome | None:
    """Read number and code from a text, or the code alone when the number is known; None without either."""
    number, code = numbers.find(text), numbers.find_code(text)
    if number is None and numbers.looks_like(text):
        return asking(turn, "own.mistyped")
    if number is None and (is_elsewhere(turn) or turn.dialogue.step == "code"):
        number = turn.dialogue.number or None
    if number is None:
        return None
    case = turn.case if turn.case is not None and turn.case.number == number else None
    if case is not None and is_mine(turn, case):
        return _shown(turn, case)
    if _is_locked(turn, case):
        phone = (
            say("own.locked_phone", turn.language, phone=turn.desk.phone) if turn.desk.phone else ""
        )
        html = say("own.locked", turn.language, phone=phone)
        return Outcome(_left(turn), (Say(Outgoing(html)),))
    if code is None:
        return ask_code(turn, number)
    if case is None or not hmac.compare_digest(numbers.hash_code(number, code), case.code_hash):
        return _wrong(turn, number)
    proven = (*turn.dialogue.proven, number)[-_REMEMBERED:]
    return _shown(replace(turn, dialogue=replace(turn.dialogue, proven=proven)), case)


def ask(turn: Turn, note: Markup | None = None) -> Outcome:
    """Ask for number and code; `note` stands instead of the usual sentence."""
    html = note if note is not None else say("own.lookup_ask", turn.language)
    return _asked(turn, "lookup", html)


def asking(turn: Turn, key: str) -> Outcome:
    """Ask again for number and code, with another sentence."""
    return ask(turn, say(key, turn.language, limit=MOST_WRONG))


def ask_code(turn: Turn, number: str, note: Markup | None = None) -> Outcome:
    """Ask for the code of a number, whether or not there is such a case; `note` instead of the usual words."""
    html = note if note is not None else say("own.code_ask", turn.language, number=number)
    return _asked(turn, "code", html, number)


def _asked(turn: Turn, step: str, html: Markup, number: str = "") -> Outcome:
    """Open this flow at a step; what else is being filled in stays open, and the code may be sent all the same."""
    if is_elsewhere(turn):
        return _beside(turn, Outgoing(html), number)
    after = replace(aside(turn), flow=FLOW, step=step, number=number, updated_at=turn.now)
    return Outcome(after, (Say(Outgoing(html, _way_out(turn))),))


def _is_locked(turn: Turn, case: CaseView | None) -> bool:
    here = sum(turn.now - at < WITHIN for at in turn.dialogue.wrong)
    return here >= MOST_WRONG or (case is not None and case.wrong_codes >= MOST_WRONG)


def _wrong(turn: Turn, number: str) -> Outcome:
    lately = tuple(at for at in turn.dialogue.wrong if turn.now - at < WITHIN)
    counted = replace(turn, dialogue=replace(turn.dialogue, wrong=(*lately, turn.now)))
    note = say("own.wrong", turn.language, limit=MOST_WRONG)
    outcome = ask_code(counted, number, note)  # the code alone may be typed again
    return replace(outcome, effects=(WrongCode(number), *outcome.effects))


def _shown(turn: Turn, case: CaseView) -> Outcome:
    shown = card(turn, case)
    return _beside(turn, shown) if is_elsewhere(turn) else Outcome(_left(turn), (Say(shown),))


def _beside(turn: Turn, message: Outgoing, number: str = "") -> Outcome:
    """Say something beside what is being filled in, which stays open; the code of `number` may follow."""
    html = message.html + EMPTY_LINE + say("menu.open_flow", turn.language)
    said = Say(replace(message, html=html))
    return Outcome(replace(turn.dialogue, number=number), (said,))


def _left(turn: Turn) -> Dialogue:
    """Return the dialogue without this flow; any other stays open."""
    return closed(turn.dialogue) if turn.dialogue.flow == FLOW else turn.dialogue


def _way_out(turn: Turn) -> Rows:
    return ((button("button.cancel", turn, "k:leave:flow"),),)
