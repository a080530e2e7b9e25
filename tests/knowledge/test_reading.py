"""faq/*.yaml becomes entries, and every value stays as it was typed."""

from datetime import date

import pytest

from knowledge.entry import Entry, Source, Stage
from knowledge.problem import Problem
from knowledge.reading import read_entries


def read(text: str | bytes) -> tuple[list[str], tuple[Entry, ...]]:
    data = text if isinstance(text, bytes) else text.encode()
    rows, entries = read_entries("faq/t.yaml", data, "t")
    return [str(problem) for problem in rows.problems], entries


FULL = """\
# yaml-language-server: $schema=x
- id: primary-age            # a comment behind a field that holds no text
  question: 孩子几岁可以上小学一年级?
  phrasings: [小学入学年龄有什么规定, 几月几号之前出生能报名]
  answer: |
    年满六周岁。
    问题：这里的全角冒号、 # 井号和 {括号} 都是正文。
  source: {title: 中华人民共和国义务教育法, number: "", article: 第十一条, date: 2018-12-29, url: ""}
  stage: primary
  valid_from: 2026-01-01
  valid_until: 2027-08-31
  school_year: 2026
  checked_on: 2026-11-22
  review_by: 2027-03-01
  sample: true
  related: [primary-documents]
"""


def test_the_example_of_the_contract_is_read_whole() -> None:
    problems, (entry,) = read(FULL)
    assert problems == []
    assert entry == Entry(
        id="primary-age",
        question="孩子几岁可以上小学一年级?",
        answer="年满六周岁。\n问题：这里的全角冒号、 # 井号和 {括号} 都是正文。",
        phrasings=("小学入学年龄有什么规定", "几月几号之前出生能报名"),
        topic="t",
        source=Source("中华人民共和国义务教育法", "", "第十一条", "2018-12-29", ""),
        stage=Stage.PRIMARY,
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 8, 31),
        school_year=2026,
        checked_on=date(2026, 11, 22),
        review_by=date(2027, 3, 1),
        sample=True,
        related=("primary-documents",),
        where="faq/t.yaml:2",
    )


@pytest.mark.parametrize(
    "typed",
    [
        "0510210600",
        "8:30",
        "20:00",
        "2025-06-01",
        "on",
        "no",
        "yes",
        "NO",
        "1.10",
        "1_000",
        "0x1F",
        "1e5",
        "~",
        "null",
        "true",
        "12:30:45",
        ".5",
        "=",
        "<<",
    ],
)
def test_no_scalar_is_converted_by_accident(typed: str) -> None:
    problems, (entry,) = read(
        f"- id: a\n  question: {typed}\n  answer: {typed}\n  phrasings: [{typed}b, {typed}]\n"
    )
    assert problems == []
    assert (entry.question, entry.answer, entry.phrasings) == (typed, typed, (f"{typed}b", typed))


def test_a_key_that_yaml_would_read_as_true_stays_text_and_is_unknown() -> None:
    problems, _ = read("- id: a\n  question: b\n  answer: c\n  on: d\n")
    assert problems == [f"faq/t.yaml:4:3: {problems[0].split(': ', 1)[1]}"]
    assert "“on”" in problems[0]


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_line_ends_of_any_system_are_read(data: bytes, end: str) -> None:
    problems, (entry,) = read(
        data + f"- id: a{end}  question: 问{end}  answer: |{end}    一{end}    二{end}".encode()
    )
    assert problems == []
    assert entry.answer == "一\n二"


def test_all_problems_are_told_at_once_with_line_and_column() -> None:
    problems, entries = read(
        "- id: first\n"
        "  question: 学费?\n"
        "  anwser: 不收\n"
        "  valid_from: 2026-02-30\n"
        "- id: Second One\n"
        "  question: ''\n"
        "  answer: 好\n"
        "  stage: primry\n"
        "  sample: maybe\n"
        "- id: third\n"
        "  question: 可以吗\n"
        "  answer: 可以\n"
    )
    assert [problem.split(" ")[0] for problem in problems] == [
        f"faq/t.yaml:{place}:" for place in ("3:3", "4:15", "5:7", "6:13", "8:10", "9:11")
    ]
    assert [entry.id for entry in entries] == ["third"]


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("anwser: x", "是不是想写“answer”?"),
        ("答案: x", "是不是想写“answer”?"),
        ("valid_til: 2026-01-01", "是不是想写“valid_until”?"),
        ("source: {titel: x}", "是不是想写“title”?"),
        ("source: 义务教育法", "“source”下面应当是几个“键: 值”。"),
        ("source: {article: 第一条}", "缺少必填的“title”。"),
        ("source: {title: x, url: www.moe.gov.cn}", "要以 http:// 或 https:// 开头"),
        ("phrasings: 一句话", "“phrasings”应当是一个列表"),
        ("phrasings: [a, '']", "“phrasings”是空的"),
        ("phrasings: ['  ']", "“phrasings”是空的"),
        ("phrasings: [[a]]", "“phrasings”应当是一段文字"),
        ("valid_from: 2026-2-1", "日期“2026-2-1”不对"),
        ("valid_from: 2026年2月1日", "日期“2026年2月1日”不对"),
        ("review_by: 20260301", "日期“20260301”不对"),
        ("school_year: 26", "年份“26”不对"),
        ("school_year: 2_026", "年份“2_026”不对"),
        ("school_year: [2026]", "“school_year”的值不对"),
        ("sample: [true]", "“sample”的值不对"),
        ("stage: 小学", "只能是下面之一:kindergarten, primary, junior, senior, staff"),
        ("status: hidden", "只能是下面之一:live, draft"),
        ("sample: 2", "要写 true(是)或 false(否)"),
        ("related: [不存在的]", "只能用小写英文字母、数字和连字符"),
        (f"answer_en: {'x' * 3501}", "太长(3501 个字),最多 3500 个字"),
    ],
)
def test_a_wrong_field_is_told_in_chinese_with_what_to_write(field: str, told: str) -> None:
    problems, entries = read(f"- id: a\n  question: b\n  answer: c\n  {field}\n")
    assert entries == ()
    assert all(problem.startswith("faq/t.yaml:4:") for problem in problems)
    assert sum(told in problem for problem in problems) == 1


