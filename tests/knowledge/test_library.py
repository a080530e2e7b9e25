"""A snapshot swaps whole or not at all, and says why not."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from knowledge.entry import Outcome
from knowledge.library import SHIPPED, ContentError, Library, read
from tests.knowledge.conftest import FEES, TRANSFER

TODAY = date(2026, 11, 23)


def write(path: Path, text: str) -> None:
    """Save as an editor does, with a time that differs from the last save's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_folder_with_nothing_but_faq_files_is_enough(folder: Path) -> None:
    snapshot, problems = read(folder)
    assert problems == ()
    assert snapshot is not None
    assert list(snapshot.entries) == ["tuition", "meals", "transfer"]
    assert [(topic.id, topic.title, topic.entry_ids) for topic in snapshot.topics] == [
        ("fees", "fees", ("tuition", "meals")),
        ("transfer", "transfer", ("transfer",)),
    ]
    assert snapshot.calendar.has_year(2026)
    assert snapshot.routing.limits["complaint"].workdays > 0
    assert snapshot.schools
    assert snapshot.index.ask("公办小学收学费吗", today=TODAY).answers[0].id == "tuition"


def test_topics_are_named_and_ordered_by_topics_yaml(folder: Path) -> None:
    write(
        folder / "topics.yaml",
        "- {id: transfer, title: 转学, title_en: Transfer}\n- {id: fees, title: 收费}\n",
    )
    snapshot, problems = read(folder)
    assert problems == ()
    assert snapshot is not None
    assert [(topic.title, topic.title_en) for topic in snapshot.topics] == [
        ("转学", "Transfer"),
        ("收费", ""),
    ]


def test_topics_that_are_named_for_nothing_or_not_named_are_warned_about(folder: Path) -> None:
    write(folder / "topics.yaml", "- {id: transfer, title: 转学}\n- {id: food, title: 食堂}\n")
    snapshot, problems = read(folder)
    assert [(problem.line, problem.error) for problem in problems] == [(1, False), (2, False)]
    assert "faq/fees.yaml 没有写在 topics.yaml 里" in problems[0].message
    assert "没有对应的 faq/food.yaml" in problems[1].message
    assert snapshot is not None
    assert [topic.title for topic in snapshot.topics] == ["转学", "fees"]


def test_a_folder_without_a_single_entry_is_an_error(folder: Path) -> None:
    for path in (folder / "faq").iterdir():
        write(path, "[]\n")
    write(folder / "faq" / "more.yml", "")
    snapshot, problems = read(folder)
    assert snapshot is None
    assert "一个知识条目也没有" in str([problem for problem in problems if problem.error])


def test_a_draft_is_kept_but_neither_shown_nor_found(folder: Path) -> None:
    write(folder / "faq" / "transfer.yaml", TRANSFER + "  status: draft\n")
    snapshot, _ = read(folder)
    assert snapshot is not None
    assert snapshot.entries["transfer"].draft
    assert [topic.id for topic in snapshot.topics] == ["fees"]
    assert all(
        key != "transfer" for key, _ in snapshot.index.ask("孩子怎么转学", today=TODAY).ranked
    )


def test_nothing_changed_is_none_and_an_edit_is_live_at_the_next_look(folder: Path) -> None:
    library = Library(folder)
    before = library.current
    assert library.refresh() is None
    write(folder / "faq" / "fees.yaml", FEES.replace("不收学费和杂费。", "不收学费、杂费。"))
    assert library.refresh() == ()
    assert library.current.entries["tuition"].answer == "不收学费、杂费。"
    assert library.current.hash != before.hash
    assert before.entries["tuition"].answer == "不收学费和杂费。"
    assert library.refresh() is None


def test_a_file_that_was_only_touched_is_no_change(folder: Path) -> None:
    library = Library(folder)
    before = library.current
    os.utime(folder / "faq" / "fees.yaml", ns=(1, 1))
    assert library.refresh() is None
    assert library.current is before


def test_a_bad_edit_keeps_the_old_snapshot_and_tells_why_once(folder: Path) -> None:
    library = Library(folder)
    before = library.current
    write(folder / "faq" / "fees.yaml", FEES.replace("question: 公办", "question：公办"))
    problems = library.refresh()
    assert problems is not None
    assert [(problem.line, problem.col, problem.error) for problem in problems] == [(2, 11, True)]
    assert library.current is before
    assert library.refresh() is None
    write(folder / "faq" / "fees.yaml", FEES)
    assert library.refresh() == ()
    assert library.current.hash == before.hash


