"""Hard slots: what no score may repair."""

from dataclasses import replace

import pytest

from knowledge.entry import Entry, Outcome, Stage
from knowledge.lexicon import load_lexicon
from knowledge.slots import find_slots, polarity
from knowledge.text import normalise
from tests.knowledge.entries import SCHOOL, TODAY, entry, index

LEXICON = load_lexicon()


def _values(text: str) -> dict[str, set[str]]:
    slots = find_slots(normalise(text), LEXICON, today=TODAY)
    return {family: set(named) for family, named in slots.values.items()}


@pytest.mark.parametrize(
    ("text", "family", "named"),
    [
        ("2025年高中招生计划", "year", {"2025"}),
        ("去年各高中分数线", "year", {"2025"}),
        ("明年报名", "year", {"2027"}),
        ("二中分数线", "school", {"二"}),
        ("民办小学", "ownership", {"private"}),
        ("初三能转学吗", "stage", {"junior"}),
        ("小学毕业后去哪里登记", "stage", {"junior"}),
        ("高考几号", "exam", {"gaokao"}),
        ("要转回老家", "direction", {"out"}),
        ("寒暑假哪天放", "season", {"winter", "summer"}),
    ],
)
def test_what_a_question_names_is_found(text: str, family: str, named: set[str]) -> None:
    assert _values(text)[family] == named


def test_a_year_of_birth_is_not_the_year_that_is_asked_about() -> None:
    assert "year" not in _values("孩子是2020年9月出生的，能上一年级吗")


def test_offering_both_sides_is_no_negation() -> None:
    assert polarity("能不能退", LEXICON.slot_forms) == ""
    assert polarity("可以退学费吗", LEXICON.slot_forms) == "yes"
    assert polarity("不可以退学费的情形", LEXICON.slot_forms) == "no"


@pytest.mark.parametrize(
    ("has", "asked"),
    [
        ("2025年高中招生计划", "2024年高中招生计划"),
        ("一中分数线", "二中分数线"),
        ("教师招聘", "教练招聘"),
        ("教师招聘公告", "教师选调公告"),
        ("转入需要什么手续", "转出需要什么手续"),
        ("公办小学报名时间", "民办小学报名时间"),
        ("小学报名时间", "初中报名时间"),
        ("寒假放多少天", "暑假放多少天"),
        ("中考报名时间", "高考报名时间"),
    ],
)
def test_a_contradicting_entry_is_neither_answered_nor_offered(has: str, asked: str) -> None:
    decision = index(entry("only", has)).ask(asked, today=TODAY)
    assert decision.outcome is Outcome.MISS
    assert decision.answers == ()


@pytest.mark.parametrize(
    ("has", "asked"), [("可以退学费吗", "不可以退学费吗"), ("不可以退学费吗", "可以退学费吗")]
)
def test_may_is_never_answered_with_may_not(has: str, asked: str) -> None:
    assert index(entry("only", has)).ask(asked, today=TODAY).outcome is not Outcome.HIT


@pytest.mark.parametrize(
    ("has", "asked"),
    [("公办小学学费", "学费"), ("可以退学费吗", "学费"), ("不可以退学费的情形", "可以")],
)
def test_a_word_or_two_gets_a_menu_at_most(has: str, asked: str) -> None:
    assert index(entry("only", has)).ask(asked, today=TODAY).outcome is not Outcome.HIT


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("一中分数线是多少", "one"),
        ("二中分数线是多少", "two"),
        ("2025年高中招生计划", "plan-2025"),
        ("今年高中招生计划", "plan-2026"),
        ("教练招聘什么时候", "coach"),
        ("哪些情形不可以退学费", "may-not"),
    ],
)
def test_one_character_apart_the_right_one_is_answered(asked: str, right: str) -> None:
    faq = index(
        entry("one", "一中分数线"),
        entry("two", "二中分数线"),
        entry("plan-2025", "2025年高中招生计划"),
        entry("plan-2026", "2026年高中招生计划"),
        entry("teacher", "教师招聘"),
        entry("coach", "教练招聘"),
        entry("may", "可以退学费吗"),
        entry("may-not", "不可以退学费的情形"),
    )
    decision = faq.ask(asked, today=TODAY)
    assert (decision.outcome, decision.answers[0].id) == (Outcome.HIT, right)


def test_the_fields_of_an_entry_are_slots_too() -> None:
    old: Entry = replace(entry("old", "招生计划是多少"), school_year=2025, stage=Stage.SENIOR)
    faq = index(old)
    assert faq.ask("2026年招生计划是多少", today=TODAY).outcome is Outcome.MISS
    assert faq.ask("小学招生计划是多少", today=TODAY).outcome is Outcome.MISS
    assert faq.ask("高中招生计划是多少", today=TODAY).outcome is Outcome.HIT


