"""What tokens weigh, and where they are found: the arithmetic below the retriever.

A token (an idea, a gram) weighs the more, the fewer entries have it. Postings answer for the tokens
of several texts at once, in a handful of array operations, however many phrasings there are. Floor 0; pure.
"""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
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
    """A triple for each time that a column has a token."""

    tokens: Ints
    columns: Ints
    values: Floats


class Query:
    """Tokens, each with the first cell of the row it is asked for and a factor."""

    __slots__ = ("factors", "rows", "tokens")

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.rows: list[int] = []
        self.factors: list[float] = []

    def add(self, tokens: Sequence[int], row: int, factors: Sequence[float]) -> None:
        """Ask for tokens in one row."""
        self.tokens += tokens
        self.rows += [row] * len(tokens)
        self.factors += factors


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
        self._idf = array("d", self.idf)  # one at a time it is faster so

    def __contains__(self, token: str) -> bool:
        # A number that only an older state of the entries had weighs what an unseen token does.
        return self._idf[self._numbering.get(token, self._unseen)] < self.unseen

    def numbers(self, bag: Weights) -> list[int]:
        """Return the numbers of a bag's tokens."""
        return list(map(self._numbering.get, bag, repeat(self._unseen)))

    def masses(self, bag: Weights) -> dict[str, float]:
        """Return what each token of a bag weighs, unseen ones as much as the rarest."""
        return dict(zip(bag, self.weighed(bag, self.numbers(bag)), strict=True))

    def weighed(self, bag: Weights, numbers: Sequence[int]) -> list[float]:
        """Return what the tokens of a bag weigh, given their numbers."""
        idf = self._idf
        return [weight * idf[number] for weight, number in zip(bag.values(), numbers, strict=True)]


class Postings:
    """Several tables one behind the other: which columns have a token, with a value. Frozen once built."""

    __slots__ = ("_columns", "_starts", "_values", "step")

    def __init__(self, tables: Iterable[Table], *, count: int) -> None:
        """Take the tables; `count` tokens have a number. In the nth table they are asked for by n `step` more."""
        self.step = count + 1  # one more than there are: the unseen token, which no column has
        sizes, columns, values = [], [], []
        for table in tables:
            order = np.argsort(table.tokens, kind="stable")
            columns.append(table.columns[order].astype(np.int32))
            values.append(table.values[order].astype(np.float32))
            sizes.append(np.bincount(table.tokens, minlength=self.step))
        self._columns, self._values = np.concatenate(columns), np.concatenate(values)
        self._starts = np.concatenate(([0], np.concatenate(sizes).cumsum()))

    def sums(self, query: Query, size: int) -> Floats:
        """Add up factor times value for each cell, of `size` cells in all."""
        asked = np.array(query.tokens, np.int64)
        begins = self._starts[asked]
        sizes = self._starts[asked + 1] - begins
        after = sizes.cumsum()
        places = np.arange(after[-1] if query.tokens else 0) + (begins - after + sizes).repeat(
            sizes
        )
        cells = np.array(query.rows, np.int64).repeat(sizes) + self._columns[places]
        values = np.array(query.factors, np.float64).repeat(sizes) * self._values[places]
        return added(cells, values, size)


def added(cells: Ints, values: Floats, count: int) -> Floats:
    """Add up the values that belong to each of `count` cells."""
    return cast("Floats", np.bincount(cells, values, count))
