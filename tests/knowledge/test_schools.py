"""Which school is meant: a hit only when a careful clerk would not ask back."""

import pytest

from knowledge.assemble import SHIPPED
from knowledge.entry import Outcome
from knowledge.reading import read_rows
from knowledge.schema_desk import SchoolRow
from knowledge.schools import School, find_schools, key_of, make_schools, mentioned_schools


def read(data: bytes) -> tuple[tuple[School, ...], list[str]]:
    rows = read_rows("schools.yaml", data, SchoolRow)
    schools, problems = make_schools(rows)
    return schools, [str(problem) for problem in (*rows.problems, *problems)]


SCHOOLS, PROBLEMS = read((SHIPPED / "schools.yaml").read_bytes())


def test_the_shipped_schools_are_samples_without_a_problem() -> None:
    assert PROBLEMS == []
    assert len(SCHOOLS) >= 24
    assert all(school.sample for school in SCHOOLS)


@pytest.mark.parametrize(
    ("said", "school"),
    [
        ("一中", "ms-first"), ("第一中学", "ms-first"), ("1中", "ms-first"), ("示例市第一中学", "ms-first"), ("第1中学", "ms-first"),
        ("二中", "ms-second"), ("十一中", "ms-eleventh"), ("第11中学", "ms-eleventh"), ("三中今年指标到校多少个", "ms-third"),
        ("孩子在二小被打", "ps-second"), ("投诉三小", "ps-third"), ("实验小学东校区", "ps-experimental-east"), ("实验小学本部的食堂", "ps-experimental"),
        ("我家孩子在机关幼儿园", "kg-office"), ("金钥匙", "kg-golden-key"), ("河东学校", "nine-riverside"), ("教育局", "office-bureau"), ("　一中。", "ms-first"),
    ],
)  # fmt: skip
def test_a_name_that_can_mean_one_school_is_a_hit(said: str, school: str) -> None:
    found = find_schools(SCHOOLS, said)
    assert found.outcome is Outcome.HIT
    assert [one.id for one in found.schools] == [school]


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        ("实验小学", {"ps-experimental", "ps-experimental-east"}),
        ("实小", {"ps-experimental", "ps-experimental-east"}),
        ("实验小学西校区", {"ps-experimental", "ps-experimental-east"}),
        ("光明实验小学", {"ps-experimental", "ps-experimental-east"}),
        ("实脸小学", {"ps-experimental", "ps-experimental-east"}),
        ("一中二中去年分数线", {"ms-first", "ms-second"}),
        ("一中分校", {"ms-first"}),
        ("河滨路小学分校", {"ps-riverside"}),
    ],
)
def test_a_name_that_may_mean_several_or_another_is_asked_back(
    said: str, offered: set[str]
) -> None:
    found = find_schools(SCHOOLS, said)
    assert found.outcome is Outcome.UNSURE
    assert offered <= {one.id for one in found.schools}
    assert len(found.schools) <= 3


@pytest.mark.parametrize(
    "said",
    [
        "五中",
        "第九小学",
        "幼儿园",
        "小学",
        "学校",
        "初三中考多少分",
        "",
        "?!",
        "今天天气怎么样",
        "二十一中",
        "一中午的事",
    ],
)
def test_a_school_that_is_not_ours_is_never_another_one(said: str) -> None:
    assert find_schools(SCHOOLS, said).outcome is Outcome.MISS


def test_a_school_with_another_number_is_never_offered() -> None:
    for said in ("一中", "二中", "三中", "四中", "十一中", "五中", "一小", "二小", "四小"):
        for school in find_schools(SCHOOLS, said).schools:
            assert key_of(said) in {key_of(alias) for alias in school.aliases}


def test_every_name_and_alias_finds_its_school() -> None:
    for school in SCHOOLS:
        for name in (school.name, *school.aliases):
            assert school.id in {one.id for one in find_schools(SCHOOLS, name).schools}, name


def test_schools_are_mentioned_in_the_order_of_the_text() -> None:
    assert [one.id for one in mentioned_schools(SCHOOLS, "二中和一中去年分数线")] == [
        "ms-second",
        "ms-first",
    ]
    assert mentioned_schools(SCHOOLS, "实验小学怎么样") == ()


def test_a_long_story_is_not_compared_as_a_name() -> None:
    assert (
        find_schools(SCHOOLS, "孩子班上的老师每天放学以后都要留下学生做很多作业到很晚").outcome
        is Outcome.MISS
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "- {id: a, name: 一小, kind: primary}\n- {id: a, name: 二小, kind: primary}\n",
            "“a”重复了,第一次在第 1 行",
        ),
        (
            "- {id: a, name: 一小, kind: primary}\n- {id: b, name: 一小, kind: primary}\n",
            "“一小”同时是 a 和 b 的名称",
        ),
        ("- {id: a, name: 一小, kind: 小学}\n", "“kind”写的是“小学”"),
        (
            "- {id: a, name: 一小, kind: primary, ownership: 民办}\n",
            "只能是下面之一:public, private",
        ),
    ],
)
def test_what_is_wrong_between_schools_is_told(text: str, told: str) -> None:
    _, problems = read(text.encode())
    assert any(told in problem for problem in problems), problems
