"""A message as words are looked for in it: simplified, small, without blanks and punctuation inside Chinese.

Floor 0; pure. So 不 想 活 了 and 我 要 投 訴 are still seen. A phrase may have a gap and a choice in it: 踢|踹…孩子
finds 踢了我家孩子 too, because no list holds all that may stand between two words.
"""

import re
import unicodedata
from functools import lru_cache

from knowledge.text import simplified

_BETWEEN_CHINESE = re.compile(r"(?<=[一-鿿])[^\w]+(?=[一-鿿])")
_GAP, _CHOICE = "…", "|"
_WITHIN_GAP = ".{0,6}?"  # a few characters; more would join what two sentences say
_SEAM = re.compile(r"(?<=[一-鿿])(?=[a-z0-9])|(?<=[a-z0-9])(?=[一-鿿])")


@lru_cache(maxsize=64)  # several ask it of the same message
def fold(text: str) -> str:
    """Bring a message into the form in which words are looked for: no blanks inside Chinese."""
    folded = simplified(unicodedata.normalize("NFKC", text).lower())
    folded = _SEAM.sub(" ", _BETWEEN_CHINESE.sub("", folded))
    return " " + re.sub(r"[^\w]+", " ", folded).strip() + " "


def has(folded: str, word: str) -> bool:
    """Tell whether a folded text holds a word; an English one only as a whole word."""
    return needle(word) in folded


def has_any(folded: str, words: tuple[str, ...]) -> bool:
    """Tell whether a folded text holds one of several words."""
    return any(map(folded.__contains__, needles(words)))


@lru_cache(maxsize=64)
def needles(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what stands in a folded text where one of several words does."""
    return tuple(map(needle, words))


def needle(word: str) -> str:
    """Return what stands in a folded text where a word does."""
    return f" {word} " if word.isascii() else word


def is_covered(folded: str, phrase: str, soft: tuple[str, ...]) -> bool:
    """Tell whether every occurrence of the phrase lies within one of the soft phrases."""
    spans = [found.span() for other in soft for found in re.finditer(phrase_pattern(other), folded)]
    return all(
        any(start <= found.start() and found.end() <= end for start, end in spans)
        for found in re.finditer(phrase_pattern(phrase), folded)
    )


def has_phrase(folded: str, phrase: str) -> bool:
    """Tell whether a folded text holds a phrase, with whatever stands in its gaps."""
    if is_plain(phrase):
        return needle(phrase) in folded
    return re.search(phrase_pattern(phrase), folded) is not None


def is_plain(phrase: str) -> bool:
    """Tell whether a phrase is found letter by letter: it has neither a gap nor a choice."""
    return _GAP not in phrase and _CHOICE not in phrase


@lru_cache(maxsize=2048)
def phrase_pattern(phrase: str) -> str:
    """Return the regular expression that finds a phrase in a folded text."""
    if is_plain(phrase):
        return re.escape(needle(phrase))
    parts = ("|".join(map(re.escape, part.split(_CHOICE))) for part in phrase.split(_GAP))
    return _WITHIN_GAP.join(f"(?:{part})" for part in parts)
