"""Asking: the right entry first, several questions, follow-ups, validity, and what is never given."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from knowledge.choices import CHOICES
from knowledge.entry import Context, Outcome, Stage
from knowledge.lexicon import load_lexicon
from knowledge.match import Index
from tests.knowledge.entries import SCHOOL, TODAY, entry, index

FAQ = index(*SCHOOL)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("小学抱名时间是几号", "primary-time"),
        ("xiaoxue baoming yao dai shenme", "primary-documents"),
        ("國小報名要準備什麼文件", "primary-documents"),
        ("When can I sign up my kid for first grade?", "primary-time"),
        ("what documents for primary school registration", "primary-documents"),
        ("我们小区归哪个小学管", "primary-zone"),
        ("没买房，租的房子，娃能上小学不", "primary-rent"),
        ("孩子住院半年，学先不上了，走什么手续", "suspend"),
        ("到校生名额在哪看", "quota"),
        ("教委礼拜六开门吗", "hours"),
        ("举报不留名字行不行", "anonymous"),
    ],
)
def test_however_it_is_asked_the_right_entry_comes_first(text: str, right: str) -> None:
    assert FAQ.ask(text, today=TODAY).ranked[0][0] == right


def test_the_very_question_of_an_entry_is_always_answered_by_it() -> None:
    for one in SCHOOL:
        for text in one.all_phrasings:
            decision = FAQ.ask(text, today=TODAY)
            assert (decision.outcome, decision.answers[0].id) == (Outcome.HIT, one.id), text


def test_scores_run_from_100_down_and_at_least_three_are_ranked() -> None:
    decision = FAQ.ask("小学报名要带什么", today=TODAY)
    scores = [score for _, score in decision.ranked]
    assert len(scores) >= 3
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] <= 100


def test_two_questions_get_two_answers_with_the_parts_they_answer() -> None:
    decision = FAQ.ask("校服一套多少钱？另外教育局几点上班？", today=TODAY)
    assert decision.outcome is Outcome.HIT
    assert {answer.id for answer in decision.answers} == {"uniform", "hours"}
    assert {"校服" in answer.part for answer in decision.answers} == {True, False}


def test_the_second_clause_leans_on_the_subject_of_the_first() -> None:
    decision = FAQ.ask("小学几号报名，要带什么证件", today=TODAY)
    assert {"primary-time", "primary-documents"} <= {answer.id for answer in decision.answers}


def test_a_second_question_about_something_else_is_not_bent_to_the_first() -> None:
    faq = index(
        *SCHOOL,
        entry("bell", "小学几点上学几点放学", "小学作息时间", "小学下午几点放学", "一年级几点放学"),
        entry("lunch", "中午在学校吃饭怎么收费", "午餐费多少钱", "学校中午管饭吗", "伙食费怎么交"),
    )
    decision = faq.ask("小学几点放学,中午饭怎么收钱", today=TODAY)
    assert decision.outcome is Outcome.HIT
    assert [answer.id for answer in decision.answers] == ["bell", "lunch"]


def test_nor_is_it_answered_for_another_stage_than_the_message_names() -> None:
    decision = index(*SCHOOL).ask("小升初要带什么证件,小升初登记几号", today=TODAY)
    assert not any(answer.id.startswith("primary") for answer in decision.answers)


def test_nor_by_itself_for_another_stage_than_the_message_names() -> None:
    times = entry("primary-times", "几号登记", "哪天登记", "登记是几号", "什么日子登记")
    faq = index(
        entry("junior-zone", "初中怎么划片", "初中学区划片", "初中片区怎么分", "初中划片在哪查"),
        replace(times, stage=Stage.PRIMARY),
        entry("lunch", "午餐费多少钱", "伙食费"),
    )
    decision = faq.ask("初中怎么划片的,哪天登记呀", today=TODAY)
    assert [answer.id for answer in decision.answers] == ["junior-zone"]


def test_a_long_story_prefers_choices() -> None:
    story = "我们两口子从河南过来打工七年了，一直在菜市场卖菜，娃在老家跟着奶奶，今年奶奶身体不好，户口肯定是外地的，想问问这边小学能不能收"
    decision = FAQ.ask(story, today=TODAY)
    assert "migrant" in {answer.id for answer in decision.answers}
    assert len(decision.answers) <= CHOICES


@pytest.mark.parametrize(
    "text", ["高考成绩怎么查", "怎么做红烧肉", "大学宿舍几个人一间", "how do I fix my car"]
)
def test_what_is_not_covered_is_not_answered(text: str) -> None:
    assert FAQ.ask(text, today=TODAY).outcome is not Outcome.HIT


@pytest.mark.parametrize(
    ("text", "before", "asked", "right"),
    [
        ("那初中呢?", "primary-documents", "小学报名要带什么", "junior-documents"),
        ("初中呢", "primary-time", "小学几号报名", "junior-time"),
        ("要带什么?", "primary-time", "小学什么时候报名", "primary-documents"),
        ("那什么时候报名", "primary-documents", "小学报名要带什么", "primary-time"),
        ("那复学呢", "suspend", "休学要什么证明", "resume"),
        ("转出呢", "transfer-in", "转入怎么办理", "transfer-out"),
        ("那个多少钱", "uniform", "校服可以不买吗", "uniform"),
    ],
)
def test_a_follow_up_is_read_with_the_exchange_before(
    text: str, before: str, asked: str, right: str
) -> None:
    decision = FAQ.ask(text, today=TODAY, context=Context(before, asked))
    assert decision.ranked[0][0] == right


@pytest.mark.parametrize(
    ("text", "right"),
    [("校服一套多少钱", "uniform"), ("教育局几点上班", "hours"), ("怎么申请休学", "suspend")],
)
def test_a_question_that_stands_alone_is_not_bent_by_context(text: str, right: str) -> None:
    context = Context("primary-time", "小学什么时候报名")
    assert FAQ.ask(text, today=TODAY, context=context) == FAQ.ask(text, today=TODAY)
    assert FAQ.ask(text, today=TODAY).ranked[0][0] == right


def test_a_context_of_an_entry_that_is_gone_is_ignored() -> None:
    context = Context("gone", "小学什么时候报名")
    assert FAQ.ask("要带什么?", today=TODAY, context=context) == FAQ.ask("要带什么?", today=TODAY)


def test_a_draft_is_never_given() -> None:
    draft = replace(entry("draft", "校车线路怎么查", "校车在哪坐"), draft=True)
    decision = index(*SCHOOL, draft).ask("校车线路怎么查", today=TODAY)
    assert "draft" not in {key for key, _ in decision.ranked}


def test_of_two_entries_on_the_same_matter_the_current_one_wins() -> None:
    old = replace(entry("old", "转学要什么手续", "怎么转学"), valid_until=date(2025, 8, 31))
    new = replace(entry("new", "转学要什么手续", "怎么转学"), valid_from=date(2025, 9, 1))
    faq = index(old, new)
    assert faq.ask("转学要什么手续", today=TODAY).answers[0].id == "new"
    assert faq.ask("转学要什么手续呢", today=date(2025, 3, 1)).ranked[0][0] == "old"


def test_an_entry_out_of_its_time_is_still_found_when_it_is_the_only_one() -> None:
    old = replace(entry("old", "校车线路怎么查", "校车站点在哪"), valid_until=date(2025, 8, 31))
    assert index(*SCHOOL, old).ask("校车线路怎么查", today=TODAY).answers[0].id == "old"


def test_the_bureaus_own_synonyms_are_used() -> None:
    faq = entry("ribbon", "阳光班怎么报名"), entry("hours", "教育局几点上班")
    plain = Index(faq)
    taught = Index(faq, load_lexicon({"阳光班": ("小葵花营",)}))
    question = "小葵花营怎么弄"
    assert taught.ask(question, today=TODAY).ranked[0][0] == "ribbon"
    assert taught.ask(question, today=TODAY).ranked[0][1] > dict(
        plain.ask(question, today=TODAY).ranked
    ).get("ribbon", 0.0)


def test_an_empty_faq_answers_nothing() -> None:
    decision = Index([]).ask("小学几号报名", today=TODAY)
    assert (decision.outcome, decision.ranked) == (Outcome.MISS, ())


def test_threads_may_share_an_index() -> None:
    questions = [text for one in SCHOOL for text in one.all_phrasings] * 3
    alone = [FAQ.ask(text, today=TODAY) for text in questions]
    shared = Index(SCHOOL)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: shared.ask(text, today=TODAY), questions)) == alone
