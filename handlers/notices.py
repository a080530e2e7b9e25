"""What a channel tells about itself: the parent blocked or unblocked the bot, a group got a new id.

Floor 2: pure. Noted, and answered with nothing: there is nobody to read it, or nothing was asked.
"""

from bot.core.turn import Arrival, Outcome, Place, SetPerson, Turn


def handle(turn: Turn) -> Outcome | None:
    """Note that a parent can or cannot be reached; the new id of a group is the engine's to note."""
    match turn.incoming.arrival:
        case Arrival.BLOCKED | Arrival.UNBLOCKED if turn.incoming.place is Place.PRIVATE:
            reachable = turn.incoming.arrival is Arrival.UNBLOCKED
            return Outcome(turn.dialogue, (SetPerson(reachable=reachable),))
        case Arrival.BLOCKED | Arrival.UNBLOCKED | Arrival.MIGRATED:
            return Outcome(turn.dialogue)
        case _:
            return None
