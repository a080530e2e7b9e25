"""Whatever cannot be read as a question: stickers, polls, a bare location. Refused in words, never silently.

Floor 2: pure. A step of a flow that can use such a message has taken it before.
"""

from bot.core.texts import catalogue, plain, say
from bot.core.turn import Arrival, Outcome, Turn
from handlers.saying import answer, way_on

_FOR_OTHERS = (
    Arrival.MEDIA,
    Arrival.LOCATION,
    Arrival.CONTACT,
)  # taken before, unless nobody could


def handle(turn: Turn) -> Outcome | None:
    """Say that this kind of message cannot be taken, and what to do instead."""
    arrival = turn.incoming.arrival
    if arrival is Arrival.UNSUPPORTED:
        named = f"kind.{turn.incoming.text}"
    elif arrival in _FOR_OTHERS:
        named = f"kind.{arrival.value}"
    else:
        return None
    kind = plain(named if named in catalogue("zh") else "kind.other", turn.language)
    return answer(turn, say("kinds.unsupported", turn.language, kind=kind), buttons=way_on(turn))
