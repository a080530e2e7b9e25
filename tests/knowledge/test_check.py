"""`check` tells everything at once: files, entries, dates, golden questions and what the linter thinks of the phrasings."""

import re
from datetime import date
from pathlib import Path

import pytest

from knowledge.library import SHIPPED, check
from tests.knowledge.conftest import FEES

TODAY = date(2026, 11, 23)


def test_everything_is_told_at_once_sorted_by_file_and_line(folder: Path) -> None:
    (folder / "faq" / "fees.yaml").write_text(
        FEES.replace("related: [meals]", "related: [meal]\n  review_by: 2026-11-22"),
        encoding="utf-8",
    )
    (folder / "faq" / "transfer.yaml").write_text(
        "- id: transfer\n  question：怎么转学\n  answer: 好\n", encoding="utf-8"
    )
    (folder / "golden.yaml").write_text("- {question: 学费, entrry: tuition}\n", encoding="utf-8")
    (folder / "calendar.yaml").write_text("years: []\n", encoding="utf-8")
    problems = check(folder, today=TODAY)
    places = [(Path(problem.file).name, problem.line) for problem in problems]
    assert places == sorted(
        places,
        key=lambda place: (
            str(folder / place[0])
            if place[0] in {"calendar.yaml", "golden.yaml"}
            else str(folder / "faq" / place[0]),
            place[1],
        ),
    )
    assert {"calendar.yaml", "golden.yaml", "fees.yaml", "transfer.yaml"} == {
        name for name, _ in places
    }
    assert sum("复核日期 2026-11-22 已过" in problem.message for problem in problems) == 1


def test_a_broken_golden_question_is_an_error_of_the_check(folder: Path) -> None:
    (folder / "golden.yaml").write_text(
        "- {question: 孩子怎么转学, entry: meals}\n", encoding="utf-8"
    )
    errors = [problem for problem in check(folder, today=TODAY) if problem.error]
    assert [problem.line for problem in errors] == [1]
    assert "应当命中“meals”" in errors[0].message


def test_what_the_linter_finds_is_a_warning_in_chinese_at_the_entry_s_line(folder: Path) -> None:
    problems = check(folder, today=TODAY)
    assert problems, "entries with three phrasings have too few"
    for problem in problems:
        assert not problem.error
        assert problem.entry
        assert problem.line in {1, 8}
        assert re.search("[一-鿿]", problem.message)


@pytest.mark.untraced
def test_the_shipped_content_has_no_error_but_golden_questions_the_matcher_cannot_answer_yet() -> (
    None
):
    errors = [problem for problem in check(SHIPPED, today=TODAY) if problem.error]
    assert [str(problem) for problem in errors if not problem.file.endswith("golden.yaml")] == []


def test_a_school_in_a_table_that_is_almost_a_known_one_is_a_warning(folder: Path) -> None:
    (folder / "tables").mkdir()
    (folder / "tables" / "quota.yaml").write_text(
        "title: 分配\nkind: quota\nfile: quota.csv\ncolumns:\n  - {name: 批次}\n  - {name: 初中}\n"
        "  - {name: 名额, type: number}\nkey: [初中, 批次]\nsample: true\n",
        encoding="utf-8",
    )
    (folder / "schools.yaml").write_text(
        "- {id: third, name: 示例区第三中学, aliases: [三中, 实验], kind: junior}\n"
        "- {id: fourth, name: 示例区第四中学, aliases: [四中, 实验], kind: junior}\n",
        encoding="utf-8",
    )
    rows = "甲,示例区第三中学,1\n甲,三中,2\n甲,示例区第三中字,3\n乙,示例区第三中字,4\n甲,实验,5\n甲,外国语学校,6\n"
    (folder / "tables" / "quota.csv").write_text(f"批次,初中,名额\n{rows}", encoding="utf-8")
    told = [problem for problem in check(folder, today=TODAY) if "quota.csv" in problem.file]
    assert [(one.line, one.col, one.error) for one in told] == [(4, 2, False), (6, 2, False)]
    assert "是不是想写“示例区第三中学”" in told[0].message
    assert "几所学校共有的叫法(示例区第三中学, 示例区第四中学)" in told[1].message


def test_a_table_copied_for_the_next_year_with_the_old_year_is_a_warning(folder: Path) -> None:
    (folder / "tables").mkdir()
    for name, year in (("quota-2026", 2026), ("quota-2027", 2026), ("quota-2025", 2025)):
        (folder / "tables" / f"{name}.yaml").write_text(
            f"title: {name}\nkind: quota\nschool_year: {year}\nfile: {name}.csv\ncolumns:\n  - {{name: 初中}}\n"
            "  - {name: 名额, type: number}\nkey: [初中]\nsample: true\n",
            encoding="utf-8",
        )
        (folder / "tables" / f"{name}.csv").write_text("初中,名额\n甲校,1\n", encoding="utf-8")
    told = [problem for problem in check(folder, today=TODAY) if "tables" in problem.file]
    assert [Path(one.file).name for one in told] == ["quota-2027.csv"]
    assert "是不是忘了改 school_year" in told[0].message
    assert not told[0].error
