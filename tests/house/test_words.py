"""docs/words.md is the one list of words: every status, kind, action and role of the code stands there, with its Chinese."""

import re

import pytest

from bot.core import cases
from bot.core.people import Role
from tests.house.tree import ROOT


@pytest.mark.parametrize("word", [*cases.Status, *cases.Kind, *cases.Action, *Role])
def test_every_word_of_the_code_is_in_the_list(word: str) -> None:
    text = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if f"`{word}`" in line]
    assert lines
    assert all(re.search(r"[一-鿿]{2}", line) for line in lines)
