"""Edited messages: the new version is added and the old one stays, in a draft and in a case alike.

Floor 2: pure. A version is new words, or another file in the place of the first. After a case is closed its record
does not change any more; that is said in words.
"""

from dataclasses import dataclass, replace

from markupsafe import Markup

from bot.core.cases import Action, CaseView, parent_allowed
from bot.core.dialogue import Dialogue, Draft
from bot.core.texts import plain, say
from bot.core.turn import (
    Act,
    Arrival,
    Effect,
    KeepFile,
    Outcome,
    Outgoing,
    ParentAct,
    Place,
    Say,
    Turn,
)
from handlers.complaint_moves import stay
from handlers.complaint_steps import Step
from handlers.danger import danger_in, marked
from handlers.evidence import refusal, with_file
from handlers.filing import messages_of
from handlers.saying import EMPTY_LINE, button


@dataclass(frozen=True, slots=True)
class _Version:
    """A draft with the new version of a message in it, the file to be kept, and what is to be said of it."""

    draft: Draft
    kept: tuple[Effect, ...]
    note: Markup
    sure: bool  # the note must reach the person: hotlines, or why a file is not taken


def handle(turn: Turn) -> Outcome | None:
    """Take the edit of a message that belongs to an own case, or to a draft that is at hand or put aside."""
    if turn.incoming.arrival is not Arrival.EDIT or turn.incoming.place is not Place.PRIVATE:
        return None
    at_hand, parked = turn.dialogue.draft, turn.dialogue.parked
    if at_hand is not None and _holds(at_hand, turn.incoming.message):
        version = _version(turn, at_hand)
        return _noted(turn, replace(turn.dialogue, draft=version.draft), version)
    if parked is not None and _holds(parked, turn.incoming.message):
        version = _version(turn, parked)
        return _noted(turn, replace(turn.dialogue, parked=version.draft), version)
    case = turn.case
    if case is None or case.person_id != turn.person.id:
        return None
    return _in_case(turn, case)


def in_draft(turn: Turn, step: Step, draft: Draft) -> Outcome | None:
    """Add the new version of a message to the open draft; None when it is not one of the draft's."""
    if not _holds(draft, turn.incoming.message):
        return None
    version = _version(turn, draft)
    if version.draft == draft and not version.note:
        return Outcome(turn.dialogue)
    outcome = stay(turn, step, version.draft, version.note, sure=version.sure)
    return replace(outcome, effects=(*version.kept, *outcome.effects))


def _noted(turn: Turn, after: Dialogue, version: _Version) -> Outcome:
    said = (Say(Outgoing(version.note)),) if version.note else ()
    return Outcome(after, (*version.kept, *said))


def _version(turn: Turn, draft: Draft) -> _Version:
    """Take what is new in an edit. Telegram also tells of edits in which nothing changed that anybody sees."""
    refused = _refused(turn, draft)
    kept: tuple[Effect, ...] = ()
    before, danger, media = draft, Markup(), turn.incoming.media
    if _is_other_file(turn, draft) and media is not None and refused is None:
        draft = with_file(turn, draft)
        kept = (KeepFile(media, draft=draft.id),)
    text = turn.incoming.text.strip()
    if text and text != _last_words(turn, draft):
        draft = replace(
            draft, texts=(*draft.texts, (_as_version(turn, draft, text), turn.incoming.message))
        )
        draft, danger = marked(turn, draft, text)
    told = say("edit.kept", turn.language) if draft != before else Markup()
    note = EMPTY_LINE.join(part for part in (danger, refused, told) if part)
    return _Version(draft, kept, note, sure=bool(danger or refused))


def _in_case(turn: Turn, case: CaseView) -> Outcome:
    """Pass an edit on to a case, with the other file where there is one: the desk knows which it has already."""
    text, media = turn.incoming.text.strip(), turn.incoming.media
    allowed = parent_allowed(turn.person.id, case, Action.AMEND)
    if not allowed or not (text or media):
        return Outcome(turn.dialogue, (_said(turn, "edit.too_late", case.number),))
    refused = refusal(turn, media) if media is not None else None
    kept = (KeepFile(media, case=case.number),) if media is not None and refused is None else ()
    if refused is not None and not text:
        return Outcome(turn.dialogue, (Say(Outgoing(refused)),))
    act = Act(ParentAct.AMEND, case.number, text=text or plain("edit.other_file", turn.language))
    notes = (danger_in(turn, text), refused)
    note = EMPTY_LINE.join(part for part in notes if part)
    return Outcome(turn.dialogue, (*kept, act, _said(turn, "edit.sent_on", case.number, note=note)))


def _holds(draft: Draft, message: str) -> bool:
    return bool(message) and message in messages_of(draft)


def _is_other_file(turn: Turn, draft: Draft) -> bool:
    media = turn.incoming.media
    return media is not None and (turn.incoming.message, media.file_id) not in draft.sent


def _refused(turn: Turn, draft: Draft) -> Markup | None:
    media = turn.incoming.media
    return refusal(turn, media) if media is not None and _is_other_file(turn, draft) else None


def _last_words(turn: Turn, draft: Draft) -> str:
    """Return what a message said last, as it was written."""
    said = [text for text, message in draft.texts if message == turn.incoming.message]
    return said[-1].removeprefix(plain("edit.version", turn.language, text="")) if said else ""


def _as_version(turn: Turn, draft: Draft, text: str) -> str:
    """Mark words as a later version; a file that had none gets its first."""
    is_first = not _last_words(turn, draft)
    return text if is_first else plain("edit.version", turn.language, text=text)


def _said(turn: Turn, key: str, number: str, *, note: Markup = Markup()) -> Say:
    rows = ((button("button.progress", turn, f"k:show:{number}"),),)
    parts = (note, say(key, turn.language, number=number))
    return Say(Outgoing(EMPTY_LINE.join(part for part in parts if part), rows))
