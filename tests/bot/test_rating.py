"""Rating an answer: content closes the case, unhappy reopens it once, and everybody is told once."""

import pytest

from bot.core.cases import CaseView, Rating, Status
from bot.core.errors import NotAllowed
from bot.core.people import Person, Role, Staff
from bot.core.turn import Act, ParentAct
from bot.service import desk
from tests.bot.bureau import GROUP, HERE, Bureau


@pytest.fixture
def li(bureau: Bureau) -> Person:
    return bureau.parent("501")


@pytest.fixture
def zhao(bureau: Bureau) -> Staff:
    return bureau.hires("赵老师", departments=(HERE,))


def answers(bureau: Bureau, staff: Staff, case: CaseView, text: str = "已退费") -> CaseView:
    answered = bureau.do(lambda job: desk.reply(job, staff, case.number, text))
    bureau.sends_all()
    return answered


def rates(
    bureau: Bureau,
    person: Person,
    case: CaseView,
    *,
    rating: str,
    text: str = "",
    proven: bool = False,
) -> None:
    given = Act(ParentAct.RATE, case.number, text=text, rating=rating, proven=proven)
    bureau.do(lambda job: desk.parent_act(job, person, given, message="m9"))


@pytest.mark.parametrize("rating", [Rating.GOOD, Rating.FAIR])
def test_a_content_parent_closes_the_case(
    bureau: Bureau, li: Person, zhao: Staff, rating: Rating
) -> None:
    case = answers(bureau, zhao, bureau.opens(li))
    rates(bureau, li, case, rating=rating)
    assert (bureau.case(case.number).status, bureau.case(case.number).rating) == (
        Status.CLOSED,
        rating,
    )
    with pytest.raises(NotAllowed):  # a double tap
        rates(bureau, li, case, rating=rating)


def test_an_unhappy_parent_reopens_a_case_once_with_a_new_due_date(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    case = answers(bureau, zhao, bureau.opens(li))
    bureau.clock.passes(20 * 86400)
    rates(bureau, li, case, rating="bad", text="没退钱")
    again = bureau.case(case.number)
    assert (again.status, again.redone, again.assignee_id, again.rating) == (
        Status.RECEIVED,
        1,
        None,
        None,
    )
    assert again.due_at > bureau.clock.now
    with pytest.raises(NotAllowed):  # the old reply does not count any more
        bureau.do(lambda job: desk.close(job, zhao, case.number))
    answers(bureau, zhao, case, "这次退了")
    rates(bureau, li, case, rating="bad")
    assert (bureau.case(case.number).status, bureau.case(case.number).rating) == (
        Status.CLOSED,
        Rating.BAD,
    )
    assert bureau.history(case) == ["opened", "reply", "rated", "redone", "reply", "rated"]


def test_who_rates_badly_is_told_once_and_the_owner_only_if_it_was_somebody_else(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    bureau.hires("王老师", departments=(HERE,))
    case = answers(bureau, zhao, bureau.opens(li))
    rates(bureau, li, case, rating="bad", text="没退钱")
    assert bureau.owed_texts("501") == []  # the dialogue said it, with the new day
    bureau.sends_all()
    other = answers(bureau, zhao, bureau.opens(li, draft="d2"))
    rates(bureau, bureau.parent("502"), other, rating="bad", text="没退钱", proven=True)
    [told] = bureau.owed_texts("501")
    assert "重新受理并换人办理" in told


def test_a_case_that_is_handled_again_is_somebody_elses(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    wang = bureau.hires("王老师", departments=(HERE,))
    qian = bureau.hires("钱主任", Role.SUPERVISOR)
    case = answers(bureau, zhao, bureau.opens(li))
    rates(bureau, li, case, rating="bad", text="没退钱")
    for refused in (
        lambda job: desk.take(job, zhao, case.number),
        lambda job: desk.reply(job, zhao, case.number, "还是不退"),
        lambda job: desk.assign(job, qian, case.number, zhao.id),
    ):
        with pytest.raises(NotAllowed, match=desk.SAME_PERSON):
            bureau.do(refused)
    bureau.do(lambda job: desk.note(job, zhao, case.number, "上次的情况写在这里"))
    bureau.do(lambda job: desk.assign(job, qian, case.number, wang.id))
    answers(bureau, wang, case, "这次退了")
    bureau.do(lambda job: desk.reply(job, zhao, case.number, "补一句"))  # answered again: no more


def test_where_nobody_else_may_answer_it_stays_with_the_first(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    bureau.hires("管理员", Role.ADMIN)
    case = answers(bureau, zhao, bureau.opens(li))
    rates(bureau, li, case, rating="bad", text="没退钱")
    assert bureau.do(lambda job: desk.take(job, zhao, case.number)).assignee_id == zhao.id


def test_where_nobody_else_may_answer_nobody_is_promised_somebody_else(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    bureau.has_staff_chat()
    bureau.hires("管理员", Role.ADMIN)
    case = answers(bureau, zhao, bureau.opens(li))
    rates(bureau, bureau.parent("502"), case, rating="bad", text="没退钱", proven=True)
    [told] = bureau.owed_texts("501")
    assert "重新受理" in told
    assert "换人" not in told
    assert not any("换人" in text for text in bureau.owed_texts(GROUP))


def test_what_somebody_else_does_with_number_and_code_is_told_to_the_owner(
    bureau: Bureau, li: Person, zhao: Staff
) -> None:
    other = bureau.parent("502")
    case = bureau.opens(li)
    bureau.sends_all()
    more = Act(ParentAct.ADD, case.number, text="还有一张收据", proven=True)
    for _ in range(3):  # one addition in three messages
        bureau.do(lambda job: desk.parent_act(job, other, more))
    [told] = bureau.owed_texts("501")
    assert "补充了内容" in told
    bureau.sends_all()
    act = Act(ParentAct.WITHDRAW, case.number, proven=True)
    bureau.do(lambda job: desk.parent_act(job, other, act))
    assert "有人凭编号和查询码撤回了您的诉求" in bureau.owed_texts("501")[0]
    bureau.sends_all()
    rated = answers(bureau, zhao, bureau.opens(li, draft="d2"))
    rates(bureau, other, rated, rating="fair", proven=True)
    assert "评价了您的诉求" in bureau.owed_texts("501")[0]
    bureau.sends_all()
    own = bureau.opens(li, draft="d3")
    bureau.sends_all()
    mine = Act(ParentAct.ADD, own.number, text="我自己补充")
    bureau.do(lambda job: desk.parent_act(job, li, mine))
    bureau.do(lambda job: desk.parent_act(job, li, Act(ParentAct.WITHDRAW, own.number)))
    assert bureau.owed_texts("501") == []  # the dialogue said it
