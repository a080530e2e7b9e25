"""How near in meaning a question is to every entry, by the vectors of an optional sentence embedding.

The embedding itself lives elsewhere, behind `Embedder`; here vectors are only compared. Those of a FAQ are centred on
their mean, since a model trained on everything sees all questions to one office as much alike; then turned into the
directions that tell entries apart and leave out those in which phrasings of one entry differ (made from the shipped
content by `python -m benchmarks.directions`). Floor 0; pure but for reading that table once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.text import is_latin

Floats = NDArray[np.float32]
DIRECTIONS = Path(__file__).with_name("directions.npz")
NEAR = (
    "near",
    "near_mean",
)  # part scores: cosine with the nearest phrasing, mean cosine of all of them
CANDIDATES_BY_MEANING = 8
_LONGEST, _LONGEST_PART, _LATIN = (
    48,
    32,
    4,
)  # characters that are embedded; of English so many times more


class Embedder(Protocol):
    """A sentence embedding; its `model` must be the one that weights and directions were made with."""

    @property
    def model(self) -> str:
        """Name the model, whoever runs it."""
        ...

    @property
    def version(self) -> str:
        """Name what computes the vectors, exactly: vectors of another version are not used."""
        ...

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a row for each text, of unit length. May raise anything."""
        ...


# Gives the vectors of texts, as they come from the embedding; may give none, and the words alone decide then.
Vectors = Callable[[Sequence[str]], Mapping[str, Floats]]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one text is to every entry."""

    best: Floats  # cosine with the nearest phrasing of each entry
    mean: Floats

    def nearest(self, most: int) -> list[int]:
        """Return the numbers of the nearest entries."""
        return [int(number) for number in np.argsort(-self.best, kind="stable")[:most]]

    def parts(self, number: int) -> tuple[float, ...]:
        """Return the part scores of one entry, in the order of `NEAR`."""
        return float(self.best[number]), float(self.mean[number])


class Meanings:
    """The phrasings of one FAQ as vectors; frozen once made."""

    __slots__ = ("_centre", "_directions", "_rows", "_sizes", "_starts")

    def __init__(
        self, vectors: Floats, sizes: Sequence[int], directions: Floats | None = None
    ) -> None:
        """Take the vectors of all phrasings; `sizes` says how many stand side by side for each entry."""
        self._directions = load_directions()[1] if directions is None else directions
        self._centre = vectors.mean(axis=0)
        self._rows = self._turned(vectors)
        self._sizes = np.asarray(sizes, dtype=np.float32)
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)

    def near(self, vector: Floats) -> Nearness:
        """Compare a text with every entry."""
        cosines = self._rows @ self._turned(vector[None, :])[0]
        sums: Floats = np.add.reduceat(cosines, self._starts)
        return Nearness(np.maximum.reduceat(cosines, self._starts), sums / self._sizes)

    def _turned(self, vectors: Floats) -> Floats:
        turned = (vectors - self._centre) @ self._directions
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        result: Floats = (turned / np.maximum(length, 1e-9)).astype(np.float32)
        return result


def shortened(text: str, *, part: bool = False) -> str:
    """Return the end of a long text, where the question stands as a rule: time grows with the length."""
    most = (_LONGEST_PART if part else _LONGEST) * (_LATIN if is_latin(text) else 1)
    return text[-most:]


@lru_cache(maxsize=1)
def load_directions() -> tuple[str, Floats]:
    """Read the directions, and the name of the model they were made with."""
    with np.load(DIRECTIONS, allow_pickle=False) as data:
        return str(data["model"]), data["directions"].astype(np.float32)
