"""What comes in pieces gets one answer; a whole question never waits."""

import pytest

from bot.core.turn import Asked, Say
from handlers.burst import HOLD_S
from knowledge.entry import Decision, Outcome
from tests.handlers.fragments import Fragments
from tests.handlers.talk import Talk

WHOLE = "孩子几岁可以上小学一年级？"


def test_a_greeting_is_greeted_after_a_short_silence_and_never_searched(talk: Talk) -> None:
    assert talk.says("老师好") == []
    [greeting] = talk.waits(HOLD_S)
    assert greeting.startswith("您好")
    assert "这个问题我还答不了" not in greeting


def test_a_burst_gets_one_answer_to_what_was_asked(talk: Talk) -> None:
    assert talk.says("老师好") == []
    assert talk.says("我想问下") == []
    [answer] = talk.says(WHOLE)
    assert "6 周岁" in answer
    assert talk.waits(60) == []


def test_each_piece_starts_the_silence_anew(talk: Talk) -> None:
    talk.says("老师好")
    assert talk.waits(2) == []
    talk.says("我想问下")
    assert talk.waits(2) == []
    [answer] = talk.says(WHOLE)
    assert "6 周岁" in answer
    assert talk.waits(60) == []


def test_a_lead_in_alone_is_answered_after_the_silence(talk: Talk) -> None:
    talk.says("我想问下")
    assert talk.waits(HOLD_S) == ["您请说,直接写下您的问题就行。"]


def test_a_whole_question_is_never_delayed(talk: Talk) -> None:
    [answer] = talk.says(WHOLE)
    assert "6 周岁" in answer
    [said] = talk.done(Say)
    assert isinstance(said, Say)
    assert said.hold_s == 0


def test_two_whole_questions_in_a_row_get_two_answers(talk: Talk) -> None:
    assert len(talk.says(WHOLE)) == 1
    assert len(talk.says(WHOLE)) == 1


def test_a_greeting_right_after_an_answer_does_not_take_its_place(talk: Talk) -> None:
    talk.says("老师好")
    talk.says(WHOLE)
    talk.says("老师好")
    first, second, third = talk.done(Say)
    assert isinstance(first, Say)
    assert isinstance(second, Say)
    assert isinstance(third, Say)
    assert first.slot == second.slot != third.slot


def test_a_late_question_is_answered_by_itself(talk: Talk) -> None:
    talk.says("老师好")
    assert len(talk.waits(HOLD_S + 1)) == 1
    assert "6 周岁" in talk.says(WHOLE)[0]


def test_a_command_takes_the_place_of_a_greeting_that_is_held(talk: Talk) -> None:
    talk.says("老师好")
    [answer] = talk.says("/menu")
    assert "请选择主题" in answer
    assert talk.waits(60) == []


def test_a_complaint_takes_the_place_of_a_greeting_that_is_held(talk: Talk) -> None:
    talk.says("老师好")
    assert len(talk.says("我要投诉")) == 1
    assert talk.waits(60) == []


def test_an_album_after_a_greeting_is_still_acknowledged_once(talk: Talk) -> None:
    talk.says("老师好")
    talk.sends_album(3)
    greeting, kept = talk.waits(60)
    assert greeting.startswith("您好")
    assert "3 个文件" in kept


def test_what_is_held_survives_a_restart(talk: Talk) -> None:
    talk.says("老师好")
    talk.restarts()
    [answer] = talk.says(WHOLE)
    assert "6 周岁" in answer
    assert talk.waits(60) == []


@pytest.fixture
def pieces() -> Fragments:
    """Give an index that knows 外地户口 as a piece and 外地户口 能上吗 as a question."""
    return Fragments(
        Decision("外地户口", Outcome.MISS, whole=False),
        Decision("能上吗", Outcome.MISS),
        Fragments.hit("外地户口 能上吗", "migrant-equal"),
        Fragments.hit("公办小学收学费吗", "fees-compulsory-free"),
    )


def test_a_piece_is_joined_with_what_follows_it(pieces: Fragments) -> None:
    talk = pieces.talk()
    assert talk.says("外地户口") == []
    [answer] = talk.says("能上吗")
    assert "依据" in answer
    assert talk.dialogue.last is not None
    assert talk.dialogue.last.question == "外地户口 能上吗"
    assert talk.waits(60) == []


def test_a_piece_that_stays_alone_gets_its_own_answer(pieces: Fragments) -> None:
    talk = pieces.talk()
    talk.says("外地户口")
    assert "还答不了" in talk.waits(HOLD_S)[0]


def test_after_the_silence_nothing_is_joined(pieces: Fragments) -> None:
    talk = pieces.talk()
    talk.says("外地户口")
    talk.waits(HOLD_S + 0.1)
    talk.says("能上吗")
    assert talk.dialogue.last is not None
    assert talk.dialogue.last.question == "能上吗"


def test_a_question_that_says_more_alone_is_read_alone(pieces: Fragments) -> None:
    talk = pieces.talk()
    talk.says("外地户口")
    [answer] = talk.says("公办小学收学费吗")
    assert "依据" in answer
    assert talk.dialogue.last is not None
    assert talk.dialogue.last.question == "公办小学收学费吗"


def test_a_greeting_between_two_pieces_loses_nothing(pieces: Fragments) -> None:
    talk = pieces.talk()
    talk.says("外地户口")
    talk.says("老师好")
    talk.says("能上吗")
    assert talk.dialogue.last is not None
    assert talk.dialogue.last.question == "外地户口 能上吗"


def test_a_piece_is_not_written_down_as_a_question(pieces: Fragments) -> None:
    talk = pieces.talk()
    talk.says("外地户口")
    assert talk.done(Asked) == []
    talk.says("能上吗")
    [asked] = talk.done(Asked)
    assert isinstance(asked, Asked)
    assert asked.question == "外地户口 能上吗"


@pytest.mark.parametrize(
    ("pieces_sent", "found"),
    [
        (("我家住幸福路12号", "上哪个小学"), "幸福路 12 号(小学):幸福路小学"),
        (("我家住光明路88号", "上哪个小学"), "没有找到“光明路”"),
        (("家住人民路88号", "孩子明年上学", "上哪个小学"), "人民路 88 号(小学):示例区第一小学"),
        (("三中", "指标到校名额"), "哪一年"),
    ],
)
def test_where_one_lives_or_a_school_waits_for_what_is_asked(
    talk: Talk, pieces_sent: tuple[str, ...], found: str
) -> None:
    *before, last = pieces_sent
    assert [talk.says(one) for one in before] == [[]] * len(before)
    [answer] = talk.says(last)
    assert found in answer
    assert talk.waits(60) == []


def test_where_one_lives_alone_is_answered_after_the_silence(talk: Talk) -> None:
    assert talk.says("我家住幸福路12号") == []
    [answer] = talk.waits(HOLD_S)
    assert "小学:幸福路小学" in answer
    [narrower] = talk.says("上哪个小学")
    assert "幸福路 12 号(小学):幸福路小学" in narrower
