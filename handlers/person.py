"""The way to a person: 转人工 opens a case of kind question, with the question already in hand.

Floor 2: pure. Only who has asked nothing yet is asked what it is about. One question makes one case, however
often the button is pressed.
"""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import OPEN, CaseView, Kind
from bot.core.dialogue import Dialogue, Draft, Last
from bot.core.texts import plain, say
from bot.core.turn import Arrival, KeepFile, OpenCase, Outcome, Outgoing, Say, Turn
from handlers import evidence
from handlers.danger import marked
from handlers.faq import decide
from handlers.filing import messages_of
from handlers.receipt import receipt
from handlers.saying import NEW_LINE, answer, button, phone_line, way_on
from handlers.words import Command, command, says_something

FLOW = "person"
ABOUT = "about"
RECENT = timedelta(days=1)  # an older question is not what a typed 转人工 is about
JUST_NOW = timedelta(minutes=10)
ALBUM_HOLD_S = 2.5


def handle(turn: Turn) -> Outcome | None:
    """Take 转人工 in words or as a button, and the answer to what it is about."""
    pressed = turn.incoming.choice if turn.incoming.arrival is Arrival.CHOICE else ""
    if pressed in ("person", "person:new", "person:cancel"):
        return _pressed(turn, pressed)
    if command(turn) is Command.PERSON:
        return _wanted(turn)
    return _about(turn) if turn.dialogue.flow == FLOW else None


def _pressed(turn: Turn, pressed: str) -> Outcome | None:
    if pressed == "person":
        return _wanted(turn)
    if pressed == "person:new":
        return _busy(turn) if _is_elsewhere(turn) else _ask(turn)
    return _cancel(turn) if turn.dialogue.flow == FLOW else None


def _wanted(turn: Turn) -> Outcome:
    """Hand over the question in hand; ask what it is about when there is none."""
    if _is_elsewhere(turn):
        return _busy(turn)
    if turn.dialogue.flow == FLOW:
        return _ask(turn)
    last, draft = turn.dialogue.last, turn.dialogue.draft
    if last is not None and _is_meant(turn, last):
        asked = replace(_draft(turn), texts=(*_draft(turn).texts, (_in_hand(last), "")))
        return _open(turn, asked, entry_id=last.entry_id)
    if draft is not None and draft.texts:
        return _open(turn, draft)
    handed = _just_handed(turn)
    if handed is None:
        return _ask(turn)
    sentence = say("person.again", turn.language, number=handed.number)
    rows = ((button("button.new_matter", turn, "person:new"),),)
    return answer(turn, sentence, buttons=rows)


def _is_elsewhere(turn: Turn) -> bool:
    return turn.dialogue.flow not in ("", FLOW)


def _is_meant(turn: Turn, last: Last) -> bool:
    """Tell whether 转人工 is about the last question: a button always, a word only if it was lately."""
    if turn.incoming.arrival is Arrival.CHOICE or last.at is None:
        return True
    return turn.now - last.at <= RECENT


def _in_hand(last: Last) -> str:
    """Return the last question as staff read it, with what of it is still to be answered."""
    if not last.rest:
        return last.question
    return f"{last.question}\n{plain('person.still_open', rest=last.rest)}"


def _just_handed(turn: Turn) -> CaseView | None:
    return next(
        (
            case
            for case in turn.cases
            if case.kind is Kind.QUESTION
            and case.status in OPEN
            and turn.now - case.received_at <= JUST_NOW
        ),
        None,
    )


def _ask(turn: Turn) -> Outcome:
    after = replace(turn.dialogue, flow=FLOW, step=ABOUT, draft=_draft(turn))
    return _prompt(turn, after, say("person.ask", turn.language))


def _draft(turn: Turn) -> Draft:
    """Return what holds the files sent just before, or a fresh one."""
    return turn.dialogue.draft or Draft(id=turn.fresh.draft)


