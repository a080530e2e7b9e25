"""Figures: from the row that was asked for, or not at all."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from knowledge import figures
from knowledge.figure_answers import Answer, Ask, Found, Missing, NoSuch, NotYet, Records, Steps
from knowledge.figure_follow import read_follow_up
from knowledge.library import SHIPPED, Library, Snapshot, read
from knowledge.picture_wish import asks_for_a_picture_only, kinds_to_draw
from knowledge.wish import Wish, read_wish

TODAY = date(2026, 11, 23)
CONTENT = Library(SHIPPED).current


def wish(question: str, content: Snapshot = CONTENT, today: date = TODAY) -> Wish | None:
    return read_wish(content.figures, question, today=today, lexicon=content.index.lexicon)


def ask(question: str, content: Snapshot = CONTENT, today: date = TODAY) -> Answer | None:
    wanted = wish(question, content, today)
    return None if wanted is None else figures.answer(content.figures, wanted, today=today)


def values(answer: Answer | None) -> list[tuple[str, int | None, list[str]]]:
    assert isinstance(answer, Found), answer
    return [
        (card.school.id, card.year, [one.value for one in card.amounts]) for card in answer.cards
    ]


@pytest.mark.untraced
def test_the_shipped_tables_are_samples_and_right() -> None:
    assert [one for one in read(SHIPPED)[1] if "/tables/" in one.file] == []
    kinds = {table.kind for table in CONTENT.tables.values()}
    assert kinds == {
        "plan",
        "quota",
        "score_line",
        "fee",
        "catchment",
        "hiring",
        "duty",
        "result",
        "project",
    }
    assert all(table.sample for table in CONTENT.tables.values())
    assert all(table.source is not None for table in CONTENT.tables.values())


def test_every_school_of_the_shipped_tables_stands_in_the_list_of_schools() -> None:
    assert [one.name for one in CONTENT.figures.schools if one.id.startswith("=")] == []


def test_every_office_of_the_table_answers_cases_too() -> None:
    named = set(CONTENT.tables["duty"].values("科室"))
    assert named == {one.name for one in CONTENT.routing.departments.values()}


def test_sample_telephone_numbers_are_no_real_ones() -> None:
    assert set(CONTENT.tables["duty"].values("电话")) == {"010-0000-0000（示例）"}


def test_what_is_a_sample_is_on_no_shelf_for_the_public() -> None:
    assert not CONTENT.real_figures.sheets


def test_a_figure_comes_with_its_year_before_and_its_document() -> None:
    found = ask("三中今年指标到校多少个")
    assert values(found) == [("ms-third", 2026, ["30", "15"])]
    assert isinstance(found, Found)
    [card] = found.cards
    assert card.total is not None
    assert (card.total.value, card.total.before, card.total.unit) == ("45", "42", "个")
    assert card.table.source is not None
    assert card.table.source.number == "×教基〔2026〕5号"


@pytest.mark.parametrize(
    ("question", "school", "year"),
    [
        ("一中去年分数线", "ms-first", 2025), ("第一中学2025年分数线", "ms-first", 2025), ("1中前年分数线", "ms-first", 2024),
        ("市一中25年录取线", "ms-first", 2025), ("二中今年投档线", "ms-second", 2026), ("实高今年分数线多少", "hs-experimental", 2026),
        ("示例区第二中学二〇二五年分数线", "ms-second", 2025), ("一中,去年,分数线?", "ms-first", 2025),
    ],
)  # fmt: skip
def test_school_and_year_are_read_however_they_are_written(
    question: str, school: str, year: int
) -> None:
    assert [(one, at) for one, at, _ in values(ask(question))] == [(school, year)]


@pytest.mark.parametrize(
    "question",
    [
        "五中去年分数线", "光明一中去年分数线", "一中分校去年分数线", "第二十一中去年分数线", "三中去年分数线", "实验小学去年分数线",
        "北京一中去年分数线", "外区一中校区去年分数线", "一忠去年分数线",
    ],
)  # fmt: skip
def test_another_school_never_gets_the_figure_of_one_with_a_name_like_it(question: str) -> None:
    assert not isinstance(ask(question), Found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一中去年分数线", "二中去年分数线"), ("一中去年分数线", "一中今年分数线"), ("一中去年统招分数线", "一中去年指标到校分数线"),
        ("三中今年第一批指标到校多少", "三中今年第二批指标到校多少"), ("一小今年招多少人", "一小今年招几个班"),
        ("一中住宿费", "一中学费"), ("实验小学本部今年招多少人", "实验小学东校区今年招多少人"),
    ],
)  # fmt: skip
def test_one_word_makes_another_figure(one: str, other: str) -> None:
    assert values(ask(one)) != values(ask(other))


def test_hiring_and_transfer_are_not_taken_for_each_other() -> None:
    hiring, transfer = ask("教师招聘到哪一步了"), ask("教师选调到哪一步了")
    assert isinstance(hiring, Steps)
    assert isinstance(transfer, Steps)
    assert hiring.progress.name != transfer.progress.name
    assert ask("教练招聘到哪一步了") is None


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("今年指标到校多少个", Missing.SCHOOL), ("三中指标到校多少个", Missing.YEAR), ("实验小学今年招多少人", Missing.SCHOOL),
        ("教育股电话", Missing.OFFICE),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for(question: str, missing: Missing) -> None:
    asked = ask(question)
    assert isinstance(asked, Ask)
    assert asked.missing is missing
    assert asked.choices


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("五中今年指标到校多少个", Missing.SCHOOL), ("一中今年指标到校多少个", Missing.ROW), ("三中2019年指标到校多少个", Missing.YEAR),
        ("三中今年提前批配额多少个", Missing.PART), ("三小住宿费", Missing.PART), ("杭州三中今年指标到校多少个", Missing.PLACE),
        ("光明路5号上哪个小学", Missing.STREET), ("幸福路300号上哪个小学", Missing.NUMBER), ("后勤股电话", Missing.OFFICE),
        ("2024年教师招聘到哪一步了", Missing.ROUND),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_said_as_that(question: str, missing: Missing) -> None:
    none = ask(question)
    assert isinstance(none, NoSuch)
    assert none.missing is missing


def test_a_year_that_is_not_out_comes_with_the_newest_marked_as_such() -> None:
    found = ask("三中明年指标到校多少个")
    assert isinstance(found, NotYet)
    assert found.year == 2027
    assert isinstance(found.last, Found)
    assert found.last.cards[0].year == 2026


def test_on_new_years_day_last_years_figure_is_not_given_as_this_years() -> None:
    assert isinstance(ask("三中今年指标到校多少个", today=date(2027, 1, 1)), NotYet)
    assert values(ask("三中去年指标到校多少个", today=date(2027, 1, 1)))[0][1] == 2026


@pytest.mark.parametrize(
    "question",
    [
        "", "?", "你好", "一中", "指标到校是什么", "一中分数线为什么这么高", "一中怎么样", "三中能不能收住宿费", "转学要什么材料", "一中去年高考一本线",
        "孩子在三中被打了", "公办小学收学费吗", "教师招聘要什么条件", "我家小区归哪个学校", "怎么投诉三中乱收费", "电话是多少", "三中的老师体罚学生",
        "今年分数线什么时候公布", "在哪里看各高中的分数线", "我" * 200,
    ],
)  # fmt: skip
def test_what_does_not_plainly_ask_for_a_figure_is_left_to_the_faq(question: str) -> None:
    assert wish(question) is None


def test_the_phrasings_of_the_faq_are_left_to_it_but_for_what_tables_hold() -> None:
    in_tables = {"offices", "hiring", "fees", "scores", "quota", "exam", "primary"}
    taken = [
        (entry.topic, phrasing)
        for entry in CONTENT.entries.values()
        for phrasing in entry.all_phrasings
        if wish(phrasing) is not None
    ]
    assert {topic for topic, _ in taken} <= in_tables
    assert len(taken) < 60
    assert [text for topic, text in taken if topic == "primary" and "录取" not in text] == []


def test_questions_that_must_not_be_answered_get_no_figure() -> None:
    for one in CONTENT.golden:
        if one.entry_id is None:
            assert not isinstance(ask(one.question), Found | Records | Steps), one.question


@pytest.mark.parametrize(
    ("text", "school", "year"),
    [
        ("那十一中呢", "ms-eleventh", 2026),
        ("去年呢", "ms-third", 2025),
        ("四中去年的", "ms-fourth", 2025),
    ],
)
def test_a_short_message_says_one_thing_of_the_question_anew(
    text: str, school: str, year: int
) -> None:
    before = wish("三中今年指标到校多少个")
    assert before is not None
    followed = read_follow_up(CONTENT.figures, text, before, today=TODAY)
    assert followed is not None
    found = figures.answer(CONTENT.figures, followed, today=TODAY)
    assert [(one, at) for one, at, _ in values(found)] == [(school, year)]


@pytest.mark.parametrize(
    "text", ["怎么报名", "谢谢", "孩子户口在外地能上吗", "好的知道了", "那学区房呢"]
)
def test_anything_else_is_no_part_of_the_question_before(text: str) -> None:
    before = wish("三中今年指标到校多少个")
    assert before is not None
    assert read_follow_up(CONTENT.figures, text, before, today=TODAY) is None


@pytest.mark.parametrize(
    "question",
    [
        "三中今年指标到校多少个",
        "各校2025年分数线",
        "一中历年分数线",
        "幸福路12号上哪个小学",
        "一中住宿费",
    ],
)
def test_a_wish_is_made_again_from_its_choices(question: str) -> None:
    made = wish(question)
    assert made is not None
    again = made
    for choice in figures.said_by(made):
        again = figures.choose(again, choice)
    assert (
        figures.answer(CONTENT.figures, again, today=TODAY)
        == figures.answer(CONTENT.figures, made, today=TODAY)
        or again == made
    )


@pytest.mark.parametrize("choice", ["", "x:1", "y:abc", "n:1", "o"])
def test_a_forged_choice_is_refused(choice: str) -> None:
    made = wish("三中今年指标到校多少个")
    assert made is not None
    with pytest.raises(ValueError, match=r".*"):
        figures.choose(made, choice)


def replaced(folder: Path, name: str, old: str, new: str) -> Snapshot:
    """Read the shipped content with one of its files changed."""
    shutil.copytree(SHIPPED, folder / "content")
    file = folder / "content" / "tables" / name
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return Library(folder / "content").current


def test_a_bureaus_own_table_shares_no_shelf_with_samples(tmp_path: Path) -> None:
    content = replaced(tmp_path, "quota-2026.yaml", "sample: true", "sample: false")
    real = content.real_figures
    assert set(real.sheets) == {"quota"}
    assert real.years("quota") == (2026,)
    made = read_wish(real, "三中今年指标到校多少个", today=TODAY, lexicon=content.index.lexicon)
    assert made is not None
    found = figures.answer(real, made, today=TODAY)
    assert isinstance(found, Found)
    assert found.cards[0].amounts[0].before == ""  # last year's is a sample


def test_a_school_that_only_a_table_has_is_found_by_its_name(tmp_path: Path) -> None:
    content = replaced(tmp_path, "quota-2026.csv", "示例区外国语学校", "新湖中学")
    found = ask("新湖中学今年指标到校多少个", content)
    assert isinstance(found, Found)
    assert found.cards[0].school.name == "新湖中学"


def test_a_tables_own_words_ask_for_it(tmp_path: Path) -> None:
    assert wish("三中今年推荐生多少个") is None
    content = replaced(tmp_path, "quota-2026.yaml", "ask: [指标到校, 配额]", "ask: [推荐生]")
    assert values(ask("三中今年推荐生多少个", content))[0][0] == "ms-third"


def test_an_empty_cell_is_no_figure(tmp_path: Path) -> None:
    content = replaced(
        tmp_path, "plan-2026.csv", "示例区第三中学,七年级,10,500", "示例区第三中学,七年级,10,"
    )
    assert values(ask("三中今年招几个班", content)) == [("ms-third", 2026, ["10"])]
    assert not isinstance(ask("三中今年招多少人", content), Found)


def test_years_in_a_column_are_years_too(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "content")
    tables = tmp_path / "content" / "tables"
    for name in ("quota-2025.yaml", "quota-2025.csv"):
        (tables / name).unlink()
    text = (tables / "quota-2026.yaml").read_text(encoding="utf-8")
    text = text.replace("  - {name: 批次,", "  - {name: 年份, required: true}\n  - {name: 批次,")
    (tables / "quota-2026.yaml").write_text(
        text.replace("[初中, 批次]", "[初中, 年份, 批次]"), encoding="utf-8"
    )
    rows = "初中,年份,批次,指标到校名额\n示例区第三中学,2026,第一批,50\n示例区第三中学,2025 年,第一批,49\n"
    (tables / "quota-2026.csv").write_text(rows, encoding="utf-8")
    content = Library(tmp_path / "content").current
    assert content.figures.years("quota") == (2026, 2025)
    found = ask("三中今年指标到校多少个", content)
    assert isinstance(found, Found)
    assert (found.cards[0].amounts[0].value, found.cards[0].amounts[0].before) == ("50", "49")


def test_the_telephone_numbers_of_cases_and_of_the_table_are_the_same() -> None:
    table = CONTENT.tables["duty"]
    for one in CONTENT.routing.departments.values():
        figure = table.figure("电话", 科室=one.name)
        assert figure is not None
        assert figure.value.startswith(one.phone)


@pytest.mark.parametrize(
    ("question", "every", "trend"),
    [
        ("各校指标对比图", True, False),
        ("各校指标到校对比图", True, False),
        ("指标到校柱状图,各初中的", True, False),
        ("近三年分数线趋势图", False, True),
        ("一中历年分数线画成图", False, True),
        ("三中今年指标到校多少个,画个图看看", False, False),
    ],
)
def test_a_picture_is_wanted_where_it_is_asked_for(question: str, every: bool, trend: bool) -> None:
    read_ = wish(question)
    assert read_ is not None
    assert (read_.picture, read_.every, read_.trend) == (True, every, trend)


@pytest.mark.parametrize(
    "question", ["各校指标到校对比", "三中今年指标到校多少个", "一中近三年分数线"]
)
def test_no_picture_is_wanted_where_none_is_asked_for(question: str) -> None:
    read_ = wish(question)
    assert read_ is not None
    assert not read_.picture


@pytest.mark.parametrize("text", ["对比图", "给我画个图看看", "请问有趋势图吗?", "看图"])
def test_a_picture_of_nothing_in_particular(text: str) -> None:
    assert asks_for_a_picture_only(text)
    assert wish(text) is None


@pytest.mark.parametrize("text", ["怎么发图片", "对比", "三中对比图", "画画特长生招多少人", ""])
def test_what_is_no_wish_for_a_picture_alone(text: str) -> None:
    assert not asks_for_a_picture_only(text)


def test_every_kind_by_school_can_be_drawn_but_fees_want_to_know_which() -> None:
    assert set(kinds_to_draw(CONTENT.figures)) == {"quota", "score_line", "plan", "posts"}


def test_a_picture_of_one_school_shows_all_its_years_and_of_an_unknown_year_none() -> None:
    assert [year for _, year, _ in values(ask("三中今年指标到校画个图"))] == [2026, 2025]
    assert isinstance(ask("三中2027年指标到校画个图"), NotYet)
    assert isinstance(ask("三中2019年指标到校画个图"), NoSuch)


def test_the_years_of_all_schools_hold_one_that_is_newer_than_the_first() -> None:
    found = values(ask("各校历年分数线对比图"))
    names = {CONTENT.figures.by_id[school].name for school, _, _ in found}
    assert "示例区实验高级中学" in names  # it has no line of 2024


def test_a_choice_makes_a_picture_of_it_and_words_again() -> None:
    plain = wish("各校指标到校对比")
    assert plain is not None
    drawn = figures.choose(plain, "v:")
    assert drawn.picture
    assert "v:" in figures.said_by(drawn)
    assert figures.choose(drawn, "v:text") == plain
    with pytest.raises(ValueError, match="v:x"):
        figures.choose(plain, "v:x")
