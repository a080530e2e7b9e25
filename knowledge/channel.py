"""What tokens weigh, and where they are found: the arithmetic below the retriever.

A token (an idea, a gram, a pair of sounds) weighs the more, the fewer entries have it. Postings answer for the tokens
of several texts at once, in a handful of array operations, however many phrasings there are. Floor 0; pure.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, float]
Floats = NDArray[np.float64]
Ints = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Bags:
    """Bags of tokens, one behind the other, by number."""

    tokens: NDArray[np.int32]
    weights: NDArray[np.float32]
    sizes: NDArray[np.int32]  # of each bag

    @property
    def owners(self) -> Ints:
        """Return for each token the place of its bag."""
        return np.arange(len(self.sizes), dtype=np.int32).repeat(self.sizes)


def pack(bags: Sequence[Weights], numbering: dict[str, int]) -> Bags:
    """Pack bags; a token that has no number yet gets the next one."""
    tokens = [numbering.setdefault(token, len(numbering)) for bag in bags for token in bag]
    weights = [weight for bag in bags for weight in bag.values()]
    sizes = [len(bag) for bag in bags]
    return Bags(
        np.array(tokens, np.int32), np.array(weights, np.float32), np.array(sizes, np.int32)
    )


def joined(parts: Sequence[Bags]) -> Bags:
    """Put packed bags one behind the other."""
    return Bags(
        joined_numbers([part.tokens for part in parts]),
        np.concatenate([part.weights for part in parts] or [np.array([], np.float32)]),
        joined_numbers([part.sizes for part in parts]),
    )


def joined_numbers(parts: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """Put arrays of whole numbers one behind the other."""
    return np.concatenate(parts or [np.array([], np.int32)])


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

    __slots__ = ("_numbering", "_unseen", "idf", "unseen")

    def __init__(self, numbering: Mapping[str, int], found: Ints, *, entries: int) -> None:
        """Take how many of the entries have each token, by number."""
        self._numbering = numbering
        self._unseen = len(numbering)  # the number of every token that no entry has
        self.unseen = math.log(1 + 2 * (entries + 1))
        known = np.log(1 + (entries + 1) / (found + 0.5))
        self.idf: Floats = np.append(known, self.unseen)

    def __contains__(self, token: str) -> bool:
        # A number that only an older state of the entries had weighs what an unseen token does.
        return bool(self.idf[self._numbering.get(token, self._unseen)] < self.unseen)

    def numbers(self, bag: Weights) -> list[int]:
        """Return the numbers of a bag's tokens."""
        return list(map(self._numbering.get, bag, repeat(self._unseen)))

    def masses(self, bag: Weights) -> dict[str, float]:
        """Return what each token of a bag weighs, unseen ones as much as the rarest."""
        idf: list[float] = self.idf[self.numbers(bag)].tolist()
        return {
            token: weight * found for (token, weight), found in zip(bag.items(), idf, strict=True)
        }


class Postings:
    """Several tables side by side in one: which of a table's columns have a token, with a value. Frozen once built."""

    __slots__ = ("_columns", "_count", "_starts", "_values", "_widths")

    def __init__(self, tables: Iterable[Table], *, count: int) -> None:
        """Take the tables, one after the other; `count` is how many tokens have a number."""
        # Each table has its own range of numbers, with one more than there are: the unseen token, in no column.
        self._count = count + 1
        sizes, columns, values, widths = [], [], [], []
        for table in tables:
            order = np.argsort(table.tokens, kind="stable")
            columns.append(table.columns[order].astype(np.int32))
            values.append(table.values[order].astype(np.float32))
            sizes.append(np.bincount(table.tokens, minlength=self._count))
            widths.append(table.width)
        self._columns, self._values = np.concatenate(columns), np.concatenate(values)
        self._starts = np.concatenate(([0], np.concatenate(sizes).cumsum()))
        self._widths = tuple(widths)

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