def test_a_new_file_and_a_removed_one_are_seen(folder: Path) -> None:
    library = Library(folder)
    write(
        folder / "faq" / "aid.yaml",
        "- id: aid\n  question: 助学金怎么申请\n  answer: 向学校申请。\n  sample: true\n",
    )
    assert library.refresh() == ()
    assert "aid" in library.current.entries
    (folder / "faq" / "aid.yaml").unlink()
    assert library.refresh() == ()
    assert "aid" not in library.current.entries


def test_the_whole_folder_vanishing_keeps_the_old_snapshot(folder: Path) -> None:
    library = Library(folder)
    before = library.current
    folder.rename(folder.with_name("away"))
    problems = library.refresh()
    assert problems is not None
    assert "没有这个文件夹" in problems[0].message
    assert library.current is before
    folder.with_name("away").rename(folder)
    assert library.refresh() is None or library.current.hash == before.hash


def test_the_first_load_needs_something_to_answer_from(folder: Path) -> None:
    write(folder / "faq" / "fees.yaml", "- id: a\n  question: b\n")
    with pytest.raises(ContentError) as raised:
        Library(folder)
    assert "缺少必填的“answer”" in str(raised.value)
    assert raised.value.problems[0].line == 1


def test_an_edit_that_breaks_a_golden_question_is_refused_with_its_name(folder: Path) -> None:
    write(
        folder / "golden.yaml",
        "- {question: 转学手续在哪里办, entry: transfer}\n- {question: 今天天气怎么样, entry: null}\n",
    )
    library = Library(folder)
    assert library.problems == ()
    before = library.current
    write(folder / "faq" / "fees.yaml", FEES.replace("午餐费多少钱", "转学手续去哪里办"))
    write(
        folder / "faq" / "transfer.yaml",
        TRANSFER.replace("转学手续在哪里办, ", "")
        .replace("孩子怎么转学", "学籍号在哪里查")
        .replace("转学需要什么材料", "学籍号是什么"),
    )
    problems = library.refresh()
    assert problems is not None
    (problem,) = [problem for problem in problems if problem.error]
    assert problem.file.endswith("golden.yaml")
    assert problem.line == 1
    assert "“转学手续在哪里办”应当命中“transfer”,现在的结果是" in problem.message
    assert "meals" in problem.message
    assert library.current is before
    assert read(folder)[0] is None


def test_a_golden_question_that_was_broken_before_does_not_stop_another_edit(folder: Path) -> None:
    write(folder / "golden.yaml", "- {question: 今天天气怎么样, entry: transfer}\n")
    library = Library(folder)
    assert library.refresh() is None
    assert [problem.error for problem in library.problems] == [False]
    write(folder / "faq" / "fees.yaml", FEES.replace("不收学费和杂费。", "不收。"))
    problems = library.refresh()
    assert problems is not None
    assert [problem.error for problem in problems] == [False]
    assert library.current.entries["tuition"].answer == "不收。"


def test_synonyms_of_the_folder_are_used(folder: Path) -> None:
    write(folder / "synonyms.yaml", "- {word: 转学, also: [挪窝]}\n")
    snapshot, problems = read(folder)
    assert problems == ()
    assert snapshot is not None
    decision = snapshot.index.ask("孩子怎么挪窝", today=TODAY)
    assert decision.outcome is not Outcome.MISS
    assert decision.answers[0].id == "transfer"


def test_the_shipped_content_is_read_without_an_error_in_any_file() -> None:
    library = Library(SHIPPED)
    assert [str(problem) for problem in library.problems if problem.error] == []
    assert len(library.current.entries) >= 40


def test_a_thousand_entries_with_six_phrasings_are_read_well_within_a_second(
    tmp_path: Path,
) -> None:
    from knowledge.checks import check_together
    from knowledge.reading import read_entries

    text = "".join(
        f"- id: entry-{number}\n  question: 第{number}件事怎么办\n  answer: |\n    办法{number}。\n  sample: true\n  phrasings:\n"
        + "".join(f"    - 第{number}件事的第{way}种问法是什么样的\n" for way in range(6))
        for number in range(1000)
    )
    best = 9.0
    for _ in range(3):
        start = time.perf_counter()
        rows, entries = read_entries("many.yaml", text.encode(), "many")
        problems = list(check_together([(rows, entries)]))
        best = min(best, time.process_time() - start)
    assert (len(entries), problems) == (1000, [])
    assert best < 1.0  # 0.12 s by itself; coverage, which slows it down, is on in CI
