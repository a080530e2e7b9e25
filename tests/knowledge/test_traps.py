"""The traps of writing YAML in Chinese: each is told with the line and the corrected line, at its place."""

import pytest

from knowledge.reading import read_entries

HEAD = "- id: a\n"
TAIL = "  answer: c\n"


def problems_of(text: str) -> list[str]:
    rows, _ = read_entries("f.yaml", text.encode(), "t")
    return [str(problem) for problem in rows.problems]


@pytest.mark.parametrize(
    ("line", "place", "fixed"),
    [
        ("  question：学费多少", "2:11", "question: 学费多少"),
        ("  问题：学费多少", "2:5", "question: 学费多少"),
        ("  question:学费多少", "2:11", "question: 学费多少"),
        ("\tquestion: 学费多少", "2:1", "  question: 学费多少"),
        ("　　question: 学费多少", "2:1", "  question: 学费多少"),
        ("  question: *注意*学费", "2:13", 'question: "*注意*学费"'),
        ("  question: @公众号", "2:13", 'question: "@公众号"'),
        ("  question: &学费", "2:13", 'question: "&学费"'),
        ("  question: &a 学费", "2:13", 'question: "&a 学费"'),
        ("  question: !重要 学费", "2:13", 'question: "!重要 学费"'),
        ("  question: %学费", "2:13", 'question: "%学费"'),
        ("  question: `学费`", "2:13", 'question: "`学费`"'),
        ("  question: {学校}", "2:13", 'question: "{学校}"'),
        ("  question: {学校}怎么报名", "2:13", 'question: "{学校}怎么报名"'),
        ("  question: [通知]", "2:13", 'question: "[通知]"'),
        ("  question: [通知]报名开始", "2:13", 'question: "[通知]报名开始"'),
        ("  question: 说明: 学费", "2:15", 'question: "说明: 学费"'),
        ('  question: "学费"怎么交', "2:17", "question: '\"学费\"怎么交'"),
        ("  question: 'it's free'", "2:17", 'question: "it\'s free"'),
        ('  question: "他说"好""', "2:17", "question: '他说\"好\"'"),
        ("  question: [通知", "2:13", 'question: "[通知"'),
        ("  -y", "2:3", "- y"),
        ("-question: 学费", "2:1", "- question: 学费"),
        ("－ question: 学费", "2:1", "- question: 学费"),
        ("  question: # 学费", "2:13", 'question: "# 学费"'),
        ("  question: |学费", "2:14", "question: | ⏎ 学费"),
        ("  question: - 学费", "2:13", "question: ⏎ - 学费"),
        ("-\tquestion: 学费", "2:1", "- question: 学费"),
        ("  question: ｜", "2:13", "question: |"),
        (
            "  source: {title：法, date: 2018-12-29}",
            "2:11",
            "source: {title: 法, date: 2018-12-29}",
        ),
        (
            "  source: {title: 法，date: 2018-12-29}",
            "2:11",
            "source: {title: 法, date: 2018-12-29}",
        ),
        ("  source: {title:法, date:2018-12-29}", "2:11", "source: {title: 法, date: 2018-12-29}"),
        ("  source: ｛title: 法｝", "2:11", "source: {title: 法}"),
        ("  source: 教育法", "2:11", "source: {title: 教育法}"),
        ("  related: tuition，meals", "2:12", "related: [tuition, meals]"),
        ("  phrasings: 要钱吗", "2:14", "phrasings: ⏎ - 要钱吗"),
        ("  checked_on: 2026/11/2", "2:15", "checked_on: 2026-11-02"),
        ("  checked_on: 2026年11月22日", "2:15", "checked_on: 2026-11-22"),
        ("  checked_on: 2026—11—22", "2:15", "checked_on: 2026-11-22"),
        ("  checked_on: 2026-11-22。", "2:15", "checked_on: 2026-11-22"),
        ("  school_year: 2026年", "2:16", "school_year: 2026"),
        ("  stage: 小学", "2:10", "stage: primary"),
        ("  source: {title: 法, number: %1}", "2:30", 'source: {title: 法, number: "%1"}'),
        ("  source: {title: 法, number: 一", "2:11", "source: {title: 法, number: 一}"),
        ("  stage: primry", "2:10", "stage: primary"),
        ("  status: Draft", "2:11", "status: draft"),
        ("  sample: 真", "2:11", "sample: true"),
        ("  sample: N", "2:11", "sample: false"),
        (
            "  source: {title: 法, url: www.moe.gov.cn}",
            "2:27",
            "source: {title: 法, url: https://www.moe.gov.cn}",
        ),
    ],
)
def test_a_trap_is_told_with_the_line_and_the_corrected_line(
    line: str, place: str, fixed: str
) -> None:
    problems = [each for each in problems_of(f"{HEAD}{line}\n{TAIL}") if "缺少必填" not in each]
    assert problems, line
    assert problems[0].startswith(f"f.yaml:{place}: ")
    assert f"改成:{fixed}" in problems[0]
    assert f"这一行:{line.strip()}" in problems[0]


