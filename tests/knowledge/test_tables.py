"""Published tables: the CSV that Excel gave, read whole or told what is wrong, and figures that are there or are not."""

from pathlib import Path

import pytest

from knowledge.library import read
from knowledge.tables import Table

YAML = """\
title: 2026 年指标到校分配
kind: quota
school_year: 2026
source: {title: 2026 年招生意见, number: 示例〔2026〕1号, date: 2026-05-20}
published_on: 2026-05-21
file: quota.csv
columns:
  - {name: 初中, required: true}
  - {name: 年份}
  - {name: 名额, type: number, unit: 人}
  - {name: 公布日期, type: date}
key: [初中, 年份]
ask: [指标到校多少个]
sample: true
"""
CSV = '初中,年份,名额,公布日期,备注\n三中,2026,128,2026-05-21,无\n三中,2025,120,2025-05-20,\n"四中, 东区",2026,0096,,\n,,,,\n'


def load(folder: Path, data: bytes | str = CSV, text: str = YAML) -> tuple[Table | None, list[str]]:
    (folder / "tables").mkdir(exist_ok=True)
    (folder / "tables" / "quota.yaml").write_text(text, encoding="utf-8")
    (folder / "tables" / "quota.csv").write_bytes(
        data if isinstance(data, bytes) else data.encode()
    )
    snapshot, problems = read(folder)
    told = [str(problem).rpartition("tables/")[2] for problem in problems]
    return (snapshot.tables["quota"] if snapshot else None), told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_is_read_in_what_excel_saves(folder: Path, encoding: str, end: str) -> None:
    table, problems = load(folder, CSV.replace("\n", end).encode(encoding))
    assert problems == []
    assert table is not None
    assert table.rows == (
        ("三中", "2026", "128", "2026-05-21"),
        ("三中", "2025", "120", "2025-05-20"),
        ("四中, 东区", "2026", "0096", ""),
    )
    assert table.source is not None
    assert (table.title, table.kind, table.school_year, table.source.number) == (
        "2026 年指标到校分配",
        "quota",
        2026,
        "示例〔2026〕1号",
    )


def test_a_figure_is_found_by_its_keys_with_its_unit(folder: Path) -> None:
    table, _ = load(folder)
    assert table is not None
    figure = table.figure("名额", 初中="三中", 年份="2025")
    assert figure is not None
    assert (figure.value, figure.column.unit, figure.row["公布日期"]) == ("120", "人", "2025-05-20")
    assert [row["年份"] for row in table.find(初中="三中")] == ["2026", "2025"]
    assert table.values("初中") == ("三中", "四中, 东区")


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("名额", {"初中": "二中", "年份": "2026"}),
        ("名额", {"初中": "三中", "年份": "2024"}),
        ("名额", {"初中": "三中"}),
        ("分数", {"初中": "三中", "年份": "2026"}),
        ("名额", {"学校": "三中"}),
        ("公布日期", {"初中": "四中, 东区", "年份": "2026"}),
    ],
)
def test_a_figure_that_is_not_there_or_not_the_only_one_is_none(
    folder: Path, column: str, wanted: dict[str, str]
) -> None:
    table, _ = load(folder)
    assert table is not None
    assert table.figure(column, **wanted) is None
    assert table.values("分数") == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("三中,2026,128,", "三中,2026,很多,", "quota.csv:2:3: “名额”一列写的是“很多”,应当是数字。"),
        ("三中,2026,128,", "三中,2026,-3,", "quota.csv:2:3: “名额”一列写的是“-3”,不能是负数。"),
        ("三中,2026,128,", "三中,2026,0.5,", "quota.csv:2:3: “名额”一列写的是“0.5”,单位是“人”,应当是整数。"),
        ("三中,2026,128,2026-05-21", "三中,2026,128,5月21日", "quota.csv:2:4: “公布日期”一列写的是“5月21日”"),
        ("三中,2026", ",2026", "quota.csv:2:1: “初中”是空的"),
        ("三中,2025", "三中,2026", "quota.csv:3:1: 这一行的关键列(三中, 2026)与第 2 行相同。"),
        ("128,2026-05-21,无", "128,2026-05-21", "quota.csv:2:1: 这一行有 4 格,表头有 5 格。"),
        ("初中,年份,名额", "学校,年份,名额", "quota.csv:1:1: 表头缺少这些列:初中。"),
        ('东区"', "东区", "quota.csv:4:1: CSV 的引号没有配对或格式有误。"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_csv_is_told_with_its_line(
    folder: Path, old: str, new: str, told: str
) -> None:
    assert old in CSV
    table, problems = load(folder, CSV.replace(old, new, 1))
    assert table is None
    assert any(problem.startswith(told) for problem in problems), problems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (",128,", ',"128 ",'), (",128,", ",１２８,"), (",2026-05-21,", ",2026/5/21,"), (",2026-05-21,", ",2026年5月21日,"), (",2026-05-21,", ",2026.5.21,"),
        (",2026-05-21,", ",2026-05-21 00:00:00,"), ("名额", " 名 额"), ("名额", '"名\n额"'), ("三中,2026", "\u200b三中,2026"), ("无\n", "无,,,\n"),
        ("备注\n", "备注,,\n"), ("初中,", "sep=,\n初中,"), (",", "\t"),
    ],
)  # fmt: skip
def test_what_a_sheet_program_makes_of_a_csv_is_read_as_it_is_meant(
    folder: Path, old: str, new: str
) -> None:
    text = CSV.replace('"四中, 东区"', "四中") if new == "\t" else CSV
    assert old in text
    count = -1 if new == "\t" else 1
    table, problems = load(folder, text.replace(old, new, count))
    assert problems == []
    assert table is not None
    assert table.rows[0] == ("三中", "2026", "128", "2026-05-21")


