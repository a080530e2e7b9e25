"""A change is tried on the whole folder before it is written."""

from pathlib import Path

from knowledge.trial import content_of, try_out
from tests.knowledge.conftest import FEES

GOLDEN = "- {question: 午餐费多少钱, entry: meals}\n"


def test_a_good_change_has_a_snapshot_and_nothing_was_written(folder: Path) -> None:
    changed = FEES.replace("午餐费多少钱", "午餐费多少钱, 校车费呢").encode()
    trial = try_out(folder, "faq/fees.yaml", changed)
    assert trial.errors == ()
    assert trial.snapshot is not None
    assert "校车费呢" in trial.snapshot.entries["meals"].phrasings
    assert content_of(folder, "faq/fees.yaml") == FEES.encode()


def test_a_phrasing_of_another_entry_is_refused_with_its_place(folder: Path) -> None:
    changed = FEES.replace("午餐费多少钱", "孩子怎么转学").encode()
    [problem] = try_out(folder, "faq/fees.yaml", changed).errors
    assert problem.file.endswith("transfer.yaml")
    assert "“meals”" in problem.message


def test_a_golden_question_that_would_break_is_told_and_one_that_was_broken_is_not(
    folder: Path,
) -> None:
    (folder / "golden.yaml").write_text(GOLDEN, encoding="utf-8")
    changed = FEES.replace("[午餐费多少钱, 伙食费退不退]", "[]").replace("餐费", "校服费").encode()
    [problem] = try_out(folder, "faq/fees.yaml", changed).errors
    assert "午餐费多少钱" in problem.message
    assert "meals" in problem.message
    (folder / "faq" / "fees.yaml").write_bytes(changed)
    again = try_out(
        folder, "faq/fees.yaml", changed.replace("学费和杂费".encode(), "学费".encode())
    )
    assert again.errors == ()


def test_a_folder_that_is_broken_elsewhere_takes_no_change(folder: Path) -> None:
    (folder / "faq" / "transfer.yaml").write_text("- id: x\n", encoding="utf-8")
    trial = try_out(folder, "faq/fees.yaml", FEES.encode())
    assert trial.snapshot is None
    assert all("transfer.yaml" in problem.file for problem in trial.errors)


def test_a_file_that_is_not_there_has_no_content(folder: Path) -> None:
    assert content_of(folder, "faq/none.yaml") is None
    assert content_of(folder, "../../etc/passwd") is None
