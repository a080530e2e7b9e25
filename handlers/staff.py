"""The staff chat: what is written at a case becomes a draft, a button becomes a press; nothing else happens.

Floor 2: pure. Whether it may be done is the desk's to say, and so is the answer. A line that belongs to no case
(General) is nobody's: it is neither relayed nor answered. An anonymous administrator is not a named person.
"""

from bot.core.people import ANONYMOUS_ADMIN
from bot.core.texts import say
from bot.core.turn import (
    Arrival,
    Effect,
    Outcome,
    Outgoing,
    Place,
    Priority,
    Say,
    StaffDraft,
    StaffPress,
    Turn,
)


def handle(turn: Turn) -> Outcome | None:
    """Take what arrives in the staff chat; nothing below ever sees it."""
    if turn.incoming.place is not Place.STAFF:
        return None
    match turn.incoming.arrival:
        case Arrival.CHOICE:
            return _pressed(turn)
        case Arrival.TEXT | Arrival.MEDIA | Arrival.EDIT | Arrival.LOCATION | Arrival.CONTACT:
            return _written(turn) if turn.case is not None else Outcome(turn.dialogue)
        case _:
            return Outcome(turn.dialogue)


def _pressed(turn: Turn) -> Outcome:
    """Pass on a staff button; who is not staff is told so, whatever the button is."""
    mark, _, rest = turn.incoming.choice.partition(":")
    verb, _, target = rest.partition(":")
    if turn.staff is None:
        return _refused(turn)
    if mark != "s" or not verb or not target:
        return _told(turn, "menu.stale")
    return _do(turn, StaffPress(verb, target))


def _written(turn: Turn) -> Outcome:
    """Turn words written at a case into a draft; say in words what cannot become one."""
    if turn.staff is None or turn.case is None:
        return _refused(turn)
    text = turn.incoming.text.strip()
    if turn.incoming.arrival not in (Arrival.TEXT, Arrival.EDIT) or not text:
        return _told(turn, "staff.words_only")
    return _do(turn, StaffDraft(turn.case.number, text))


def _refused(turn: Turn) -> Outcome:
    anonymous = turn.incoming.person == str(ANONYMOUS_ADMIN)
    return _told(turn, "staff.anonymous" if anonymous else "staff.nobody")


def _told(turn: Turn, key: str) -> Outcome:
    return _do(turn, Say(Outgoing(say(key)), Priority.STAFF))


def _do(turn: Turn, effect: Effect) -> Outcome:
    return Outcome(turn.dialogue, (effect,))
