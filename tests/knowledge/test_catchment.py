"""Addresses: street and number, odd and even, estates; what is in no published area belongs to no school."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import figures
from knowledge.catchment import Address, find_address, find_addresses, like_streets, read_number
from knowledge.figure_answers import Ask, NoSuch, Records, Zones
from knowledge.figure_words import fold
from knowledge.library import SHIPPED, Library
from knowledge.shelf import make_shelf
from knowledge.stretches import Stretch, read_stretches
from knowledge.tables import Table
from knowledge.wish import read_wish

TODAY = date(2026, 11, 23)
CONTENT = Library(SHIPPED).current
SHELF = CONTENT.figures


def where(question: str) -> object:
    wish = read_wish(SHELF, question, today=TODAY, lexicon=CONTENT.index.lexicon)
    return None if wish is None else figures.answer(SHELF, wish, today=TODAY)


def schools(question: str) -> list[tuple[str, str]]:
    found = where(question)
    assert isinstance(found, Zones), found
    assert not found.split
    return [(zone.stage, zone.school) for zone in found.zones]


@pytest.mark.parametrize(
    ("number", "school"),
    [
        (1, "幸福路小学"), (99, "幸福路小学"), (101, "示例区第三小学"), (199, "示例区第三小学"), (2, "幸福路小学"), (58, "幸福路小学"),
        (60, "示例区第一小学"), (198, "示例区第一小学"),
    ],
)  # fmt: skip
def test_both_ends_of_a_range_and_both_sides_of_a_street(number: int, school: str) -> None:
    assert schools(f"幸福路{number}号上哪个小学") == [("小学", school)]


@pytest.mark.parametrize("number", [0, 200, 201, 300, 5000])
def test_a_number_outside_every_range_belongs_to_no_school(number: int) -> None:
    assert isinstance(where(f"幸福路{number}号上哪个小学"), NoSuch)


@pytest.mark.parametrize(
    "question",
    [
        "幸福路12号上哪个小学", "幸福路 12 号 上哪个小学?", "我家住在幸福路12号,对口哪个小学", "幸福路十二号归哪个小学", "幸福路１２号属于哪个小学", "请问幸福路12号的孩子上哪所小学",
        "示例区幸福路12号划片到哪个小学", "幸福路12号3单元502室上哪个小学", "幸福路12号的小学学区",
    ],
)  # fmt: skip
def test_an_address_is_found_however_it_is_written(question: str) -> None:
    assert schools(question) == [("小学", "幸福路小学")]


@pytest.mark.parametrize("number", ["12-3", "12之3"])
def test_an_annex_is_at_its_house_and_never_at_another_number(number: str) -> None:
    assert schools(f"幸福路{number}号上哪个小学") == [
        ("小学", "幸福路小学")
    ]  # 123 would be another school's


@pytest.mark.parametrize("numbers", ["12、101", "12,14", "12 14", "十二、十四", "12—3", "12 - 3"])
def test_numbers_that_run_together_are_never_a_third_number(numbers: str) -> None:
    found = where(f"幸福路{numbers}号上哪个小学")
    assert not isinstance(found, Zones) or found.split or found.address.number == 12


def test_a_street_that_is_split_needs_a_number() -> None:
    found = where("幸福路上哪个小学")
    assert isinstance(found, Zones)
    assert found.split


def test_a_street_that_belongs_to_one_school_needs_none() -> None:
    assert schools("文昌路上哪个小学") == [("小学", "示例区实验小学本部")]


def test_an_estate_is_found_and_its_phases_are_not_mixed_up() -> None:
    assert schools("阳光花园小区上哪个小学") == [("小学", "河滨小学")]
    assert isinstance(where("阳光花园三期上哪个小学"), NoSuch)
    assert isinstance(where("河东新城上哪个小学"), NoSuch)
    assert schools("河东新城一期上哪个小学") == [("小学", "河东九年一贯制学校")]


@pytest.mark.parametrize(
    "question",
    ["昌平区幸福路12号上哪个小学", "上海幸福路12号上哪个小学", "大兴县幸福路12号上哪个小学"],
)
def test_a_street_of_another_district_is_not_ours(question: str) -> None:
    assert isinstance(where(question), NoSuch)


def test_a_school_named_after_a_street_is_a_school() -> None:
    found = where("幸福路小学的划片范围")
    assert isinstance(found, Records)
    assert len(found.rows) == 3
    assert isinstance(where("实验小学的片区"), Ask)


def test_names_like_an_unknown_street_are_offered_and_never_used() -> None:
    assert like_streets(SHELF, "幸富路") == ("幸福路",)
    assert isinstance(where("幸富路12号上哪个小学"), NoSuch)
    assert like_streets(SHELF, "航天大道") == ()


@pytest.mark.parametrize(
    ("cell", "stretches"),
    [
        ("全部", [Stretch(None, None)]), ("", [Stretch(None, None)]), ("单号", [Stretch(None, None, "odd")]), ("1-99 号(单号)", [Stretch(1, 99, "odd")]),
        ("2—58号双号", [Stretch(2, 58, "even")]), ("60至80号", [Stretch(60, 80)]), ("7号", [Stretch(7, 7)]),
        ("1-9 号、20-30 号(双号)", [Stretch(1, 9), Stretch(20, 30, "even")]), ("1～99号", [Stretch(1, 99)]), ("1－９９号（单）", [Stretch(1, 99, "odd")]),
        ("1号至99号", [Stretch(1, 99)]), ("1号-99号", [Stretch(1, 99)]), ("101号以上", [Stretch(101, None)]), ("101号及以上(单号)", [Stretch(101, None, "odd")]),
        ("58号以下双号", [Stretch(None, 58, "even")]), ("1-99号(奇数)", [Stretch(1, 99, "odd")]), ("单号:1-99号", [Stretch(1, 99, "odd")]),
        ("1-99 号(单号)2-58 号(双号)", [Stretch(1, 99, "odd"), Stretch(2, 58, "even")]), ("1-99号及120-130号", [Stretch(1, 99), Stretch(120, 130)]),
        ("全路段", [Stretch(None, None)]), ("全部(单号)", [Stretch(None, None, "odd")]), ("1-20号楼", [Stretch(1, 20)]),
    ],
)  # fmt: skip
def test_a_cell_of_house_numbers_is_read(cell: str, stretches: list[Stretch]) -> None:
    assert read_stretches(cell) == tuple(stretches)


@pytest.mark.parametrize(
    "cell",
    [
        "东侧", "99-1", "12-3号", "1-99号(除12号外)", "二十号以下", "100号以后", "88弄1-20号", "南侧单号1-99", "2号(单号)", "单号1-99(双号)", "全部1-99",
        "以河为界", "1-99号、以北", "号",
    ],
)  # fmt: skip
def test_a_cell_of_house_numbers_that_is_not_plain_is_never_guessed(cell: str) -> None:
    assert read_stretches(cell) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("十二", 12),
        ("二十", 20),
        ("一百零三", 103),
        ("一百二十一", 121),
        ("两", None),
        ("", None),
    ],
)
def test_a_house_number_is_read_in_figures_and_in_words(text: str, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "怎么知道我家小区归哪个小学",
        "隔一条马路凭啥不是我们学区",
        "买的商住公寓算学区房吗",
        "这个小区归哪个学校",
    ],
)
def test_no_address_is_read_where_none_is_said(text: str) -> None:
    assert find_address(SHELF, fold(text)) is None


def test_a_street_shared_by_two_schools_gives_both(folder: Path) -> None:
    (folder / "tables").mkdir()
    shipped = (SHIPPED / "tables" / "catchment-2026.yaml").read_text(encoding="utf-8")
    (folder / "tables" / "catchment-2026.yaml").write_text(shipped, encoding="utf-8")
    rows = "学段,学校,地段,门牌,说明\n小学,甲小学,大同路,全部,\n小学,乙小学,大同路,全部,\n"
    (folder / "tables" / "catchment-2026.csv").write_text(rows, encoding="utf-8")
    content = Library(folder).current
    wish = read_wish(
        content.figures, "大同路8号上哪个小学", today=TODAY, lexicon=content.index.lexicon
    )
    assert wish is not None
    found = figures.answer(content.figures, wish, today=TODAY)
    assert isinstance(found, Zones)
    assert [zone.school for zone in found.zones] == ["甲小学", "乙小学"]


def test_without_tables_nothing_is_a_figure_question() -> None:
    none: tuple[Table, ...] = ()
    shelf = make_shelf(none, CONTENT.schools)
    wish = read_wish(shelf, "幸福路12号上哪个小学", today=TODAY, lexicon=CONTENT.index.lexicon)
    assert wish is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("幸福路12号和平安路3号分别上哪个小学", ["幸福路12", "平安路3?"]),
        ("平安路3号和幸福路12号", ["平安路3?", "幸福路12"]),
        ("幸福路12号、30号和人民路5号", ["幸福路12", "幸福路30", "人民路5"]),
        ("人民新村跟建设花园", ["人民新村", "建设花园"]),
        ("幸福路12号3号楼502室", ["幸福路12"]),
        ("幸福路12号门口的小卖部", ["幸福路12"]),
        ("和平路8号", ["和平路8?"]),
        ("幸福路12号和幸福路12号", ["幸福路12"]),
        ("上哪个小学", []),
    ],
)
def test_every_address_of_a_message_is_found_in_its_order(text: str, found: list[str]) -> None:
    assert [written(one) for one in find_addresses(SHELF, fold(text))] == found


def written(address: Address) -> str:
    number = "" if address.number is None else str(address.number)
    return f"{address.name}{number}{'' if address.known else '?'}"


@pytest.mark.parametrize(
    "text",
    [
        "我家住幸福路12号",
        "我们家在幸福路12号3号楼502室",
        "孩子现在住幸福路12号",
        "家住幸福路十二号",
    ],
)
def test_where_somebody_lives_is_asked_for_by_saying_it(text: str) -> None:
    assert schools(text) == [("小学", "幸福路小学"), ("初中", "示例区第三中学")]


@pytest.mark.parametrize(
    "text", ["我家住幸福路12号附近太吵了", "我住校", "我家在外地", "我孩子在三中", "我家住哪不知道"]
)
def test_more_than_an_address_or_less_is_none(text: str) -> None:
    assert where(text) is None
