"""订阅, 退订 and the buttons below figures and answers: what is followed, and what is said about it."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from bot.core.dialogue import Dialogue
from bot.core.turn import Place, SetPerson
from handlers.subscriptions import MOST
from knowledge.library import Snapshot
from knowledge.shelf import make_shelf
from knowledge.subjects import Kind, Subject
from tests.handlers.talk import DESK, Talk, shipped

FIGURE = "三中今年指标到校多少个"
THIRD = Subject(Kind.SCHOOL, "ms-third")


def followed(talk: Talk) -> list[str]:
    return [one.subject.data for one in talk.follows]


def datas(talk: Talk) -> list[str]:
    return [button.data for row in talk.heard[-1].buttons for button in row]


def with_quota(old: str, new: str) -> Snapshot:
    """Change a cell of this year's quota table."""
    knowledge = shipped()
    table = knowledge.tables["quota-2026"]
    rows = tuple(tuple(new if cell == old else cell for cell in row) for row in table.rows)
    tables = {**knowledge.tables, table.id: replace(table, rows=rows)}
    figures = make_shelf(tables.values(), knowledge.schools)
    return replace(knowledge, tables=MappingProxyType(tables), figures=figures)


def test_a_figure_of_a_school_offers_the_school_and_its_corrections(talk: Talk) -> None:
    talk.says(FIGURE)
    assert talk.buttons[:2] == ["有变动通知我", "更正时告诉我"]
    [told] = talk.presses("有变动通知我")
    assert told.startswith("已订阅:示例区第三中学")
    assert followed(talk) == ["school:ms-third"]
    talk.says(FIGURE)
    assert "有变动通知我" not in talk.buttons


def test_a_year_that_is_not_out_offers_to_tell_when_it_is(talk: Talk) -> None:
    talk.says("三中2028年指标到校多少个")
    talk.presses("公布后通知我")
    assert followed(talk) == ["table:quota"]


def test_several_schools_are_followed_by_their_table(talk: Talk) -> None:
    talk.says("三中四中今年指标到校多少个")
    assert "更正时告诉我" not in talk.buttons
    talk.presses("有变动通知我")
    assert followed(talk) == ["table:quota"]


def test_a_round_of_hiring_is_followed_by_itself(talk: Talk) -> None:
    talk.says("教师招聘到哪一步了")
    [told] = talk.presses("有变动通知我")
    assert told.startswith("已订阅:2026 年下半年公开招聘")
    [kind] = [one.subject.kind for one in talk.follows]
    assert kind is Kind.ROUND


def test_an_answer_can_be_followed(talk: Talk) -> None:
    talk.says("孩子几岁可以上小学一年级")
    talk.presses("有变动通知我")
    assert followed(talk) == ["entry:primary-age"]


def test_what_was_shown_is_kept_for_the_correction(talk: Talk) -> None:
    talk.says(FIGURE)
    [told] = talk.presses("更正时告诉我")
    assert "30 天内如果更正" in told
    [effect] = [one for one in talk.done(SetPerson) if isinstance(one, SetPerson) and one.follow]
    assert effect.follow is not None
    assert [(one.table, one.key, one.column, one.value) for one in effect.follow.shown] == [
        ("quota-2026", "示例区第三中学\x1f第一批", "指标到校名额", "30 个"),
        ("quota-2026", "示例区第三中学\x1f第二批", "指标到校名额", "15 个"),
    ]


def test_what_was_corrected_before_the_button_was_pressed_is_said_at_once(talk: Talk) -> None:
    talk.says(FIGURE)
    talk.knowledge = with_quota("30", "31")
    [told] = talk.presses("更正时告诉我")
    assert "已经改动" in told
    assert talk.follows == ()


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("订阅 三中", "school:ms-third"),
        ("订阅三中", "school:ms-third"),
        ("我要订阅:幼儿园", "topic:kindergarten"),
        ("订阅指标到校", "table:quota"),
        ("subscribe to fees", "topic:fees"),
        ("/subscribe fees", "topic:fees"),
        ("订阅 2026 年教师选调", "round:"),
    ],
)
def test_what_is_named_is_followed_or_offered(talk: Talk, text: str, subject: str) -> None:
    talk.says(text)
    offered = [data.removeprefix("sub:") for data in datas(talk)]
    assert any(one.startswith(subject) for one in (*followed(talk), *offered))


def test_a_name_that_could_be_several_is_asked_for(talk: Talk) -> None:
    talk.says("订阅 实验小学")
    assert len([data for data in datas(talk) if data.startswith("sub:school:")]) > 1
    assert talk.follows == ()


def test_an_unknown_name_is_said_and_topics_are_offered(talk: Talk) -> None:
    [told] = talk.says("订阅 火星小镇")
    assert "没有找到“火星小镇”" in told
    assert "sub:topic:primary" in datas(talk)


def test_a_whole_sentence_that_begins_with_the_word_is_a_question(talk: Talk) -> None:
    talk.says("订阅的报刊杂志费用学校可以强制要求家长交吗")
    assert not any(data.startswith("sub:topic") for data in datas(talk))


@pytest.mark.parametrize("word", ["订阅", "我的订阅", "/subscriptions", "my subscriptions"])
def test_who_follows_nothing_is_offered_the_topics(talk: Talk, word: str) -> None:
    talk.says(word)
    assert sum(data.startswith("sub:topic:") for data in datas(talk)) == len(talk.knowledge.topics)


