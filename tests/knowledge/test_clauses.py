"""A message is cut into what is worth scoring: greetings and fillers are no clauses."""

import pytest

from knowledge.clauses import split
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
