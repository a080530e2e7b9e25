"""The phrasings letter by letter: how much of a question stands in them in the same order, by rapidfuzz.

Floor 0; pure.
"""

from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance.LCSseq import similarity
from rapidfuzz.process import cdist

from knowledge.channel import Floats, Ints
from knowledge.indexed import Indexed
from knowledge.parse import Parsed


class Letters:
    """The texts of all phrasings, entry by entry. Frozen once built."""

    __slots__ = ("_glossed", "_sizes", "_texts")

    def __init__(self, entries: Sequence[Indexed]) -> None:
        self._texts = tuple(item.texts for item in entries)
        self._glossed = tuple(item.glossed for item in entries)
        # None has no letters, so that nothing is divided by nought; the last is of the place that is no phrasing.
        self._sizes = np.array([*(len(t) or 1 for texts in self._texts for t in texts), 1])

    def likeness(
        self, questions: Sequence[Parsed], chosen: Sequence[Sequence[int]], places: Ints
    ) -> Floats:
        """Return for each question and each of its entries the best ratio and the best share of a phrasing.

        The share is of letters found in order; the ratio is twice these by both lengths. `places` has a row for each
        entry of each question: where its phrasings are, filled up with the place behind all.
        """
        pairs = [self._common(*pair) for pair in zip(questions, chosen, strict=True)]
        real = places < len(self._sizes) - 1
        common, mine = np.zeros(places.shape), np.ones(places.shape)
        common[real] = np.concatenate([found for found, _ in pairs])
        mine[real] = np.concatenate([sizes for _, sizes in pairs])
        theirs = self._sizes[places]
        best = np.empty((len(places), 2))
        (2 * common / (mine + theirs)).max(axis=1, out=best[:, 0])
        (common / theirs).max(axis=1, out=best[:, 1])
        return best

    def _common(self, question: Parsed, entries: Sequence[int]) -> tuple[Ints, Ints]:
        """Return the longest common subsequence with each phrasing, and the length of what was compared.

        An English question is compared with Chinese phrasings in the Chinese of the glossary.
        """
        texts: list[str] = []
        for number in entries:
            texts += self._texts[number]
        if not question.gloss:
            common = cdist([question.text], texts, scorer=similarity, dtype=np.int64)[0]
            return common, np.full(len(texts), len(question.text))
        mine = [question.text, question.gloss]
        both = cdist(mine, texts, scorer=similarity, dtype=np.int64)
        glossed = [one for number in entries for one in self._glossed[number]]
        return np.where(glossed, *both), np.where(glossed, *map(len, mine))
