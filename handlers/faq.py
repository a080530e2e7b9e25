"""Questions: an answer with its source, a choice among a few, or an honest "not yet" and a person.

Floor 2: pure. Only curated entries speak; what the question led to is decided by the index, and here only said.
"""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import Action, parent_allowed
from bot.core.dialogue import Last
from bot.core.texts import plain, say
from bot.core.turn import Arrival, Asked, Button, Feedback, Outcome, Place, Rows, Turn
from bot.core.workdays import local_day
from handlers import answers, burst
from handlers.complaint_open import COMPLAIN_OF_IT
from handlers.complaint_view import add_label
from handlers.saying import EMPTY_LINE, NEW_LINE, answer, button, menu_button, person_button, way_on
from handlers.spoken import said, sounds_asked, sounds_outraged, tells_of_insult, without_swearing
from handlers.words import holds_personal_numbers, says_something, without_personal_numbers
from knowledge import entry as known
from knowledge.entry import Context, Decision, Entry, Small
from knowledge.schools import key_of

CONTEXT_LASTS = timedelta(minutes=30)
FRESH_CASE = timedelta(days=1)
_CURSE = 6  # characters of a message that is a curse and no more
_LONGEST_NAME = 16  # characters of a school's name
_WORTH = {known.Outcome.HIT: 2, known.Outcome.UNSURE: 1, known.Outcome.MISS: 0}


def handle(turn: Turn) -> Outcome | None:
    """Answer a question, or a button below an answer."""
    match turn.incoming.arrival:
        case Arrival.CHOICE:
            return _pressed(turn)
        case Arrival.TEXT | Arrival.EDIT:
            return _asked(turn)
        case _:
            return None


def decide(turn: Turn, question: str) -> Decision:
    """Ask the index, with what the last exchange was about unless that is long ago.

    Identity and phone numbers are no part of what is asked; staff get them, if it comes to that.
    """
    asked = without_personal_numbers(question).strip()
    today = local_day(turn.now)
    context, index = _context(turn), turn.knowledge.index
    decision = index.ask(asked, today=today, context=context)
    rest = without_swearing(asked) if decision.small is Small.ABUSE else None
    if rest and sounds_asked(rest):  # 他妈的到底怎么报名: what is asked has its answer all the same
        decision = index.ask(rest, today=today, context=context)
    return replace(decision, question=question)


def found(turn: Turn, decision: Decision) -> tuple[Entry, ...]:
    """Return the entries of a decision that are published, the best first."""
    entries = (turn.knowledge.entries.get(one.id) for one in decision.answers)
    return tuple(one for one in entries if one is not None and not one.draft)


def answered(turn: Turn, decision: Decision) -> Outcome:
    """Say what a decision came to; the question stays in hand for a person."""
    entries = found(turn, decision)
    best = entries[0].id if entries else ""
    score = decision.answers[0].score if entries else 0.0
    question = without_personal_numbers(decision.question).strip()
    asked = Asked(question, decision.outcome.value, best, score)
    is_hit = decision.outcome is known.Outcome.HIT and bool(entries)
    rest = plain("when.between", turn.language).join(decision.unanswered) if is_hit else ""
    last = Last(decision.question, best if is_hit else "", turn.now, rest)
    if is_hit:
        outcome = _hit(turn, decision, entries)
    elif decision.outcome is known.Outcome.UNSURE and entries:
        outcome = _unsure(turn, entries)
    else:
        outcome = _miss(turn)
        asked = replace(asked, outcome=known.Outcome.MISS.value)
    gaps = (Asked(part, known.Outcome.MISS.value) for part in decision.unanswered if is_hit)
    return replace(outcome, dialogue=replace(outcome.dialogue, last=last)).and_do(asked, *gaps)


def _context(turn: Turn) -> Context | None:
    """Return the last exchange, if it was an answer and not long ago; a figure has no entry, only its question."""
    last, figure = turn.dialogue.last, turn.dialogue.figure
    if last is None or last.at is None or turn.now - last.at > CONTEXT_LASTS:
        return None
    is_figure = figure is not None and figure.at == last.at
    return Context(last.entry_id, last.question) if last.entry_id or is_figure else None


