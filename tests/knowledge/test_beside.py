"""Two questions in one message, of which one has no answer: it is named, never dropped."""

import pytest

from knowledge.entry import Outcome
from knowledge.library import SHIPPED, Library
from tests.knowledge.entries import TODAY

ASK = Library(SHIPPED).current.index.ask


@pytest.mark.parametrize(
    ("text", "answered", "left"),
    [
        (
            "孩子几岁可以上小学一年级？学校停车场几点关门？",
            ["primary-age"],
            ("学校停车场几点关门",),
        ),
        ("怎么做红烧肉？孩子几岁可以上小学一年级？", ["primary-age"], ("怎么做红烧肉",)),
        ("可以帶手機嗎？教室有投影儀嗎？", ["safety-phone"], ("教室有投影儀嗎",)),  # as typed
        ("报名要带什么材料，校长姓什么", ["primary-documents"], ("校长姓什么",)),
        ("转学要什么材料，驾照呢", ["transfer-documents"], ("驾照呢",)),  # short as it is
        ("几岁能上小学？水电费呢？", ["primary-age"], ("水电费呢",)),
        (
            "Where is the parking lot? How old must a child be for primary school?",
            ["primary-age"],
            ("Where is the parking lot",),
        ),
    ],
)
def test_the_question_without_an_answer_is_named(
    text: str, answered: list[str], left: tuple[str, ...]
) -> None:
    decision = ASK(text, today=TODAY)
    assert decision.outcome is Outcome.HIT
    assert [one.id for one in decision.answers] == answered
    assert decision.unanswered == left


@pytest.mark.parametrize(
    "text",
    [
        "几岁能上小学,可以吗",
        "我想问一下孩子几岁能上小学,谢谢,能告诉我吗",
        "困难学生补助怎么申请，表交给谁",
        "公办小学收学费吗？谢谢",
        "孩子几岁可以上小学一年级",
    ],
)
def test_a_mere_tail_is_no_question_of_its_own(text: str) -> None:
    decision = ASK(text, today=TODAY)
    assert (decision.outcome, len(decision.answers)) == (Outcome.HIT, 1)
    assert decision.unanswered == ()


def test_a_question_about_another_place_is_not_answered_for_its_neighbour() -> None:
    decision = ASK("上海摇号怎么摇？外地户口能上吗？", today=TODAY)
    assert (decision.outcome, decision.unanswered) == (Outcome.MISS, ())


def test_a_story_of_many_clauses_names_only_what_ends_with_a_question_mark() -> None:
    story = (
        "学校收了三回钱,说是买资料,上到第四十几节的时候门上贴了张纸说装修,老板电话也打不通,"
        "群里一百多个家长都在找他,公办小学收学费吗？"
    )
    assert ASK(story, today=TODAY).unanswered == ()