@pytest.mark.parametrize(
    "line",
    [
        "checked_on: 明天", "checked_on: 2026-11-31", "checked_on: 11/22/2026", "school_year: 2026-2027", "school_year: 二〇二六", "stage: 大学",
        "sample: 也许", "source: 法: 一", "source: {title: 法, url: 官网}",
    ],
)  # fmt: skip
def test_what_could_mean_two_things_is_not_corrected(line: str) -> None:
    problems = problems_of(f"- id: a\n  question: b\n{TAIL}  {line}\n")
    assert len(problems) == 1
    assert f"这一行:{line}" in problems[0]
    assert "改成" not in problems[0] or "加引号" in problems[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- id: a\n   question: b\n  answer: c\n", "2:4: 缩进没有对齐:这一行前面要有 2 个空格,现在是 3 个。这一行:question: b 改成:  question: b"),
        ("- id: a\n question: b\n  answer: c\n", "2:2: 缩进没有对齐:这一行前面要有 2 个空格,现在是 1 个。这一行:question: b 改成:  question: b"),
        ("- id: a\n  question: b\n  answer: |\n    不收。\n  另交书费。\n", "5:3: 这一行是上面竖线 | 后面的正文,前面要有 4 个空格,现在是 2 个。这一行:另交书费。 改成:    另交书费。"),
        ("- id: a\n  question: b\n  answer: |\n      不收。\n    另交书费。\n", "5:5: 这一行是上面竖线 | 后面的正文,前面要有 6 个空格"),
        ("- id: a\n  question: b\n  answer: |\n    不收。\n\t另交书费。\n", "5:1: 行首用了制表符(Tab)缩进。只能用空格,前面要有 4 个。这一行:另交书费。 改成:    另交书费。"),
        ("- id: a\n  question: b\n  answer:\n    不收。\n    提示: 另交书费。\n", "5:5: “answer”的文字有好几行,里面又有“冒号加空格”。请在第 3 行的“answer:”后面写 |"),
        ("- id: a\n  question: b\n  answer: c\n  phrasings:\n    · 要钱吗\n    · 收费吗\n", "5:5: 条目和列表项要以半角的“-”加一个空格开头。这一行:· 要钱吗 改成:- 要钱吗"),
        ("- id: a\n  question: b\n  answer: c\n  phrasings:\n    1、要钱吗\n", "5:5: 条目和列表项要以半角的“-”加一个空格开头。这一行:1、要钱吗 改成:- 要钱吗"),
        ("- id: a\n  question: b\n  answer: c\n  phrasings:\n    - 家长问: 要钱吗\n", '5:7: 文字里有“冒号加空格”,会被当成新的键。请给整段文字加引号。这一行:- 家长问: 要钱吗 改成:- "家长问: 要钱吗"'),
        ("<<<<<<< HEAD\n- id: a\n  question: b\n  answer: c\n=======\n>>>>>>> x\n", "1:1: 这里留着合并冲突的记号"),
        ("  id: a\n  question: b\n  answer: c\n", "1:3: 这个文件应当是一个列表,每个条目以“- ”开头。这一行:id: a 改成:- id: a"),
        ("- id: a\n  \u200bquestion: b\n  answer: c\n", "2:3: “question”里有一个看不见的字符"),
        ("- id: a\n  Question: b\n  answer: c\n", "2:3: 不认识的键“Question”。是不是想写“question”?这一行:Question: b 改成:question: b"),
        ("- {id: a, question: #3 要钱吗, answer: c}\n- {id: b, question: d, answer: e}\n", '1:21: 空格加 # 之后的字,连同后面的大括号,都会被当成注释丢掉。要保留就给这段文字加引号。这一行:- {id: a, question: #3 要钱吗, answer: c} 改成:- {id: a, question: "#3 要钱吗", answer: c}'),
        ("- id: a\n  question: b\n  answer: c\n\ufeff- id: d\n  question: e\n  answer: f\n", "4:1: 这里有一个看不见的控制字符(U+FEFF)。请删掉它。"),
        ("- id: a\n  question: b\n  answer: c\n  on: 1\n", "4:3: 不认识的键“on”。可以用的有:id"),
        ("- id: a\n  question: b\n  answer: c\n  phrasings:\n    - 要钱吗\n\t- 收费吗\n", "6:1: 行首用了制表符(Tab)缩进。只能用空格,前面要有 4 个。这一行:- 收费吗 改成:    - 收费吗"),
        ("- id: a\n  question: b\n  answer: c\n  phrasings:\n\t- 要钱吗\n", "5:1: 行首用了制表符(Tab)缩进。只能用空格,前面要有 4 个。这一行:- 要钱吗 改成:    - 要钱吗"),
        ("- id: a\n  question: b\n　　answer: c\n", "3:1: 行首用了全角空格或特殊空格缩进。只能用半角空格,前面要有 2 个。这一行:answer: c 改成:  answer: c"),
    ],
)  # fmt: skip
def test_the_first_thing_told_is_the_cause(text: str, told: str) -> None:
    assert problems_of(text)[0].startswith(f"f.yaml:{told}")


