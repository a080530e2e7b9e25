"""Greeting, help, topics, privacy, deep links, and buttons nobody knows any more."""

from dataclasses import replace

import pytest

from bot.core.dialogue import Dialogue
from handlers.menu import LONGEST_LABEL, PAGE, cut
from tests.handlers.talk import DESK, Talk

COMMANDS = {
    "/start": "您好,这里是示例区教育局咨询与投诉服务台",
    "/start@desk_bot": "您好,这里是示例区教育局咨询与投诉服务台",
    "/help": "可以这样用",
    "帮助": "可以这样用",
    "请帮助一下": "可以这样用",
    "/menu": "请选择主题",
    "菜单": "请选择主题",
    "看 全部 主题!": "请选择主题",
    "/privacy": "隐私说明",
    "隐私": "隐私说明",
    "/lang": "请选择语言",
    "换语言": "请选择语言",
    "/cancel": "现在没有正在填写的内容",
    "取消": "现在没有正在填写的内容",
    "写好了": "现在没有正在填写的内容",
    "上一步": "现在没有正在填写的内容",
    "/nonsense": "没有这个命令",
}


@pytest.mark.parametrize(("text", "expected"), COMMANDS.items())
def test_commands_work_with_a_slash_and_in_plain_words(
    talk: Talk, text: str, expected: str
) -> None:
    [answer] = talk.says(text)
    assert expected in answer


def test_a_word_within_a_question_is_no_command(talk: Talk) -> None:
    [answer] = talk.says("困难家庭的学生有什么帮助,怎么申请资助?")
    assert "可以这样用" not in answer


def test_the_greeting_leads_to_topics_a_complaint_and_progress(talk: Talk) -> None:
    talk.says("/start")
    assert {"我要投诉", "查进度", "看全部主题", "转人工"} <= set(talk.buttons)
    assert talk.knowledge.topics[0].title in talk.buttons


def test_the_buttons_of_the_greeting_are_the_commands(talk: Talk) -> None:
    talk.says("/start")
    assert "您要反映的是哪一类" in talk.presses("我要投诉")[0]
    assert talk.dialogue.flow == "complaint"


def test_every_topic_leads_to_all_its_entries_page_by_page(talk: Talk) -> None:
    talk.says("/menu")
    for topic in talk.knowledge.topics:
        seen: list[str] = []
        [title] = talk.presses_data(f"topic:{topic.id}")
        assert title.startswith(topic.title)
        seen += _entries(talk)
        while "下一页" in talk.buttons:
            talk.presses("下一页")
            seen += _entries(talk)
            assert "上一页" in talk.buttons
        assert seen == list(topic.entry_ids)


def _entries(talk: Talk) -> list[str]:
    data = [button.data for row in talk.heard[-1].buttons for button in row]
    shown = [one.removeprefix("faq:") for one in data if one.startswith("faq:")]
    assert len(shown) <= PAGE
    return shown


@pytest.mark.parametrize("page", ["0", "99", "x", "", "-1", "²"])
def test_a_page_that_does_not_exist_shows_one_that_does(talk: Talk, page: str) -> None:
    topic = talk.knowledge.topics[0]
    [title] = talk.presses_data(f"topic:{topic.id}:{page}")
    assert title.startswith(topic.title)
    assert _entries(talk)


def test_a_topic_that_is_gone_is_told_and_the_others_shown(talk: Talk) -> None:
    [answer] = talk.presses_data("topic:gone")
    assert "已经调整" in answer
    assert talk.knowledge.topics[0].title in talk.buttons


def test_the_phone_is_told_with_its_hours_where_there_is_one(talk: Talk) -> None:
    assert "010-12345678(周一至周五 8:30-17:30)" in talk.says("/help")[0]
    talk.desk = replace(DESK, hours="")
    assert talk.says("/help")[0].endswith("也可以致电 010-12345678。")
    talk.desk = replace(DESK, phone="")
    assert "致电" not in talk.says("/help")[0]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("faq_primary-age", "6 周岁"),
        ("topic_primary", "共"),
        ("menu", "请选择主题"),
        ("help", "可以这样用"),
        ("person", "请写下您要问工作人员的事"),
        ("complain", "您要反映的是哪一类"),
        ("status", "编号"),
        ("anything-else", "您好,这里是"),
        ("faq_", "您好,这里是"),
        ("start", "您好,这里是"),
    ],
)
def test_a_deep_link_leads_where_it_says(talk: Talk, payload: str, expected: str) -> None:
    assert expected in talk.says(f"/start {payload}")[0]


@pytest.mark.parametrize("data", ["x", "x:1", "person:x", "lang:fr", "again:", "s:send:1", "🙂"])
def test_a_button_nobody_knows_is_answered_in_words(talk: Talk, data: str) -> None:
    before = talk.dialogue
    [answer] = talk.presses_data(data)
    assert "此按钮已失效" in answer or "换个说法" in answer
    assert talk.dialogue == before


def test_the_menu_may_be_looked_at_while_something_is_filled_in(talk: Talk) -> None:
    talk.says("转人工")
    flow = talk.dialogue.flow
    for look in ("/start", "/menu", "/privacy"):
        [answer] = talk.says(look)
        assert "您填写到一半的内容还在" in answer
        assert talk.dialogue.flow == flow
    assert "您填写到一半的内容还在" in talk.presses_data("faq:primary-age")[0]
    assert "您填写到一半的内容还在" in talk.presses_data("x")[0]


def test_a_label_is_cut_to_what_a_button_shows() -> None:
    assert cut("短") == "短"
    assert cut("长" * 100) == "长" * (LONGEST_LABEL // 2 - 1) + "…"
    assert len(cut("a" * 100)) == LONGEST_LABEL


def test_every_button_of_every_topic_fits(talk: Talk) -> None:
    talk.dialogue = Dialogue()
    for topic in talk.knowledge.topics:  # Button itself refuses data over 64 bytes
        talk.presses_data(f"topic:{topic.id}:2")
        assert all(talk.buttons)