def _asked(turn: Turn) -> Outcome:
    """Answer what was written, together with the pieces before it."""
    if not says_something(turn.incoming.text):
        return answer(turn, say("small.empty", turn.language), buttons=way_on(turn))
    judged = _judged_in_words(turn)
    if judged is not None:
        return judged
    decision = _best_reading(turn)
    outcome = _small_talk(turn, decision.small) if decision.small else answered(turn, decision)
    if turn.incoming.arrival is not Arrival.TEXT:
        return outcome
    if _goes_on(turn, decision):
        return burst.held(turn, outcome, burst.joined(turn))
    if burst.is_beginning(decision) or _is_name(turn):
        return burst.held(turn, outcome, burst.piece_of(turn, decision))
    return outcome


def _goes_on(turn: Turn, decision: Decision) -> bool:
    """Tell whether a message only tells more of what a piece began: 家住人民路88号 / 孩子明年上学 / 上哪个学校."""
    begun = burst.waiting(turn)
    if begun is None or not begun.text or len(burst.joined(turn)) > burst.LONGEST:
        return False
    found = decision.small is not None or decision.outcome is known.Outcome.HIT
    return not found and not sounds_asked(turn.incoming.text)


def _is_name(turn: Turn) -> bool:
    """Tell whether a message is the name of a school and nothing else: what is asked of it may follow."""
    text = turn.incoming.text.strip()
    if len(text) > _LONGEST_NAME:
        return False
    return key_of(text) in turn.knowledge.school_names


def _best_reading(turn: Turn) -> Decision:
    """Read a message with the pieces before it, unless it says more by itself."""
    alone = turn.incoming.text.strip()
    together = burst.joined(turn)
    decision = decide(turn, together)
    if together == alone:
        return decision
    single = decide(turn, alone)
    if single.small is not None or _WORTH[single.outcome] > _WORTH[decision.outcome]:
        return single
    return decision


def _hit(turn: Turn, decision: Decision, entries: tuple[Entry, ...]) -> Outcome:
    below = (_rest(turn, decision), _personal_warning(turn))
    if len(entries) == 1:
        [entry] = entries
        return answer(
            turn,
            answers.body(turn, entry),
            *below,
            buttons=(*_to_complain(turn), *answers.buttons(turn, entry)),
        )
    parts = {one.id: one.part for one in decision.answers}
    pieces = (
        say("faq.part", turn.language, number=number, part=parts[entry.id] or entry.question)
        + NEW_LINE
        + answers.body(turn, entry)
        for number, entry in enumerate(entries, start=1)
    )
    return answer(turn, EMPTY_LINE.join(pieces), *below, buttons=way_on(turn))


def _rest(turn: Turn, decision: Decision) -> Markup:
    """Say which of several questions has no answer; the buttons below lead to a person with it."""
    if not decision.unanswered:
        return Markup("")
    between = plain("faq.rest_between", turn.language)
    parts = between.join(without_personal_numbers(part) for part in decision.unanswered)
    if turn.incoming.place is Place.GROUP:
        return say("group.rest", turn.language, parts=parts)
    days = turn.knowledge.routing.limit_days("question")
    return say("faq.rest", turn.language, parts=parts, days=days)


def _unsure(turn: Turn, entries: tuple[Entry, ...]) -> Outcome:
    choices: Rows = tuple((answers.entry_button(turn, one),) for one in entries)
    last = (button("button.person_none", turn, "person"),)
    question = say("faq.unsure", turn.language)
    rows = (*choices, *_into_case(turn), *_to_complain(turn), last)
    return answer(turn, question, _personal_warning(turn), buttons=rows)


def _miss(turn: Turn) -> Outcome:
    days = turn.knowledge.routing.limit_days("question")
    rows = (
        *_into_case(turn),
        *_to_complain(turn),
        (button("button.hand_over", turn, "person"), button("button.rephrase", turn, "again")),
        (menu_button(turn),),
    )
    sentence = say("faq.miss", turn.language, days=days)
    return answer(turn, sentence, _personal_warning(turn), buttons=rows)


def _to_complain(turn: Turn) -> Rows:
    """Offer the way to a complaint, with what was written in hand, to who is angry or tells of an insult."""
    text = turn.incoming.text
    if not (sounds_outraged(text) or tells_of_insult(text)):
        return ()
    return ((button("button.complain", turn, COMPLAIN_OF_IT),),)


