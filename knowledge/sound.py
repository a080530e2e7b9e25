"""How Chinese characters sound: toneless syllables, merged where pinyin keyboards and dialects confuse them.

The table is shipped (knowledge/lexicon/pinyin.txt), so that no pinyin library is loaded at run time. Floor 0; pure.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

Key = tuple[str, ...]
_MERGED = 3.0  # what a merged sound costs more than the exact one
_REMEMBERED = 4096  # sounds whose words were looked for
_MOST_KEYS = 4  # ways to read one word that are looked up


@dataclass(frozen=True, slots=True)
class Sounds:
    """Readings of characters, and the syllables that exist; `first` and `further` hold merged keys."""

    exact: Mapping[str, str]
    first: Mapping[str, str]
    further: Mapping[str, tuple[str, ...]]
    syllables: frozenset[str]

    def keys_of(self, word: str) -> tuple[tuple[str, ...], ...]:
        """List the ways a word may sound as tuples of merged syllables; empty if a character is unknown."""
        readings: list[tuple[str, ...]] = []
        for character in word:
            first = self.first.get(character)
            if first is None:
                return ()
            readings.append((first, *self.further.get(character, ())))
        return tuple(key for key, _ in zip(product(*readings), range(_MOST_KEYS), strict=False))

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
    first: dict[str, str] = {}
    further: dict[str, list[str]] = {}
    syllables: set[str] = set()
    for line in path.read_text("utf-8").splitlines():
        syllable, _, characters = line.partition(" ")
        syllables.add(syllable)
        key = merge(syllable)
        main, _, rest = characters.partition("|")
        for character in main:
            exact[character] = syllable
            first[character] = key
        for character in rest:
            further.setdefault(character, []).append(key)
    rare = {character: tuple(dict.fromkeys(keys)) for character, keys in further.items()}
    return Sounds(exact, first, rare, frozenset(syllables))


class TypedWords:
    """The cheapest word of every sound, found by syllables as they are typed.

    A table by whole sounds is large and rarely needed; the few words of a length and a first syllable are tried.
    """

    __slots__ = ("_exact", "_found", "_merged", "_prices", "_sounds")

    def __init__(self, sounds: Sounds, prices: Mapping[str, float]) -> None:
        self._sounds = sounds
        self._prices = prices
        self._exact = _by_start(sounds.exact, prices)
        self._merged = _by_start(sounds.first, prices)
        self._found = lru_cache(maxsize=_REMEMBERED)(self._find)

    def find(self, key: Key, *, merged: bool) -> tuple[str, float]:
        """Return the cheapest word that sounds so, and its price; a merged sound makes it dearer.

        Without such a word return an empty text.
        """
        return self._found(key, merged)

    def _find(self, key: Key, merged: bool) -> tuple[str, float]:
        heard = self._sounds.first if merged else self._sounds.exact
        words = (self._merged if merged else self._exact).get((key[0], len(key)), ())
        best, least = "", math.inf
        for word in words:
            for character, syllable in zip(word, key, strict=True):
                if heard.get(character) != syllable:
                    break
            else:
                if self._prices[word] < least:
                    best, least = word, self._prices[word]
        return best, least + _MERGED * merged


def _by_start(
    heard: Mapping[str, str], words: Iterable[str]
) -> dict[tuple[str, int], tuple[str, ...]]:
    """Group words by the sound of their first character and their length."""
    found: dict[tuple[str, int], list[str]] = {}
    for word in words:
        first = heard.get(word[0])
        if first is not None:
            found.setdefault((first, len(word)), []).append(word)
    return {start: tuple(group) for start, group in found.items()}


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
