"""What tokens weigh, and where they are found: the arithmetic below the retriever.

A token (an idea, a gram, a pair of sounds) weighs the more, the fewer entries have it. Postings answer for the tokens
of several texts at once, in a handful of array operations, however many phrasings there are. Floor 0; pure.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, float]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bags:
    """Bags of tokens, one behind the other, by number."""

    tokens: Ints
    weights: Floats
    sizes: Ints  # of each bag

    @property
    def owners(self) -> Ints:
        """Return for each token the place of its bag."""
        return np.arange(len(self.sizes)).repeat(self.sizes)


def pack(bags: Sequence[Weights], numbering: dict[str, int]) -> Bags:
    """Pack bags; a token that has no number yet gets the next one."""
    tokens = [numbering.setdefault(token, len(numbering)) for bag in bags for token in bag]
    weights = [weight for bag in bags for weight in bag.values()]
    return Bags(
        np.array(tokens, np.int64), np.array(weights), np.array([*map(len, bags)], np.int64)
    )


def joined(parts: Sequence[Bags]) -> Bags:
    """Put packed bags one behind the other."""
    if not parts:
        return pack((), {})
    return Bags(
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.sizes for part in parts]),
    )


class Table(NamedTuple):
    """A triple for each time that a column has a token; `width` columns."""

    tokens: Ints
    columns: Ints
    values: Floats
    width: int


class Query(NamedTuple):
    """Tokens, each with the row it is asked for and a factor; `height` rows."""

    tokens: Ints
    rows: Ints
    factors: Floats
    height: int


class Tokens:
    """The numbers of tokens, and their weights by how few entries have them. Frozen once built."""

    __slots__ = ("_idf", "_numbering", "_unseen", "idf", "unseen")

    def __init__(self, numbering: Mapping[str, int], found: Ints, *, entries: int) -> None:
        """Take how many of the entries have each token, by number."""
        self._numbering = numbering
        self._unseen = len(numbering)  # the number of every token that no entry has
        self.unseen = math.log(1 + 2 * (entries + 1))
        known = np.log(1 + (entries + 1) / (found + 0.5))
        self.idf: Floats = np.append(known, self.unseen)
        self._idf = self.idf.tolist()

    def __contains__(self, token: str) -> bool:
        # A number that only an older state of the entries had weighs what an unseen token does.
        return bool(self._idf[self._numbering.get(token, self._unseen)] < self.unseen)

    def numbers(self, bag: Weights) -> list[int]:
        """Return the numbers of a bag's tokens."""
        return list(map(self._numbering.get, bag, repeat(self._unseen)))

    def masses(self, bag: Weights) -> dict[str, float]:
        """Return what each token of a bag weighs, unseen ones as much as the rarest."""
        idf = self._idf
        return {
            token: weight * idf[number]
            for (token, weight), number in zip(bag.items(), self.numbers(bag), strict=True)
        }


class Postings:
    """Several tables side by side in one: which of a table's columns have a token, with a value. Frozen once built."""

    __slots__ = ("_columns", "_count", "_starts", "_values", "_widths")

    def __init__(self, tables: Sequence[Table], *, count: int) -> None:
        """Take the tables; `count` is how many tokens have a number."""
        # Each table has its own range of numbers, with one more than there are: the unseen token, in no column.
        self._count = count + 1
        tokens = np.concatenate(
            [table.tokens + place * self._count for place, table in enumerate(tables)]
        )
        order = np.argsort(tokens, kind="stable")
        self._columns = np.concatenate([table.columns for table in tables])[order].astype(np.int32)
        self._values = np.concatenate([table.values for table in tables])[order].astype(np.float32)
        sizes = np.bincount(tokens, minlength=len(tables) * self._count)
        self._starts = np.concatenate(([0], sizes.cumsum()))
        self._widths = [table.width for table in tables]

    def sums(self, queries: Sequence[Query]) -> list[Floats]:
        """Add up factor times value for each row and column of each table, asked one query a table."""
        tokens, bases, factors, ends = [], [], [], [0]
        for place, (query, width) in enumerate(zip(queries, self._widths, strict=True)):
            tokens.append(query.tokens + place * self._count)
            bases.append(query.rows * width + ends[-1])
            factors.append(query.factors)
            ends.append(ends[-1] + query.height * width)
        asked = np.concatenate(tokens)
        begins = self._starts[asked]
        sizes = self._starts[asked + 1] - begins
        after = sizes.cumsum()
        places = np.arange(after[-1] if len(after) else 0) + (begins - after + sizes).repeat(sizes)
        cells = np.concatenate(bases).repeat(sizes) + self._columns[places]
        values = np.concatenate(factors).repeat(sizes) * self._values[places]
        flat = added(cells, values, ends[-1])
        shapes = zip(queries, self._widths, pairwise(ends), strict=True)
        return [
            flat[start:end].reshape(query.height, width) for query, width, (start, end) in shapes
        ]


def added(cells: Ints, values: Floats, count: int) -> Floats:
    """Add up the values that belong to each of `count` cells."""
    return cast("Floats", np.bincount(cells, values, count))