@pytest.mark.parametrize(
    "text",
    [
        "海淀区小学几号报名",
        "深圳小学报名要带什么材料",
        "教师招聘什么时候报名，我问的是河南省",
        "When do I enroll in primary school in Shanghai",
    ],
)
def test_other_places_are_not_answered_from_our_rules(text: str) -> None:
    decision = index(*SCHOOL).ask(text, today=TODAY)
    assert (decision.outcome, decision.answers) == (Outcome.MISS, ())


@pytest.mark.parametrize(
    "text",
    ["老家四川的，外地户口在这边上小学要什么手续", "想从厦门转学过来", "香港身份的孩子怎么上学"],
)
def test_where_somebody_comes_from_is_no_other_place(text: str) -> None:
    assert find_slots(normalise(text), LEXICON, today=TODAY).place == ""


@pytest.mark.parametrize(
    "text",
    [
        "身份证丢了在哪补办",
        "公积金怎么提取",
        "驾照到期换证要体检吗",
        "税务局几点上班",
        "公务员考试什么时候报名",
    ],
)
def test_subjects_of_other_offices_are_told_plainly(text: str) -> None:
    assert index(*SCHOOL).ask(text, today=TODAY).outcome is Outcome.MISS


def test_an_office_subject_that_an_entry_is_about_is_ours() -> None:
    faq = index(*SCHOOL, entry("permit", "居住证在哪里办理", "居住证怎么续签"))
    assert faq.ask("居住证去哪办理", today=TODAY).answers[0].id == "permit"


def test_a_promise_about_one_child_is_not_given() -> None:
    faq = index(*SCHOOL)
    assert faq.ask("你保证我孩子能上这所小学吗", today=TODAY).outcome is Outcome.MISS


@pytest.mark.parametrize(
    ("text", "office"),
    [
        ("饮水费合不合理", ""),  # no 水费
        ("疫苗本弄丢了怎么补", ""),
        ("消防员的孩子有什么照顾", ""),  # the child is meant, not the job
        ("房贷没还完怎么报名", ""),
        ("爸爸是消防员小孩转学要什么材料", ""),
        ("社保断了孩子能上吗", ""),
        ("水费怎么交", "水费"),
        ("疫苗在哪里打", "疫苗"),
        ("消防员怎么报考", "消防员"),
        ("房贷怎么提前还", "房贷"),
        ("驾校怎么报名", "驾校"),
        ("大学录取通知书几号到", "大学录取"),
        ("学校食堂招人吗", "食堂招人"),
        ("教师工资多少", "教师工资"),
        ("要社保吗", ""),  # only who demands it is asked whether it is needed
        ("没有社保光有居住证行不行", ""),
        ("社保要交多少钱", "社保"),
        ("没有驾照行吗", "驾照"),  # no paper that a school asks for
        ("教室没有暖气", ""),
        ("社保卡在哪办", "社保卡"),
        ("二胎补贴怎么领", "二胎补贴"),
        ("手机坏了去哪修", "手机坏"),
        ("孩子的手机坏了老师赔吗", ""),
    ],
)
def test_an_office_is_named_only_by_a_word_of_its_own(text: str, office: str) -> None:
    assert find_slots(normalise(text), LEXICON, today=TODAY).office == office


def test_a_primary_school_named_after_a_senior_one_is_a_primary_school() -> None:
    assert find_slots("能不能出钱进一中附小", LEXICON, today=TODAY).values["stage"] == {"primary"}


def test_a_degree_beside_a_child_is_that_of_its_parents() -> None:
    stages = (
        find_slots(text, LEXICON, today=TODAY).values.get("stage")
        for text in ("博士的孩子", "博士几年读完")
    )
    assert list(stages) == [None, {"university"}]


def test_an_examination_is_ours_where_half_of_an_entry_is_about_it_by_whatever_words() -> None:
    asked = "考大学在哪里登记"
    assert index(*SCHOOL).ask(asked, today=TODAY).outcome is Outcome.MISS
    faq = index(*SCHOOL, entry("gaokao", "高考在哪里报名", "高考报名地点", "考大学哪里报名"))
    assert faq.ask(asked, today=TODAY).ranked[0][0] == "gaokao"
    assert faq.ask(asked, today=TODAY).outcome is not Outcome.MISS


@pytest.mark.parametrize(
    "text", ["best restaurant nearby", "best restaurants nearby", "cheap hotels"]
)
def test_other_offices_are_known_by_one_or_many_of_their_english_words(text: str) -> None:
    assert find_slots(normalise(text), LEXICON, today=TODAY).elsewhere
