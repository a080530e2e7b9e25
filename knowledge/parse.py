"""Turn a text into what is compared: repaired words, concepts, character grams and hard slots.

Entries and questions go through the same steps, so both sides always agree. Floor 0; pure but for a bounded cache.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from knowledge.lexicon import Lexicon, stem
from knowledge.repair import Repairs
from knowledge.slots import Slots, find_slots
from knowledge.text import bare, is_latin, normalise

Weights = Mapping[str, float]
_LATIN = re.compile(r"[a-z][a-z']*")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_KIND_WEIGHTS = {"S": 1.0, "A": 0.6, "X": 0.25}
_INSIDE = 0.5  # a concept of a word inside a longer known word
_PLAIN_WORD = 0.7
_ALIKE = 0.6  # an English word of about the same meaning
_STOP_WORD = 0.3
_LONGEST_PHRASE = 6


@dataclass(frozen=True, slots=True)
class Parsed:
    """One text, ready to be compared. Grams are made when asked for: an index keeps its own."""

    text: str  # repaired, without punctuation and noise
    gloss: str  # the Chinese of an English text, else empty
    ideas: Weights  # concepts, plain words and English stems
    slots: Slots
    words: tuple[str, ...]  # the Chinese text, cut
    latin: tuple[str, ...]  # the English words
    stems: tuple[str, ...]  # and their stems

    @property
    def names_something(self) -> bool:
        """Tell whether it names anything but what is asked (可以不写吗) and words of nearly every question (学校)."""
        return any(idea[0] not in "AX" for idea in self.ideas)

    @property
    def grams(self) -> Weights:
        """Make the pieces of two and three characters."""
        return _grams("".join(self.words), self.stems)

    @property
    def told(self) -> tuple[str, ...]:
        """Return all words, those of the Chinese text and the English ones."""
        return self.words + self.latin


class Parser:
    """Parses texts with one lexicon; questions also with the repairs of one set of entries."""

    __slots__ = ("_glossary", "_inside", "lexicon", "repairs")

    def __init__(
        self, lexicon: Lexicon, repairs: Repairs | None = None, *, glossary: bool = True
    ) -> None:
        self.lexicon = lexicon
        self._glossary = glossary  # of no use where the entries themselves are English
        self.repairs = repairs
        self._inside = lru_cache(maxsize=2048)(self._concepts_of)

    @property
    def known(self) -> frozenset[str]:
        """Return the words that questions are repaired with."""
        return self.repairs.known if self.repairs is not None else frozenset()

    def clean(self, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Normalise, spell out pinyin and regional words; punctuation stays."""
        text = normalise(text)
        changes: tuple[tuple[str, str], ...] = ()
        if self.repairs is not None and _LATIN.search(text):
            text, changes = self.repairs.spell(text)
        return self.lexicon.regional_words.replace(text, self.lexicon.regional), changes

    def repair(self, cleaned: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Repair homophones against the words that are known; punctuation stays."""
        return self.repairs.repair(cleaned) if self.repairs is not None else (cleaned, ())

    def parse(self, cleaned: str, *, today: date | None = None) -> Parsed:
        """Parse a text that `clean` (and, of a question, `repair`) has made."""
        text = bare(cleaned)
        slots = find_slots(text, self.lexicon, today=today)
        text = self._without_noise(text)
        latin = tuple(_LATIN.findall(text))
        stems = tuple(map(stem, latin))
        gloss = self._gloss(stems) if stems and self._glossary and is_latin(text) else ""
        han = "".join(_HAN_RUN.findall(text)) or gloss
        words = self.lexicon.cutter.cut(han)
        if gloss:
            slots = find_slots(f"{gloss} {text}", self.lexicon, today=today)
        return Parsed(
            text=text,
            gloss=gloss,
            ideas=self._ideas(words, stems),
            slots=slots,
            words=words,
            latin=latin,
            stems=stems,
        )

    def _without_noise(self, text: str) -> str:
        short = bare(self.lexicon.noise.replace(text, {}))
        return short if len(short) > 1 else text

    def _gloss(self, stems: tuple[str, ...]) -> str:
        """Translate the phrases the glossary knows, the longest first."""
        chinese: list[str] = []
        place = 0
        while place < len(stems):
            for length in range(min(_LONGEST_PHRASE, len(stems) - place), 0, -1):
                found = self.lexicon.english.get(stems[place : place + length])
                if found:
                    chinese.append(found)
                    place += length
                    break
            else:
                place += 1
        return "".join(dict.fromkeys(chinese))

    def _ideas(self, words: tuple[str, ...], stems: tuple[str, ...]) -> dict[str, float]:
        ideas: dict[str, float] = {}
        for word in words:
            for idea, weight in self._inside(word):
                if weight > ideas.get(idea, 0.0):
                    ideas[idea] = weight
        for found in stems:
            ideas["e:" + found] = _STOP_WORD if found in self.lexicon.stop_latin else 1.0
            for idea in self.lexicon.alike.get(found, ()):
                ideas[idea] = _ALIKE
        return ideas

    def _concepts_of(self, word: str) -> tuple[tuple[str, float], ...]:
        """List the concepts of a word with their weights, those of words inside it at half weight."""
        concepts = self.lexicon.concepts
        found = {concept: _KIND_WEIGHTS[concept[0]] for concept in concepts.get(word, ())}
        for length in range(2, len(word)):
            for place in range(len(word) - length + 1):
                for concept in concepts.get(word[place : place + length], ()):
                    found.setdefault(concept, _KIND_WEIGHTS[concept[0]] * _INSIDE)
        if word in concepts or len(word) < 2 or word in self.lexicon.particles:
            return tuple(found.items())
        found["w:" + word] = _PLAIN_WORD
        return tuple(found.items())


def _grams(han: str, stems: tuple[str, ...]) -> dict[str, float]:
    """List the pairs and triples of characters, and of English the word pairs and letter triples."""
    pieces = [han[place : place + 2] for place in range(len(han) - 1)]
    pieces += [han[place : place + 3] for place in range(len(han) - 2)]
    grams = dict.fromkeys(pieces, 1.0)
    if len(han) < 4:
        grams.update(dict.fromkeys(han, 0.5))
    for first, second in pairwise(stems):
        grams[f"{first} {second}"] = 1.0
    for word in stems:
        padded = f"^{word}$"
        for place in range(len(padded) - 2):
            grams[padded[place : place + 3]] = 0.5
    return grams
