"""The table of rules: every status, action, role and relation, against the sentences they were written from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.core.cases import (
    RULES,
    WAITING,
    Action,
    CaseView,
    Kind,
    Relation,
    Status,
    allowed,
    is_overdue,
    parent_allowed,
    permitted,
    possible,
    relation,
)
from bot.core.people import Role, Staff

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CASE = CaseView(
    id=1, number="n", code_hash="", person_id=7, kind=Kind.COMPLAINT, category="other",
    status=Status.RECEIVED, received_at=NOW, due_at=NOW + timedelta(days=7), department="here",
)  # fmt: skip

R, A, N, C, W, D = (
    Status.RECEIVED, Status.ASSIGNED, Status.ANSWERED, Status.CLOSED, Status.WITHDRAWN, Status.DECLINED,
)  # fmt: skip

# In which statuses each action is possible, written out by hand: a change of the table must be meant.
POSSIBLE = {
    Action.ADD: {R, A, N},
    Action.AMEND: {R, A, N},
    Action.WITHDRAW: {R, A},
    Action.RATE: {N, C},
    Action.VIEW: {R, A, N, C, W, D},
    Action.NOTE: {R, A, N, C, W, D},
    Action.REPLY: {R, A, N},
    Action.TAKE: {R, A},
    Action.ASSIGN: {R, A},
    Action.TRANSFER: {R, A},
    Action.EXTEND: {R, A},
    Action.CLOSE: {N},
    Action.DECLINE: {R, A},
    Action.REVEAL: {R, A, N, C, W, D},
}
HEADS_ONLY = {Action.ASSIGN, Action.EXTEND, Action.DECLINE}
PARENTS = {Action.ADD, Action.AMEND, Action.WITHDRAW, Action.RATE}


def staff(role: Role, near: Relation = Relation.FOREIGN, *, active: bool = True) -> Staff:
    departments = ("here",) if near is Relation.DEPARTMENT else ("elsewhere",)
    return Staff(3 if near is Relation.ASSIGNEE else 4, "赵老师", role, departments, active=active)


ASSIGNED_TO_3 = replace(CASE, assignee_id=3)


def test_every_action_has_a_rule_and_every_rule_is_written_out_here() -> None:
    assert set(RULES) == set(Action) == set(POSSIBLE)


@pytest.mark.parametrize(("status", "action"), [*product(Status, Action)])
def test_every_status_allows_what_is_written_and_nothing_else(
    status: Status, action: Action
) -> None:
    case = replace(CASE, status=status)
    assert possible(case, action) is (status in POSSIBLE[action])
    assert allowed(staff(Role.ADMIN), case, action) is (
        status in POSSIBLE[action] and action not in PARENTS
    )
    assert parent_allowed(7, case, action) is (status in POSSIBLE[action] and action in PARENTS)


@pytest.mark.parametrize(
    ("role", "near", "action"),
    [*product(Role, (Relation.ASSIGNEE, Relation.DEPARTMENT, Relation.FOREIGN), Action)],
)
def test_every_role_may_what_its_place_allows(role: Role, near: Relation, action: Action) -> None:
    expected = action not in PARENTS and (
        role in (Role.SUPERVISOR, Role.ADMIN)
        or (role is Role.STAFF and near is not Relation.FOREIGN and action not in HEADS_ONLY)
    )
    person = staff(role, near)
    assert relation(person, ASSIGNED_TO_3) is near
    assert permitted(person, ASSIGNED_TO_3, action) is expected
    assert not permitted(replace(person, active=False), ASSIGNED_TO_3, action)


@pytest.mark.parametrize("action", sorted(PARENTS))
def test_a_parent_may_act_on_an_own_case_or_one_whose_code_was_given(action: Action) -> None:
    case = replace(CASE, status=next(iter(sorted(POSSIBLE[action]))))
    assert parent_allowed(7, case, action)
    assert not parent_allowed(8, case, action)
    assert parent_allowed(8, case, action, proven=True)


def test_a_case_without_department_belongs_to_nobodys_department() -> None:
    nowhere = replace(CASE, department="")
    assert relation(Staff(4, "x", Role.STAFF, ("",)), nowhere) is Relation.FOREIGN


@pytest.mark.parametrize("status", Status)
def test_overdue_is_what_the_bureau_owes_past_its_time(status: Status) -> None:
    case = replace(CASE, status=status)
    assert not is_overdue(case, case.due_at)
    assert is_overdue(case, case.due_at + timedelta(seconds=1)) is (status in WAITING)
