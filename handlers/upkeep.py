"""The editors' command /gaps, in the private chat and in the staff chat; for everybody else it does not exist.

Floor 2: pure. The list is made by the service, which asks for the right again.
"""

from bot.core.people import ANONYMOUS_ADMIN, Role
from bot.core.texts import say
from bot.core.turn import Arrival, Outcome, Outgoing, Place, Priority, Say, StaffPress, Turn
from handlers.words import slash_name

COMMAND = "gaps"
EDITORS = frozenset({Role.EDITOR, Role.ADMIN})


def handle(turn: Turn) -> Outcome | None:
    """Take /gaps from an editor; None leaves it to whoever answers commands that do not exist."""
    incoming = turn.incoming
    if incoming.arrival is not Arrival.TEXT or incoming.place is Place.GROUP:
        return None
    if slash_name(incoming.text) != COMMAND:
        return None
    if turn.staff is not None and turn.staff.role in EDITORS:
        return Outcome(turn.dialogue, (StaffPress(COMMAND, COMMAND),))
    if incoming.place is not Place.STAFF:
        return None
    anonymous = incoming.person == str(
        ANONYMOUS_ADMIN
    )  # it may well be an editor who hides the name
    said = say("staff.anonymous" if anonymous else "menu.unknown_command", turn.language)
    return Outcome(turn.dialogue, (Say(Outgoing(said), Priority.STAFF),))
