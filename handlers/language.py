"""Which language a parent is answered in: that of the message, else that of the app, else the chosen one.

Floor 2: pure. While something is being filled in the language stays: a school's Chinese name is no wish
for Chinese. Pinyin is Latin letters but not English.
"""

from dataclasses import replace

from bot.core.texts import LANGUAGES, say
from bot.core.turn import Arrival, Outcome, Place, SetPerson, Turn
from handlers.saying import answer, button, menu_button
from handlers.words import Command, argument, command, is_chinese, is_english


def heard(turn: Turn) -> Turn:
    """Return the turn with the language this message is to be answered in."""
    language = _language(turn)
    if language == turn.person.language:
        return turn
    return replace(turn, person=replace(turn.person, language=language))


def remembered(before: Turn, outcome: Outcome, language: str) -> Outcome:
    """Add that the person now speaks `language`, if that is new and nothing else was chosen."""
    chosen = any(
        isinstance(effect, SetPerson) and effect.language is not None for effect in outcome.effects
    )
    known = before.person.language == language or before.incoming.place is not Place.PRIVATE
    return outcome if chosen or known else outcome.and_do(SetPerson(language=language))


def handle(turn: Turn) -> Outcome | None:
    """Answer /lang, with or without a language behind it, and its buttons."""
    incoming = turn.incoming
    if incoming.arrival is Arrival.CHOICE and incoming.choice.startswith("lang:"):
        wanted = incoming.choice.partition(":")[2]
        return _set(turn, wanted) if wanted in LANGUAGES else None
    if command(turn) is not Command.LANG:
        return None
    wanted = argument(incoming.text).lower()
    if wanted in LANGUAGES:
        return _set(turn, wanted)
    rows = ((button("button.zh", turn, "lang:zh"), button("button.en", turn, "lang:en")),)
    return answer(turn, say("menu.language", turn.language), buttons=rows)


def _set(turn: Turn, wanted: str) -> Outcome:
    spoken = replace(turn, person=replace(turn.person, language=wanted))
    outcome = answer(spoken, say("menu.language_set", wanted), buttons=((menu_button(spoken),),))
    return outcome.and_do(SetPerson(language=wanted))


def _language(turn: Turn) -> str:
    incoming = turn.incoming
    known = turn.person.language if turn.person.language in LANGUAGES else LANGUAGES[0]
    if incoming.arrival in (Arrival.TEXT, Arrival.EDIT) and not turn.dialogue.flow:
        if is_english(incoming.text):
            return "en"
        if is_chinese(incoming.text):
            return "zh"
    if turn.person.is_new and incoming.language:
        return "zh" if incoming.language.lower().startswith("zh") else "en"
    return known
