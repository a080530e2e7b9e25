"""How Chinese characters sound: toneless syllables, merged where pinyin keyboards and dialects confuse them.

The table is shipped (knowledge/lexicon/pinyin.txt), so that no pinyin library is loaded at run time. Floor 0; pure.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, ...]
Heard = int  # merged sounds in a row, `_BITS` each: there are tens of thousands, and a tuple is thrice as large
LONGEST_TYPED = 5  # syllables of one word
_BITS = 9
_MERGED = 3.0  # what a merged sound costs more than the exact one
_MOST_KEYS = 4  # ways to read one word that are looked up


@dataclass(frozen=True, slots=True)
class Sounds:
    """Readings of characters, `exact` or as numbers of merged ones, and the syllables that exist."""

    exact: Mapping[str, str]
    readings: Mapping[str, tuple[int, ...]]  # the first one and all further ones; from 1 on
    syllables: frozenset[str]

    def keys_of(self, word: str) -> list[Heard]:
        """List the ways a word may sound, merged; empty if a character is unknown."""
        readings = [self.readings.get(character) for character in word]
        if None in readings:
            return []
        ways = islice(product(*readings), _MOST_KEYS)  # type: ignore[arg-type]  # none is None
        return [reduce(lambda key, sound: key << _BITS | sound, way) for way in ways]

    def exactly(self, word: str) -> tuple[str, ...]:
        """Spell a word with its first readings, unmerged."""
        return tuple(self.exact.get(character, "") for character in word)

    def split(self, run: str) -> tuple[str, ...]:
        """Split a run of letters into pinyin syllables, the longest first; empty if it is not pinyin."""
        return _split(run, self.syllables)


@cache
def shipped_sounds() -> Sounds:
    """Give the sounds of the shipped table, read on the first call."""
    return read_sounds(Path(__file__).parent / "lexicon" / "pinyin.txt")


def read_sounds(path: Path) -> Sounds:
    """Read `syllable characters|characters` lines; after the bar stand further readings."""
    exact: dict[str, str] = {}
    first: dict[str, int] = {}
    further: dict[str, list[int]] = {}
    syllables: set[str] = set()
    numbers: dict[str, int] = {}
    for line in path.read_text("utf-8").splitlines():
        syllable, _, characters = line.partition(" ")
        syllables.add(syllable)
        key = numbers.setdefault(merge(syllable), len(numbers) + 1)
        main, _, rest = characters.partition("|")
        for character in main:
            exact[character] = syllable
            first[character] = key
        for character in rest:
            further.setdefault(character, []).append(key)
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}  # thousands of characters sound the same
    readings = {
        character: shared.setdefault(own, own)
        for character, key in first.items()
        for own in ((key, *dict.fromkeys(further.get(character, ()))),)
    }
    return Sounds(exact, readings, frozenset(syllables))


class TypedWords:
    """The cheapest word of every sound, found by syllables as they are typed: many at once, in sorted tables."""

    __slots__ = ("_codes", "_exact", "_merged", "_prices")

    def __init__(self, sounds: Sounds, prices: Mapping[str, float]) -> None:
        """Take the words with their prices; of two that sound and cost the same, the first is taken."""
        merged = {character: merge(syllable) for character, syllable in sounds.exact.items()}
        syllables = sorted({*sounds.exact.values(), *merged.values()})
        # neither nought, which ends a text of numpy's, nor the question mark
        self._codes = {one: bytes((128 + n // 64, 128 + n % 64)) for n, one in enumerate(syllables)}
        self._prices = prices
        self._exact = self._table(sounds.exact)
        self._merged = self._table(merged)

    def find(self, keys: Sequence[Key], *, merged: bool) -> list[tuple[str, float]]:
        """Return for each key the cheapest word that sounds so and its price; a merged sound makes it dearer.

        Without such a word return an empty text.
        """
        table = self._merged if merged else self._exact
        sounds = np.array([self._written(key) for key in keys], np.bytes_)
        places = table.sounds.searchsorted(sounds)
        places[places == len(table.sounds)] = 0
        known = (table.sounds[places] == sounds).tolist()
        words = (
            table.words[place] if is_known else ""
            for place, is_known in zip(places.tolist(), known, strict=True)
        )
        dearer = _MERGED * merged
        return [(word, self._prices[word] + dearer if word else math.inf) for word in words]

    def _table(self, heard: Mapping[str, str]) -> "_Table":
        cheapest: dict[bytes, str] = {}
        for word, price in self._prices.items():
            if len(word) <= LONGEST_TYPED:
                sound = self._written([heard.get(character, "") for character in word])
                other = cheapest.get(sound)
                if b"?" not in sound and (other is None or price < self._prices[other]):
                    cheapest[sound] = word
        sounds = sorted(cheapest)
        return _Table(np.array(sounds or [b"!"]), tuple(cheapest[sound] for sound in sounds))

    def _written(self, key: Iterable[str]) -> bytes:
        """Write a sound with two bytes a syllable; one that does not exist is in no table."""
        return b"".join([self._codes.get(syllable, b"?") for syllable in key])


class _Table(NamedTuple):
    """Sounds in their order, each with its word."""

    sounds: NDArray[np.bytes_]
    words: tuple[str, ...]


def by_sound(sounds: Sounds, words: Iterable[str]) -> dict[Heard, str]:
    """Index words of two characters and more by the ways they may sound; those that sound alike in one text."""
    found: dict[Heard, list[str]] = {}
    for word in sorted(words):
        if 1 < len(word) <= LONGEST_TYPED:
            for key in sounds.keys_of(word):
                found.setdefault(key, []).append(word)
    return {key: alike[0] if len(alike) == 1 else "".join(alike) for key, alike in found.items()}


def lengths_by_start(keys: Iterable[Heard]) -> dict[Heard, int]:
    """Map the first two sounds of words to the lengths of these words, as bits."""
    found: dict[Heard, int] = {}
    for key in keys:
        length = -(-key.bit_length() // _BITS)
        start = key >> _BITS * (length - 2)
        found[start] = found.get(start, 0) | 1 << length
    return found


def merge(syllable: str) -> str:
    """Merge what sounds alike: zh/z, ch/c, sh/s, -ng/-n, n/l, f/hu."""
    if syllable[:2] in {"zh", "ch", "sh"}:
        syllable = syllable[0] + syllable[2:]
    if syllable.endswith("ng"):
        syllable = syllable[:-1]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return _HU.get(syllable, syllable)


_HU = {"hui": "fei", "hua": "fa", "huan": "fan", "hun": "fen", "hu": "fu", "huo": "fo"}


def _split(run: str, syllables: frozenset[str]) -> tuple[str, ...]:
    """Split greedily from the left with one step back where the rest would not work out."""
    size = len(run)
    if size > 120:
        return ()
    best: list[tuple[str, ...] | None] = [None] * size + [()]
    for place in range(size - 1, -1, -1):
        for length in range(min(6, size - place), 0, -1):
            rest = best[place + length]
            piece = run[place : place + length]
            if rest is not None and piece in syllables:
                known = best[place]
                if known is None or len(rest) + 1 < len(known):
                    best[place] = (piece, *rest)
    return best[0] or ()
