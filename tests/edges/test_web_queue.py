"""The console's lists: they show what the rules of core.cases let somebody see, in views that count right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.web.console import _views
from bot.channels.web.views import chip
from bot.core.cases import Action, CaseView, Kind, permitted
from bot.core.people import Role, Staff
from bot.core.turn import Act, ParentAct
from bot.service import desk
from bot.service.job import Job
from bot.storage import casebook, outbox, queue, staffbook
from bot.storage.queue import PAGE, Asking, Listed, View
from tests.bot.bureau import ELSEWHERE, HERE, Bureau, open_bureau


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    opened = open_bureau(tmp_path / "bot.sqlite3")
    yield opened
    opened.office.db.close()


def asking(bureau: Bureau, staff: Staff, department: str = "") -> Asking:
    now = bureau.clock.now
    tonight = now.replace(hour=15, minute=59, second=59)  # the end of the day in Shanghai
    return Asking(staff, now, tonight, department)


def listed(bureau: Bureau, staff: Staff, view: View, page: int = 1) -> list[Listed]:
    ask = asking(bureau, staff)
    return bureau.do(lambda job: queue.listed(job.tx, ask, view, page=page))


def numbers(bureau: Bureau, staff: Staff, view: View) -> set[str]:
    return {row.case.number for row in listed(bureau, staff, view)}


def in_department(bureau: Bureau, case: CaseView, department: str) -> CaseView:
    return bureau.do(lambda job: casebook.change(job.tx, case, job.now, department=department))


@pytest.fixture
def cases(bureau: Bureau) -> list[CaseView]:
    """One case of every sort: here and elsewhere, given to somebody, urgent, a question, answered."""
    parent = bureau.parent()
    boss = bureau.hires("钱主任", Role.SUPERVISOR)
    chen = bureau.hires("陈老师", departments=(HERE,))
    made = [
        bureau.opens(
            parent, f"第{n}件", urgent=n == 2, kind=Kind.QUESTION if n == 3 else Kind.COMPLAINT
        )
        for n in range(6)
    ]
    made = [in_department(bureau, case, (HERE, ELSEWHERE)[n % 2]) for n, case in enumerate(made)]
    bureau.do(lambda job: desk.take(job, chen, made[0].number))
    moved = bureau.do(lambda job: casebook.by_id(job.tx, made[0].id, job.now))
    in_department(bureau, moved, ELSEWHERE)  # still his, though in another department by now
    bureau.do(lambda job: desk.reply(job, boss, made[4].number, "已处理"))
    return [bureau.case(case.number) for case in made]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("departments", [(), (HERE,), (ELSEWHERE,), (HERE, ELSEWHERE)])
def test_a_list_shows_exactly_what_the_rules_let_somebody_see(
    bureau: Bureau, cases: list[CaseView], role: Role, departments: tuple[str, ...]
) -> None:
    staff = bureau.hires("陈老师", role, departments=departments)
    expected = {case.number for case in cases if permitted(staff, case, Action.VIEW)}
    assert numbers(bureau, staff, View.ALL) == expected
    for view in View:
        assert numbers(bureau, staff, view) <= expected


@pytest.mark.parametrize("department", ["", HERE, ELSEWHERE, "nowhere"])
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.STAFF])
def test_the_counts_are_those_of_the_lists(
    bureau: Bureau, cases: list[CaseView], role: Role, department: str
) -> None:
    ask = asking(bureau, bureau.hires("陈老师", role, departments=(HERE,)), department)

    def look(job: Job) -> list[tuple[View, int, int]]:
        counts = queue.counts(job.tx, ask)
        return [(view, counts[view], len(queue.listed(job.tx, ask, view))) for view in View]

    for view, count, rows in bureau.do(look):
        assert count == rows, view


def test_each_view_holds_what_it_says(bureau: Bureau, cases: list[CaseView]) -> None:
    chen = bureau.hires("陈老师", departments=(HERE,))
    boss = bureau.hires("钱主任", Role.SUPERVISOR)
    held = {
        view: {cases.index(bureau.case(n)) for n in numbers(bureau, boss, view)} for view in View
    }
    assert held[View.UNASSIGNED] == {1, 2, 3, 5}
    assert held[View.URGENT] == {2}
    assert held[View.QUESTIONS] == {3}
    assert held[View.MINE] == {4}  # answering made it hers
    assert numbers(bureau, chen, View.MINE) == {cases[0].number}
    assert numbers(bureau, chen, View.DEPARTMENT) == {cases[2].number}


def test_what_lay_with_somebody_who_left_waits_for_another_hand(
    bureau: Bureau, cases: list[CaseView]
) -> None:
    boss = bureau.hires("钱主任", Role.SUPERVISOR)
    assert cases[0].number not in numbers(bureau, boss, View.UNASSIGNED)
    bureau.do(lambda job: staffbook.remove_staff(job.tx, "陈老师"))
    found = {row.case.number: row for row in listed(bureau, boss, View.UNASSIGNED)}
    assert (found[cases[0].number].assignee, found[cases[0].number].gone) == ("陈老师", True)
    assert not found[cases[1].number].gone


def test_a_case_goes_from_today_to_overdue_at_midnight(bureau: Bureau) -> None:
    boss = bureau.hires("钱主任", Role.SUPERVISOR)
    case = bureau.opens(bureau.parent())
    knowledge = bureau.office.library.current
    bureau.clock.now = case.due_at - timedelta(hours=5)
    assert numbers(bureau, boss, View.TODAY) == {case.number}
    today = chip(case, knowledge, bureau.clock.now)
    assert today is not None
    assert (today.tone, today.text) == ("amber", "今天到期")
    bureau.clock.now = case.due_at + timedelta(hours=30)
    assert numbers(bureau, boss, View.OVERDUE) == {case.number}
    assert numbers(bureau, boss, View.TODAY) == set()
    late = chip(case, knowledge, bureau.clock.now)
    assert late is not None
    assert (late.tone, "超期" in late.text) == ("red", True)


def test_the_dot_says_that_the_parent_spoke_last(bureau: Bureau) -> None:
    boss = bureau.hires("钱主任", Role.SUPERVISOR)
    case = bureau.opens(bureau.parent())
    assert [row.unread for row in listed(bureau, boss, View.ALL)] == [True]
    bureau.do(lambda job: desk.note(job, boss, case.number, "看过"))
    assert [row.unread for row in listed(bureau, boss, View.ALL)] == [False]


def test_what_did_not_arrive_is_marked_in_the_list(bureau: Bureau) -> None:
    boss = bureau.hires("钱主任", Role.SUPERVISOR)
    case = bureau.opens(bureau.parent())
    bureau.do(lambda job: desk.reply(job, boss, case.number, "已处理"))
    bureau.do(lambda job: outbox.mark_failed(job.tx, bureau.owed()[-1].id, "blocked"))
    assert [row.undelivered for row in listed(bureau, boss, View.ALL)] == [True]


def test_a_long_list_comes_in_pages(bureau: Bureau) -> None:
    boss, parent = bureau.hires("钱主任", Role.SUPERVISOR), bureau.parent()
    for number in range(PAGE + 3):
        bureau.opens(parent, f"第{number}件")
    first, second = (listed(bureau, boss, View.ALL, page) for page in (1, 2))
    assert (len(first), len(second)) == (PAGE, 3)
    assert not {row.case.id for row in first} & {row.case.id for row in second}


def test_supervisors_see_what_was_handled_twice_and_still_does_not_satisfy(bureau: Bureau) -> None:
    parent, boss = bureau.parent(), bureau.hires("钱主任", Role.SUPERVISOR)
    case = bureau.opens(parent)
    rated = Act(ParentAct.RATE, case.number, rating="bad", text="没有")
    for seen in (set[str](), {case.number}):
        bureau.do(lambda job: desk.reply(job, boss, case.number, "已处理"))
        bureau.sends_all()
        bureau.do(lambda job: desk.parent_act(job, parent, rated))
        assert numbers(bureau, boss, View.UNHAPPY) == seen
    chen = bureau.hires("陈老师", departments=(HERE,))
    assert View.UNHAPPY in _views(boss)
    assert View.UNHAPPY not in _views(chen)
