"""Danger in a message: the hotlines at once, and an offer to register it as it stands.

Floor 2: pure. No form, no real name, no long answer. An offer is a pending draft, no flow: whatever else the
parent asks is answered, and what they write about the danger is kept with it.
"""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import OPEN, Kind
from bot.core.dialogue import Draft
from bot.core.texts import say
from bot.core.turn import Arrival, Button, Outcome, Outgoing, Place, Say, Turn
from handlers.complaint_beside import aside, begin, is_question
from handlers.complaint_moves import FLOW, submit, with_text
from handlers.complaint_open import kept_draft
from handlers.complaint_parts import statement
from handlers.complaint_view import add_label, flow_button, tell
from handlers.danger import hotlines_again
from handlers.filing import add_to_case, closed
from handlers.saying import EMPTY_LINE
from handlers.spoken import said
from handlers.words import Command, command
from knowledge.schools import mentioned_schools

PENDING = timedelta(minutes=30)  # an older offer no longer takes what is written as belonging to it
KEEPING = ("add", "reason")  # steps of a flow about an own case; number and code keep nothing
_OFFERED = 2  # open cases offered as buttons


def handle(turn: Turn) -> Outcome | None:
    """Show the hotlines for danger, take the answer to the offer; a flow of its own does it itself."""
    if turn.incoming.place is not Place.PRIVATE:
        return None
    if turn.incoming.arrival is Arrival.CHOICE:
        return _pressed(turn)
    if turn.incoming.arrival is not Arrival.TEXT or _is_kept_elsewhere(turn):
        return None
    text = turn.incoming.text.strip()
    routing = turn.knowledge.routing
    found = routing.emergency(text)
    if found is None or (not found.urgent and routing.plain_kind(text) is not None):
        return _more(turn, text)
    draft = replace(kept_draft(turn), emergency="")
    draft, danger = with_text(turn, draft, text)
    return offer(turn, draft, danger)


def _is_kept_elsewhere(turn: Turn) -> bool:
    """Tell whether an open flow keeps whatever is written, and shows the hotlines itself."""
    dialogue = turn.dialogue
    return dialogue.flow == FLOW or (dialogue.flow == "progress" and dialogue.step in KEEPING)


def offer(turn: Turn, draft: Draft, danger: Markup, *, sure: bool = True) -> Outcome:
    """Show the hotlines and offer to register what was written, as it stands."""
    draft = replace(draft, at=turn.now)
    key = "urgent.offer" if draft.urgent else "urgent.soft_offer"
    html = EMPTY_LINE.join(part for part in (danger, say(key, turn.language)) if part)
    now = "urgent.now" if draft.urgent else "urgent.soft_now"
    rows = [(flow_button(now, turn, draft, "urgent:now"),)]
    rows += [
        (Button(add_label(turn, case), f"c:{draft.id}:urgent:{case.number}"),)
        for case in turn.cases
        if case.status in OPEN and case.urgent
    ][:_OFFERED]
    rows.append((flow_button("urgent.form", turn, draft, "urgent:form"),))
    rows.append((flow_button("urgent.no", turn, draft, "urgent:no"),))
    dialogue = replace(turn.dialogue, flow="", step="", draft=draft, number="", burst=None)
    return Outcome(
        dialogue, (tell(turn, draft, Outgoing(html, tuple(rows)), sure=sure and bool(danger)),)
    )


def again(turn: Turn, draft: Draft) -> Outcome:
    """Say that one more thing is kept for the offer that is open."""
    kept = say("urgent.kept", turn.language)
    line = hotlines_again(turn, draft.emergency)
    return offer(turn, draft, EMPTY_LINE.join(part for part in (kept, line) if part), sure=False)


def is_pending(turn: Turn) -> bool:
    """Tell whether an urgent offer is open, and recent."""
    draft = turn.dialogue.draft
    return (
        not turn.dialogue.flow
        and draft is not None
        and draft.urgent
        and draft.at is not None
        and turn.now - draft.at <= PENDING
    )


def _more(turn: Turn, text: str) -> Outcome | None:
    """Take a text after the offer: an answer to it, or more about the matter; a question is not ours."""
    draft = turn.dialogue.draft
    if draft is None or not is_pending(turn):
        return None
    wanted = command(turn)
    if wanted is Command.CANCEL or said(text, "not_now"):
        return _declined(turn)
    if wanted is not None or not text:
        return None
    if said(text, "register"):
        return register(turn, draft)
    if said(text, "step_by_step"):
        return begin(turn, draft)
    if turn.knowledge.routing.plain_kind(text) is not None or is_question(turn, text):
        return None
    draft, danger = with_text(turn, draft, text)
    return offer(turn, draft, danger) if danger else again(turn, draft)


def _pressed(turn: Turn) -> Outcome | None:
    if turn.dialogue.flow:
        return None
    draft, parked = turn.dialogue.draft, turn.dialogue.parked
    if parked is not None and turn.incoming.choice == f"c:{parked.id}:urgent:now":
        return _registered_after_all(turn, parked)
    if draft is None:
        return None
    start = f"c:{draft.id}:urgent:"
    if not turn.incoming.choice.startswith(start):
        return None
    value = turn.incoming.choice.removeprefix(start)
    if value == "now":
        return register(turn, draft)
    if value == "form":
        return begin(turn, draft)
    if value == "no":
        return _declined(turn)
    mine = any(one.number == value and one.status in OPEN for one in turn.cases)
    return add_to_case(turn, draft, value) if mine else None


def _registered_after_all(turn: Turn, parked: Draft) -> Outcome:
    """Register what was left unregistered; what came since stays at hand."""
    came_since = turn.dialogue.draft
    back = replace(turn.dialogue, draft=parked, parked=None)
    outcome = register(replace(turn, dialogue=back), parked)
    if came_since is None or outcome.dialogue.flow:
        return outcome
    return replace(outcome, dialogue=replace(outcome.dialogue, draft=came_since))


def register(turn: Turn, draft: Draft) -> Outcome:
    """Register what was written, without a form and without a name."""
    routing, text = turn.knowledge.routing, statement(draft)
    schools = mentioned_schools(turn.knowledge.schools, text)
    if len(schools) == 1 and not draft.subject:
        draft = replace(draft, subject=schools[0].id, subject_name=schools[0].name)
    category = routing.likeliest(text, urgent=draft.urgent)
    draft = replace(
        draft,
        kind=draft.kind or Kind.COMPLAINT,
        category=draft.category or category,
        anonymous=True,
    )
    return submit(turn, draft)


def _declined(turn: Turn) -> Outcome:
    """Leave it unregistered; what was written is put aside unless something is there already."""
    after = aside(turn) if turn.dialogue.parked is None else closed(turn.dialogue)
    return Outcome(after, (Say(Outgoing(say("urgent.declined", turn.language))),))