def test_an_answer_too_long_for_telegram_is_refused() -> None:
    problems, entries = read(f"- id: a\n  question: b\n  answer: {'很' * 3501}\n")
    assert "太长(3501 个字),最多 3500 个字" in problems[0]
    assert not entries
    assert read(f"- id: a\n  question: b\n  answer: {'很' * 3500}\n")[0] == []


@pytest.mark.parametrize(
    "empty",
    [
        "phrasings:",
        "source:",
        "stage: ''",
        "valid_until:",
        "related:",
        "sample:",
        "source: ~",
        "valid_from: null",
    ],
)
def test_an_optional_key_with_nothing_behind_it_is_as_if_absent(empty: str) -> None:
    problems, (entry,) = read(f"- id: a\n  question: b\n  answer: c\n  {empty}\n")
    assert problems == []
    assert entry == Entry("a", "b", "c", topic="t", where="faq/t.yaml:1")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("true", True),
        ("yes", True),
        ("是", True),
        ("True", True),
        ("false", False),
        ("no", False),
        ("否", False),
    ],
)
def test_a_flag_is_read_in_the_words_people_use(word: str, meant: bool) -> None:
    _, (entry,) = read(f"- id: a\n  question: b\n  answer: c\n  sample: {word}\n")
    assert entry.sample is meant


def test_a_draft_is_read_and_known_as_one() -> None:
    _, (entry,) = read("- id: a\n  question: b\n  answer: c\n  status: draft\n")
    assert entry.draft


@pytest.mark.parametrize("text", ["question: a\n", "学费", "- 学费\n- 书费\n"])
def test_a_file_that_is_no_list_of_entries_says_so(text: str) -> None:
    problems, entries = read(text)
    assert problems
    assert "“- ”开头" in problems[0] or "键: 值" in problems[0]
    assert not entries


def test_a_file_with_thousands_of_problems_tells_the_first_200() -> None:
    problems, _ = read("".join(f"- id: a{number}\n  question: b\n" for number in range(5000)))
    assert len(problems) == 201
    assert "只列出前 200 个" in problems[0]


def test_a_warning_is_marked_in_words() -> None:
    assert str(Problem("a.yaml", 1, 2, "看一下", error=False)) == "a.yaml:1:2: 警告: 看一下"


@pytest.mark.parametrize("written", ["2018", "2018-02", "2018-02-28", ""])
def test_a_source_may_be_dated_to_the_day_the_month_or_the_year(written: str) -> None:
    rows, (entry,) = read_entries(
        "f.yaml", f"- {{id: a, question: b, answer: c, source: {{title: 法, date: {written}}}}}\n".encode(), "f"
    )  # fmt: skip
    assert rows.problems == ()
    assert entry.source is not None
    assert entry.source.date == written


@pytest.mark.parametrize(
    ("written", "fixed"),
    [("2018年", "2018"), ("2018年2月", "2018-02"), ("2018/2", "2018-02"), ("2018年2月3日", "2018-02-03"), ("2018-13", ""), ("2018-02-30", ""), ("去年", "")],
)  # fmt: skip
def test_a_date_of_a_source_in_another_spelling_is_told_with_the_right_one(
    written: str, fixed: str
) -> None:
    rows, _ = read_entries(
        "f.yaml", f"- id: a\n  question: b\n  answer: c\n  source: {{title: 法, date: {written}}}\n".encode(), "f"
    )  # fmt: skip
    (problem,) = rows.problems
    assert problem.message.startswith(f"日期“{written}”不对")
    assert (f"date: {fixed}}}" in problem.message) is bool(fixed)
