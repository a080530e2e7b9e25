"""What is left out of a raw update before it is parsed is nothing that anybody reads."""

from typing import Any

import pytest
from telegram import Update

from bot.channels.telegram.incoming import Reader
from bot.channels.telegram.updates import read_update, slim

CHAT = {"id": 5, "type": "private", "first_name": "李"}
GROUP = {"id": -100, "type": "supergroup", "title": "g", "is_forum": True}
PERSON = {"id": 5, "is_bot": False, "first_name": "李", "language_code": "zh"}
BOT = {"id": 9, "is_bot": True, "first_name": "b", "username": "desk_bot"}
KEYBOARD = {"inline_keyboard": [[{"text": "满意", "callback_data": "x"}]]}


def _message(chat: dict[str, Any], sender: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1_700_000_000, "chat": chat, "from": sender, **more}


def _press(message: dict[str, Any]) -> dict[str, Any]:
    query = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "x", "message": message}
    return {"update_id": 1, "callback_query": query}


TOPIC = {"message_thread_id": 3, "is_topic_message": True}
UPDATES = [
    _press(_message(CHAT, BOT, text="对答复满意吗?", reply_markup=KEYBOARD)),
    _press(_message(GROUP, BOT, text="-", **TOPIC, reply_to_message=_message(GROUP, BOT, text="卡"))),
    _press({"message_id": 7, "date": 0, "chat": CHAT}),  # too old: Telegram says no more of it
    {"update_id": 2, "message": _message(CHAT, PERSON, text="小学几号报名")},
    {"update_id": 2, "message": _message(GROUP, PERSON, text="@desk_bot 小学几号报名")},
    {
        "update_id": 2,
        "message": _message(
            CHAT, PERSON, text="/start", entities=[{"type": "bot_command", "offset": 0, "length": 6}]
        ),
    },
    {"update_id": 2, "message": _message(GROUP, PERSON, text="好", sender_chat=GROUP)},
    {
        "update_id": 3,
        "message": _message(
            GROUP, PERSON, text="好的", reply_to_message=_message(GROUP, BOT, text="卡", reply_markup=KEYBOARD)
        ),
    },
]  # fmt: skip


@pytest.mark.parametrize("raw", UPDATES)
def test_a_slim_update_is_read_like_the_whole_one(raw: dict[str, Any]) -> None:
    reader = Reader(bot_id=9, bot_name="desk_bot", staff_chat="-100")
    whole, lean = (reader.read(one) for one in (Update.de_json(raw, None), read_update(raw, None)))
    assert whole is not None
    assert lean is not None
    moments = {"sent_at"}  # of a press it is the moment of reading
    for name in whole.__slots__:
        if name not in moments:
            assert getattr(lean, name) == getattr(whole, name), name


def test_the_text_and_the_buttons_under_a_press_are_left_out() -> None:
    under = slim(UPDATES[0])["callback_query"]["message"]
    assert set(under) == {"message_id", "date", "chat", "from"}


@pytest.mark.parametrize("raw", [{}, {"callback_query": 5}, {"message": [], "update_id": 1}])
def test_what_has_another_shape_is_left_as_it_is(raw: dict[str, Any]) -> None:
    assert slim(raw) == raw


def test_a_place_chosen_from_a_list_is_kept_with_its_name() -> None:
    where = {"latitude": 31.2, "longitude": 121.4}
    venue = {"location": where, "title": "河滨小学", "address": "河滨路1号"}
    raw = {"update_id": 4, "message": _message(CHAT, PERSON, location=where, venue=venue)}
    read = Reader(bot_id=9, bot_name="desk_bot", staff_chat=None).read(Update.de_json(raw, None))
    assert read is not None
    assert read.text == "31.200000,121.400000 河滨小学 河滨路1号"
