"""From a draft to a case: a new one with its receipt, or an addition to one that is open.

Floor 2: pure. One draft makes one case: what was filed is remembered, so that a button pressed again and the
same text sent again within a day are recognised.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import OPEN, CaseView, Kind
from bot.core.dialogue import Dialogue, Draft, Filed
from bot.core.texts import say
from bot.core.turn import Act, OpenCase, Outcome, Outgoing, ParentAct, Say, Turn
from handlers.complaint_parts import NO_SCHOOL, has_statement, statement
from handlers.receipt import receipt
from handlers.saying import button
from handlers.spoken import fold

SAME_WITHIN = timedelta(hours=24)
_REMEMBERED = 5  # drafts that became cases


def file_case(turn: Turn, draft: Draft) -> Outcome:
    """Register the draft as a case of its own and say so in the receipt, in the same transaction."""
    kind, category = Kind(draft.kind), draft.category
    opened = OpenCase(
        kind=kind,
        category=category,
        text=statement(draft),
        messages=messages_of(draft),
        draft=draft.id,
        subject="" if draft.subject == NO_SCHOOL else draft.subject,
        subject_name=draft.subject_name,
        anonymous=bool(draft.anonymous),
        contact="" if draft.anonymous else draft.contact,
        urgent=draft.urgent,
        emergency=draft.emergency,
    )
    below = say("urgent.first", turn.language) if draft.urgent else Markup()
    filed = Filed(draft.id, turn.fresh.number, digest(draft), turn.now)
    after = replace(closed(turn.dialogue), filed=(*turn.dialogue.filed, filed)[-_REMEMBERED:])
    return Outcome(after, (opened, receipt(turn, kind, category, below=below)))


def add_to_case(turn: Turn, draft: Draft, number: str) -> Outcome:
    """Give what the draft holds to an open case; then whatever follows goes there too."""
    after = replace(closed(turn.dialogue), flow="progress", step="add", number=number)
    if not has_statement(draft):
        return Outcome(after, (Say(added_message(turn, number, first=True)),))
    act = Act(
        ParentAct.ADD,
        number,
        text=statement(draft),
        draft=draft.id,
        messages=messages_of(draft),
        proven=number in turn.dialogue.proven,
    )
    return Outcome(after, (act, Say(added_message(turn, number))))


def added_message(
    turn: Turn, number: str, *, first: bool = False, note: Markup = Markup()
) -> Outgoing:
    """Say that something was added (or, at first, ask for it), and that more may follow."""
    key = "own.add_ask" if first else "own.added"
    html = say(key, turn.language, number=number)
    rows = ((button("own.added_all", turn, f"k:enough:{number}"),),)
    return Outgoing(Markup("\n").join(part for part in (note, html) if part), rows)


def same_open_case(turn: Turn, draft: Draft) -> CaseView | None:
    """Return the open case that the very same text opened within the last 24 hours."""
    if not draft.texts:
        return None
    wanted = digest(draft)
    numbers = {
        one.number
        for one in turn.dialogue.filed
        if one.digest == wanted and turn.now - one.at < SAME_WITHIN
    }
    return next((one for one in turn.cases if one.number in numbers and one.status in OPEN), None)


def filed_as(dialogue: Dialogue, draft_id: str) -> str | None:
    """Return the number of the case that a draft became, if it is still remembered."""
    return next((one.number for one in dialogue.filed if one.draft == draft_id), None)


def messages_of(draft: Draft) -> tuple[str, ...]:
    """Return the messages whose words or files a draft holds, so that an edit of one finds the case."""
    written = (*(message for _, message in draft.texts), *(message for message, _ in draft.sent))
    return tuple(dict.fromkeys(filter(None, written)))


def digest(draft: Draft) -> str:
    """Return what identifies a text however it is spaced and punctuated; empty texts have none."""
    folded = "".join(fold(text) for text, _ in draft.texts)
    return hashlib.sha256(folded.encode()).hexdigest()[:16] if folded else ""


def closed(dialogue: Dialogue) -> Dialogue:
    """Return the dialogue with no flow open; what was put aside stays."""
    return replace(dialogue, flow="", step="", draft=None, number="", burst=None)
