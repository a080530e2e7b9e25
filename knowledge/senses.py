"""What words mean, as short vectors made once from a sentence embedding; a text is the weighted sum of its words.

So 奔丧 lies near 请假, though nobody wrote that down. Nothing is embedded here: the table is looked up
(`python -m benchmarks.senses` makes it). Floor 0; pure but for reading the table once.
"""

from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int32]
_OF_PARTICLE = 0.1  # what 的 and 吗 count beside a word that says something


class Senses:
    """A table of words, in the order of their UTF-8 bytes, each with its vector. Frozen."""

    __slots__ = ("_particles", "_vectors", "_words")

    def __init__(
        self, words: NDArray[np.bytes_], vectors: NDArray[np.generic], particles: Collection[str]
    ) -> None:
        self._words = words
        self._vectors = vectors
        [self._particles] = self.rows([[*particles]])

    @classmethod
    def read(cls, path: Path, particles: Collection[str]) -> "Senses":
        """Read the table that `benchmarks.senses` has made."""
        with np.load(path, allow_pickle=False) as data:
            return cls(data["words"], data["vectors"], particles)

    def rows(self, texts: Sequence[Sequence[str]]) -> list[Rows]:
        """Return for each text the places of those of its words that are in the table."""
        wanted = np.array([word.encode() for text in texts for word in text] or [b""])
        places = self._words.searchsorted(wanted)
        places[places == len(self._words)] = 0
        known = self._words[places] == wanted
        ends = accumulate(map(len, texts), initial=0)
        return [
            places[start:end][known[start:end]].astype(np.int32) for start, end in pairwise(ends)
        ]

    def weights(self, held: Sequence[Rows]) -> Vectors:
        """Weigh every word by how few of the entries have it; `held` has the words of each entry, each once."""
        found = np.bincount(np.concatenate([*held, NO_ROWS]), minlength=len(self._words))
        weighed = np.log(1 + (len(held) + 1) / (found + 0.5))
        weighed[self._particles] *= _OF_PARTICLE
        return weighed.astype(np.float32)

    def added(self, texts: Sequence[Rows], weights: Vectors) -> Vectors:
        """Return for each text the sum of its words, of unit length; nought for one without known words."""
        rows = np.concatenate([*texts, NO_ROWS])
        sizes = np.array([len(each) for each in texts])
        full = sizes.nonzero()[0]
        sums = np.zeros((len(texts), self._vectors.shape[1]), np.float32)
        if len(full):
            parts = self._vectors[rows] * weights[rows, None]
            sums[full] = np.add.reduceat(parts, sizes[full].cumsum() - sizes[full])
        result: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return result


NO_ROWS = np.empty(0, np.int32)
