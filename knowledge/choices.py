"""What becomes of scores: those of a message and of its clauses joined, choices filled up.

Floor 0; pure.
"""

from collections.abc import Collection
from dataclasses import replace

from knowledge.clauses import is_asking
from knowledge.entry import Answer
from knowledge.explain import Look
from knowledge.lexicon import Lexicon
from knowledge.rank import RANKED

CHOICES = 3
_OF_PART = 0.92  # a part of a message counts a little less than the whole
_OF_STATEMENT = 0.65  # and what is told beside a question much less than the question


def only(look: Look, entry_ids: Collection[str]) -> Look:
    """Keep of a ranking the entries that are named."""
    kept = [number for number, (key, _) in enumerate(look.ranked) if key in entry_ids]
    ranked = tuple(look.ranked[number] for number in kept)
    return replace(look, ranked=ranked, scores=tuple(look.scores[number] for number in kept))


def merged(question: str, looks: tuple[Look, ...], lexicon: Lexicon) -> list[Answer]:
    """Join the scores of the whole and of its parts, the best of each entry first."""
    best: dict[str, tuple[float, str]] = {}
    asking = [is_asking(look.text, lexicon) for look in looks[1:]]
    beside = _OF_STATEMENT if any(asking) else _OF_PART
    factors = (1.0, *(_OF_PART if asks else beside for asks in asking))
    for number, (look, factor) in enumerate(zip(looks, factors, strict=True)):
        part = look.text if number else question
        for (key, _), score in zip(look.ranked, look.scores, strict=True):
            value = score * factor
            if key not in best or value > best[key][0]:
                best[key] = value, part
    first = sorted(best.items(), key=lambda one: -one[1][0])[:RANKED]
    return [Answer(key, round(score, 2), part) for key, (score, part) in first]


def filled(first: tuple[Answer, ...], best: list[Answer], offer: float) -> tuple[Answer, ...]:
    """Fill the choices up with the next best entries; none of the `first` is lost, a hopeless one not offered."""
    chosen = {answer.id: answer for answer in first}
    for answer in best:
        if len(chosen) >= CHOICES or answer.score < offer / 8:
            break
        chosen.setdefault(answer.id, answer)
    return tuple(chosen.values())