def _about(turn: Turn) -> Outcome | None:
    """Take what the matter is about: words open the case, files are kept for it."""
    match turn.incoming.arrival:
        case Arrival.TEXT:
            return _words(turn)
        case Arrival.MEDIA:
            return _file(turn)
        case Arrival.CHOICE | Arrival.EDIT:
            return None
        case _:
            return _prompt(turn, turn.dialogue, say("person.file_refused", turn.language))


def _words(turn: Turn) -> Outcome | None:
    text = turn.incoming.text.strip()
    match command(turn):
        case Command.CANCEL | Command.BACK:
            return _cancel(turn)
        case Command.HELP:
            return _prompt(turn, turn.dialogue, say("person.ask", turn.language))
        case Command.COMPLAIN | Command.STATUS:
            return None
        case _ if not says_something(text) or decide(turn, text).small is not None:
            return _prompt(turn, turn.dialogue, say("person.ask_again", turn.language))
        case _:
            return _open(turn, _with(_draft(turn), text, turn))


def _file(turn: Turn) -> Outcome:
    """Keep a file, or refuse it in words; its caption may already say what it is about."""
    media, draft, caption = turn.incoming.media, _draft(turn), turn.incoming.text.strip()
    if media is None:
        return _prompt(turn, turn.dialogue, say("person.file_refused", turn.language))
    refused = evidence.refusal(turn, media)
    first = _at_once(turn, refused) if refused else KeepFile(media, draft=draft.id)
    if caption and not turn.incoming.album:
        then = _open(turn, _with(draft, caption, turn))
        return replace(then, effects=(first, *then.effects))
    draft = _with(draft, caption, turn) if caption else draft
    draft = draft if refused else evidence.with_file(turn, draft)
    after = replace(turn.dialogue, draft=draft)
    if refused:
        return Outcome(after, (first,))
    then = _prompt(turn, after, say("person.file_kept", turn.language))
    return replace(then, effects=(first, *then.effects))


def _with(draft: Draft, text: str, turn: Turn) -> Draft:
    """Add what was written in this message."""
    return replace(draft, texts=(*draft.texts, (text, turn.incoming.message)))


def _open(turn: Turn, draft: Draft, *, entry_id: str = "") -> Outcome:
    """Open the case and say so in one go; danger in it shows the hotlines below."""
    text = "\n".join(words for words, _ in draft.texts)
    draft, danger = marked(turn, draft, text)
    routing = turn.knowledge.routing
    category = routing.likeliest(text, urgent=draft.urgent)
    opened = OpenCase(
        Kind.QUESTION,
        category,
        text,
        messages=messages_of(draft),
        draft=draft.id,
        urgent=draft.urgent,
        emergency=draft.emergency,
        entry_id=entry_id,
    )
    after = replace(turn.dialogue, flow="", step="", draft=None, last=None)
    below = NEW_LINE.join(part for part in (danger, phone_line(turn)) if part)
    return Outcome(after, (opened, receipt(turn, Kind.QUESTION, category, below=below)))


def _cancel(turn: Turn) -> Outcome:
    """Hand nothing over; what was sent stays at hand for a complaint."""
    draft = turn.dialogue.draft
    sent = draft if draft is not None and (draft.files or draft.texts) else None
    after = replace(turn.dialogue, flow="", step="", draft=sent)
    sentence = say("person.cancelled", turn.language)
    return answer(turn, sentence, buttons=way_on(turn), dialogue=after)


def _busy(turn: Turn) -> Outcome:
    return Outcome(turn.dialogue, (Say(Outgoing(say("person.busy", turn.language))),))


def _prompt(turn: Turn, after: Dialogue, sentence: Markup) -> Outcome:
    """Say something within the flow, with its way out; once for a whole album."""
    said, album = _at_once(turn, sentence), turn.incoming.album
    if album:
        said = replace(said, slot=f"album:{album}", hold_s=ALBUM_HOLD_S)
    return Outcome(after, (said,))


def _at_once(turn: Turn, sentence: Markup) -> Say:
    """Say something with the way out below, at once even within an album."""
    return Say(Outgoing(sentence, ((button("button.cancel", turn, "person:cancel"),),)))
