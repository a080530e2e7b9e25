"""The quarterly check counts every figure as the rule printed under it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.service.quarter import period_of
from bot.service.quarter_sections import introduction
from bot.service.small_groups import LEAST, Group, merged
from bot.storage.times import stamp
from tests.bot.bureau import Bureau
from tests.bot.threemonths import (
    JANUARY,
    OCTOBER,
    Archived,
    asks,
    case,
    counted,
    entry,
    people,
    puts,
    section,
)

# the period


def test_a_quarter_begins_and_ends_at_midnight_in_shanghai() -> None:
    period = period_of("2026q4", JANUARY)
    assert stamp(period.span.starts) == "2026-09-30T16:00:00.000000Z"
    assert stamp(period.span.ends) == "2026-12-31T16:00:00.000000Z"
    assert (str(period.last_day), period.over) == ("2026-12-31", True)


def test_a_quarter_that_runs_ends_now() -> None:
    period = period_of("2026Q4", OCTOBER)
    assert (period.span.ends, period.over) == (OCTOBER, False)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026Q5", "2026Q0", "26Q4", "2026Q44", "２０２６Q4", "2027Q1"]
)
def test_anything_else_and_a_quarter_to_come_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quarter"):
        period_of(text, OCTOBER)


# questions


def test_questions_are_counted_by_entry_with_numerators_and_denominators(bureau: Bureau) -> None:
    for person in people(bureau, 6):
        asks(bureau, person, "几岁上学", "hit", "primary-age")
        asks(bureau, person, "几岁上学", "unsure", "primary-age")
        asks(bureau, person, "几岁上学", "chosen", "primary-age")
        asks(
            bureau, person, "前一天", "hit", "primary-age", at=datetime(2026, 9, 30, 15, tzinfo=UTC)
        )
    found = counted(bureau)
    asked = section(found, "问得最多的内容")
    assert asked.said == "群众提问 12 次,6 人。"
    assert asked.rows == (("孩子几岁可以上小学一年级?", "12", "6"),)  # 6 hits and 6 choices
    assert section(found, "没有答上来的问题").said == "没有答上来 0/12(0.0%),0 人。"


def test_unanswered_questions_are_shown_only_when_five_people_asked_them(bureau: Bureau) -> None:
    asked_by = people(bureau, 6)
    for person in asked_by:
        asks(bureau, person, "校服多少钱?" if person % 2 else "校服 多少钱", "miss")
    for number, person in enumerate(asked_by):
        asks(bureau, person, f"我家孩子张三{number}号", "miss")
    missed = section(counted(bureau), "没有答上来的问题")
    assert missed.said == "没有答上来 12/12(100.0%),6 人。"
    assert [row[1:] for row in missed.rows] == [("6", "6"), ("6", "6")]
    assert missed.rows[1][0] == "其余 6 项合计"
    assert "张三" not in repr(missed)


def test_a_table_that_was_asked_for_has_its_name(bureau: Bureau) -> None:
    for person in people(bureau, LEAST):
        asks(bureau, person, "三中指标", "hit", "table:quota")
    assert section(counted(bureau), "问得最多的内容").rows[0][0] == "指标到校名额"


def test_verdicts_are_counted_once_a_person(bureau: Bureau) -> None:
    for number, person in enumerate(people(bureau, 8)):
        puts(
            bureau,
            "feedback",
            at=stamp(OCTOBER),
            person_id=person,
            entry_id="meal-fee",
            question="q",
            helpful=int(number < 6),
        )
    judged = section(counted(bureau), "有帮助与没帮助")
    assert judged.said == "收到评价 8 次,有帮助 6/8(75.0%)。"
    assert judged.rows == (("学校食堂的伙食费怎么收?", "6", "2", "8"),)


# small groups


def group(label: str, first: int, count: int) -> Group:
    return Group(label, (count,), frozenset(range(first, first + count)))


def test_groups_under_five_people_are_merged_and_the_smallest_one_joins_them() -> None:
    kept, rest = merged([group("a", 0, 9), group("b", 10, 6), group("c", 20, 2)], most=20)
    assert [one.label for one in kept] == ["a"]
    assert rest is not None
    assert (rest.counts, len(rest.people), rest.size) == ((8,), 8, 2)


def test_nothing_is_merged_where_every_group_is_large_and_nothing_lost_where_few_are_shown() -> (
    None
):
    groups = [group(str(number), 10 * number, 5 + number) for number in range(4)]
    assert merged(groups, most=20)[1] is None
    kept, rest = merged(groups, most=2)
    assert rest is not None
    assert sum(one.counts[0] for one in (*kept, rest)) == sum(one.counts[0] for one in groups)


def test_fewer_than_five_people_in_all_are_not_told_apart(bureau: Bureau) -> None:
    for person in people(bureau, 3):
        asks(bureau, person, "几岁上学", "hit", "primary-age")
    asked = section(counted(bureau), "问得最多的内容")
    assert asked.said == "群众提问 3 次,少于 5 人。"
    assert asked.rows == (("其余 1 项合计", "3", "少于 5"),)


# cases


def test_answers_in_time_are_counted_among_what_was_due_in_the_quarter(bureau: Bureau) -> None:
    due = datetime(2026, 11, 2, 15, 59, 59, tzinfo=UTC)
    late, early = stamp(due + timedelta(seconds=1)), stamp(due)
    who = iter(people(bureau, 7))
    case(bureau, next(who), "in-time", due=due, answered_at=early)
    case(bureau, next(who), "late", due=due, answered_at=late)
    case(bureau, next(who), "never", due=due, status="assigned")
    case(bureau, next(who), "declined", due=due, status="declined", closed_at=early)
    case(bureau, next(who), "withdrawn", due=due, status="withdrawn", closed_at=early)
    case(bureau, next(who), "withdrawn-late", due=due, status="withdrawn", closed_at=late)
    case(bureau, next(who), "next-quarter", due=JANUARY, answered_at=early)
    owed = section(counted(bureau), "按期答复")
    assert owed.said.startswith("按期答复 2/5(40.0%)。另有 1 件在到期前由本人撤回,不计入")
    assert owed.rows == (("计划财务股", "5", "2", "2/5(40.0%)", "5"),)


def test_received_cases_are_counted_by_kind_and_small_kinds_merged(bureau: Bureau) -> None:
    due = datetime(2026, 11, 2, tzinfo=UTC)
    for number, person in enumerate(people(bureau, 11)):
        case(bureau, person, str(number), due=due, kind="complaint" if number < 6 else "report")
    case(bureau, people(bureau, 1)[0], "one", due=due, kind="opinion")
    received = section(counted(bureau), "收到的诉求")
    assert received.said == "收到诉求 12 件,11 人。"
    assert {row[0]: row[1] for row in received.rows} == {"投诉": "6", "其余 2 项合计": "6"}


# content


def test_changes_of_the_quarter_come_from_the_archive(bureau: Bureau, tmp_path: Path) -> None:
    archived = Archived(bureau, tmp_path / "content")
    summer = datetime(2026, 8, 1, tzinfo=UTC)
    archived.goes_live(summer, entry("stays"), entry("changes"), entry("goes"), entry("returns"))
    archived.goes_live(
        OCTOBER,
        entry("stays"),
        entry("changes", "上网办。"),
        entry("comes"),
        entry("returns", "改。"),
        entry("passes"),
    )
    archived.goes_live(
        OCTOBER + timedelta(days=1),
        entry("stays"),
        entry("changes", "都可以。"),
        entry("comes"),
        entry("returns"),
    )
    archived.goes_live(JANUARY - timedelta(days=1), entry("stays"))
    found = counted(bureau)
    steps = section(found, "内容更新")
    assert steps.said == "内容更新 2 次。"
    assert [row[4:] for row in steps.rows] == [("2", "2", "1"), ("0", "2", "1")]
    changed = section(found, "新增、修改和删除的条目与数据表")
    assert {row[1]: (row[2], row[3]) for row in changed.rows} == {
        "changes": ("修改", "2"), "comes": ("新增", "1"), "goes": ("删除", "1"),
        "returns": ("改后恢复", "2"), "passes": ("出现又撤下", "2"),
    }  # fmt: skip
    assert section(found, "公开内容").said.startswith("2026-12-31 在公开的条目 4 条")
    assert len(introduction(found)) == 1


def test_overdue_and_expired_entries_are_judged_on_the_last_day(
    bureau: Bureau, tmp_path: Path
) -> None:
    archived = Archived(bureau, tmp_path / "content")
    archived.goes_live(
        OCTOBER,
        entry("due", more="  review_by: 2026-12-30\n"),
        entry("last-day", more="  review_by: 2026-12-31\n"),
        entry("out", more="  valid_until: 2026-11-30\n"),
        entry("draft", more="  status: draft\n  review_by: 2026-01-01\n"),
    )
    found = counted(bureau)
    assert section(found, "逾期未复核").rows == (("due 怎么办理呢", "due", "2026-12-30", "1"),)
    assert section(found, "逾期未复核").said == "逾期未复核 1/3(33.3%)。"
    assert section(found, "已失效仍在列").rows == (("out 怎么办理呢", "out", "2026-11-30"),)


def test_a_quarter_before_the_archive_says_so_and_shows_todays_content(bureau: Bureau) -> None:
    found = counted(bureau)
    said = "".join(introduction(found))
    assert "公开档案还没有记录" in said
    assert "按生成时的内容统计" in said
    assert section(found, "公开内容").said.startswith(
        "2026-12-31 在公开的条目 3 条:写明依据的 3/3(100.0%)"
    )
