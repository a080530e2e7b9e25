"""/gaps: a command that exists for editors only."""

import pytest

from bot.core.people import Role, Staff
from bot.core.turn import Place, StaffPress
from tests.handlers.talk import Talk


def at(talk: Talk, place: Place, role: Role | None) -> Talk:
    talk.place = place
    talk.staff = Staff(3, "吴老师", role) if role else None
    return talk


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
@pytest.mark.parametrize("place", [Place.PRIVATE, Place.STAFF])
@pytest.mark.parametrize("text", ["/gaps", "/GAPS", " /gaps@desk_bot "])
def test_editors_and_admins_ask_for_the_list(
    talk: Talk, role: Role, place: Place, text: str
) -> None:
    assert at(talk, place, role).says(text) == []
    assert talk.done(StaffPress) == [StaffPress("gaps", "gaps")]


@pytest.mark.parametrize("role", [None, Role.STAFF, Role.SUPERVISOR])
@pytest.mark.parametrize("place", [Place.PRIVATE, Place.STAFF])
def test_for_everybody_else_there_is_no_such_command(
    talk: Talk, role: Role | None, place: Place
) -> None:
    [private] = at(talk, Place.PRIVATE, None).says("/no_such_command")
    [answer] = at(talk, place, role).says("/gaps")
    assert answer == private
    assert talk.done(StaffPress) == []


def test_in_a_group_nothing_is_told(talk: Talk) -> None:
    at(talk, Place.GROUP, Role.EDITOR).says("/gaps")
    assert talk.done(StaffPress) == []


def test_what_was_being_filled_in_stays(talk: Talk) -> None:
    talk.says("我要投诉")
    before = talk.dialogue
    at(talk, Place.PRIVATE, Role.EDITOR).says("/gaps")
    assert talk.dialogue == before


def test_other_words_are_left_to_others(talk: Talk) -> None:
    assert at(talk, Place.PRIVATE, Role.EDITOR).says("/gapsx")
    assert talk.done(StaffPress) == []
