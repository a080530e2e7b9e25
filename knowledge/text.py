"""Normalise a question: one way to write the same words, before anything looks for their meaning.

Full-width and traditional characters, case, emoji, numerals and years become one form; punctuation stays (as a few
ASCII marks) because the clauses are cut there. Floor 0; pure.
"""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

LONGEST = 2000  # characters looked at; of a longer text the beginning and the end
_TAIL = 500

_TO_SIMPLIFIED = OpenCC("t2s")
_DIGITS = "零一二三四五六七八九"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SHORT_YEAR = re.compile(r"(?<!\d)(2\d)年(?!级)(?=[^内后前以]|$)")
_HAN_YEAR = re.compile(r"[二两][零〇0][一二三四五六七八九零〇]{2}(?=年|届|级)")
_HAN_SHORT_YEAR = re.compile(r"(?<![一二三四五六七八九十零〇])二([一二三四五六七八九])年(?!级)")
_SMALL = re.compile(r"(?<![\d.a-z:+*/=-])(\d{1,2})(?![\d.%a-z:+*/=-])")
_MARKS = str.maketrans(
    {
        "。": ".",
        "、": ",",
        "，": ",",
        "；": ";",
        "：": ":",
        "？": "?",
        "！": "!",
        "…": ",",
        "~": " ",
    }
)
_OTHER = re.compile(rf"[^{_HAN}〇a-z0-9.,;:?!\n+*/='%@-]+")
_LATIN = re.compile("[a-z]")
_BLANKS = re.compile(r"[ \t]+")
_LETTERS = re.compile(rf"[^{_HAN}a-z0-9]+")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) +| +(?=[{_HAN}])")


def normalise(text: str) -> str:
    """Write a message in the one form that is compared; idempotent, never raises, at most `LONGEST` long."""
    if len(text) > LONGEST:
        text = text[: LONGEST - _TAIL - 1] + "\n" + text[-_TAIL:]
    text = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ")
    text = unicodedata.normalize("NFKC", text).lower().translate(_MARKS)
    text = simplified(text)
    text = _OTHER.sub(" ", text)
    text = _numerals(_BLANKS.sub(" ", text).strip())
    return text[:LONGEST].strip()


def simplified(text: str) -> str:
    """Write traditional characters as simplified ones: 查進度 is 查进度."""
    return str(_TO_SIMPLIFIED.convert(text))


@lru_cache(maxsize=128)  # of each clause it is asked a dozen times
def bare(text: str) -> str:
    """Drop punctuation from a normalised text; blanks stay only between Latin words and figures."""
    return _BETWEEN_HAN.sub("", _LETTERS.sub(" ", text)).strip()


def is_latin(text: str) -> bool:
    """Tell whether a normalised text is written mostly in Latin letters."""
    if _LATIN.search(text) is None:  # nearly always
        return False
    letters = sum("a" <= character <= "z" for character in text)
    han = sum(character > "\u3400" for character in text)
    return letters > 3 * han


def _numerals(text: str) -> str:
    """Write years as four figures and, among Chinese characters, small numbers as Chinese ones."""
    text = _HAN_YEAR.sub(lambda found: _han_digits(found.group()), text)
    text = _HAN_SHORT_YEAR.sub(lambda found: f"202{_DIGITS.index(found.group(1))}年", text)
    text = _SHORT_YEAR.sub(r"20\1年", text)
    if is_latin(text):
        return text
    return _SMALL.sub(lambda found: _chinese(int(found.group(1))), text)


def _han_digits(text: str) -> str:
    """Read Chinese digits one by one (二〇二六 is 2026)."""
    same = text.replace("两", "二").replace("〇", "零")
    return "".join(
        character if character.isdigit() else str(_DIGITS.index(character)) for character in same
    )


def _chinese(number: int) -> str:
    """Write a number below a hundred in Chinese."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