def test_a_long_line_is_shown_where_it_is_wrong() -> None:
    names = ", ".join(f"第{number}中学" for number in range(20))
    (problem,) = problems_of(
        f"- {{id: a, question: b, answer: c, phrasings: [{names}], stage: 小学}}\n"
    )
    assert "stage: 小学" in problem
    assert "stage: primary" in problem


def test_lines_that_yaml_joins_and_a_full_width_comma_in_a_list_are_warnings() -> None:
    (problem,) = problems_of("- id: a\n  question: b\n  answer: 不收。\n    另交书费。\n")
    assert problem.startswith("f.yaml:3:11: 警告: “answer”写了几行却没有竖线 |")
    (problem,) = problems_of("- id: a\n  question: b\n  answer: c\n  phrasings: [要钱吗，收费吗]\n")
    assert problem.startswith("f.yaml:4:18: 警告: 列表里用了全角逗号")
    assert "改成:phrasings: [要钱吗, 收费吗]" in problem


def test_a_broken_bracket_where_one_belongs_is_not_told_to_be_quoted() -> None:
    (problem,) = problems_of(f"{HEAD}  question: b\n{TAIL}  source: {{title: 法: 一}}\n")
    assert problem.startswith("f.yaml:4:11: 方括号或大括号里没有写完整")
    assert "改成" not in problem


def test_what_follows_a_trap_is_not_told_as_another_problem() -> None:
    assert len(problems_of(f"{HEAD}  question：学费\n{TAIL}")) == 1
    assert len(problems_of(f"{HEAD}\tquestion: 学费\n{TAIL}")) == 1
    assert len(problems_of(f"{HEAD}  question: *学费*\n{TAIL}")) == 1


def test_text_cut_by_a_number_sign_is_a_warning_and_a_comment_behind_a_date_is_none() -> None:
    (problem,) = problems_of(f"{HEAD}  question: 详见 # 附件\n{TAIL}")
    assert problem.startswith("f.yaml:2:16: 警告: ")
    assert '改成:question: "详见 # 附件"' in problem
    assert (
        problems_of(
            f"{HEAD}  question: 学费\n{TAIL}  valid_from: 2026-01-01 # 开学\n  stage: primary # 小学\n"
        )
        == []
    )


