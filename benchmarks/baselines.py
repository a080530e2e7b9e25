"""What the matcher must beat: plain rapidfuzz, BM25 over character pairs, TF-IDF over characters one to three."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import fuzz, process

from knowledge.entry import Entry

Ranker = Callable[[str], list[tuple[str, float]]]
SCORERS = ("WRatio", "ratio", "partial_ratio", "token_set_ratio")


def rapidfuzz_ranker(entries: Sequence[Entry], scorer: str) -> Ranker:
    """Rank entries by the best phrasing of one rapidfuzz scorer."""
    texts, owners = _phrasings(entries)
    score = getattr(fuzz, scorer)

    def rank(question: str) -> list[tuple[str, float]]:
        found = process.extract(question, texts, scorer=score, limit=40)
        return _best((owners[place], value) for _, value, place in found)

    return rank


def bm25_ranker(entries: Sequence[Entry], *, k: float = 1.5, b: float = 0.75) -> Ranker:
    """Rank entries by BM25 over pairs of characters."""
    texts, owners = _phrasings(entries)
    bags = [Counter(_grams(text, (2,))) for text in texts]
    mean = sum(sum(bag.values()) for bag in bags) / len(bags)
    having = Counter(gram for bag in bags for gram in bag)
    idf = {
        gram: math.log(1 + (len(bags) - count + 0.5) / (count + 0.5))
        for gram, count in having.items()
    }

    def rank(question: str) -> list[tuple[str, float]]:
        asked = _grams(question, (2,))
        scores = []
        for bag, owner in zip(bags, owners, strict=True):
            norm = k * (1 - b + b * sum(bag.values()) / mean)
            value = sum(
                idf[gram] * bag[gram] * (k + 1) / (bag[gram] + norm)
                for gram in asked
                if gram in bag
            )
            scores.append((owner, value))
        return _best(scores)

    return rank


def tfidf_ranker(entries: Sequence[Entry]) -> Ranker:
    """Rank entries by the cosine of TF-IDF over one to three characters."""
    texts, owners = _phrasings(entries)
    bags = [Counter(_grams(text, (1, 2, 3))) for text in texts]
    having = Counter(gram for bag in bags for gram in bag)
    idf = {gram: math.log((1 + len(bags)) / (1 + count)) + 1 for gram, count in having.items()}

    def vector(bag: Counter[str]) -> dict[str, float]:
        weighed = {gram: count * idf[gram] for gram, count in bag.items() if gram in idf}
        length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
        return {gram: value / length for gram, value in weighed.items()}

    vectors = [vector(bag) for bag in bags]

    def rank(question: str) -> list[tuple[str, float]]:
        asked = vector(Counter(_grams(question, (1, 2, 3))))
        return _best(
            (owner, sum(value * other.get(gram, 0.0) for gram, value in asked.items()))
            for other, owner in zip(vectors, owners, strict=True)
        )

    return rank


def _phrasings(entries: Sequence[Entry]) -> tuple[list[str], list[str]]:
    pairs = [(text, entry.id) for entry in entries for text in entry.all_phrasings]
    return [text for text, _ in pairs], [owner for _, owner in pairs]


def _grams(text: str, sizes: tuple[int, ...]) -> list[str]:
    text = text.lower().replace(" ", "_")
    return [text[place : place + n] for n in sizes for place in range(len(text) - n + 1)]


def _best(scored: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Keep the best phrasing of each entry, the best entry first."""
    best: dict[str, float] = {}
    for owner, value in scored:
        if value > best.get(owner, -1.0):
            best[owner] = value
    return sorted(best.items(), key=lambda pair: -pair[1])
