"""The receipt: everything a parent needs to find the matter again, and a due date anyone can check."""

from datetime import UTC, datetime

import pytest

from bot.core.numbers import find, find_code
from bot.core.turn import Priority, Say
from tests.handlers.fragments import Fragments
from tests.handlers.talk import Talk


def receipt_on(now: datetime) -> str:
    talk = Fragments().talk()
    talk.now = now
    talk.says("操场夜里对居民开放吗")
    [receipt] = talk.presses("转给工作人员")
    return receipt


def test_it_has_number_code_office_due_date_and_how_it_was_counted() -> None:
    lines = receipt_on(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)).splitlines()
    assert find(lines[0]) is not None
    assert find_code(lines[1]) is not None
    assert lines[2].endswith("最晚 11月25日(周三)前答复")
    assert lines[3] == ("算法:11月22日(周日)收到,11月23日(周一)起算,3 个工作日,其间无法定节假日")


@pytest.mark.parametrize(
    ("hour", "received"), [(15, "11月23日(周一)收到"), (16, "11月24日(周二)收到")]
)
def test_the_day_it_was_received_is_the_bureaus(hour: int, received: str) -> None:
    assert received in receipt_on(datetime(2026, 11, 23, hour, 30, tzinfo=UTC))


def test_holidays_on_the_way_and_working_weekends_are_named() -> None:
    receipt = receipt_on(datetime(2026, 9, 30, 1, 0, tzinfo=UTC))
    assert "其间 10月1日至" in receipt
    assert "不计入" in receipt


def test_a_year_without_its_calendar_is_said_to_be_provisional() -> None:
    assert "还没有公布" in receipt_on(datetime(2028, 3, 1, 1, 0, tzinfo=UTC))


def test_it_leaves_before_anything_but_replies(talk: Talk) -> None:
    talk.says("转人工")
    talk.says("操场夜里对居民开放吗,哪里可以申请")
    said = [effect for effect in talk.effects if isinstance(effect, Say)]
    assert said[-1].priority is Priority.RECEIPT


def test_it_speaks_english_to_an_english_speaker(talk: Talk) -> None:
    talk.says("/lang en")
    talk.says("/start person")
    [receipt] = talk.says("is the playground open to neighbours at night")
    assert "Registered, number" in receipt
    assert "3 working days" in receipt
    assert "Thu 26 Nov" in receipt
