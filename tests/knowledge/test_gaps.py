"""Gaps: put together by likeness, ranked by people, and gone once an entry answers."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from knowledge.entry import Entry
from knowledge.gaps import Gap, Unmet, gaps
from knowledge.library import SHIPPED, Library
from knowledge.match import Index

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LABELLED = Path(__file__).parents[2] / "benchmarks" / "data" / "bureau.dev.queries.jsonl"


AGE = "孩子几岁可以上小学一年级？"
ENTRIES = (
    Entry("primary-age", AGE, "满六周岁。", phrasings=("多大能上一年级",)),
    Entry("meal-fee", "学校食堂的伙食费怎么收？", "据实收取。", phrasings=("午餐费多少钱",)),
    Entry("transfer", "转学需要什么手续？", "向转入学校申请。", phrasings=("怎么办转学",)),
)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(ENTRIES)


def asked(*questions: str, person: int = 1, entry_id: str = "", case: str = "") -> list[Unmet]:
    return [
        Unmet(text, person + number, NOON + timedelta(minutes=number), entry_id, case)
        for number, text in enumerate(questions)
    ]


def found(unmet: list[Unmet], index: Index) -> list[Gap]:
    return list(gaps(unmet, index, today=TODAY))


def test_wordings_of_one_matter_are_one_gap_and_the_most_wanted_comes_first(index: Index) -> None:
    unmet = asked(
        "校服可以自己买吗要统一颜色吗我想定做", "孩子近视手术能报销吗", person=10
    ) + asked("无人机社团怎么报名", "无人机社团在哪里报名", "学校无人机社团咋报名")
    first, *others = found(unmet, index)
    assert (first.people, first.times) == (3, 3)
    assert set(first.wordings) == {
        "无人机社团怎么报名",
        "无人机社团在哪里报名",
        "学校无人机社团咋报名",
    }
    assert all(gap.people == 1 for gap in others)
    assert "孩子近视手术能报销吗" in {gap.question for gap in others}


def test_wordings_that_mean_the_same_in_other_words_are_one_gap() -> None:
    index = Library(SHIPPED).current.index
    unmet = asked("校园里可以养猫吗", "学校里能不能养猫啊", "暑假游泳班在哪报名")
    first, second = found(unmet, index)
    assert set(first.wordings) == {"校园里可以养猫吗", "学校里能不能养猫啊"}
    assert second.wordings == ("暑假游泳班在哪报名",)


def test_what_a_table_answers_by_now_is_no_gap(index: Index) -> None:
    shelf = Library(SHIPPED).current.figures
    unmet = asked(
        "重大事项与工程公示", "三中操场啥时候能用", "三中今年指标到校几个", "三中有几台空调"
    )
    left = gaps(unmet, index, today=TODAY, shelf=shelf)
    assert [gap.question for gap in left] == ["三中有几台空调"]


def test_one_person_who_asks_ten_times_is_one_person(index: Index) -> None:
    again = [Unmet("无人机社团怎么报名", 7, NOON + timedelta(minutes=n)) for n in range(10)]
    two = asked("孩子近视手术能报销吗", "孩子近视手术能报销吗?")
    first, second = found([*again, *two], index)
    assert ("孩子近视手术能报销吗" in first.question, first.people) == (True, 2)
    assert (second.question, second.people, second.times) == ("无人机社团怎么报名", 1, 10)


def test_a_gap_names_the_entry_that_comes_nearest_with_its_score(index: Index) -> None:
    [gap] = found(asked("无人机社团怎么报名"), index)
    ranked = index.ask(gap.question, today=TODAY).ranked
    assert (gap.nearest, gap.score) == ranked[0]


def test_what_an_entry_answers_by_now_is_no_gap(index: Index) -> None:
    assert found(asked(AGE), index) == []


def test_an_answer_that_did_not_help_is_a_gap_although_it_is_given(index: Index) -> None:
    [gap] = found(asked(AGE, entry_id="primary-age"), index)
    assert gap.nearest == "primary-age"
    assert found(asked(AGE, entry_id="another"), index) == []


def test_stages_are_never_put_together(index: Index) -> None:
    alike = asked("幼儿园无人机社团", "高中无人机社团")
    assert len(found(alike, index)) == 2


def test_the_cases_staff_answered_come_the_newest_first_and_once(index: Index) -> None:
    text = "无人机社团怎么报名"
    unmet = [Unmet(text, n, NOON + timedelta(hours=n), case=f"C{n // 2}") for n in range(4)]
    [gap] = found(unmet, index)
    assert gap.cases == ("C1", "C0")
    assert gap.last == NOON + timedelta(hours=3)


@pytest.mark.parametrize("text", ["", "   ", "？？", "😀", "你好", "谢谢"])
def test_what_asks_nothing_is_no_gap(text: str, index: Index) -> None:
    assert found(asked(text), index) == []


def test_no_text_breaks_the_list(index: Index) -> None:
    odd = ["\ud800", "a" * 5000, "{{7*7}}", "' OR 1=1 --", "١٢٣", "零" * 3000]
    assert sum(gap.times for gap in found(asked(*odd), index)) <= len(odd)


@pytest.mark.untraced
def test_of_labelled_questions_those_put_together_mostly_belong_together() -> None:
    index = Library(SHIPPED).current.index
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    labels = {row["text"]: row["expected"][0] for row in rows if len(row["expected"] or ()) == 1}
    chosen = random.Random(3).sample(sorted(labels), 150)
    # what an entry answers did not help, so every question stays in the list
    given = {text: index.ask(text, today=TODAY).answers for text in chosen}
    unmet = [
        Unmet(text, number, NOON, given[text][0].id if given[text] else "")
        for number, text in enumerate(chosen)
    ]
    pairs = [
        labels[one] == labels[other]
        for gap in found(unmet, index)
        for one, other in combinations(gap.wordings, 2)
    ]
    assert len(pairs) > 20
    assert sum(pairs) / len(pairs) > 0.7
