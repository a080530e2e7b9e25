"""Repair what a pinyin keyboard does to a question, against words that are known: 抱名 is 报名, xuequ is 学区.

A noisy-channel cut: the text is cut into words by the cheapest path, and a window that is no known word but sounds
like one may be taken for it at a price. Common characters and words are cheap as they stand, so they stay. Pinyin in
Latin letters is written out the same way. Floor 0; pure.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from knowledge.lexicon import Lexicon
from knowledge.recent import Remembering
from knowledge.sound import LONGEST_TYPED, Key, TypedWords, by_sound, lengths_by_start, merge

Changes = tuple[tuple[str, str], ...]
_LENGTHS = tuple(range(2, LONGEST_TYPED + 1))
_UNKNOWN = 14.0  # the price of a character that is in no list
_REPAIR = 6.0  # the price of taking a window for another word, on top of that word's
_SECOND = 3.5  # and for every further character that differs
_NOT_EXACT = 2.0  # and if the sounds are only alike (zh for z), not the same
_KNOWN_WORD = 5.0  # the price of a word of the entries
_LATIN_RUN = re.compile(r"[a-z]+(?: +[a-z]+)*")


class Repairs(Remembering):
    """Known words by their sound: those of the entries (`known`), and those of the lexicon. Frozen once built."""

    __slots__ = ("_alike", "_by_sound", "_lengths", "_own", "_starts", "_typed", "known", "lexicon")

    def __init__(self, lexicon: Lexicon, words: Iterable[str]) -> None:
        self.lexicon = lexicon
        self.known = frozenset(words)
        self._own = {
            word: _KNOWN_WORD - 0.5 * len(word) if len(word) > 1 else _KNOWN_WORD + 2
            for word in self.known
        }
        self._by_sound = by_sound(lexicon.sounds, self.known)
        self._lengths = lengths_by_start(self._by_sound)
        costs = lexicon.cutter.costs  # of two that sound the same, the commoner word is meant
        common_first = sorted(self.known, key=lambda word: (costs.get(word, _UNKNOWN), word))
        self._typed = TypedWords(lexicon.sounds, {word: self._price(word) for word in common_first})
        self.remember()

    def remember(self) -> None:
        """Begin to remember windows that were looked at."""
        self._alike = lru_cache(maxsize=2048)(self._find_alike)
        self._starts = lru_cache(maxsize=4096)(self._lengths_alike)

    def repair(self, text: str) -> tuple[str, Changes]:
        """Repair a normalised text; return it with the pairs (was, is)."""
        size = len(text)
        best: list[float] = [0.0] * (size + 1)
        take: list[tuple[int, str]] = [(1, "")] * (size + 1)
        cutter = self.lexicon.cutter
        own, costs, lengths = self._own.get, cutter.costs.get, cutter.lengths.get
        for place in range(size - 1, -1, -1):
            first = text[place]
            price = (own(first) or costs(first, _UNKNOWN)) + best[place + 1]
            chosen = (1, "")
            known = lengths(first, ())
            alike = self._starts(text[place : place + 2])
            for length in _LENGTHS if alike else known:
                end = place + length
                if length == 1 or end > size or text[end - 1] < "\u3400":
                    continue
                window = text[place:end]
                cost, word = _UNKNOWN, ""
                if length in known:
                    cost = own(window) or costs(window, _UNKNOWN)
                if cost >= _UNKNOWN:
                    if not alike >> length & 1:
                        continue
                    word, cost = self._alike(window)
                if cost + best[end] < price:
                    price, chosen = cost + best[end], (length, word)
            best[place], take[place] = price, chosen
        return _walk(text, take)

    def _price(self, word: str) -> float:
        """Price a word as it stands; `_UNKNOWN` or more if it is none."""
        return self._own.get(word) or self.lexicon.cutter.costs.get(word, _UNKNOWN)

    def _lengths_alike(self, two: str) -> int:
        """Return the lengths of the known words that start with the sound of two characters, as bits."""
        lengths = 0
        for key in self.lexicon.sounds.keys_of(two):
            lengths |= self._lengths.get(key, 0) | self.lexicon.lengths.get(key, 0)
        return lengths

    def _find_alike(self, window: str) -> tuple[str, float]:
        """Return the known word that sounds like the window and costs least, with its price."""
        best, least = "", 99.0
        if window[0] < "\u3400" or window in self.lexicon.guarded:
            return best, least
        sounds = self.lexicon.sounds
        for key in sounds.keys_of(window):
            alike = self._by_sound.get(key, "") + self.lexicon.by_sound.get(key, "")
            for place in range(0, len(alike), len(window)):
                word = alike[place : place + len(window)]
                wrong = [was for was, now in zip(window, word, strict=True) if was != now]
                if len(wrong) == len(word) or not self.lexicon.particles.isdisjoint(wrong):
                    continue
                price = self._price(word) + _REPAIR + _SECOND * (len(wrong) - 1)
                if sounds.exactly(window) != sounds.exactly(word):
                    price += _NOT_EXACT
                if window[0] != word[0]:
                    price += 0.1
                if price < least:
                    best, least = word, price
        return best, least

    def spell(self, text: str) -> tuple[str, Changes]:
        """Write the pinyin of a normalised text as Chinese; English stays as it is."""
        changes: list[tuple[str, str]] = []

        def written(found: re.Match[str]) -> str:
            chinese = self._from_pinyin(found.group())
            if chinese:
                changes.append((found.group(), chinese))
            return chinese or found.group()

        text = _LATIN_RUN.sub(written, text)
        return text, tuple(changes)

    def _from_pinyin(self, run: str) -> str:
        """Write one run of Latin words as Chinese, or return nothing if it is not pinyin."""
        syllables: list[str] = []
        for word in run.split():
            parts = self.lexicon.sounds.split(word)
            if not parts:
                return ""
            syllables.extend(parts)
        if len(syllables) < 2 or self._is_english(run):
            return ""
        return self._cheapest(tuple(syllables))

    def _is_english(self, run: str) -> bool:
        words = run.split()
        english = sum(word in self.lexicon.stop_latin or len(word) == 1 for word in words)
        return 2 * english > len(words)

    def _cheapest(self, syllables: Key) -> str:
        """Choose the most probable words for a line of syllables."""
        size = len(syllables)
        spans = [
            (place, end)
            for place in range(size)
            for end in range(place + 1, min(place + LONGEST_TYPED, size) + 1)
        ]
        options: list[list[tuple[float, str, int]]] = [[] for _ in range(size)]
        for line, is_merged in ((syllables, False), (tuple(map(merge, syllables)), True)):
            keys = [line[place:end] for place, end in spans]
            for typed in (self._typed, self.lexicon.typed):
                found = typed.find(keys, merged=is_merged)
                for (place, end), (word, price) in zip(spans, found, strict=True):
                    if word:
                        options[place].append((price, word, end))
        best: list[tuple[float, str]] = [(0.0, "")] * (size + 1)
        for place in range(size - 1, -1, -1):
            ways = [
                (price + best[end][0], word + best[end][1]) for price, word, end in options[place]
            ]
            best[place] = min(ways, default=(99.0 + best[place + 1][0], best[place + 1][1]))
        return best[0][1]


def _walk(text: str, take: list[tuple[int, str]]) -> tuple[str, Changes]:
    """Follow the cheapest path and write what it took."""
    out: list[str] = []
    changes: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        length, word = take[place]
        was = text[place : place + length]
        if word:
            changes.append((was, word))
        out.append(word or was)
        place += length
    return "".join(out), tuple(changes)
