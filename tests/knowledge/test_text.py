"""Normalising: one way to write the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import LONGEST, bare, is_latin, normalise


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("國小報名時間", "国小报名时间"),
        ("孩子6岁能上1年级吗？", "孩子六岁能上一年级吗?"),
        ("9月12号", "九月十二号"),
        ("二〇二六年招生", "2026年招生"),
        ("26年招生计划", "2026年招生计划"),
        ("二六年招生计划", "2026年招生计划"),
        ("2025年", "2025年"),
        ("打12345没用", "打12345没用"),
        ("my son turns 6", "my son turns 6"),
        ("您好呀😊", "您好呀"),
    ],
)
def test_the_same_words_are_written_one_way(written: str, plain: str) -> None:
    assert normalise(written) == plain


def test_bare_text_has_no_punctuation_and_keeps_blanks_between_english_words_only() -> None:
    assert bare(normalise("学校, 几点 开门？ open hours?")) == "学校几点开门open hours"


def test_a_text_is_latin_when_most_of_its_letters_are() -> None:
    assert is_latin(normalise("When does school start"))
    assert not is_latin(normalise("小学的APP怎么登录"))


def test_a_very_long_text_keeps_its_beginning_and_its_end() -> None:
    text = normalise("开头" + "中" * 100_000 + "结尾")
    assert len(text) <= LONGEST
    assert text.startswith("开头")
    assert text.endswith("结尾")


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