def test_semicolons_thousands_and_unicode_text_of_a_sheet_program_are_read(folder: Path) -> None:
    text = "初中;年份;名额;公布日期\r\n三中;2026;1,280;2026-05-21\r\n"
    for data in (text.encode("gb18030"), text.encode("utf-16")):
        table, problems = load(folder, data)
        assert problems == []
        assert table is not None
        assert table.rows == (("三中", "2026", "1280", "2026-05-21"),)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",128,", ",128人,", "quota.csv:2:3: “名额”一列写的是“128人”,应当是数字。只写数字,单位写在表的说明里(unit)。改成:128"),
        (",128,", ",—,", "quota.csv:2:3: “名额”一列写的是“—”,应当是数字。还没有就让这一格空着。"),
        (",2026-05-21", ",待定", "quota.csv:2:4: “公布日期”一列写的是“待定”,应当是 2026-09-01 这样的日期。还没有就让这一格空着。"),
        ("三中,2026", "三中,二〇二六", "quota.csv:2:2: “年份”一列写的是“二〇二六”,要以四位数字的年份开头"),
        ("初中,年份", "指标分配表,,,,\n初中,年份", "quota.csv:1:1: 表头缺少这些列:初中, 年份, 名额, 公布日期。表头现在是:指标分配表。表头好像在第 2 行"),
        ("初中,年份,名额", "初中,年份,名额(个)", "quota.csv:1:1: 表头缺少这些列:名额。表头现在是:初中, 年份, 名额(个), 公布日期, 备注。表头里的“名额(个)”是不是“名额”?"),
        ("初中,年份,名额", "初中，年份，名额", "quota.csv:1:1: 表头缺少这些列:初中, 年份, 名额。表头现在是:初中，年份，名额, 公布日期, 备注。格与格之间要用半角逗号。"),
        ("公布日期,备注", "公布日期,名额", "quota.csv:1:1: 表头里“名额”这一列写了两次"),
    ],
)  # fmt: skip
def test_what_a_cell_should_say_instead_is_told(
    folder: Path, old: str, new: str, told: str
) -> None:
    assert old in CSV
    table, problems = load(folder, CSV.replace(old, new, 1))
    assert table is None
    assert problems[0].startswith(told), problems


