"""The words by which a question for a published figure is known; they are data, in figure_words.yaml.

Floor 0; read once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.text import bare, is_latin, normalise

_FILE = Path(__file__).with_name("figure_words.yaml")
_APART = re.compile(
    r"(?<=[0-9零一二三四五六七八九十百]) +(?=[0-9])|(?<=[0-9]) +(?=[零一二三四五六七八九十百])"
)
_CHINESE = re.compile(r"[\d\u3400-\u9fff]+")
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureWords:
    """Every list of figure_words.yaml, the words in the form in which questions are compared."""

    roles: Mapping[str, Words]
    kinds: Mapping[str, Words]
    allowed: Mapping[str, Words]
    barred: Mapping[str, Words]
    weak: Words
    weakest: Words
    weak_place: Words
    amounts: Words
    every: Words
    compare: Words
    where: Words
    trend: Words
    picture: Words
    rules: Words
    progress: Words
    times: Words
    steps: Mapping[str, Words]
    programmes: Words
    sorts: Mapping[str, Words]
    halves: Mapping[str, Words]
    columns: Mapping[str, Words]
    counts: Words
    own_school: Words
    stages: Mapping[str, Words]
    stage_names: Mapping[str, str]
    kinds_of_stage: Mapping[str, Words]
    noise: Words
    greeting: Words
    not_school: frozenset[str]
    school_like: re.Pattern[str]
    office_like: re.Pattern[str]
    batch_like: re.Pattern[str]
    posts_like: re.Pattern[str]
    joint_like: re.Pattern[str]
    works_like: re.Pattern[str]
    works_asked: Words
    around_table: Words
    address_like: re.Pattern[str]
    estate_like: re.Pattern[str]
    phase_like: re.Pattern[str]
    lives_like: re.Pattern[str]
    door_like: re.Pattern[str]
    also_like: re.Pattern[str]
    year_like: re.Pattern[str]
    house_like: re.Pattern[str]
    within_street_like: re.Pattern[str]
    between_like: re.Pattern[str]
    range_like: re.Pattern[str]
    whole_like: re.Pattern[str]
    vague: Words
    living: Words
    joining: Words
    any_kind: Words
    posts_asked: Words
    also_called: Mapping[str, Words]  # a part of a table -> what else people call it
    instead: Mapping[str, Words]  # a part that a school lacks -> the one it has in its place
    english: tuple[
        tuple[re.Pattern[str], str], ...
    ]  # what stands in a question in English -> Chinese

    @property
    def wide(self) -> Words:
        """Give the words for more than one school or year, and for a picture of them."""
        return (*self.every, *self.compare, *self.trend, *self.picture)


@cache
def figure_words() -> FigureWords:
    """Give the words, read on the first call."""
    data: dict[str, Any] = yaml.load(  # safe loader
        _FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    read: dict[str, Any] = {}
    for name, value in data.items():
        if name.endswith("_like"):
            read[name] = re.compile(value)
        elif name == "english":
            read[name] = tuple((re.compile(rf"\b(?:{said})\b"), to) for said, to in value.items())
        elif isinstance(value, list):
            read[name] = _folded(value)
        elif name in ("stage_names", "roles", "kinds_of_stage"):
            read[name] = {key: _plain(item) for key, item in value.items()}
        else:
            read[name] = {key: _folded(item) for key, item in value.items()}
    read["noise"] = tuple(sorted(read["noise"], key=len, reverse=True))
    read["not_school"] = frozenset(read["not_school"])
    return FigureWords(**read)


@lru_cache(maxsize=1024)
def fold(text: str) -> str:
    """Write a text in the form in which figures are asked for: normalised, without punctuation and blanks.

    Figures that something stood between stay apart: 12-3 becomes 12之3, and never 123.
    """
    return _APART.sub("之", bare(normalise(text))).replace(" ", "")


@lru_cache(maxsize=1024)
def figure_text(question: str) -> str:
    """Fold a question; of one in English what asks for a figure is written in Chinese, and the rest left out."""
    text = normalise(question)
    if not is_latin(text):
        return fold(question)
    for said, chinese in figure_words().english:
        text = said.sub(chinese, text)
    return fold(" ".join(_CHINESE.findall(text)))


def called(text: str) -> str:
    """Take from the folded name of a table what it may be without: its year, whose it is, 公示, 表."""
    words = figure_words()
    text = words.year_like.sub("", text)
    for word in words.around_table:
        text = text.replace(word, "")
    return text


def holds(text: str, words: Words) -> str:
    """Give the first of the words that stands in the text, or nothing."""
    return next((word for word in words if word in text), "")


def _folded(words: list[str]) -> Words:
    return tuple(dict.fromkeys(fold(word) for word in words))


def _plain(item: Any) -> Any:
    return tuple(item) if isinstance(item, list) else str(item)
