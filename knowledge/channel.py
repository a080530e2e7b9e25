"""One kind of token of all phrasings, packed so that a question's cosine with every phrasing costs little.

The postings of all tokens lie one behind the other in two arrays, in the order of the phrasings. Floor 0; pure.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate

Weights = Mapping[str, float]
_COMMON = 300  # phrasings from which a token is left for later
_ALWAYS = 2  # the rarest tokens of a question are never left for later


class Cosines:
    """How like a question the phrasings are in one channel; frozen once made."""

    __slots__ = ("_channel", "_common", "_scores", "masses")

    def __init__(
        self,
        channel: "Channel",
        masses: Mapping[str, float],
        scores: list[float],
        common: Sequence[tuple[float, int, int]],
    ) -> None:
        self.masses = masses  # what each token of the question weighs
        self._channel = channel
        self._scores = scores
        self._common = common  # (share, start, end of the postings) of tokens that were left out

    def within(self, span: slice) -> list[float]:
        """Return the whole cosines with the phrasings of a span."""
        values = self._scores[span]
        if not self._common:
            return values
        first, end = span.start, span.stop
        numbers, shares = self._channel.numbers, self._channel.shares
        for share, start, stop in self._common:
            at = bisect_left(numbers, first, start, stop)
            while at < stop and numbers[at] < end:
                values[numbers[at] - first] += share * shares[at]
                at += 1
        return values


class Channel:
    """One kind of token: idf by entry, and for each token the phrasings that have it. Frozen once built."""

    __slots__ = ("_idf", "_places", "_size", "_starts", "numbers", "shares", "unseen")

    def __init__(self, bags: Sequence[Weights], owners: Sequence[int]) -> None:
        """Take the bags of all phrasings; those of one owner stand side by side."""
        self._places: dict[str, int] = {}  # of a token in `_idf` and `_starts`
        counts, entries, last = array("l"), array("l"), array("l")
        for bag, owner in zip(bags, owners, strict=True):
            for token in bag:
                place = self._places.setdefault(token, len(counts))
                if place == len(counts):
                    counts.append(0)
                    entries.append(0)
                    last.append(-1)
                counts[place] += 1
                if last[place] != owner:
                    entries[place] += 1
                    last[place] = owner
        total = len(set(owners))
        self.unseen = math.log(1 + 2 * (total + 1))
        self._idf = array("d", (math.log(1 + (total + 1) / (found + 0.5)) for found in entries))
        self._starts = array("l", accumulate(counts, initial=0))
        self._size = len(bags)
        self.numbers = array("l", bytes(array("l").itemsize * self._starts[-1]))
        self.shares = array("d", bytes(array("d").itemsize * self._starts[-1]))
        self._fill(bags)

    def _fill(self, bags: Sequence[Weights]) -> None:
        """Write down which phrasings have a token, and with which share of their length."""
        places, idf = self._places, self._idf
        free = self._starts[:]
        for number, bag in enumerate(bags):
            masses = [
                (place := places[token], weight * idf[place]) for token, weight in bag.items()
            ]
            length = math.sqrt(sum([mass * mass for _, mass in masses])) or 1.0
            for place, mass in masses:
                at = free[place]
                free[place] = at + 1
                self.numbers[at] = number
                self.shares[at] = mass / length

    def __contains__(self, token: str) -> bool:
        return token in self._places

    def cosines(self, bag: Weights, quick: list[float], *, share: float) -> Cosines:
        """Compare a bag with every phrasing that has a telling token of it; add `share` of it to `quick`.

        Tokens that very many phrasings have tell little and cost much: they are looked at only for the few
        phrasings that matter, by `Cosines.within`.
        """
        places, starts = self._places, self._starts
        masses = self.masses(bag)
        length = math.sqrt(sum([mass * mass for mass in masses.values()]))
        asked = sorted(
            [
                (starts[place + 1] - starts[place], token, mass / length, place)
                for token, mass in masses.items()
                if (place := places.get(token)) is not None
            ]
        )
        scores = [0.0] * self._size
        common: list[tuple[float, int, int]] = []
        for rank, (size, _, mine, place) in enumerate(asked):
            start, end = starts[place], starts[place + 1]
            if size > _COMMON and rank >= _ALWAYS:
                common.append((mine, start, end))
                continue
            for number, other in zip(self.numbers[start:end], self.shares[start:end], strict=True):
                value = mine * other
                scores[number] += value
                quick[number] += share * value
        return Cosines(self, masses, scores, common)

    def known(self, bag: Weights) -> dict[str, float]:
        """Return the idf of those tokens of a bag that any entry has."""
        places, idf = self._places, self._idf
        return {token: idf[places[token]] for token in bag if token in places}

    def mass(self, bag: Weights) -> float:
        """Return what a bag weighs, 1 if nothing is in it."""
        return sum(self.masses(bag).values()) or 1.0

    def masses(self, bag: Weights) -> dict[str, float]:
        """Return what each token of a bag weighs, unseen ones as much as the rarest."""
        places, idf, unseen = self._places, self._idf, self.unseen
        return {
            token: weight * (unseen if (place := places.get(token)) is None else idf[place])
            for token, weight in bag.items()
        }
