"""calendar.yaml: what is wrong between its days is told; its version follows its days."""

import pytest

from knowledge.calendar import Calendar, make_calendar
from knowledge.reading import read_one
from knowledge.schema_desk import CalendarRow

YEAR = "years:\n  - year: 2028\n    notice: 通知\n    holidays:\n"


def read(text: str) -> tuple[Calendar | None, list[str]]:
    rows = read_one("calendar.yaml", text.encode(), CalendarRow)
    if not rows.rows:
        return None, [str(problem) for problem in rows.problems]
    calendar, problems = make_calendar(rows)
    return calendar, [str(problem) for problem in (*rows.problems, *problems)]


@pytest.mark.parametrize(
    ("holiday", "told"),
    [
        ("{name: 元旦, start: 2028-01-03, end: 2028-01-01}", "“元旦”的结束日期早于开始日期"),
        (
            "{name: 元旦, start: 2028-01-01, end: 2028-01-03, work: [2028-01-04]}",
            "2028-01-04 本来就是工作日",
        ),
        (
            "{name: 元旦, start: 2028-01-01, end: 2028-01-03, work: [2028-01-01]}",
            "2028-01-01 写了两次",
        ),
        ("{name: 元旦, start: 2026-01-01, end: 2026-01-03}", "2026-01-01 不在 2028 年里"),
        ("{name: 元旦, start: 2028-01-01, end: 2028-01-03, work: [2028-05-06]}", "2028-05-06 不在"),
        ("{name: 元旦, start: 2028-02-30, end: 2028-01-03}", "日期“2028-02-30”不对"),
        ("{name: 元旦, begin: 2028-01-01, end: 2028-01-03}", "不认识的键“begin”"),
    ],
)
def test_a_day_that_cannot_be_is_told(holiday: str, told: str) -> None:
    _, problems = read(f"{YEAR}      - {holiday}\n")
    assert any(told in problem for problem in problems), problems


def test_a_year_that_stands_twice_is_told() -> None:
    text = f"{YEAR}      - {{name: 元旦, start: 2028-01-01, end: 2028-01-03}}\n"
    _, problems = read(text + text.removeprefix("years:\n"))
    assert any("“2028”重复了,第一次在第 2 行" in problem for problem in problems)


def test_the_version_changes_with_a_day_and_not_with_a_comment() -> None:
    one = f"{YEAR}      - {{name: 元旦, start: 2028-01-01, end: 2028-01-03}}\n"
    first, _ = read(one)
    second, _ = read("# 说明\n" + one.replace("通知", "国务院的通知"))
    third, _ = read(one.replace("2028-01-03", "2028-01-04"))
    official, _ = read(one.replace("    holidays", "    provisional: true\n    holidays"))
    assert first
    assert second
    assert third
    assert official
    assert first.version == second.version
    assert len({first.version, third.version, official.version}) == 3


def test_a_local_closure_is_a_day_off() -> None:
    calendar, problems = read(
        f"{YEAR}      - {{name: 元旦, start: 2028-01-01, end: 2028-01-03}}\n    local_off: [2028-07-05]\n"
    )
    assert problems == []
    assert calendar is not None
    assert len([day for day in calendar.off if day.month == 7]) == 1
