"""In a group: nothing unless spoken to, only what is published, everything personal by a link to private."""

from dataclasses import replace

import pytest

from bot.core.dialogue import EMPTY
from bot.core.turn import Arrival, Asked, OpenCase, Place, Say
from tests.handlers.fragments import Fragments
from tests.handlers.talk import DESK, Talk

AGE = "孩子几岁可以上小学一年级？"
LINK = "https://t.me/desk_bot?start="


@pytest.fixture
def group() -> Talk:
    return Talk(place=Place.GROUP)


def test_nobody_who_did_not_speak_to_the_desk_is_answered(group: Talk) -> None:
    assert group.says(AGE, addressed=False) == []
    assert group.says("我要投诉", addressed=False) == []
    assert group.effects == []


def test_a_question_to_the_desk_gets_the_published_answer_only(group: Talk) -> None:
    [answer] = group.says(AGE)
    assert "6 周岁" in answer
    assert "有帮助" not in group.buttons
    assert "转人工" not in group.buttons
    assert group.links == [LINK + "start"]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("我要投诉", "complain"),
        ("/complain", "complain"),
        ("我要投诉实验小学乱收费", "complain"),
        ("查进度", "status"),
        ("20261123-4Y6X-WVJW-5 到哪一步了", "start"),
        ("转人工", "person"),
        ("/privacy", "start"),
        ("我的身份证 110101199003071234 能报名吗", "start"),
        ("老师好", "start"),
        ("我的投诉怎么样了", "status"),
        ("有结果了吗", "status"),
    ],
)
def test_what_is_personal_goes_to_the_private_chat(group: Talk, text: str, payload: str) -> None:
    [line] = group.says(text)
    assert "私聊" in line
    assert "\n" not in line
    assert group.links == [LINK + payload]


@pytest.mark.parametrize("text", ["/help", "老师好", "你是谁", ""])
def test_who_greets_or_asks_for_help_in_a_group_is_told_what_it_is_for(
    group: Talk, text: str
) -> None:
    [line] = group.says(text)
    assert "群里 @我" in line
    assert group.links == [LINK + "start"]


def test_what_is_said_in_a_group_names_a_button_that_is_there(group: Talk) -> None:
    group.desk = replace(DESK, demo=False)
    for text in ("三中今年指标到校多少个名额", "满六周岁算到几月几号？差几天能报名吗"):
        [line] = group.says(text)
        assert "私下和我说" in line
        assert "转人工" not in line


def test_the_links_of_a_group_lead_where_they_say_in_private(talk: Talk) -> None:
    assert "请写下您要问工作人员的事" in talk.says("/start person")[0]


def test_danger_shows_the_hotlines_at_once(group: Talk) -> None:
    [line] = group.says("孩子说不想活了")
    assert "12355" in line or "110" in line or "120" in line
    assert group.links == [LINK + "complain"]


def test_an_unknown_question_is_not_discussed_in_public() -> None:
    group = Fragments().talk()
    group.place = Place.GROUP
    [line] = group.says("操场夜里对居民开放吗")
    assert "群里答不了" in line
    assert group.buttons == ["私下和我说"]


def test_topics_and_entries_may_be_looked_at_in_public(group: Talk) -> None:
    group.says("/menu")
    assert group.presses(group.knowledge.topics[0].title)
    assert group.presses(group.buttons[0])
    assert "我要投诉" not in group.buttons


@pytest.mark.parametrize("data", ["person", "/complain", "good:primary-age", "c:d1:kind:x", "x"])
def test_no_other_button_does_anything_in_a_group(group: Talk, data: str) -> None:
    [line] = group.presses_data(data)
    assert "私聊" in line
    assert group.done(OpenCase) == []


def test_files_places_and_contacts_go_to_the_private_chat(group: Talk) -> None:
    for texts in (group.sends_photo("看看这个"), group.sends_location(), group.sends_contact()):
        assert "私聊" in texts[0]


def test_stickers_and_service_messages_are_passed_over(group: Talk) -> None:
    assert group.sends_sticker() == []
    assert group.arrives(Arrival.MIGRATED) == []
    assert group.edits("m1", AGE) == []


def test_a_group_is_never_remembered_and_nothing_is_held(group: Talk) -> None:
    for text in ("老师好", AGE, "我想问下", "外地户口", "How can my child apply for this?"):
        group.says(text)
    assert group.dialogue == EMPTY
    assert group.person.language == "zh"
    assert group.done(Asked) == []
    assert all(isinstance(one, Say) and not one.slot and not one.hold_s for one in group.effects)


def test_without_a_bot_name_there_is_no_link(group: Talk) -> None:
    group.desk = replace(DESK, bot_name="")
    [line] = group.says("我要投诉")
    assert "私聊" in line
    assert group.buttons == []
