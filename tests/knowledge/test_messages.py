"""The catalogue of what editors read: every code that is used is there, in Chinese, and none is left over."""

import re
import string
from pathlib import Path

import pytest

import knowledge
from knowledge.messages import catalogue, chinese_keys, say
from knowledge.schema import EntryRow

SOURCE = "\n".join(
    path.read_text(encoding="utf-8") for path in Path(knowledge.__path__[0]).glob("*.py")
)


def test_every_sentence_is_used_and_every_code_has_one() -> None:
    quoted = set(re.findall(r'"([a-z][a-z0-9_]+)"', SOURCE))
    lint = {code for code in catalogue() if code.startswith("lint_")}
    assert set(catalogue()) - lint <= quoted
    assert set(re.findall(r'say\(\s*"([a-z0-9_]+)"', SOURCE)) <= set(catalogue())


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_sentence_is_chinese_and_its_gaps_can_be_filled(code: str) -> None:
    gaps = [
        name for _, name, _, _ in string.Formatter().parse(catalogue()[code]) if name is not None
    ]
    assert all(gaps)
    told = say(code, **dict.fromkeys(gaps, "{x}"))
    assert re.search("[一-鿿]", told)
    assert told.count("{x}") == len(gaps)


def test_a_chinese_word_for_a_key_means_a_key_that_exists() -> None:
    assert {"问题", "答案", "来源"} <= set(chinese_keys())
    known = set(EntryRow.model_fields) | {
        "title",
        "number",
        "article",
        "date",
        "url",
        "entry",
        "name",
        "aliases",
    }
    assert set(chinese_keys().values()) <= known
