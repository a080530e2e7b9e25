"""Danger in what somebody wrote: the hotlines to show at once, and the mark on the draft.

Floor 2: pure. The words, the groups and the hotlines are the bureau's, in routing.yaml.
"""

from dataclasses import replace

from markupsafe import Markup

from bot.core.dialogue import Draft
from bot.core.texts import plain, say
from bot.core.turn import Turn
from handlers.saying import NEW_LINE
from knowledge.routing import Emergency


def marked(turn: Turn, draft: Draft, text: str) -> tuple[Draft, Markup]:
    """Mark a draft by what a new text of it says; return it with the hotlines to show, if any.

    A draft that is urgent already stays so, and is not told the same hotlines again.
    """
    found = turn.knowledge.routing.emergency(text)
    if found is None or found.group == draft.emergency or (draft.urgent and not found.urgent):
        return draft, Markup()
    draft = replace(draft, urgent=draft.urgent or found.urgent, emergency=found.group)
    return draft, hotlines(turn, found)


def danger_in(turn: Turn, text: str) -> Markup:
    """Return the hotlines to show for a text; nothing when it tells of no danger."""
    found = turn.knowledge.routing.emergency(text)
    return hotlines(turn, found) if found else Markup()


def hotlines(turn: Turn, found: Emergency) -> Markup:
    """Return the numbers to call, each with what it is for; a gentler lead for what is not acute."""
    lead = say("urgent.lead" if found.urgent else "urgent.soft_lead", turn.language)
    lines = [
        say(
            "urgent.hotline",
            turn.language,
            number=one.number,
            title=_title(turn, one.title, one.title_en),
        )
        for one in found.hotlines
    ]
    return NEW_LINE.join((lead, *lines))


def hotlines_again(turn: Turn, group: str) -> Markup:
    """Return one short line with the numbers of a group, for the messages after the first."""
    row = next((one for one in turn.knowledge.routing.emergencies if one.id == group), None)
    if row is None:
        return Markup()
    numbers = plain("urgent.between", turn.language).join(row.hotlines)
    return say("urgent.again", turn.language, numbers=numbers)


def _title(turn: Turn, title: str, title_en: str) -> str:
    return (title_en or title) if turn.language == "en" else title
