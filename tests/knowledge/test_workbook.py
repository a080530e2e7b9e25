"""Excel files: read as a person sees them, and refused where Excel holds something else."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from knowledge.reading import Rows, read_one
from knowledge.table_import import Import, import_sheet, letters, missing_columns, sheet_for
from knowledge.tables import Table, TableRow, make_table
from knowledge.workbook import MOST_MEMBERS, Refusal, Sheet, Value, read_workbook

YAML = """\
title: 分配
kind: quota
file: quota.csv
columns:
  - {name: 初中, required: true}
  - {name: 批次}
  - {name: 名额, type: number, unit: 个}
  - {name: 公布日期, type: date}
key: [初中, 批次]
"""
HEAD = ["初中", "批次", "名额", "公布日期"]
ROW = ["三中", "第一批", 45, date(2026, 5, 12)]


def book(*rows: Sequence[object], merge: str = "", title: str = "分配表") -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def described() -> Rows[TableRow]:
    return read_one("quota.yaml", YAML.encode(), TableRow)


def sheets(data: bytes) -> tuple[Sheet, ...]:
    found = read_workbook(data)
    assert not isinstance(found, Refusal), found
    return found


def imported(data: bytes, old: bytes | None = None) -> Import:
    rows = described()
    sheet = sheet_for(sheets(data), rows.rows[0][0])
    assert sheet is not None
    before: Table | None = None
    if old is not None:
        before = make_table("old", rows, old, "quota.csv")[0]
    return import_sheet(sheet, rows, before, "quota.csv")


def refused(data: bytes) -> list[tuple[str, str]]:
    return [(one.code, one.cell) for one in imported(data).refused]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (45, "45"), (45.0, "45"), (0.1 + 0.2, "0.3"), (-3, "-3"), (" 三中 ", "三中"), (None, ""), (date(2026, 5, 12), "2026-05-12"),
        (datetime(2026, 5, 12), "2026-05-12"), (datetime(2026, 5, 12, 8, 30), "2026-05-12 08:30"), ("0510210600", "0510210600"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_cell_is_read_as_a_person_sees_it(cell: object, text: str) -> None:
    [sheet] = sheets(book(["甲", cell]))
    assert sheet.rows[0][1][1].text == text


def test_a_sheet_becomes_the_csv_that_excel_likes() -> None:
    done = imported(book(HEAD, ROW))
    assert done.refused == ()
    assert done.csv.startswith(b"\xef\xbb\xbf")
    assert (
        done.csv.decode("utf-8-sig") == "初中,批次,名额,公布日期\r\n三中,第一批,45,2026-05-12\r\n"
    )


def test_a_title_may_stand_above_the_heading_even_merged() -> None:
    done = imported(book(["2026 年分配表"], HEAD, ROW, merge="A1:D1"))
    assert (done.refused, done.rows) == ((), 1)


@pytest.mark.parametrize("area", ["A2:A3", "C3:D3", "A1:A2"])
def test_merged_cells_in_heading_or_rows_are_refused_with_their_place(area: str) -> None:
    assert ("merged", area) in refused(book(HEAD, ROW, ["四中", "第一批", 40], merge=area))


def test_a_heading_that_lost_names_by_merging_is_no_heading() -> None:
    found = sheets(book(HEAD, ROW, merge="A1:B1"))
    assert sheet_for(found, described().rows[0][0]) is None
    assert missing_columns(found[0], described().rows[0][0]) == ("批次",)


def test_a_formula_without_its_value_is_refused_with_its_cell() -> None:
    assert refused(book(HEAD, ROW, ["四中", "第一批", "=20+20"])) == [("formula", "C3")]


def test_what_excel_made_a_date_of_is_refused() -> None:
    assert refused(book(HEAD, ["三中", date(2026, 1, 12), 45])) == [("made_a_date", "B2")]


def test_a_number_too_long_for_excel_is_refused() -> None:
    assert refused(book(HEAD, [123456789012345678, "第一批", 45])) == [("long_number", "A2")]


def test_a_truth_value_is_refused() -> None:
    assert refused(book(HEAD, ["三中", True, 45])) == [("yes_no", "B2")]


def test_what_the_table_does_not_allow_points_to_the_cell() -> None:
    rows = (
        HEAD,
        ROW,
        ["四中\n东区", "第一批", 40],
        ["五中", "第一批", "很多"],
        ["三中", "第一批", 4],
    )
    assert refused(book(["标题"], *rows)) == [("problem", "C5"), ("problem", "A6")]


def test_a_heading_that_stands_twice_is_refused() -> None:
    assert ("double_heading", "E1") in refused(book([*HEAD, "批次"], [*ROW, "第二批"]))


def test_the_differences_are_told_by_key() -> None:
    old = "初中,批次,名额,公布日期\n三中,第一批,42,2026-05-12\n二中,第一批,7,\n".encode("gb18030")
    done = imported(book(HEAD, ROW, ["四中", "第一批", 40]), old)
    assert [(one.kind, one.key, one.cells) for one in done.changes] == [
        ("changed", ("三中", "第一批"), (("名额", "42", "45"),)),
        ("added", ("四中", "第一批"), ()),
        ("removed", ("二中", "第一批"), ()),
    ]


def test_blank_rows_and_hidden_sheets_are_passed_over() -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(HEAD, ROW, [None, None], ["四中", "第一批", 40])))
    hidden = made.create_sheet("旧表", 0)
    hidden.append(HEAD)
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    assert [sheet.name for sheet in sheets(out.getvalue())] == ["分配表"]
    assert imported(out.getvalue()).rows == 2


def test_a_sheets_name_with_marks_of_xml_keeps_its_merged_areas() -> None:
    [sheet] = sheets(book(HEAD, ROW, merge="A2:B2", title="一&二"))
    assert sheet.merged == ((2, 2, "A2:B2"),)


def test_what_is_no_workbook_is_refused_with_the_reason() -> None:
    assert read_workbook(b"") == Refusal("not_xlsx")
    assert read_workbook("初中,名额".encode()) == Refusal("not_xlsx")
    assert read_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == Refusal(
        "old_or_locked"
    )
    assert read_workbook(zipped({"a.txt": b"x"})) == Refusal("not_xlsx")
    broken = zipped({"xl/workbook.xml": b"<workbook", "xl/_rels/workbook.xml.rels": b"<x"})
    assert read_workbook(broken) == Refusal("unreadable")


def test_a_zip_that_unpacks_to_far_too_much_is_refused_unread() -> None:
    assert read_workbook(zipped({"xl/workbook.xml": b"\0" * 60_000_000})) == Refusal("bomb")
    many = {f"x{number}": b"" for number in range(MOST_MEMBERS + 1)}
    assert read_workbook(zipped(many)) == Refusal("bomb")


def test_a_zip_that_lies_about_its_sizes_is_not_believed() -> None:
    honest = zipped({"xl/workbook.xml": b"\0" * 30_000_000})
    lying = honest.replace((30_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    assert isinstance(read_workbook(lying), Refusal)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8, 0.95])
def test_half_a_file_is_refused(cut: float) -> None:
    data = book(HEAD, ROW)
    assert isinstance(read_workbook(data[: int(len(data) * cut)]), Refusal)


@pytest.mark.parametrize(
    ("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_excel_names_them(place: int, name: str) -> None:
    assert letters(place) == name


def test_a_value_is_text_with_what_is_wrong_with_it() -> None:
    assert Value() == Value("", False, "")


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_the_largest_table_of_a_bureau_is_read(tmp_path: Path) -> None:
    data = book(HEAD, *([f"学校{number}", "第一批", number] for number in range(3000)))
    assert imported(data).rows == 3000
