"""Repair of homophones and pinyin against the words that are known."""

import pytest

from knowledge.lexicon import load_lexicon
from knowledge.parse import Parser
from knowledge.repair import Repairs
from knowledge.sound import merge
from knowledge.text import normalise

LEXICON = load_lexicon()
REPAIRS = Repairs(LEXICON, ("报名", "户口", "学区", "指标到校", "拟聘用"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("抱名要什么才料", "报名要什么材料"),
        ("户扣在外地", "户口在外地"),
        ("指标道校名额", "指标到校名额"),
        ("怎么申请付学", "怎么申请复学"),
        ("终考几号", "中考几号"),
        ("教师召聘公告", "教师招聘公告"),
    ],
)
def test_words_that_sound_like_a_known_one_become_it(typed: str, meant: str) -> None:
    repaired, changes = REPAIRS.repair(normalise(typed))
    assert repaired == meant
    assert changes


@pytest.mark.parametrize(
    "text",
    ["自愿参加吗", "孩子的名字", "学校门口的公交车", "政治老师", "我想去问一下", "还照常上课吗"],
)
def test_common_words_are_never_touched(text: str) -> None:
    assert REPAIRS.repair(text) == (text, ())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xuequ zenme huafen", "学区怎么划分"),
        ("zenme查xiaoxue的xuequ", "怎么查小学的学区"),
        ("baoming shijian", "报名时间"),
    ],
)
def test_pinyin_is_written_out(typed: str, meant: str) -> None:
    assert REPAIRS.spell(typed)[0] == meant


@pytest.mark.parametrize("words", [(), ("tuition",), ("报名",)])
def test_pinyin_is_written_out_whatever_words_the_entries_have(words: tuple[str, ...]) -> None:
    repairs = Repairs(LEXICON, words)
    assert repairs.spell("xuequ zenme huafen")[0] == "学区怎么划分"
    assert repairs.spell("zhuang zhuang a zen")[0]  # also where every sound is behind the last


@pytest.mark.parametrize("text", ["how can i enroll my child", "when does school start", "hello"])
def test_english_is_not_taken_for_pinyin(text: str) -> None:
    assert REPAIRS.spell(text) == (text, ())


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhi", "zi"), ("chu", "cu"), ("shi", "si"), ("ping", "pin"), ("na", "la"), ("hui", "fei")],
)
def test_sounds_that_are_confused_are_merged(one: str, other: str) -> None:
    assert merge(one) == merge(other)


def test_regional_words_become_the_words_of_the_mainland() -> None:
    cleaned, _ = Parser(LEXICON, REPAIRS).clean("國小額滿了，小孩會被改分發到哪裡")
    assert cleaned == "小学招满了,小孩会被分流到哪里"
