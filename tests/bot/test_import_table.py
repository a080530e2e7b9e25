"""`import`: what would change is shown in words; nothing is written unless told to, and then whole."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

import run_bot
from knowledge.library import SHIPPED, Library

HEAD = ["初中", "批次", "指标到校名额"]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "content"))


def rows(content: Path) -> list[list[object]]:
    table = Library(content).current.tables["quota-2026"]
    return [[*row[:2], int(row[2])] for row in table.rows]


def workbook(file: Path, *lines: Sequence[object]) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "名额"
    for line in lines:
        sheet.append(list(line))
    made.save(file)
    return file


def run(content: Path, *arguments: str) -> int:
    return run_bot.main(["import", *arguments, "--knowledge", str(content)])


@pytest.mark.untraced
def test_without_write_only_the_difference_is_shown(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = content / "tables" / "quota-2026.csv"
    before = target.read_bytes()
    lines = rows(content)
    lines[0][2] = 32
    file = workbook(
        tmp_path / "quota-2026.xlsx", HEAD, *lines[:-1], ["示例区第四中学", "第三批", 3]
    )
    assert run(content, str(file)) == 0
    told = capsys.readouterr().out
    assert "新增 1 行,删除 1 行,修改 1 行" in told
    assert "修改:示例区第三中学, 第一批:指标到校名额 30 → 32" in told
    assert "新增:示例区第四中学, 第三批" in told
    assert "删除:河东九年一贯制学校, 第二批" in told
    assert "--write" in told
    assert target.read_bytes() == before


@pytest.mark.untraced
def test_with_write_the_table_is_replaced_whole_and_is_live(content: Path, tmp_path: Path) -> None:
    library = Library(content)
    lines = rows(content)
    lines[0][2] = 32
    file = workbook(tmp_path / "x.xlsx", HEAD, *lines)
    assert run(content, str(file), "--table", "quota-2026", "--write") == 0
    target = content / "tables" / "quota-2026.csv"
    assert target.read_bytes().startswith("﻿初中,批次,指标到校名额\r\n".encode())
    assert [one.name for one in target.parent.iterdir() if one.name.startswith(".")] == []
    assert library.refresh() is not None
    assert library.current.tables["quota-2026"].rows[0][2] == "32"


def test_the_same_table_changes_nothing(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (content / "tables" / "quota-2026.csv").stat().st_mtime_ns
    file = workbook(tmp_path / "quota-2026.xlsx", HEAD, *rows(content))
    assert run(content, str(file), "--write") == 0
    assert "完全一样" in capsys.readouterr().out
    assert (content / "tables" / "quota-2026.csv").stat().st_mtime_ns == before


def test_what_is_doubtful_is_refused_with_sheet_and_cell(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (content / "tables" / "quota-2026.csv").read_bytes()
    file = workbook(tmp_path / "quota-2026.xlsx", HEAD, ["示例区第三中学", "第一批", "=30+2"])
    assert run(content, str(file), "--write") == 1
    told = capsys.readouterr().err
    assert f"{file}:名额:C2: 这一格是公式" in told
    assert "没有写入任何内容" in told
    assert (content / "tables" / "quota-2026.csv").read_bytes() == before


def test_a_workbook_that_fits_several_tables_asks_which(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = workbook(tmp_path / "x.xlsx", HEAD, *rows(content))
    assert run(content, str(file)) == 1
    assert "quota-2025、quota-2026" in capsys.readouterr().err


def test_a_workbook_that_fits_no_table_says_what_there_is(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = workbook(tmp_path / "x.xlsx", ["甲", "乙"], [1, 2])
    assert run(content, str(file)) == 1
    assert "看不出是哪一张表" in capsys.readouterr().err
    assert run(content, str(file), "--table", "quota-2026") == 1
    assert "缺少这些列:初中、批次、指标到校名额" in capsys.readouterr().err


def test_an_unknown_table_and_an_absent_file_are_wrong_use(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = workbook(tmp_path / "x.xlsx", HEAD)
    assert run(content, str(file), "--table", "qouta-2026") == 2
    assert "quota-2026" in capsys.readouterr().err
    assert run(content, str(tmp_path / "none.xlsx")) == 2


def test_a_table_whose_csv_is_broken_can_be_replaced(content: Path, tmp_path: Path) -> None:
    lines = rows(content)
    (content / "tables" / "quota-2026.csv").write_bytes(b"\xff\xff\xff")
    file = workbook(tmp_path / "quota-2026.xlsx", HEAD, *lines)
    assert run(content, str(file), "--write") == 0
    assert len(rows(content)) == len(lines)


@pytest.mark.parametrize(
    "data",
    [
        "初中,批次,指标到校名额\r\n示例区第三中学,第一批,\"1,031\"\r\n".encode("gb18030"),
        "\ufeff示例区分配表,,\r\n初中;批次;指标到校名额\r\n示例区第三中学;第一批;1031\r\n".encode(),
        "初中\t批次\t指标到校名额\r\n示例区第三中学\t第一批\t1031\r\n".encode("utf-16"),
        "sep=;\r\n初中;批次;指标到校名额\r\n示例区第三中学;第一批;1031\r\n".encode("utf-8-sig"),
    ],
)  # fmt: skip
def test_a_csv_that_excel_saved_is_imported_after_the_difference_is_shown(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    file = tmp_path / "quota-2026.csv"
    file.write_bytes(data)
    assert run(content, str(file)) == 0
    assert "修改:示例区第三中学, 第一批:指标到校名额 30 → 1031" in capsys.readouterr().out
    assert run(content, str(file), "--write") == 0
    assert rows(content) == [["示例区第三中学", "第一批", 1031]]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xff\x00", "既不是 UTF-8 也不是 GB18030"),
        ('初中,批次,指标到校名额\n"示例区第三中学,第一批,3\n'.encode(), "CSV 的引号没有配对"),
        ("初中,批次\n示例区第三中学,第一批\n".encode(), "缺少这些列:指标到校名额"),
        ("初中,批次,指标到校名额\n示例区第三中学,第一批,三十个\n".encode(), "CSV:C2: “指标到校名额”一列写的是“三十个”"),
    ],
)  # fmt: skip
def test_a_csv_that_is_no_table_is_refused_with_its_cell(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, told: str
) -> None:
    file = tmp_path / "quota-2026.csv"
    file.write_bytes(data)
    assert run(content, str(file)) == 1
    assert told in capsys.readouterr().err


def test_a_school_that_is_nearly_known_is_named_before_anything_is_written(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = workbook(tmp_path / "quota-2026.xlsx", HEAD, ["示例区第三中字", "第一批", 31])
    assert run(content, str(file)) == 0
    assert "请核对:学校“示例区第三中字”不在 schools.yaml 里" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([["第一批", "示例区第三中学", 31]], "“批次”一列写的是学校“示例区第三中学”,“初中”一列写的却不是学校"),
        ([["示例区第三中学", "第一批", 31], ["合计", "第一批", 31]], "“合计”不是一所学校"),
    ],
)  # fmt: skip
def test_columns_that_changed_places_and_rows_of_totals_are_named_too(
    content: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    lines: list[list[object]],
    told: str,
) -> None:
    file = workbook(tmp_path / "quota-2026.xlsx", HEAD, *lines)
    assert run(content, str(file)) == 0
    assert f"请核对:{told}" in capsys.readouterr().out


def test_a_sheet_with_nothing_below_its_heading_empties_no_table(
    content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = content / "tables" / "quota-2026.csv"
    before = target.read_bytes()
    file = workbook(tmp_path / "quota-2026.xlsx", HEAD)
    assert run(content, str(file), "--write") == 1
    assert "表头下面没有数据" in capsys.readouterr().err
    assert target.read_bytes() == before
