"""A message is cut into what is worth scoring: greetings and fillers are no clauses."""

import pytest

from knowledge.clauses import split, without_denied
from knowledge.lexicon import load_lexicon

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("message", "whole", "clauses"),
    [
        ("小学几号报名?", "小学几号报名?", []),
        ("老师,小学几号报名?", "小学几号报名", []),
        ("您好!想问一下,小学几号报名?在线等,谢谢", "小学几号报名", []),
        ("老师,小学几号报名,要带什么证件?", "老师,小学几号报名,要带什么证件?", ["小学几号报名", "要带什么证件"]),
        ("孩子六岁,能报名吗", "孩子六岁,能报名吗", ["孩子六岁", "能报名吗"]),
        ("老师的职称怎么评,要什么条件", "老师的职称怎么评,要什么条件", ["老师的职称怎么评", "要什么条件"]),
        ("你好", "你好", []),
    ],
)  # fmt: skip
def test_what_only_greets_or_fills_is_no_clause(
    message: str, whole: str, clauses: list[str]
) -> None:
    assert split(message, LEXICON) == (whole, clauses)


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("不是问转学,是问休学要什么材料", "是问休学要什么材料"),
        ("不是问转学是问休学怎么办", "是问休学怎么办"),
        ("报名时间我知道,就问要带什么证件", "就问要带什么证件"),
        ("我知道什么时候报名,就想问带什么", "就想问带什么"),
        ("不是学区房,是公寓,能上小学吗", "是公寓,能上小学吗"),
        ("不是作业多的问题,是老师骂人,怎么投诉", "是老师骂人,怎么投诉"),
        ("我问的是休学,不是转学,要什么手续", "我问的是休学,要什么手续"),
        ("我问的不是学费是餐费", "我问的是餐费"),
        ("先不说学费,我就想问校服能不能不买", "我就想问校服能不能不买"),
    ],
)
def test_what_a_message_says_it_does_not_ask_is_not_read(message: str, read: str) -> None:
    assert without_denied(message, LEXICON) == read


@pytest.mark.parametrize(
    "message",
    [
        "孩子不是本地户口,能上吗",
        "不是本地户口是什么条件",
        "是不是要交钱,是强制的吗",
        "不是说免费吗,是不是还要交餐费",
        "这不是体罚吗,是违法的吧",
        "我不知道报名时间,想问一下",
        "老师不说原因,就说孩子不行,怎么办",
        "孩子被打我知道,但老师不管怎么办",
    ],
)
def test_a_plain_no_denies_nothing(message: str) -> None:
    assert without_denied(message, LEXICON) == message


@pytest.mark.parametrize(
    ("message", "clauses"),
    [
        ("校服能不买吗 晚托能不参加吗", ["校服能不买吗", "晚托能不参加吗"]),
        ("几点放学 手机能不能带", ["几点放学", "手机能不能带"]),
        ("能转学吗要什么材料", ["能转学吗", "要什么材料"]),
        ("外地户口 能报名吗", []),  # told, not asked
        ("这样能转学吗 可以吗", []),
        ("校服吗 怎么买的", []),
        ("what can i do how long does it take", []),
    ],
)
def test_questions_parted_by_a_blank_are_two(message: str, clauses: list[str]) -> None:
    assert split(message, LEXICON)[1] == clauses


def test_a_breath_in_a_long_tale_parts_nothing() -> None:
    tale = "那个我想问哈我们家呢是前年过来打工的 小孩今年能不能在这边读一年级呢 要办些什么手续呢我是不晓得的"
    assert split(tale, LEXICON)[1] == []
