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
        sizes = [len(text) for texts in self._texts for text in texts]
        self._sizes = np.array([*sizes, 0])  # the last one: of the place that is no phrasing

    def likeness(
        self, questions: Sequence[Parsed], chosen: Sequence[Sequence[int]], places: Ints
    ) -> Floats:
        """Return for each question and each of its entries the best ratio and the best share of a phrasing.

        The share is of letters found in order; the ratio is twice these by both lengths. `places` has a row for each
        entry of each question: where its phrasings are, filled up with the place behind all.
        """
        pairs = [self._common(*pair) for pair in zip(questions, chosen, strict=True)]
        real = places < len(self._sizes) - 1
        common, mine = np.zeros(places.shape), np.zeros(places.shape)
        common[real] = np.concatenate([found for found, _ in pairs])
        mine[real] = np.concatenate([sizes for _, sizes in pairs])
        theirs = self._sizes[places]
        ratios = 2 * common / np.maximum(mine + theirs, 1)
        return np.column_stack((ratios.max(axis=1), (common / np.maximum(theirs, 1)).max(axis=1)))

    def _common(self, question: Parsed, entries: Sequence[int]) -> tuple[Ints, Ints]:
        """Return the longest common subsequence with each phrasing, and the length of what was compared.

        An English question is compared with Chinese phrasings in the Chinese of the glossary.
        """
        texts = [text for number in entries for text in self._texts[number]]
        mine = [question.text, question.gloss] if question.gloss else [question.text]
        common = cdist(mine, texts, scorer=similarity, dtype=np.int64)
        sizes = np.full(common.shape, [[len(text)] for text in mine])
        if not question.gloss:
            return common[0], sizes[0]
        glossed = [one for number in entries for one in self._glossed[number]]
        return np.where(glossed, *common), np.where(glossed, *sizes)
