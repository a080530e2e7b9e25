"""A message with several questions: each is read with what it leaves out, and none is lost."""

import pytest

from knowledge.entry import Outcome
from knowledge.library import SHIPPED, Library
from tests.knowledge.entries import TODAY

ASK = Library(SHIPPED).current.index.ask


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("怎么转学?要多久?要什么材料?", ["transfer-how", "transfer-days", "transfer-documents"]),
        ("老师招聘什么时候报名,要什么条件", ["hiring-when", "hiring-requirements"]),
        (
            "小学报名什么时候开始,要带什么材料,外地户口行不行,租房的可以吗",
            ["primary-dates", "primary-documents", "migrant-equal", "primary-rent"],
        ),
        (
            "校服要买吗?教辅要买吗?班费要交吗?课后服务要参加吗?",
            ["fees-uniform", "fees-teaching-aids", "fees-class-fund", "afterschool-voluntary"],
        ),
        ("民办怎么报,学费贵吗", ["private-register", "fees-private-school"]),
    ],
)
def test_each_of_several_questions_is_read_with_what_it_leaves_out(
    text: str, answered: list[str]
) -> None:
    decision = ASK(text, today=TODAY)
    assert decision.outcome is Outcome.HIT
    assert [one.id for one in decision.answers] == answered


def test_of_four_questions_none_is_left_out() -> None:
    decision = ASK("民办怎么报,学费贵吗,摇不中怎么办,要面试吗", today=TODAY)
    assert decision.outcome is not Outcome.MISS
    given = [one.id for one in decision.answers]
    assert given == [
        "private-register",
        "fees-private-school",
        "private-no-luck",
        "private-interview",
    ]


def test_what_is_asked_about_a_statement_in_a_story_is_read_with_it() -> None:
    decision = ASK(
        "户口不在这边,孩子六岁,要上一年级,另外老大要转学到这边五年级,怎么办理,还有课后服务收费吗",
        today=TODAY,
    )
    assert {"transfer-conditions", "afterschool-fee"} <= {one.id for one in decision.answers}


@pytest.mark.parametrize("word", ["摇号", "材料"])
def test_a_word_alone_that_entries_are_about_gets_choices(word: str) -> None:
    assert ASK(word, today=TODAY).outcome is Outcome.UNSURE


@pytest.mark.parametrize("word", ["高考", "驾照", "公积金"])
def test_a_word_alone_that_no_entry_is_about_gets_none(word: str) -> None:
    assert ASK(word, today=TODAY).outcome is Outcome.MISS


def test_what_names_nothing_that_it_asks_about_is_not_answered() -> None:
    for text in ("可以不写学校吗", "能不能不写"):
        decision = ASK(text, today=TODAY)
        assert (decision.outcome, decision.answers) == (Outcome.MISS, ()), text


def test_what_is_told_beside_a_question_is_not_what_is_offered_first() -> None:
    decision = ASK("我和老公都在这边上班,孩子今年从老家转过来读初一,学籍怎么办", today=TODAY)
    assert decision.answers[0].id == "transfer-number"


def test_clauses_do_not_take_apart_what_the_whole_answers() -> None:
    decision = ASK("疫苗本丢了,能报名吗,去哪补", today=TODAY)
    assert decision.answers[0].id == "primary-vaccine"


def test_a_junior_school_is_not_taken_for_a_senior_one() -> None:
    decision = ASK("我儿子初二,想转到你们区的三中,可以吗,要考试吗,学费多少", today=TODAY)
    assert "transfer-senior" not in [one.id for one in decision.answers]
