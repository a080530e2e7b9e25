"""Deep links and buttons that stand for something a parent could as well have written or pressed.

Floor 2: pure. `/start complain` from a group is /complain, `/start faq_primary-age` is the button of that
entry, and a button whose data is a command is that command: so each thing is handled in one place only.
"""

from dataclasses import replace

from bot.core.turn import Arrival, Button, Desk, Place, Turn
from handlers.words import Command, argument, command_in

_COMMANDS = {"complain": "/complain", "status": "/status", "menu": "/menu", "help": "/help"}
_PRESSES = {"faq": "faq:", "topic": "topic:"}
MOST = 64  # characters Telegram allows in a start parameter


def followed(turn: Turn) -> Turn:
    """Return the turn as if what the link or the button stands for had been sent itself."""
    incoming = turn.incoming
    if incoming.place is not Place.PRIVATE:
        return turn
    if incoming.arrival is Arrival.CHOICE and incoming.choice.startswith("/"):
        as_text = replace(incoming, arrival=Arrival.TEXT, text=incoming.choice, choice="")
        return replace(turn, incoming=as_text)
    if incoming.arrival is Arrival.TEXT and command_in(incoming.text) is Command.START:
        return _start(turn, argument(incoming.text))
    return turn


def private(desk: Desk, payload: str, label: str) -> Button | None:
    """Make the button that opens the private chat; None where there is no Telegram bot."""
    if not desk.bot_name or len(payload) > MOST:
        return None
    return Button(label, url=f"https://t.me/{desk.bot_name}?start={payload}")


def _start(turn: Turn, payload: str) -> Turn:
    name, _, rest = payload.partition("_")
    if payload in _COMMANDS:
        return replace(turn, incoming=replace(turn.incoming, text=_COMMANDS[payload]))
    if payload == "person":
        return _pressed(turn, "person")
    if name in _PRESSES and rest:
        return _pressed(turn, _PRESSES[name] + rest)
    return turn


def _pressed(turn: Turn, choice: str) -> Turn:
    return replace(
        turn, incoming=replace(turn.incoming, arrival=Arrival.CHOICE, choice=choice, text="")
    )
