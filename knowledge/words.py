"""Find the words of a vocabulary in a text: the longest at each place, replaced or listed.

A few dictionary look-ups a character instead of one regular expression with thousands of alternatives, which is
slower by far. Floor 0; pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from knowledge.recent import Remembering


class Vocabulary:
    """A set of words, found longest first and without overlap. Frozen once built."""

    __slots__ = ("_firsts", "_longest", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if word)
        self._longest: dict[str, tuple[int, ...]] = _lengths_by_first(self._words)
        self._firsts = frozenset(self._longest)

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def at(self, text: str, place: int) -> str:
        """Return the longest word that starts at `place`, or an empty text."""
        for length in self._longest.get(text[place], ()):
            word = text[place : place + length]
            if word in self._words:
                return word
        return ""

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (place, word) from left to right, the longest at each place, without overlap."""
        if self._firsts.isdisjoint(text):
            return
        lengths, words = self._longest.get, self._words
        end = 0  # of the last word found
        for place, character in enumerate(text):
            if place < end:
                continue
            for length in lengths(character, ()):
                word = text[place : place + length]
                if word in words:
                    yield place, word
                    end = place + length
                    break

    def replace(self, text: str, by: Mapping[str, str]) -> str:
        """Replace each word found by its entry in `by` (nothing, where it has none)."""
        parts: list[str] = []
        end = 0
        for place, word in self.find(text):
            parts.append(text[end:place])
            parts.append(by.get(word, ""))
            end = place + len(word)
        return text if end == 0 else "".join(parts) + text[end:]


class Cutter(Remembering):
    """Cut Chinese text into words by the most probable path through known words."""

    __slots__ = ("_cut", "costs", "lengths")

    _UNKNOWN = 14.0  # the price of a character that belongs to no word

    def __init__(self, costs: Mapping[str, float]) -> None:
        self.costs = costs
        self.lengths = _lengths_by_first(frozenset(self.costs))  # by first character, longest first
        self.remember()

    def remember(self) -> None:
        """Begin to remember texts that were cut."""
        self._cut = lru_cache(maxsize=256)(self._cut_now)

    def __setstate__(self, state: dict[str, Any]) -> None:
        costs: dict[str, float] = state["costs"]
        shared: dict[float, float] = {}  # as they were before: many words cost the same
        for word, cost in costs.items():
            costs[word] = shared.setdefault(cost, cost)
        super().__setstate__(state)

    def cut(self, text: str) -> tuple[str, ...]:
        """Cut a text without punctuation; characters of no word stand alone."""
        return self._cut(text)

    def _cut_now(self, text: str) -> tuple[str, ...]:
        size = len(text)
        best = [0.0] * (size + 1)
        step = [1] * (size + 1)
        costs = self.costs
        for place in range(size - 1, -1, -1):
            cheapest = best[place + 1] + self._UNKNOWN
            length = 1
            for candidate in self.lengths.get(text[place], ()):
                if place + candidate <= size:
                    price = costs.get(text[place : place + candidate])
                    if price is not None and price + best[place + candidate] < cheapest:
                        cheapest = price + best[place + candidate]
                        length = candidate
            best[place] = cheapest
            step[place] = length
        words: list[str] = []
        place = 0
        while place < size:
            words.append(text[place : place + step[place]])
            place += step[place]
        return tuple(words)


def _lengths_by_first(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Map a first character to the lengths of the words that start with it, the longest first."""
    lengths: dict[str, int] = {}  # as the bits of a number
    for word in words:
        first = word[0]
        lengths[first] = lengths.get(first, 0) | 1 << len(word)
    return {first: _longest_first(found) for first, found in lengths.items()}


@cache
def _longest_first(bits: int) -> tuple[int, ...]:
    return tuple(place for place in range(bits.bit_length() - 1, 0, -1) if bits >> place & 1)
