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
        ("三中,2026,128,2026-05-21", "三中,2026,128,5月21日", "quota.csv:2:4: “公布日期”一列写的是“5月21日”"),
        ("三中,2026", ",2026", "quota.csv:2:1: “初中”是空的"),
        ("三中,2025", "三中,2026", "quota.csv:3:1: 这一行的关键列(三中, 2026)与第 2 行相同。"),
        ("128,2026-05-21,无", "128,2026-05-21", "quota.csv:2:1: 这一行有 4 格,表头有 5 格。"),
        ("初中,年份,名额", "学校,年份,名额", "quota.csv:1:1: 表头缺少这些列:初中。"),
        ('东区"', "东区", "quota.csv:5:1: CSV 的引号没有配对或格式有误。"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_csv_is_told_with_its_line(
    folder: Path, old: str, new: str, told: str
) -> None:
    assert old in CSV
    table, problems = load(folder, CSV.replace(old, new, 1))
    assert table is None
    assert any(problem.startswith(told) for problem in problems), problems


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
