"""From the looks at a message and its clauses to one decision: which answers, which choices, or none, and why.

Floor 0; pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.beside import as_written, is_only_beside, unanswered
from knowledge.calibrate import Limits
from knowledge.choices import filled, merged
from knowledge.clauses import MOST_PARTS, is_asking, is_bare_fact, is_fragment
from knowledge.entry import Answer, Decision, Outcome
from knowledge.explain import Look
from knowledge.indexed import Indexed
from knowledge.lexicon import Lexicon
from knowledge.rank import EXACT

SHORT = 3  # characters up to which choices are given, unless an entry has the very words
LONG = 40  # characters from which choices are preferred to one confident answer
_ALONE = 0.6  # of the limit for an offer: what a word alone needs, where an entry is about it
_STRICTER = 5.0  # what a long message needs more, to be answered at once


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with all that led to it."""

    decision: Decision
    looks: tuple[Look, ...] = ()
    reason: str = ""
    certainty: float = 0.0  # the score from which the semantic layer has nothing to add to it


def decide(
    question: str,
    looks: tuple[Look, ...],
    cleaned: str,
    *,
    limits: Limits,
    lexicon: Lexicon,
    items: Mapping[str, Indexed],
    guessed: bool = False,
) -> Verdict:
    """Join the looks at the whole and at its parts into one decision; what is `guessed` is only offered."""
    first = looks[0]
    best = merged(question, looks, lexicon)
    ranked = tuple((answer.id, answer.score) for answer in best)
    scores = [answer.score for answer in best]
    outcome = limits.outcome(scores, stricter=_STRICTER * (len(first.parsed.text) > LONG))
    reason = f"{outcome}: score {scores[0] if scores else 0}, limits {limits}"
    answers: tuple[Answer, ...] = ()
    several = _several(looks, limits, lexicon) if first.top < EXACT else ()
    if outcome is Outcome.HIT and looks[0].bars_direct_answer(best[0].id):
        outcome, reason = Outcome.UNSURE, "may / may not differs: offered, not answered"
    if outcome is Outcome.HIT and len(looks[0].parsed.text) <= SHORT and scores[0] < EXACT:
        outcome, reason = Outcome.UNSURE, "a word or two: choices, not an answer"
    if outcome is Outcome.MISS and first.top >= _ALONE * limits.offer and _is_about(first, items):
        outcome, reason = Outcome.UNSURE, "a word alone that entries are about: choices"
    if outcome is Outcome.HIT and guessed:
        outcome, reason = Outcome.UNSURE, "for a stage that nobody named: offered, not answered"
    sure = bool(several) and all(answer.score >= limits.answer for answer in several)
    beside = unanswered(looks, limits.offer, lexicon) if sure else ()
    if looks[0].elsewhere and not is_only_beside(looks, beside):
        outcome, reason = Outcome.MISS, f"not ours: {looks[0].elsewhere}"
    elif not (several or scores[:1] == [EXACT] or first.parsed.names_something):
        outcome, reason = Outcome.MISS, "asks, but names nothing that it asks about"
    elif len(several) > 1 or (beside and sure and looks[0].elsewhere):
        outcome = Outcome.HIT if sure else Outcome.UNSURE
        reason = f"{len(several)} questions"
        answers = several if sure else filled(several, best, limits.offer)
    elif outcome is Outcome.HIT:
        answers = (best[0],)
    elif outcome is Outcome.UNSURE:
        answers = filled((), best, limits.offer)
    decision = Decision(
        question,
        outcome,
        answers,
        ranked,
        whole=_is_whole(cleaned, scores, lexicon),
        unanswered=as_written(question, beside) if beside and outcome is Outcome.HIT else (),
    )
    return Verdict(decision, looks, reason, _certainty(decision, looks, lexicon))


def _certainty(decision: Decision, looks: tuple[Look, ...], lexicon: Lexicon) -> float:
    """Return from which score on a decision is settled: what answers all that was asked, or is not ours."""
    if decision.outcome is Outcome.MISS:
        return EXACT if looks[0].elsewhere else 0.0
    if decision.outcome is Outcome.UNSURE:
        return 0.0
    asking = sum(is_asking(look.text, lexicon) for look in looks[1:])
    enough = len(decision.answers) >= asking
    return min(answer.score for answer in decision.answers) if enough else 0.0


def _is_about(look: Look, items: Mapping[str, Indexed]) -> bool:
    """Tell whether a text is a word or two that name a subject which the first entry names too."""
    if len(look.parsed.text) > SHORT or not look.ranked:
        return False
    named = {idea for idea, weight in look.parsed.ideas.items() if idea[0] == "S" and weight > 0.5}
    return bool(named) and named <= items[look.ranked[0][0]].ideas


def _is_whole(cleaned: str, scores: list[float], lexicon: Lexicon) -> bool:
    """Tell whether a message need not wait for its other half."""
    exactly = bool(scores) and scores[0] == EXACT
    waits = is_bare_fact(cleaned, lexicon) or is_fragment(cleaned, lexicon)
    return exactly or not waits


def _several(looks: tuple[Look, ...], limits: Limits, lexicon: Lexicon) -> tuple[Answer, ...]:
    """Return one answer for each clause that asks something of its own.

    None where the whole has a sure answer that no clause comes to: 疫苗本丢了, 能报名吗, 去哪补 is one question.
    """
    found: dict[str, Answer] = {}
    for look in looks[1:]:
        if look.top >= limits.offer and not look.elsewhere and is_asking(look.text, lexicon):
            answer = Answer(look.ranked[0][0], round(look.top, 2), look.text)
            if answer.id not in found or answer.score > found[answer.id].score:
                found[answer.id] = answer
    whole = looks[0]
    if len(whole.parsed.text) <= LONG and limits.outcome(whole.scores) is Outcome.HIT:
        found = found if whole.ranked[0][0] in found else {}
    return tuple(found.values())[:MOST_PARTS]
