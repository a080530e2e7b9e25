"""A file, a place or a phone number that comes by itself: kept at once, then asked what it is for.

Floor 2: pure. It is kept in a pending draft, no flow: a question in between is answered, and a complaint begun
afterwards has it. The items of an album are all kept and answered once.
"""

from dataclasses import replace

from markupsafe import Markup

from bot.core.cases import OPEN
from bot.core.dialogue import Draft
from bot.core.texts import plain, say
from bot.core.turn import Arrival, Button, KeepFile, Outcome, Outgoing, Place, Say, Turn
from handlers import emergency, faq, figures
from handlers.complaint_beside import begin
from handlers.complaint_moves import with_text
from handlers.complaint_open import kept_draft
from handlers.complaint_view import add_label, flow_button, tell
from handlers.evidence import refusal, with_file
from handlers.filing import add_to_case, closed
from handlers.saying import EMPTY_LINE, way_on
from handlers.words import Command, command

_TAKEN = (Arrival.MEDIA, Arrival.LOCATION, Arrival.CONTACT)
_OFFERED = 3  # open cases offered as buttons


def handle(turn: Turn) -> Outcome | None:
    """Keep what came by itself and ask what it is for; take the answer to that."""
    if turn.incoming.place is not Place.PRIVATE or turn.dialogue.flow:
        return None
    if turn.incoming.arrival is Arrival.CHOICE:
        return _pressed(turn)
    if command(turn) is Command.CANCEL and turn.dialogue.draft is not None:
        html = say("loose.cancelled", turn.language)
        return Outcome(closed(turn.dialogue), (Say(Outgoing(html, way_on(turn))),))
    if turn.incoming.arrival not in _TAKEN:
        return None
    media = turn.incoming.media
    refused = refusal(turn, media) if media else None
    if refused is not None and not turn.incoming.text.strip():
        return Outcome(turn.dialogue, (Say(Outgoing(refused, way_on(turn))),))
    draft, danger = _kept(turn, refused=refused is not None)
    outcome = _next(turn, draft, EMPTY_LINE.join(part for part in (danger, refused) if part))
    if media is None or refused is not None:
        return outcome
    return replace(outcome, effects=(KeepFile(media, draft=draft.id), *outcome.effects))


def _kept(turn: Turn, *, refused: bool) -> tuple[Draft, Markup]:
    """Return the pending draft with what came, and the hotlines if its words tell of danger."""
    draft, text = replace(kept_draft(turn), at=turn.now), turn.incoming.text.strip()
    match turn.incoming.arrival:
        case Arrival.CONTACT:
            return replace(draft, contact=text, contact_done=bool(text)), Markup()
        case Arrival.LOCATION:
            text = plain("complaint.place", turn.language, where=text)
        case _:
            draft = draft if refused else with_file(turn, draft)
    return with_text(turn, draft, text) if text else (draft, Markup())


def _next(turn: Turn, draft: Draft, note: Markup) -> Outcome:
    """Say what comes next: the offer of an emergency, the complaint that the caption asks for, or a question."""
    if draft.urgent:
        return emergency.offer(turn, draft, note) if note else emergency.again(turn, draft)
    kind = turn.knowledge.routing.plain_kind(turn.incoming.text)
    if kind is not None and turn.incoming.arrival is Arrival.MEDIA:
        return begin(turn, replace(draft, kind=draft.kind or kind), danger=note)
    return ask_purpose(turn, draft, note)


def ask_purpose(turn: Turn, draft: Draft, note: Markup = Markup()) -> Outcome:
    """Ask what the kept things are for."""
    key = "loose.kept_file" if draft.files else "loose.kept_other"
    html = EMPTY_LINE.join(
        part for part in (note, say(key, turn.language, files=draft.files)) if part
    )
    mine = [one for one in turn.cases if one.status in OPEN][:_OFFERED]
    rows = (
        (flow_button("loose.complain", turn, draft, "loose:complain"),),
        *((Button(add_label(turn, one), f"c:{draft.id}:loose:{one.number}"),) for one in mine),
        (flow_button("loose.ask", turn, draft, "loose:ask"),),
    )
    dialogue = replace(turn.dialogue, draft=draft, burst=None)
    return Outcome(dialogue, (tell(turn, draft, Outgoing(html, rows), sure=bool(note)),))


def _asked(turn: Turn, draft: Draft) -> Outcome | None:
    """Answer what was written under the file, or ask for the question; the file stays at hand."""
    if not draft.texts:
        return Outcome(turn.dialogue, (Say(Outgoing(say("loose.asked", turn.language))),))
    *before, (text, _) = draft.texts  # asked, it is no statement any more
    rest = replace(turn.dialogue, draft=replace(draft, texts=tuple(before)))
    written = replace(turn.incoming, arrival=Arrival.TEXT, text=text, choice="", album="")
    heard = replace(turn, incoming=written, dialogue=rest)
    return figures.handle(heard) or faq.handle(heard)


def _pressed(turn: Turn) -> Outcome | None:
    draft = turn.dialogue.draft
    start = f"c:{draft.id}:loose:" if draft else ""
    if draft is None or not turn.incoming.choice.startswith(start):
        return None
    value = turn.incoming.choice.removeprefix(start)
    if value == "complain":
        return begin(turn, draft)
    if value == "ask":
        return _asked(turn, draft)
    mine = any(one.number == value and one.status in OPEN for one in turn.cases)
    return add_to_case(turn, draft, value) if mine else None