def test_links_and_steps_are_checked_before_anybody_presses_them(folder: Path) -> None:
    text = (
        "title: 进度\nkind: hiring\nfile: quota.csv\ncolumns:\n  - {name: 环节}\n"
        "  - {name: 开始日期, type: date}\n  - {name: 结束日期, type: date}\n  - {name: 链接, type: url}\nkey: [环节]\n"
    )
    head = "环节,开始日期,结束日期,链接\n"
    table, problems = load(folder, f"{head}报名,2026-05-18,2026-05-12,\n", text)
    assert (table, problems) == (None, ["quota.csv:2:3: 结束日期早于开始日期。"])
    table, problems = load(folder, f"{head}报名,,,javascript:alert(1)\n", text)
    assert table is None
    assert problems[0].startswith("quota.csv:2:4: 网址“javascript:alert(1)”要以 http")


def test_a_house_number_that_is_not_understood_refuses_the_table(folder: Path) -> None:
    text = (
        "title: 片区\nkind: catchment\nfile: quota.csv\ncolumns:\n  - {name: 学校}\n  - {name: 地段}\n"
        "  - {name: 门牌}\nkey: [学校, 地段, 门牌]\n"
    )
    table, problems = load(folder, "学校,地段,门牌\n一小,幸福路,1～99号\n一小,人民路,东侧\n", text)
    assert table is None
    assert len(problems) == 1
    assert problems[0].startswith("quota.csv:3:3: “门牌”一列写的是“东侧”,看不懂。")


def test_a_csv_in_no_known_encoding_is_refused(folder: Path) -> None:
    table, problems = load(folder, CSV.encode() + b"\xff\xff")
    assert table is None
    assert "既不是 UTF-8 也不是 GB18030" in problems[0]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("file: quota.csv", "file: ../secret.csv", "quota.yaml:6:7: 数据文件名“../secret.csv”不对"),
        ("file: quota.csv", "file: gone.csv", "quota.yaml:6:7: 找不到数据文件“gone.csv”。"),
        (
            "key: [初中, 年份]",
            "key: [初中, 公布日]",
            "quota.yaml:12:11: “公布日”不是这张表的列。是不是想写“公布日期”?",
        ),
        ("{name: 年份}", "{name: 初中}", "quota.yaml:9:5: “初中”重复了,第一次在第 8 行。"),
        ("kind: quota", "kind: quotas", "quota.yaml:2:7: “kind”写的是“quotas”"),
        ("type: number", "type: int", "quota.yaml:10:22: “type”写的是“int”"),
        (
            "sample: true",
            "smaple: true",
            "quota.yaml:14:1: 不认识的键“smaple”。是不是想写“sample”?",
        ),
    ],
)
def test_what_is_wrong_in_a_description_is_told(
    folder: Path, old: str, new: str, told: str
) -> None:
    assert old in YAML
    table, problems = load(folder, text=YAML.replace(old, new, 1))
    assert table is None
    assert any(problem.startswith(told) for problem in problems), problems


def test_a_table_without_rows_is_a_warning(folder: Path) -> None:
    table, problems = load(folder, "初中,年份,名额,公布日期\n")
    assert table is not None
    assert problems == ["quota.csv:1:1: 警告: 表里没有数据。"]


def test_a_file_of_figures_that_no_table_names_is_a_warning(folder: Path) -> None:
    (folder / "tables").mkdir()
    (folder / "tables" / "quota-2027.csv").write_text(CSV, encoding="utf-8")
    table, problems = load(folder)
    assert table is not None
    [told] = problems
    assert told.startswith("quota-2027.csv:1:1: 警告: 没有哪张表用到“quota-2027.csv”")


def test_the_figures_of_a_description_that_is_broken_are_not_called_unused(folder: Path) -> None:
    _, problems = load(folder, text=YAML.replace("kind: quota", "kind: kwota"))
    assert not [one for one in problems if "没有哪张表" in one]
