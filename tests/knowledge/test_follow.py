"""Follow-ups over the shipped content: what leans on the last exchange, and what stands on its own."""

from datetime import date

import pytest

from knowledge.entry import Context, Outcome
from knowledge.follow import joined, read_leaning
from knowledge.library import SHIPPED, Library

TODAY = date(2026, 11, 23)
CONTENT = Library(SHIPPED).current
INDEX = CONTENT.index


def context(entry_id: str) -> Context:
    return Context(entry_id, CONTENT.entries[entry_id].question)


@pytest.mark.parametrize("before", ["transfer-how", "primary-documents", "titles-cert-where"])
@pytest.mark.untraced
def test_golden_questions_are_not_bent_by_what_was_asked_before(before: str) -> None:
    alone = [INDEX.ask(one.question, today=TODAY) for one in CONTENT.golden]
    after = [
        INDEX.ask(one.question, today=TODAY, context=context(before)) for one in CONTENT.golden
    ]
    bent = [one.question for one, other in zip(alone, after, strict=True) if one != other]
    assert len(bent) <= len(alone) // 100, bent


@pytest.mark.parametrize(
    "text",
    ["今天会下雨吗", "帮我写一篇作文", "宠物狗要办狗证吗", "那上海呢", "你个傻子会不会说人话"],
)
def test_what_is_not_ours_is_not_answered_from_the_last_exchange(text: str) -> None:
    decision = INDEX.ask(text, today=TODAY, context=context("transfer-how"))
    assert decision.outcome is Outcome.MISS


@pytest.mark.parametrize(
    ("text", "years"), [("今年呢", True), ("去年呢", False), ("明年呢", False)]
)
def test_another_year_is_not_answered_with_this_year(text: str, years: bool) -> None:
    decision = INDEX.ask(text, today=TODAY, context=context("primary-dates"))
    given = [answer.id for answer in decision.answers if decision.outcome is Outcome.HIT]
    assert ("primary-dates" in given) is years


def lent(text: str, asked: Context) -> str:
    """Read a follow-up and give it together with what it leans on."""
    parser = INDEX.parser
    leaning = read_leaning(text, parser.parse(text), parser, is_sure=False)
    assert leaning is not None
    return joined(leaning, CONTENT.entries[asked.entry_id], asked, parser=parser)


def test_the_stage_of_the_last_entry_is_lent() -> None:
    asked = Context("primary-grandparents", "老人的房子能上对口的吗")
    assert lent("什么时候报名", asked).startswith("小学")


def test_year_and_school_of_the_last_question_are_lent_unless_another_is_named() -> None:
    asked = Context("quota-where", "三中2025年的名额在哪看")
    told = lent("要多久", asked)
    assert "三中" in told
    assert "2025" in told
    other = lent("那四中呢", asked)
    assert "三中" not in other
    assert "2025" in other


def test_the_entry_just_read_is_not_given_again_for_what_it_does_not_name() -> None:
    decision = INDEX.ask("要钱吗", today=TODAY, context=context("transfer-certificate"))
    assert "transfer-certificate" not in {answer.id for answer in decision.answers}


def test_after_a_figure_only_the_subject_of_the_question_is_lent() -> None:
    figure = Context("", "今年什么时候招聘教师")
    decision = INDEX.ask("电话多少", today=TODAY, context=figure)
    assert decision.ranked[0][0] == "hiring-consult"
    assert INDEX.ask("那高中呢", today=TODAY, context=figure) == INDEX.ask("那高中呢", today=TODAY)
