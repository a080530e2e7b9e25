"""Every kind of message is answered or noted, never neither."""

from dataclasses import replace

import pytest

from bot.core.dialogue import Dialogue
from bot.core.turn import Arrival, Place, SetPerson
from tests.handlers.talk import Talk


@pytest.mark.parametrize(
    ("kind", "named"), [("sticker", "表情贴纸"), ("poll", "投票"), ("never heard of", "这类消息")]
)
def test_what_cannot_be_taken_is_refused_by_name(talk: Talk, kind: str, named: str) -> None:
    [refusal] = talk.sends_sticker(kind)
    assert named in refusal
    assert "请用文字写下您的问题" in refusal


def test_a_place_and_a_contact_outside_any_step_are_answered(talk: Talk) -> None:
    assert len(talk.sends_location()) == 1
    assert len(talk.sends_contact()) == 1


def test_what_no_step_could_take_is_refused_by_name(talk: Talk) -> None:
    talk.dialogue = Dialogue(flow="of another version", step="x")
    assert "位置" in talk.sends_location()[0]
    assert "联系方式" in talk.sends_contact()[0]
    assert "文件" in talk.sends_photo()[0]


def test_a_photo_outside_any_step_is_answered(talk: Talk) -> None:
    assert len(talk.sends_photo() + talk.waits(3)) == 1


def test_who_blocks_the_bot_is_noted_and_told_nothing(talk: Talk) -> None:
    assert talk.arrives(Arrival.BLOCKED) == []
    assert not talk.person.reachable
    assert talk.arrives(Arrival.UNBLOCKED) == []
    assert talk.person.reachable


def test_a_bot_thrown_out_of_a_group_is_nobodys_reach(talk: Talk) -> None:
    talk.place = Place.GROUP
    assert talk.arrives(Arrival.BLOCKED) == []
    assert talk.done(SetPerson) == []


@pytest.mark.parametrize("arrival", list(Arrival))
@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_message_is_survived_everywhere(
    talk: Talk, arrival: Arrival, place: Place, language: str
) -> None:
    talk.place = place
    talk.person = replace(talk.person, language=language)
    texts = talk.arrives(arrival) + talk.waits(3)
    quiet = {Arrival.BLOCKED, Arrival.UNBLOCKED, Arrival.MIGRATED}
    if place is Place.PRIVATE and arrival not in quiet:
        assert len(texts) == 1