def test_the_list_has_a_button_to_stop_each_and_all(talk: Talk) -> None:
    talk.says("订阅 三中")
    talk.presses_data("sub:topic:fees")
    [told] = talk.says("我的订阅")
    assert told.splitlines() == ["您订阅了 2 项", "· 示例区第三中学", "· 收费与资助"]
    assert datas(talk) == ["unsub:school:ms-third", "unsub:topic:fees", "unsub:all"]
    talk.presses_data("unsub:school:ms-third")
    assert followed(talk) == ["topic:fees"]


@pytest.mark.parametrize("word", ["退订", "取消订阅", "unsubscribe", "/unsubscribe"])
def test_the_only_subscription_is_stopped_by_a_word(talk: Talk, word: str) -> None:
    talk.says("订阅 三中")
    talk.says(word)
    assert talk.follows == ()


def test_of_several_the_word_asks_which(talk: Talk) -> None:
    talk.presses_data("sub:topic:fees")
    talk.presses_data("sub:topic:quota")
    talk.says("退订")
    assert len(talk.follows) == 2
    talk.presses("全部退订")
    assert followed(talk) == []


def test_who_follows_nothing_has_nothing_to_stop(talk: Talk) -> None:
    [told] = talk.says("退订")
    assert "没有订阅" in told
    [told] = talk.presses_data("unsub:topic:fees")
    assert "没有订阅" in told


def test_the_same_thing_is_followed_once(talk: Talk) -> None:
    talk.presses_data("sub:topic:fees")
    [told] = talk.presses_data("sub:topic:fees")
    assert told.startswith("您已经订阅")
    assert followed(talk) == ["topic:fees"]


@pytest.mark.parametrize(
    "data",
    [
        "sub:", "sub:topic", "sub:topic:", "sub:topic:nothing", "sub:nobody:x", "sub:entry:gone",
        "sub:school:gone", "sub:table:gone", "sub:round:gone", "sub:figure:a", "sub:figure:a:b:c",
        "sub:figure:quota-2026:ms-third:ffff", "sub:figure:quota-2026:ms-third",
        "unsub:", "unsub:x", "unsub:figure:a:b",
    ],
)  # fmt: skip
def test_a_forged_or_stale_button_is_answered_and_follows_nothing(talk: Talk, data: str) -> None:
    assert len(talk.presses_data(data)) == 1
    assert talk.follows == ()


def test_there_is_a_most(talk: Talk) -> None:
    entries = [one for one in talk.knowledge.entries.values() if not one.draft][: MOST + 1]
    for entry in entries:
        talk.presses_data(f"sub:entry:{entry.id}")
    assert len(talk.follows) == MOST
    assert "先退订" in talk.last


def test_what_is_gone_is_listed_by_its_old_name_and_can_be_stopped(talk: Talk) -> None:
    talk.says("订阅 三中")
    empty = make_shelf((), ())
    talk.knowledge = replace(talk.knowledge, figures=empty, schools=())
    [told] = talk.says("我的订阅")
    assert "示例区第三中学" in told
    talk.presses_data("unsub:school:ms-third")
    assert talk.follows == ()


def test_an_open_complaint_stays_open_beside_it(talk: Talk) -> None:
    talk.says("我要投诉")
    flow, step = talk.dialogue.flow, talk.dialogue.step
    assert flow
    talk.presses_data("sub:topic:fees")
    talk.says("我的订阅")
    assert (talk.dialogue.flow, talk.dialogue.step) == (flow, step)
    assert followed(talk) == ["topic:fees"]


def test_what_is_typed_in_an_open_complaint_is_no_subscription(talk: Talk) -> None:
    talk.says("我要投诉")
    talk.says("订阅三中")
    assert talk.follows == ()


def test_a_group_subscribes_to_nothing() -> None:
    group = Talk(place=Place.GROUP)
    group.presses_data("sub:topic:fees")
    group.says("订阅 三中")
    assert group.follows == ()


def test_outside_the_demo_samples_are_not_to_be_followed() -> None:
    talk = Talk(desk=replace(DESK, demo=False))
    talk.presses_data("sub:round:f5ca485d28da")
    assert talk.follows == ()


def test_an_english_speaker_reads_english_and_the_title_is_kept_in_chinese(talk: Talk) -> None:
    talk.says("/lang en")
    [told] = talk.presses_data("sub:topic:fees")
    assert told.startswith("You now follow: Fees and aid")
    assert [one.title for one in talk.follows] == ["收费与资助"]
    [told] = talk.says("my subscriptions")
    assert "Fees and aid" in told


def test_subscribing_leaves_the_dialogue_alone(talk: Talk) -> None:
    before: Dialogue = talk.dialogue
    talk.presses_data("sub:topic:fees")
    assert talk.dialogue == before


def test_the_subject_of_a_button_is_what_is_stopped(talk: Talk) -> None:
    talk.says(FIGURE)
    talk.presses("更正时告诉我")
    [figure] = talk.follows
    talk.presses("退订")
    assert talk.follows == ()
    assert figure.subject == Subject(Kind.FIGURE, "quota-2026:ms-third")
    assert figure.subject != THIRD


@pytest.mark.parametrize("words", ["退订 三中", "取消订阅:三中", "unsubscribe from 三中"])
def test_one_of_several_is_stopped_by_its_name(talk: Talk, words: str) -> None:
    talk.says("订阅 三中")
    talk.says("订阅 小学入学")
    [told] = talk.says(words)
    assert "已退订" in told
    assert "第三中学" in told
    assert THIRD.data not in followed(talk)
    assert len(followed(talk)) == 1


def test_a_name_that_is_not_followed_shows_what_there_is_to_stop(talk: Talk) -> None:
    talk.says("订阅 三中")
    talk.says("订阅 小学入学")
    [told] = talk.says("退订 二中")
    assert "您订阅了 2 项" in told
    assert len(followed(talk)) == 2
