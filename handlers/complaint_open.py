"""The wish to complain: a command, a button, 继续, or a message that plainly is a complaint.

Floor 2: pure. What was typed in that message is the first text of the statement; a file sent just before is
kept with it.
"""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import Kind
from bot.core.dialogue import Draft
from bot.core.texts import say
from bot.core.turn import Arrival, Outcome, Turn
from handlers.complaint_beside import LONG_AGO, begin, pressed_aside, resume
from handlers.complaint_moves import with_text
from handlers.complaint_parts import read_name
from handlers.danger import marked
from handlers.saying import answer, button, way_on
from handlers.spoken import asks_nothing, said, without_swearing
from handlers.words import Command, argument, command

JUST_FILED = timedelta(hours=1)
_MATTER = 5  # characters beside the swearing that may tell what it is about
COMPLAIN_OF_IT = "complain:last"  # a button: about what was just written


def wished(turn: Turn) -> Outcome | None:
    """Start or take up a complaint when the message asks for it, or plainly is one."""
    if turn.incoming.choice == COMPLAIN_OF_IT:
        return _of_last(turn)
    if turn.incoming.arrival is not Arrival.TEXT:
        return None
    wanted, parked = command(turn), turn.dialogue.parked
    if wanted is Command.COMPLAIN:
        draft, behind, danger = (
            _of_kind(turn, kept_draft(turn)),
            argument(turn.incoming.text),
            Markup(),
        )
        if behind:  # /complain 食堂有虫子: what follows is what happened
            draft, danger = with_text(turn, draft, behind)
        return begin(turn, draft, danger=danger)
    if wanted is Command.RESUME and parked is not None:
        return resume(turn, parked)  # also where a look-up was opened meanwhile
    if turn.dialogue.flow:
        return None
    if wanted is Command.RESUME:
        return answer(turn, say("menu.nothing_open", turn.language), buttons=way_on(turn))
    if wanted is not None:
        return None
    return _afterwards(turn) or plainly(turn, turn.incoming.text.strip())


def _of_last(turn: Turn) -> Outcome:
    """Begin with what was written last, so that nobody has to write it twice."""
    draft, last, danger = kept_draft(turn), turn.dialogue.last, Markup()
    if last is not None and last.at is not None and turn.now - last.at < JUST_FILED:
        draft = replace(draft, texts=(*draft.texts, (last.question, "")))
        draft, danger = marked(turn, draft, last.question)
    return begin(replace(turn, dialogue=replace(turn.dialogue, last=None)), draft, danger=danger)


def plainly(turn: Turn, text: str) -> Outcome | None:
    """Start a complaint with a text that plainly is one, as the first words of its statement."""
    kind = turn.knowledge.routing.plain_kind(text) if text else None
    if kind is None and _is_angry_of(turn, text):
        kind = Kind.COMPLAINT
    if kind is None:
        return None
    draft = kept_draft(turn)
    draft = replace(draft, kind=draft.kind or kind)
    named = read_name(turn, draft, text)  # 匿名举报 says how, and nothing of what happened
    if named is not None:
        return begin(turn, named.draft)
    draft, danger = with_text(turn, draft, text)
    return begin(turn, draft, danger=danger)


def _is_angry_of(turn: Turn, text: str) -> bool:
    """Tell whether somebody swears about a matter of ours: 天天补课,他妈的乱收费; nothing is asked then."""
    rest = without_swearing(text)
    if rest is None or len(rest) < _MATTER or not asks_nothing(rest):
        return False
    return bool(turn.knowledge.routing.suggest(rest))


def _afterwards(turn: Turn) -> Outcome | None:
    """Take 删除草稿 and one more 提交, typed when nothing is open any more."""
    text, parked, filed = turn.incoming.text, turn.dialogue.parked, turn.dialogue.filed
    if parked is not None and said(text, "drop"):
        return pressed_aside(turn, parked.id, "drop")
    if filed and said(text, "submit") and turn.now - filed[-1].at <= JUST_FILED:
        number = filed[-1].number
        rows = ((button("button.progress", turn, f"k:show:{number}"),),)
        return answer(turn, say("complaint.was_filed", turn.language, number=number), buttons=rows)
    return None


def _of_kind(turn: Turn, draft: Draft) -> Draft:
    """Preset what 我要举报 and 提建议 name; 我要投诉 is said of anything, so it is still asked."""
    kind = turn.knowledge.routing.plain_kind(turn.incoming.text)
    return draft if kind in (None, Kind.COMPLAINT) else replace(draft, kind=draft.kind or kind)


def kept_draft(turn: Turn) -> Draft:
    """Return the draft that holds what was sent just before, or a fresh one."""
    draft = turn.dialogue.draft
    if draft is None or (draft.at is not None and turn.now - draft.at >= LONG_AGO):
        return Draft(turn.fresh.draft)
    return draft
