"""What is said: `respond(turn) -> Outcome`, and who is asked first.

Floor 2: pure. No input or output, no clock, no chance; all that a handler may know is in the turn.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.core.turn import Arrival, Outcome, Turn
from handlers import (
    burst,
    complaint,
    edits,
    emergency,
    faq,
    figures,
    groups,
    kinds,
    language,
    links,
    loose_media,
    menu,
    notices,
    person,
    progress,
    staff,
    subscriptions,
    upkeep,
)

Handler = Callable[[Turn], Outcome | None]


def _edited(turn: Turn) -> Outcome | None:
    """Read an edit that belongs to nothing as a new message, unless something is being filled in."""
    if turn.incoming.arrival is not Arrival.EDIT or turn.dialogue.flow:
        return None
    return _first(replace(turn, incoming=replace(turn.incoming, arrival=Arrival.TEXT)))


# The first that does not return None has answered.
IN_ORDER: tuple[Handler, ...] = (
    notices.handle,  # blocked, unblocked, moved: noted, not answered
    upkeep.handle,  # /gaps, for editors only
    staff.handle,  # the staff chat; no parent is there, and nothing below ever sees it
    groups.handle,  # any other group: published answers only, and nothing below ever sees one
    emergency.handle,  # danger comes before whatever somebody is in the middle of
    language.handle,  # /lang
    menu.handle,  # /start, /menu, /privacy and the buttons of the menu: may be looked at any time
    subscriptions.handle,  # 订阅, 退订 and their buttons: may be pressed any time
    complaint.handle,  # an open complaint, or a message that plainly is one
    edits.handle,  # an earlier message changed: a new version of what is in a case
    progress.handle,  # 查进度, numbers and codes, and what a parent does with an own case
    person.handle,  # 转人工
    loose_media.handle,  # files that belong to nothing yet
    _edited,  # any other edit
    menu.unclaimed,  # 帮助 and 取消 that no open flow claimed; commands that do not exist
    kinds.handle,  # what cannot be read at all
    figures.handle,  # what a published table has: no entry gives a figure in its place
    faq.handle,  # everything else is a question
)


def respond(turn: Turn) -> Outcome:
    """Decide what is said and done about one message."""
    heard = language.heard(links.followed(turn))
    outcome = _first(heard) or menu.stale(heard)
    return language.remembered(turn, burst.settled(heard, outcome), heard.language)


def _first(turn: Turn) -> Outcome | None:
    answers = (handle(turn) for handle in IN_ORDER)
    return next((one for one in answers if one is not None), None)
