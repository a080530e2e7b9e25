"""In a group the desk speaks only when spoken to, and gives nothing but what is published.

Floor 2: pure. Whatever is personal goes to the private chat by a link; of a group nothing is remembered.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.core import numbers
from bot.core.texts import plain, say
from bot.core.turn import Arrival, Button, Outcome, Outgoing, Place, Rows, Say, Turn
from handlers import faq, figures, links, menu
from handlers.spoken import said
from handlers.words import Command, command, holds_personal_numbers
from knowledge import entry as known
from knowledge.entry import Small

_PUBLIC = ("menu", "topic:", "faq:")  # buttons anybody may press in front of everybody
_PAYLOADS = {
    Command.COMPLAIN: "complain",
    Command.STATUS: "status",
    Command.PERSON: "person",
}


def handle(turn: Turn) -> Outcome | None:
    """Answer in a group, if anything is to be answered there at all."""
    incoming = turn.incoming
    if incoming.place is not Place.GROUP:
        return None
    if not incoming.addressed:
        return _silence(turn)
    match incoming.arrival:
        case Arrival.CHOICE:
            return _pressed(turn)
        case Arrival.TEXT:
            return _text(turn)
        case Arrival.MEDIA | Arrival.LOCATION | Arrival.CONTACT:
            return _private(turn, "group.personal")
        case _:
            return _silence(turn)


def _pressed(turn: Turn) -> Outcome:
    said = menu.handle(turn) or faq.handle(turn) if _is_public(turn.incoming.choice) else None
    return _private(turn, "group.personal") if said is None else _published(turn, said)


def _text(turn: Turn) -> Outcome:
    text = turn.incoming.text.strip()
    danger = turn.knowledge.routing.emergency(text)
    if danger is not None and danger.urgent:
        hotlines = plain("when.between", turn.language).join(
            f"{one.number} {(one.title_en if turn.language == 'en' else '') or one.title}"
            for one in danger.hotlines
        )
        return _private(turn, "group.emergency", "complain", hotlines=hotlines)
    wanted = command(turn)
    if wanted in (Command.MENU, Command.START):
        return _published(turn, menu.topics(turn))
    if wanted is Command.HELP or not text:
        return _private(turn, "group.hello")
    if wanted is not None or _is_personal(turn, text):
        return _private(turn, "group.personal", _payload(turn, wanted, text))
    figure = figures.handle(turn)
    if figure is not None:
        return _published(turn, figure)
    decision = faq.decide(turn, text)
    if decision.small is Small.THANKS:
        return _private(turn, "small.thanks")
    if decision.small is not None:
        return _private(turn, "group.hello")
    if decision.outcome is known.Outcome.MISS or not faq.found(turn, decision):
        return _private(turn, "group.miss")
    return _published(turn, faq.answered(turn, decision))


def _payload(turn: Turn, wanted: Command | None, text: str) -> str:
    """Return where the link to the private chat leads."""
    if wanted is None:
        if said(text, "progress"):
            return "status"
        return "start" if turn.knowledge.routing.plain_kind(text) is None else "complain"
    return _PAYLOADS.get(wanted, "start")


def _is_personal(turn: Turn, text: str) -> bool:
    """Tell whether a message is about somebody's own matter rather than about the rules."""
    return (
        turn.knowledge.routing.plain_kind(text) is not None
        or numbers.looks_like(text)
        or said(text, "progress")
        or holds_personal_numbers(text)
    )


def _silence(turn: Turn) -> Outcome:
    return Outcome(turn.dialogue)


def _private(turn: Turn, key: str, payload: str = "start", **values: str) -> Outcome:
    """Say one line with the link to the private chat."""
    html = say(key, turn.language, **values)
    return Outcome(turn.dialogue, (Say(Outgoing(html, _link(turn, payload))),))


def _link(turn: Turn, payload: str = "start") -> Rows:
    label = plain("button.private", turn.language)
    found = links.private(turn.desk, payload, label)
    return ((found,),) if found is not None else ()


def _published(turn: Turn, outcome: Outcome) -> Outcome:
    """Keep of an outcome what anybody may see: the words, and the buttons to more of the same."""
    said = (
        Say(replace(message, buttons=(*_public_rows(message.buttons), *_link(turn))))
        for message in outcome.said
    )
    return Outcome(turn.dialogue, tuple(said))


def _public_rows(rows: Rows) -> Iterator[tuple[Button, ...]]:
    for row in rows:
        kept = tuple(one for one in row if one.url or _is_public(one.data))
        if kept:
            yield kept


def _is_public(data: str) -> bool:
    return data.startswith(_PUBLIC)