def _into_case(turn: Turn) -> Rows:
    """Offer to add what was written to a case of today: 他们还威胁我们 is no question, but what was left out."""
    fresh = (
        one
        for one in turn.cases
        if turn.now - one.received_at <= FRESH_CASE
        and parent_allowed(turn.person.id, one, Action.ADD)
    )
    case = next(fresh, None)
    return () if case is None else ((Button(add_label(turn, case), f"k:more:{case.number}"),),)


def _personal_warning(turn: Turn) -> Markup:
    if not holds_personal_numbers(turn.incoming.text):
        return Markup("")
    return say("faq.personal", turn.language)


def _small_talk(turn: Turn, small: Small) -> Outcome:
    if small is Small.ABUSE and tells_of_insult(turn.incoming.text):
        return _insulted(turn)
    sentence = say(f"small.{small.value}", turn.language, bureau=turn.desk.bureau)
    after = turn.dialogue
    match small:
        case Small.GREETING:
            rows = way_on(turn)
        case Small.IDENTITY:
            rows = ((person_button(turn),),)
        case Small.ABUSE:
            of_it = (
                len(turn.incoming.text.strip()) > _CURSE
            )  # 这破系统登不上去: kept for whoever handles it
            after = replace(after, last=_said_now(turn)) if of_it else after
            wish = COMPLAIN_OF_IT if of_it else "/complain"
            rows = ((button("button.complain", turn, wish), person_button(turn)),)
        case Small.THANKS | Small.LEAD_IN:
            rows = ()
    return answer(turn, sentence, buttons=rows, dialogue=after)


def _said_now(turn: Turn) -> Last:
    return Last(turn.incoming.text.strip(), "", turn.now)


def _insulted(turn: Turn) -> Outcome:
    """Offer to register an insult that was told of; the words in it are not said to us."""
    after = replace(turn.dialogue, last=_said_now(turn))
    rows = (*_to_complain(turn), (person_button(turn),))
    return answer(turn, say("faq.insulted", turn.language), buttons=rows, dialogue=after)


def _pressed(turn: Turn) -> Outcome | None:
    verb, _, entry_id = turn.incoming.choice.partition(":")
    if verb == "again":
        return answer(turn, say("faq.rephrase", turn.language), buttons=((menu_button(turn),),))
    if verb not in ("faq", "good", "poor"):
        return None
    entry = turn.knowledge.entries.get(entry_id)
    if entry is None or entry.draft:
        return answer(turn, say("faq.gone", turn.language), buttons=way_on(turn))
    return _chosen(turn, entry) if verb == "faq" else _judged(turn, entry, helpful=verb == "good")


def _judged_in_words(turn: Turn) -> Outcome | None:
    """Take 有帮助 and 不是我问的, typed below an answer, as its buttons."""
    context = _context(turn)
    entry = turn.knowledge.entries.get(context.entry_id) if context is not None else None
    if entry is None:
        return None
    for group, helpful in (("helpful", True), ("unhelpful", False)):
        if said(turn.incoming.text, group):
            return _judged(turn, entry, helpful=helpful)
    return None


def _chosen(turn: Turn, entry: Entry) -> Outcome:
    """Give the entry of a button; it is what the conversation is about from now on."""
    last = Last(entry.question, entry.id, turn.now)
    outcome = answer(
        turn,
        answers.body(turn, entry),
        buttons=answers.buttons(turn, entry),
        dialogue=replace(turn.dialogue, last=last),
    )
    return outcome.and_do(Asked(entry.question, "chosen", entry.id))


def _judged(turn: Turn, entry: Entry, *, helpful: bool) -> Outcome:
    last = turn.dialogue.last
    in_words = last is not None and last.entry_id == entry.id
    question = last.question if last is not None and in_words else entry.question
    feedback = Feedback(entry.id, question, helpful, in_words)
    if helpful:
        return answer(turn, say("faq.thanks_good", turn.language)).and_do(feedback)
    rows = (
        (button("button.hand_over", turn, "person"), button("button.rephrase", turn, "again")),
        (menu_button(turn),),
    )
    return answer(turn, say("faq.thanks_poor", turn.language), buttons=rows).and_do(feedback)
