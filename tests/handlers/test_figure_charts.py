"""Which figures are drawn, in what order, and what is said below; tables as a bureau may well have them."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from bot.core.chart import Chart, Picture, Shape
from bot.core.drawing import svg
from bot.core.turn import Arrival, Turn
from handlers import figure_chart
from handlers.figure_points import MOST_BARS, MOST_LINES, MOST_YEARS, grid_of
from knowledge.entry import Source
from knowledge.figure_answers import Amount, Card, Found
from knowledge.schools import School
from knowledge.tables import Table
from knowledge.wish import Wish
from tests.handlers.talk import Talk

LONG = "示例区教育科学研究院附属实验九年一贯制学校"


def turn() -> Turn:
    talk = Talk()
    return talk.turn(talk.incoming(Arrival.TEXT, text="对比图"))


def school(name: str) -> School:
    return School(name, name, (), kind="junior", ownership="", sample=False)


def table(year: int | None = 2026, *, sample: bool = False, ask: tuple[str, ...] = ()) -> Table:
    source = Source(title=f"{year} 年公告", number=f"×{year}〕1号", date=f"{year or 2026}-05-01")
    return Table(
        f"t{year}", "表", "", "quota", year, source, None, (), (), ask, sample, (), MappingProxyType({})
    )  # fmt: skip


def amount(value: str, part: str = "", *, column: str = "名额", unit: str = "个", before: str = "") -> Amount:  # fmt: skip
    return Amount(part, column, value, unit, before)


def card(name: str, *amounts: Amount, year: int | None = 2026, **parts: object) -> Card:
    return Card(school(name), parts.pop("table", None) or table(year), year, amounts, **parts)  # type: ignore[arg-type]  # as the caller says


def found(*cards: Card, every: bool = True, schools: tuple[str, ...] = (), **parts: object) -> Found:  # fmt: skip
    wish = Wish("quota", "", schools=schools, every=every, picture=True)
    return Found(wish, cards, **parts)  # type: ignore[arg-type]  # as the caller says


def picture(answer: Found) -> Picture:
    made = figure_chart.picture(turn(), answer)
    assert made is not None
    assert len(made.caption) <= 1024
    assert svg(made.chart)
    return made


def chart(answer: Found) -> Chart:
    return picture(answer).chart


def test_the_greatest_comes_first_and_what_is_not_there_last() -> None:
    drawn = chart(
        found(
            card("甲", amount("9.5", "统招"), amount("1", "指标")),
            card("乙", amount("2", "指标")),
            card("丙", amount("100", "统招"), amount("3", "指标")),
        )
    )
    assert drawn.labels == ("丙", "甲", "乙")
    assert [one.name for one in drawn.series] == ["统招", "指标"]
    assert drawn.series[0].values == ("100", "9.5", "")
    assert drawn.series[1].values == ("3", "1", "2")


def test_of_thirty_schools_twenty_are_drawn_and_the_rest_is_named() -> None:
    made = picture(found(*(card(f"{LONG}{at:02}", amount(str(at))) for at in range(30))))
    assert len(made.chart.labels) == MOST_BARS[0] == 20
    assert made.chart.labels[0] == f"{LONG}29"
    assert "图里画了 20 项,没画的有" in made.caption
    assert f"{LONG}00" in made.caption
    assert "共 30 所,0 至 29 个" in made.caption


def test_of_very_many_some_of_those_left_out_are_named() -> None:
    made = picture(found(*(card(f"第{at}小学", amount(str(at))) for at in range(90))))
    assert "另外 70 项没画" in made.caption


def test_the_school_that_was_asked_for_is_drawn_and_marked_wherever_it_stands() -> None:
    cards = [card(f"第{at}中学", amount(str(at))) for at in range(30)]
    made = picture(found(*cards, schools=("第0中学",)))
    assert made.chart.labels[-1] == "第0中学"
    assert made.chart.marked == (19,)
    assert "第0中学:0 个" in made.caption


def test_parts_that_add_up_are_drawn_as_their_sum() -> None:
    whole = card("甲", amount("30", "第一批"), amount("15", "第二批"), total=amount("45"))
    drawn = chart(found(whole, card("乙", amount("20", "第一批"))))
    assert [one.values for one in drawn.series] == [("45", "20")]


def test_parts_that_differ_from_school_to_school_stand_with_its_name() -> None:
    drawn = chart(
        found(
            card("甲", amount("1", "小班")),
            card("乙", amount("2", "一年级"), amount("3", "七年级")),
            card("丙", amount("4", "高一")),
        )
    )
    assert drawn.labels == ("丙 高一", "乙 七年级", "乙 一年级", "甲 小班")


def test_one_part_for_all_stands_in_the_title() -> None:
    drawn = chart(found(card("甲", amount("1", "住宿费")), card("乙", amount("2", "住宿费"))))
    assert drawn.title == "2026 年住宿费名额对比"
    assert drawn.labels == ("乙", "甲")


def test_one_unit_only_and_the_column_that_the_table_is_asked_for_by() -> None:
    asked = table(ask=("招生人数",))
    cards = [
        Card(school(name), asked, 2026, (amount("8", column="班数", unit="个班"), amount(value, column="招生人数", unit="人")))
        for name, value in (("甲", "400"), ("乙", "360"))
    ]  # fmt: skip
    drawn = chart(found(*cards))
    assert (drawn.unit, drawn.series[0].values) == ("单位:人", ("400", "360"))
    mixed = found(card("甲", amount("8", unit="元/天")), card("乙", amount("9", unit="元/月")))
    assert figure_chart.picture(turn(), mixed) is None


def test_last_year_stands_beside_and_is_called_so_only_of_this_year() -> None:
    now = chart(found(card("甲", amount("45", before="42")), card("乙", amount("1"))))
    assert now.series[0].beside == ("去年 42", "")
    then = (card(name, amount("45", before="42"), year=2024) for name in "甲乙")
    assert chart(found(*then)).series[0].beside == ("2023 年 42", "2023 年 42")


@pytest.mark.parametrize(
    "answer",
    [
        found(card("甲", amount("45"))),
        found(card("甲", amount("45")), card("乙", amount("-1"))),
        found(card("甲", amount("45"), year=2026), card("乙", amount("45"), year=2025)),
    ],
    ids=["a lone figure", "less than nothing", "years that no school shares"],
)
def test_what_compares_nothing_is_not_drawn(answer: Found) -> None:
    assert grid_of(answer) is None
    assert not figure_chart.can_be_drawn(answer)
    assert "画不成图" in figure_chart.why_none(turn(), answer)


def test_years_stand_from_left_to_right_with_their_gaps() -> None:
    cards = [card("甲", amount(value), year=year) for year, value in ((2026, "45"), (2024, "30"))]
    cards.append(card("乙", amount("7"), year=2025))
    drawn = chart(found(*cards))
    assert drawn.shape is Shape.LINES
    assert drawn.labels == ("2024 年", "2025 年", "2026 年")
    assert {one.name: one.values for one in drawn.series} == {
        "甲": ("30", "", "45"),
        "乙": ("", "7", ""),
    }


def test_of_many_years_the_newest_are_drawn() -> None:
    cards = [card("甲", amount(str(year)), year=year) for year in range(2010, 2027)]
    drawn = chart(found(*cards))
    assert len(drawn.labels) == MOST_YEARS
    assert drawn.labels[-1] == "2026"


def test_of_many_lines_the_first_part_is_drawn_and_named_and_the_schools_left_out_too() -> None:
    cards = [
        card(f"第{at}中学", amount(str(600 + at), "统招"), amount(str(500 + at), "指标"), year=year)
        for at in range(8)
        for year in (2025, 2026)
    ]
    made = picture(found(*cards))
    assert made.chart.title == "统招名额变化"
    assert len(made.chart.series) == MOST_LINES
    assert made.chart.series[0].name == "第7中学"
    assert "没画的有第1中学、第0中学" in made.caption


def test_a_picture_of_samples_says_so_and_one_of_the_bureaus_own_does_not() -> None:
    samples = [card(name, amount("1"), table=table(sample=True)) for name in "甲乙"]
    assert chart(found(*samples)).badge == "示例数据"
    assert "示例数据" in picture(found(*samples)).caption
    own = picture(found(card("甲", amount("1")), card("乙", amount("2"))))
    assert own.chart.badge == ""
    assert own.chart.foot == ("2026 年公告 · ×2026〕1号 · 2026-05-01 公布",)


def test_of_many_documents_the_newest_is_named_below_and_how_many_more_there_are() -> None:
    cards = [card("甲", amount(str(year)), year=year) for year in range(2021, 2027)]
    made = picture(found(*cards))
    assert "2026 年公告" in made.caption
    assert "另有 5 份公告" in made.caption
    assert len(made.chart.foot) == 4
    assert made.chart.foot[-1] == "另有 3 份公告,见文字"


def test_what_was_not_found_is_said_below_the_picture() -> None:
    cards = (card("甲", amount("1")), card("乙", amount("2")))
    made = picture(found(*cards, every=False, unknown=("九中",), absent=("丁",)))
    assert "没有找到“九中”这所学校" in made.caption
    assert "表里没有丁" in made.caption


def test_what_a_table_says_never_becomes_markup() -> None:
    hostile = '<b onclick="x">甲</b>'
    made = picture(found(card(hostile, amount("1")), card("乙", amount("2")), every=False))
    assert "<b onclick" not in made.caption
    assert "<b onclick" not in svg(made.chart)


def test_english_speakers_get_their_words() -> None:
    talk = Talk()
    talk.says("各校指标到校对比")
    talk.person = replace(talk.person, language="en")
    talk.presses("看图")
    shown = talk.heard[-1].picture
    assert shown is not None
    assert shown.chart.unit.startswith("Unit: ")
    assert "5 schools, 15 to 45" in shown.caption
    assert "In words" in talk.buttons
