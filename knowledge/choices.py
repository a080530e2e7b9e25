"""What becomes of scores: those of a message and of its clauses joined, choices filled up, the very question first.

Floor 0; pure.
"""

from collections.abc import Collection
from dataclasses import replace

from knowledge.entry import Answer
from knowledge.explain import Look
from knowledge.retrieve import Match

CHOICES = 3
EXACT, BESIDE_EXACT = 100.0, 40.0  # scores where a phrasing is the very question
_OF_PART = 0.92  # a part of a message counts a little less than the whole


def only(look: Look, entry_ids: Collection[str]) -> Look:
    """Keep of a ranking the entries that are named."""
    kept = [number for number, (key, _) in enumerate(look.ranked) if key in entry_ids]
    ranked = tuple(look.ranked[number] for number in kept)
    return replace(look, ranked=ranked, scores=tuple(look.scores[number] for number in kept))


def merged(question: str, looks: tuple[Look, ...]) -> list[Answer]:
    """Join the scores of the whole and of its parts, the best of each entry first."""
    merged: dict[str, Answer] = {}
    for number, look in enumerate(looks):
        factor = 1.0 if number == 0 else _OF_PART
        for (key, _), score in zip(look.ranked, look.scores, strict=True):
            value = round(score * factor, 2)
            if key not in merged or value > merged[key].score:
                merged[key] = Answer(key, value, question if number == 0 else look.text)
    return sorted(merged.values(), key=lambda answer: -answer.score)


def filled(first: tuple[Answer, ...], best: list[Answer], offer: float) -> tuple[Answer, ...]:
    """Fill the choices up with the next best entries; a hopeless one is not offered."""
    chosen = {answer.id: answer for answer in first}
    for answer in best:
        if len(chosen) >= CHOICES or answer.score < offer / 8:
            break
        chosen.setdefault(answer.id, answer)
    return tuple(chosen.values())


def put_first(
    exact: frozenset[int], ranked: list[tuple[Match, float]], scores: list[float]
) -> tuple[list[tuple[Match, float]], list[float]]:
    """Put the entry that has the very question first; with two such, the one ranked better."""
    for place, (match, _) in enumerate(ranked):
        if match.number in exact and not match.excluded:
            order = [place, *(other for other in range(len(ranked)) if other != place)]
            rest = [min(scores[other], BESIDE_EXACT) for other in order[1:]]
            return [ranked[other] for other in order], [EXACT, *rest]
    return ranked, scores