def test_a_phrasing_in_a_list_is_corrected_as_a_list_item() -> None:
    problems = problems_of(f"{HEAD}  question: 学费\n{TAIL}  phrasings:\n    - {{学校}}收费\n")
    assert '改成:- "{学校}收费"' in problems[0]


@pytest.mark.parametrize(
    "text",
    [
        "- id: a\n  question: b\n  answer: |\n    question：x\n    \tanswer:y\n    {a}: *b\n    详见 # 附件\n",
        "- id: a\n  question: b\n  answer: >-\n    说明: 学费\n    - @公众号\n",
        "- id: a\n  question: '说明: {学校} # 附件'\n  answer: \"*注意* @公众号\"\n",
        "- id: a\n  question: 时间：8:30？\n  answer: 电话:0510-8888:转 1\n",
        "- id: a\n  question: b\n  answer: |\n    - 一\n    1. 二\n    ======= \n    ·三\n  phrasings: ['一，二', \"三，四\"]\n",
        "- {id: a, question: b, answer: c, source: {title:  法, url: 'https://a.cn/?date:1'}}\n",
    ],
)
def test_what_is_right_is_no_trap(text: str) -> None:
    assert problems_of(text) == []


def test_every_broken_entry_is_told_and_the_good_ones_are_still_read() -> None:
    text = (
        "- id: one\n  question: *x\n  answer: y\n"
        "- id: two\n  question: fine\n  answer: y\n"
        "- id: three\n  question: 'open\n  answer: y\n"
        "- id: four\n  question: a: b\n  answer: y\n"
        "- id: five\n  question: ok\n"
    )
    rows, entries = read_entries("f.yaml", text.encode(), "t")
    assert [(problem.line, problem.col) for problem in rows.problems] == [
        (2, 13),
        (8, 13),
        (11, 14),
        (13, 3),
    ]
    assert [entry.id for entry in entries] == ["two"]
    assert not rows.whole


def test_an_entry_nested_too_deep_is_told_beside_a_syntax_error() -> None:
    deep = "{a: " * 20 + "b" + "}" * 20
    text = f"- id: one\n  question: *x\n- id: two\n  question: {deep}\n- &c {{id: d}}\n- {{&k id: e}}\n"
    problems = problems_of(text)
    assert any(problem.startswith("f.yaml:2:13:") for problem in problems)
    assert any(problem.startswith("f.yaml:4:") and "嵌套太深" in problem for problem in problems)
    assert any(problem.startswith("f.yaml:5:3:") and "以 & 开头" in problem for problem in problems)
    assert any(problem.startswith("f.yaml:6:4:") and "以 & 开头" in problem for problem in problems)


def test_a_file_with_hundreds_of_broken_entries_tells_the_first_200() -> None:
    assert len(problems_of("- id: a\n  question: b: c\n" * 1000)) == 200


def test_a_key_written_twice_names_the_first_line() -> None:
    (problem,) = problems_of("- id: a\n  question: b\n  answer: c\n  question: d\n")
    assert (
        problem == "f.yaml:4:3: “question”写了两次,第一次在第 2 行。请删掉一个。这一行:question: d"
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            "- id: a\n  question: 学费\n  answer: c\n".encode("gb18030"),
            "不是 UTF-8 编码,第 23 个字节起读不懂",
        ),
        ("- id: a\n".encode("utf-16"), "UTF-16"),
        (b"- id: a\n  question: b\x00\n  answer: c\n", "看不见的控制字符(U+0000)"),
        (b"- id: a\n  question: b\x07\n  answer: c\n", "看不见的控制字符(U+0007)"),
        (b"", "文件是空的"),
        (b"# only a comment\n", "文件是空的"),
        (b"- id: a\n  question: b\n  answer: c\n---\n- id: d\n", "只能有一份内容"),
        (b"- ? [a]\n  : b\n", "键不是文字"),
        (b"- " * 40 + b"a", "嵌套太深"),
    ],
)
def test_what_is_no_readable_yaml_is_told_in_chinese(data: bytes, told: str) -> None:
    rows, entries = read_entries("f.yaml", data, "t")
    assert told in str(rows.problems[0])
    assert not entries or not rows.whole
