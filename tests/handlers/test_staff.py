"""The staff chat: a draft or nothing. No line of a colleague ever reaches a parent from here."""

import pytest

from bot.core.cases import CaseView
from bot.core.dialogue import EMPTY
from bot.core.people import ANONYMOUS_ADMIN, Person, Role, Staff
from bot.core.turn import (
    Arrival,
    Effect,
    Fresh,
    Incoming,
    Media,
    MediaKind,
    Outcome,
    Place,
    Say,
    StaffDraft,
    StaffPress,
    Turn,
)
from handlers import respond, staff
from tests.handlers.paths import file_one
from tests.handlers.talk import START, Talk, shipped

ZHAO = Staff(7, "赵老师", Role.STAFF, ("jichu",), "10001")


@pytest.fixture
def case() -> CaseView:
    talk = Talk()
    file_one(talk)
    return talk.cases[0]


def arrives(
    arrival: Arrival,
    case: CaseView | None,
    by: Staff | None = ZHAO,
    *,
    person: str = "10001",
    **parts: str,
) -> Outcome:
    """Let something arrive in the staff chat, at a case or in General."""
    media = Media(MediaKind.PHOTO, "f", 10) if arrival is Arrival.MEDIA else None
    incoming = Incoming(
        "telegram", "desk", "1", "-100200", person, arrival, START, place=Place.STAFF, media=media,
        text=parts.get("text", ""), choice=parts.get("choice", ""),
    )  # fmt: skip
    return respond(turn_of(incoming, case, by))


def turn_of(incoming: Incoming, case: CaseView | None, by: Staff | None) -> Turn:
    return Turn(
        incoming, START, Person(50, "telegram", "-100200"), EMPTY, shipped(),
        Fresh("20261123-4Y6X-WVJW-5", "482913", "d1"), case=case, staff=by,
    )  # fmt: skip


def effects(outcome: Outcome, kind: type[Effect]) -> list[Effect]:
    return [one for one in outcome.effects if isinstance(one, kind)]


def test_words_at_a_case_become_a_draft_and_nothing_else(case: CaseView) -> None:
    outcome = arrives(Arrival.TEXT, case, text="已联系学校核实")
    assert outcome.effects == (StaffDraft(case.number, "已联系学校核实"),)


def test_a_line_in_general_is_neither_relayed_nor_answered() -> None:
    assert arrives(Arrival.TEXT, None, text="中午吃什么").effects == ()


def test_a_line_that_looks_like_a_complaint_is_none_in_the_staff_chat() -> None:
    assert arrives(Arrival.TEXT, None, text="我要投诉,孩子被打骨折了").effects == ()


def test_a_press_is_passed_to_the_desk(case: CaseView) -> None:
    outcome = arrives(Arrival.CHOICE, None, choice=f"s:take:{case.number}:3")
    assert outcome.effects == (StaffPress("take", f"{case.number}:3"),)


@pytest.mark.parametrize(
    "choice", ["s:", "s:take", "s::x", "k:withdraw:20261123-4Y6X-WVJW-5", "c:d:kind:x", "menu"]
)
def test_any_other_button_is_stale_in_the_staff_chat(case: CaseView, choice: str) -> None:
    outcome = arrives(Arrival.CHOICE, case, choice=choice)
    assert [str(one.html) for one in outcome.said] == ["此按钮已失效。"]
    assert effects(outcome, StaffPress) == []


@pytest.mark.parametrize("arrival", [Arrival.TEXT, Arrival.MEDIA, Arrival.EDIT])
def test_who_is_not_staff_is_told_so_at_a_case(case: CaseView, arrival: Arrival) -> None:
    outcome = arrives(arrival, case, None, text="我来答复")
    [said] = outcome.said
    assert "不在工作人员名单里" in said.html
    assert effects(outcome, StaffDraft) == []


def test_who_is_not_staff_presses_nothing(case: CaseView) -> None:
    outcome = arrives(Arrival.CHOICE, case, None, choice=f"s:take:{case.number}")
    assert effects(outcome, StaffPress) == []
    assert "不在工作人员名单里" in outcome.said[0].html


def test_an_anonymous_administrator_is_asked_to_show_himself(case: CaseView) -> None:
    for arrival in (Arrival.TEXT, Arrival.CHOICE):
        outcome = arrives(
            arrival, case, None, person=str(ANONYMOUS_ADMIN), text="好", choice="s:send:1"
        )
        assert "关闭匿名管理员" in outcome.said[0].html
        assert len(outcome.effects) == len(outcome.said) == 1


@pytest.mark.parametrize("text", ["", "   "])
def test_a_photo_or_an_empty_line_is_said_not_to_have_left(case: CaseView, text: str) -> None:
    for arrival in (Arrival.MEDIA, Arrival.TEXT):
        outcome = arrives(arrival, case, text=text)
        assert "没有发给家长" in outcome.said[0].html
        assert effects(outcome, StaffDraft) == []


def test_an_edit_is_about_the_draft_too(case: CaseView) -> None:
    outcome = arrives(Arrival.EDIT, case, text="改一下")
    assert effects(outcome, StaffDraft) == [StaffDraft(case.number, "改一下")]


def test_stickers_in_the_staff_chat_are_left_alone(case: CaseView) -> None:
    assert arrives(Arrival.UNSUPPORTED, case, text="sticker").effects == ()


def test_a_staff_button_pressed_by_a_parent_is_stale_and_nothing_more(talk: Talk) -> None:
    talk.presses_data("s:send:1")
    assert all(isinstance(one, Say) for one in talk.effects)
    assert "此按钮已失效" in talk.last


def test_elsewhere_the_staff_handler_keeps_out() -> None:
    incoming = Incoming("web", "desk", "1", "c", "p", Arrival.TEXT, START, text="已联系学校核实")
    assert staff.handle(turn_of(incoming, None, ZHAO)) is None
