"""What is wrong between entries, and what runs out on a day."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import checks
from knowledge.reading import read_entries

TODAY = date(2026, 11, 23)


def entry(key: str, question: str, more: str = "sample: true") -> str:
    return f"- id: {key}\n  question: {question}\n  answer: 好\n" + "".join(
        f"  {line}\n" for line in more.split("; ")
    )


def problems_of(*files: str) -> list[str]:
    faq = [
        read_entries(f"{number}.yaml", text.encode(), str(number))
        for number, text in enumerate(files)
    ]
    assert all(not rows.problems for rows, _ in faq)
    return [str(problem) for problem in checks.check_together(faq)]


def test_an_id_used_in_two_files_names_the_other_place() -> None:
    assert problems_of(entry("a", "学费"), entry("b", "餐费") + entry("a", "校服")) == [
        "1.yaml:5:7: 编号“a”重复了,已经用在 0.yaml:1。每个编号只能用一次。"
    ]


def test_a_related_entry_that_does_not_exist_names_the_nearest() -> None:
    (problem,) = problems_of(
        entry("tuition", "学费"), entry("b", "餐费", "sample: true; related: [tuiton, tuition]")
    )
    assert problem == (
        "1.yaml:5:13: related 里的“tuiton”不存在。是不是想写“tuition”?"
        "这一行:related: [tuiton, tuition] 改成:related: [tuition, tuition]"
    )


def test_an_entry_related_to_itself_is_a_warning() -> None:
    (problem,) = problems_of(entry("a", "学费", "sample: true; related: [a]"))
    assert problem == "0.yaml:5:13: 警告: related 里写了条目自己。请删掉。"


def test_related_is_not_judged_while_a_file_cannot_be_read() -> None:
    good = read_entries("a.yaml", entry("a", "学费", "sample: true; related: [b]").encode(), "a")
    bad = read_entries("b.yaml", b"- id: b\n  question: *x\n", "b")
    assert list(checks.check_together([good, bad])) == []


@pytest.mark.parametrize("other", ["学费多少", "学费多少?", "学费，多少", "学费 多少！"])
def test_one_phrasing_in_two_live_entries_is_an_error(other: str) -> None:
    (problem,) = problems_of(
        entry("a", "学费多少"), entry("b", "餐费", f"sample: true; phrasings: ['{other}']")
    )
    assert (
        problem
        == f"1.yaml:5:15: 问法“{other}”同时写在条目“a”里(0.yaml:1)。同一句话只能属于一个条目。"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("valid_until: 2026-08-31", "valid_from: 2026-09-01"),
        ("school_year: 2025", "school_year: 2026"),
        ("status: draft", "status: live"),
    ],
)
def test_entries_that_are_never_current_together_may_share_a_phrasing(
    first: str, second: str
) -> None:
    assert (
        problems_of(
            entry("a", "学费多少", f"sample: true; {first}"),
            entry("b", "学费多少", f"sample: true; {second}"),
        )
        == []
    )


def test_a_phrasing_twice_in_one_entry_is_a_warning() -> None:
    (problem,) = problems_of(entry("a", "学费多少", "sample: true; phrasings: [学费多少?]"))
    assert problem == "0.yaml:5:15: 警告: 问法“学费多少?”在这个条目里写了两次。"


def test_neither_source_nor_sample_is_a_warning_for_a_live_entry_only() -> None:
    (problem,) = problems_of(
        entry("a", "学费", "sample: false") + entry("b", "餐费", "status: draft")
    )
    assert problem.startswith("0.yaml:1:3: 警告: 没有写 source")


@pytest.mark.parametrize(
    "dates",
    [
        "valid_from: 2026-09-01; valid_until: 2026-08-31",
        "checked_on: 2026-09-01; review_by: 2026-08-31",
    ],
)
def test_dates_the_wrong_way_round_are_an_error(dates: str) -> None:
    (problem,) = problems_of(entry("a", "学费", f"sample: true; {dates}"))
    assert "时间顺序反了" in problem
    assert "警告" not in problem


def test_english_phrasings_without_an_english_answer_are_a_warning() -> None:
    (problem,) = problems_of(entry("a", "学费", "sample: true; phrasings_en: [how much]"))
    assert "answer_en" in problem


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ("review_by: 2026-11-22", "复核日期 2026-11-22 已过"),
        ("valid_until: 2026-11-22", "有效期到 2026-11-22 为止"),
        ("checked_on: 2026-11-24", "checked_on 是 2026-11-24,还没有到"),
    ],
)
def test_what_has_run_out_is_a_warning_on_that_day(dates: str, told: str) -> None:
    faq = [read_entries("a.yaml", entry("a", "学费", f"sample: true; {dates}").encode(), "a")]
    (problem,) = checks.check_dates(faq, TODAY)
    assert not problem.error
    assert told in problem.message
    assert problem.line == 5


@pytest.mark.parametrize(
    "dates", ["review_by: 2026-11-23", "valid_until: 2026-11-23", "checked_on: 2026-11-23"]
)
def test_the_last_day_itself_is_still_in_time(dates: str) -> None:
    faq = [read_entries("a.yaml", entry("a", "学费", f"sample: true; {dates}").encode(), "a")]
    assert list(checks.check_dates(faq, TODAY)) == []


def test_the_shipped_content_has_no_problem_between_entries() -> None:
    from knowledge.assemble import SHIPPED

    faq = [
        read_entries(str(path), path.read_bytes(), path.stem)
        for path in sorted(Path(SHIPPED, "faq").glob("*.yaml"))
    ]
    assert [str(problem) for rows, _ in faq for problem in rows.problems] == []
    assert [str(problem) for problem in checks.check_together(faq)] == []
