"""`check` tells everything at once: files, entries, dates, golden questions and what the linter thinks of the phrasings."""

import re
from datetime import date
from pathlib import Path

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


def test_the_shipped_content_has_no_error_but_golden_questions_the_matcher_cannot_answer_yet() -> (
    None
):
    errors = [problem for problem in check(SHIPPED, today=TODAY) if problem.error]
    assert [str(problem) for problem in errors if not problem.file.endswith("golden.yaml")] == []
