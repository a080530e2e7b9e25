"""The sentences around questions: the same in both languages, all of them used, none of them missing."""

import ast
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

import handlers
from bot.core.texts import fields
from knowledge.entry import Small

MADE_UP = re.compile(r"(?:small|kind)\..+")  # keys that the code puts together


@cache
def sentences(language: str) -> dict[str, str]:
    file = files("bot.core.texts").joinpath(f"front.{language}.yaml")
    read: dict[str, str] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return read


def words_in_code() -> set[str]:
    """Return every string that stands in the handlers' code."""
    found = set()
    for path in Path(handlers.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_both_languages_say_the_same_things_in_the_same_order() -> None:
    assert list(sentences("zh")) == list(sentences("en"))


@pytest.mark.parametrize("key", sentences("zh"))
def test_both_languages_want_the_same_values(key: str) -> None:
    assert fields(sentences("zh")[key]) == fields(sentences("en")[key])


def test_every_sentence_is_said_somewhere() -> None:
    unused = sentences("zh").keys() - words_in_code()
    assert {key for key in unused if not MADE_UP.fullmatch(key)} == set()


@pytest.mark.parametrize("small", Small)
def test_every_kind_of_small_talk_has_its_sentence(small: Small) -> None:
    assert f"small.{small.value}" in sentences("zh")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", sentences("zh"))
def test_sentences_use_bold_and_links_only(key: str, language: str) -> None:
    tags = re.findall(r"</?([a-z]+)", sentences(language)[key])
    assert set(tags) <= {"b", "a"}
    assert not re.search("[!！]", sentences(language)[key])  # a calm clerk has no exclamation marks
