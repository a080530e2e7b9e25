"""golden.yaml: what is wrong with the questions themselves is told; how they are run is in test_library."""

from datetime import date
from pathlib import Path

from knowledge.assemble import as_of
from knowledge.golden import Golden, broken
from knowledge.library import read
from knowledge.reading import read_entries


def problems_of(folder: Path, text: str) -> list[str]:
    (folder / "golden.yaml").write_text(text, encoding="utf-8")
    return [str(problem).rpartition("/")[2] for problem in read(folder)[1]]


def test_a_question_for_an_entry_that_does_not_exist_names_the_nearest(folder: Path) -> None:
    (problem,) = problems_of(folder, "- question: 学费\n  entry: tution\n")
    assert (
        problem
        == "golden.yaml:2:10: 检验问题“学费”指向的条目“tution”不存在。是不是想写“tuition”?这一行:entry: tution 改成:entry: tuition"
    )


def test_an_entry_with_a_mistake_in_it_is_not_called_one_that_does_not_exist(folder: Path) -> None:
    text = (folder / "faq" / "fees.yaml").read_text(encoding="utf-8")
    wrong = text.replace("question:", "question：", 1)
    (folder / "faq" / "fees.yaml").write_text(wrong, encoding="utf-8")
    (problem,) = problems_of(folder, "- question: 学费\n  entry: tuition\n")
    assert "全角冒号" in problem


def test_a_question_written_twice_is_a_warning(folder: Path) -> None:
    problems = problems_of(
        folder,
        "- {question: 学校食堂的餐费怎么收, entry: meals}\n- {question: 学校食堂的餐费怎么收, entry: meals}\n",
    )
    assert problems == [
        "golden.yaml:2:14: 警告: 检验问题“学校食堂的餐费怎么收”写了两次,第一次在第 1 行。"
    ]


def test_a_question_must_say_what_it_expects(folder: Path) -> None:
    (problem,) = problems_of(folder, "- question: 学费\n")
    assert problem == "golden.yaml:1:3: 缺少必填的“entry”。"


def test_what_must_not_be_answered_may_be_a_miss_and_what_is_answered_is_told(folder: Path) -> None:
    assert (
        problems_of(
            folder,
            "- {question: 今天股票涨了吗, entry: null}\n- {question: 你好, entry: ~}\n- {question: 晚上吃什么, entry: }\n",
        )
        == []
    )
    (problem,) = problems_of(folder, "- {question: 孩子怎么转学, entry: null}\n")
    assert problem == "golden.yaml:1:14: 检验问题“孩子怎么转学”不应当回答,现在却命中了:transfer。"


def test_a_question_that_is_handed_over_says_so(folder: Path) -> None:
    (problem,) = problems_of(folder, "- {question: 今天股票涨了吗, entry: meals}\n")
    assert problem.endswith("应当命中“meals”,现在的结果是:没有把握,转人工。")


def test_golden_questions_are_asked_as_of_the_last_day_an_entry_was_checked(folder: Path) -> None:
    snapshot, _ = read(folder)
    assert snapshot is not None
    assert as_of(snapshot.entries.values(), snapshot.calendar) == date(2026, 11, 22)
    _, unchecked = read_entries("a.yaml", b"- id: a\n  question: b\n  answer: c\n", "a")
    assert as_of(unchecked, snapshot.calendar) == date(2027, 1, 1)
    assert list(broken(snapshot.index, snapshot.golden, date(2026, 11, 22))) == []


def test_an_edit_of_an_answer_asks_no_question_anew_and_one_of_a_phrasing_or_a_date_does(
    folder: Path,
) -> None:
    golden = (Golden("今天天气怎么样", "transfer", "golden.yaml", 1, 1),)  # never answered so
    file = folder / "faq" / "transfer.yaml"

    def verdict(old: str = "", new: str = "") -> object:
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        snapshot, problems = read(folder)
        assert snapshot is not None, problems
        return broken(snapshot.index, golden, date(2026, 11, 22))

    first = verdict()
    assert verdict("向转入学校申请。", "先找转入学校。") is first
    assert verdict("转学手续在哪里办", "转学手续去哪里办") is not first
    dated = verdict("转学手续去哪里办", "转学手续在哪里办")
    assert dated is first  # taken back
    assert verdict("  source:", "  valid_until: 2026-11-21\n  source:") is not first
