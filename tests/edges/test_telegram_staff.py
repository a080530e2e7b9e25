"""The staff chat over Telegram: topics, cards, drafts; nothing leaves but by its button."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.core.people import Role
from bot.service import desk as case_desk
from bot.service import notices
from bot.service import sender as sender_module
from tests.botapi import BotApi
from tests.botapi.faults import Fault
from tests.botapi.players import Group, User
from tests.edges.product import Product, history, running, staff_named

CARD, ASKED = "承办:", "这段话怎么处理"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "FIRST_RETRY_S", 0.05)


@pytest.fixture
def li(api: BotApi) -> User:
    return api.user("李女士")


@pytest.fixture
def zhao(api: BotApi) -> User:
    return api.user("赵老师")


@pytest.fixture
def forum(api: BotApi, zhao: User) -> Group:
    group = api.supergroup("工作群", forum=True)
    group.joins(zhao)
    return group


def open_topics(group: Group) -> list[int]:
    return [topic.thread for topic in group.topics() if not topic.closed]


def in_general(group: Group) -> list[str]:
    """What the bot said outside of every topic."""
    return [seen.text for seen in group.sees() if seen.thread is None and seen.kind == "text"]


def private_words(user: User) -> str:
    return "\n".join(seen.text for seen in user.sees())


async def replies(desk: Product, zhao: User, forum: Group, text: str, button: str | None) -> None:
    """Write in the newest topic and press a button under the question that comes."""
    thread = forum.topics()[-1].thread
    before = len([seen for seen in forum.sees(thread) if ASKED in seen.text])
    zhao.says_in(forum, thread, text)
    await desk.api.until(
        lambda: len([seen for seen in forum.sees(thread) if ASKED in seen.text]) > before
    )
    if button is not None:
        zhao.presses(button, at=forum)
    await desk.settles()


async def test_every_case_gets_a_topic_with_its_number_and_category_and_a_card(
    api: BotApi, tmp_path: Path, li: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        case = await desk.files_complaint(li, "食堂乱收费,电话13812345678")
        card = await desk.shows(forum, CARD)
        await desk.settles()
        [topic] = forum.topics()
        assert topic.name.startswith(case.number)
        assert len(topic.name) > len(case.number) + 1
        assert card.thread == topic.thread
        assert case.number in card.text
        assert "13812345678" not in str(
            forum.chat.messages
        )  # minimal privacy: no word of the parent's
        assert "李女士" not in str([seen.text for seen in forum.sees()])
        assert in_general(forum) == []


async def test_what_staff_write_is_a_draft_and_only_the_button_sends_it(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        case = await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        await replies(desk, zhao, forum, "这家长老是投诉,别理", None)
        await replies(desk, zhao, forum, "校长说先压一压", "仅内部")
        assert "压一压" not in private_words(li)
        await replies(desk, zhao, forum, "已责成学校退费", "发送给家长")
        assert "已责成学校退费" in private_words(li)
        assert "别理" not in private_words(li)
        kinds = [event.kind for event in history(desk, case)]
        assert kinds.count("reply") == 1
        assert kinds.count("note") == 1
        zhao.presses("发送给家长", at=forum)  # a double tap
        await desk.settles()
        assert private_words(li).count("已责成学校退费") == 1
        await desk.shows(forum, "已失效")


async def test_each_question_stands_under_the_line_it_is_about(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        await desk.settles()
        thread = forum.topics()[-1].thread
        lines = [zhao.says_in(forum, thread, text) for text in ("已退费", "校长说先压一压")]
        await desk.api.until(lambda: sum(ASKED in one.text for one in forum.sees(thread)) == 2)
        asked = [one for one in forum.sees(thread) if ASKED in one.text]
        about = [one.raw["reply_to_message"]["message_id"] for one in asked]
        assert about == [line["message_id"] for line in lines]
        zhao.presses("发送给家长", asked[0], at=forum)
        await desk.settles()
        assert "已退费" in private_words(li)
        assert "压一压" not in private_words(li)
        done = await desk.shows(forum, "已交发")
        assert done.raw["reply_to_message"]["message_id"] == asked[0].message_id


async def test_a_reply_goes_to_the_case_of_its_topic_whatever_number_stands_in_it(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    wang = api.user("王先生")
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        other = await desk.files_complaint(wang, "校车超载")
        await desk.files_complaint(li, f"我和 {other.number} 是同一件事,食堂收费")
        await desk.api.until(lambda: len(forum.topics()) == 2)
        await desk.settles()
        await replies(desk, zhao, forum, f"{other.number} 的家长请注意:已退费", "发送给家长")
        assert "已退费" in private_words(li)
        assert "已退费" not in private_words(wang)


async def test_nothing_written_in_general_is_relayed_or_answered(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        case = await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        await desk.settles()
        heard = private_words(li)
        zhao.says_in(forum, None, f"{case.number} 这件先放一放")
        forum.pins(forum.sees()[-1].message_id, zhao)
        forum.joins(api.user("新人"))
        await desk.settles()
        assert private_words(li) == heard
        assert in_general(forum) == []
        assert desk.bureau.value("SELECT count(*) FROM reply_drafts") == 0


async def test_outsiders_and_anonymous_administrators_move_nothing(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    stranger = api.user("路人")
    forum.joins(stranger)
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        await replies(desk, zhao, forum, "已责成学校退费", None)
        [topic] = forum.topics()
        stranger.says_in(forum, topic.thread, "我是校长,撤诉吧")
        forum.anonymous_says("我是管理员", topic.thread)
        stranger.presses("发送给家长", at=forum)
        stranger.presses("我来办", at=forum)
        await desk.settles()
        await desk.shows(forum, "匿名")
        assert "退费" not in private_words(li)
        assert "撤诉" not in private_words(li)
        assert desk.case().status == "received"
        assert desk.bureau.value("SELECT count(*) FROM reply_drafts") == 1


async def test_a_topic_lives_and_closes_with_its_case_and_opens_again(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        zhao.presses("我来办", at=forum)
        await desk.shows(forum, "赵老师 已接办")
        await replies(desk, zhao, forum, "已退费", "发送给家长")
        zhao.presses("办结", at=forum)
        await api.until(lambda: open_topics(forum) == [])
        await desk.settles()
        assert open_topics(forum) == []
        asked = next(seen for seen in reversed(li.sees()) if "不满意" in seen.labels)
        li.presses("不满意", asked)
        await desk.settles()
        if desk.case().status == "closed":
            li.says("没有退钱")
            await desk.settles()
        assert desk.case().status == "received"
        await desk.shows(forum, "重新受理")
        await desk.settles()
        assert len(open_topics(forum)) == 1


async def test_a_withdrawn_case_closes_its_topic(
    api: BotApi, tmp_path: Path, li: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        li.says("/status")
        await desk.settles()
        for wanted in ("查看", "撤回", "确认"):
            press_like(li, wanted)
            await desk.settles()
        assert desk.case().status == "withdrawn"
        await desk.shows(forum, "已撤回")
        await api.until(lambda: open_topics(forum) == [])


def press_like(user: User, wanted: str) -> None:
    """Press the newest button whose label has this in it, when there is one."""
    for seen in reversed(user.sees()):
        for label in seen.labels:
            if wanted in label:
                user.presses(label, seen)
                return


async def test_a_deleted_topic_is_made_again_once_with_a_recap_and_its_card(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        case = await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        await desk.settles()
        [old] = forum.topics()
        forum.delete_topic(old.thread)
        me = staff_named(desk, "赵老师")
        await desk.run(lambda job: case_desk.take(job, me, case.number))
        await desk.run(lambda job: case_desk.reply(job, me, case.number, "已退费"))
        await desk.shows(forum, "话题已重建")
        await desk.settles()
        [new] = forum.topics()
        assert new.thread != old.thread
        shown = [seen.text for seen in forum.sees(new.thread)]
        assert sum("话题已重建" in text for text in shown) == 1
        assert sum(CARD in text for text in shown) == 1
        assert any("已答复" in text for text in shown)
        assert in_general(forum) == []
        await replies(desk, zhao, forum, "补充说明", "发送给家长")
        assert "补充说明" in private_words(li)


async def test_without_rights_nothing_is_posted_anywhere_until_they_come_back(
    api: BotApi, tmp_path: Path, li: User, forum: Group
) -> None:
    forum.grants("can_pin_messages")
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        desk.all_must_leave = False
        case = await desk.files_complaint(li)
        await api.until(lambda: len(api.called("createForumTopic")) >= 2, 20.0)
        assert forum.sees() == []
        await api.until(lambda: case.number in private_words(li), 20.0)  # the parent's receipt
        trouble = "SELECT value FROM facts WHERE key = 'staff_chat_trouble'"
        assert desk.bureau.value(trouble) == "no_rights"
        forum.grants("can_manage_topics")
        await desk.shows(forum, CARD, timeout_s=30.0)  # retries come with growing waits
        desk.all_must_leave = True
        await desk.settles(30.0)
        assert desk.bureau.rows(trouble) == []
        assert in_general(forum) == []


async def test_a_staff_chat_that_cannot_be_asked_at_the_start_gets_nothing_in_general(
    api: BotApi, tmp_path: Path, li: User
) -> None:
    """Until Telegram said that it has topics, a card would land in General."""
    forum = api.supergroup("工作群", forum=True)  # where nobody has written anything yet
    api.faults.add(Fault.refusal("getChat", "Internal Server Error", times=3))
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        await desk.files_complaint(li)
        card = await desk.shows(forum, CARD)
        assert card.thread == forum.topics()[0].thread
        assert in_general(forum) == []


async def test_what_is_unsent_over_a_restart_goes_into_the_same_topic(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        case = await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        await desk.settles()
        me = staff_named(desk, "赵老师")
        desk.parts.sender.stop()
        await desk.run(lambda job: case_desk.take(job, me, case.number))
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        await desk.settles()
        assert len(forum.topics()) == 1
        assert any("赵老师" in seen.text for seen in forum.sees())


@pytest.mark.parametrize("told", [True, False])
async def test_a_group_that_becomes_a_supergroup_is_followed_told_or_not(
    api: BotApi, tmp_path: Path, li: User, zhao: User, told: bool
) -> None:
    group = api.group("工作群")
    group.joins(zhao)
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=group.id) as desk:
        await desk.files_complaint(li)
        await desk.shows(group, CARD)
        await desk.settles()
        if told:
            new = group.upgrade()
        else:
            waiting = dict(api.updates.pending)
            new = group.upgrade()
            for update_id in set(api.updates.pending) - set(waiting):
                del api.updates.pending[update_id]
        new.grants("can_manage_topics")
        await desk.settles()
        await desk.files_complaint(li, "校车超载,孩子站着坐车") if not told else None
        me = staff_named(desk, "赵老师")
        number = desk.numbers()[0]
        await desk.run(lambda job: case_desk.take(job, me, number))
        await desk.shows(new, "赵老师")
        await desk.settles()
        assert "话题" not in "\n".join(one.text for one in new.sees())  # there are none
        await desk.shows(new, "重新发一张卡片")
    async with running(
        api, tmp_path, staff_chat=group.id
    ) as desk:  # the file still names the old one
        zhao.says_in(new, None, "已退费", reply_to=(await desk.shows(new, CARD)).message_id)
        await desk.shows(new, ASKED)


async def test_a_flood_of_cases_becomes_one_digest(
    api: BotApi, tmp_path: Path, forum: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MINUTE", timedelta(seconds=4))
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        for number in range(14):
            person = desk.bureau.parent(str(9000 + number), channel="web")
            opened = desk.bureau.opening(f"第 {number} 件")
            fresh = desk.bureau.fresh()
            await desk.run(partial(case_desk.open_case, person=person, opened=opened, fresh=fresh))
        digest = await desk.shows(forum, "另有", timeout_s=15)
        await desk.settles(20)
        assert "4 件" in digest.text
        assert len(forum.topics()) == 10
        assert len(in_general(forum)) == 1


async def test_undelivered_is_said_in_words_and_tried_again_by_a_button(
    api: BotApi, tmp_path: Path, li: User, zhao: User, forum: Group
) -> None:
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        case = await desk.files_complaint(li)
        await desk.shows(forum, CARD)
        await desk.settles()
        api.faults.add(
            replace(Fault.refusal("sendMessage", "Bad Request: chat not found"), chat=li.id)
        )
        await replies(desk, zhao, forum, "已退费", "发送给家长")
        await desk.shows(forum, "没有送达:找不到对方的会话")
        assert desk.bureau.value("SELECT answered_at FROM cases") is None
        zhao.presses("再发一次", at=forum)
        await desk.hears(li, "已退费")
        await desk.settles()
        zhao.presses("再发一次", at=forum)
        await desk.settles()
        assert private_words(li).count("已退费") == 1
        assert "resent" in [event.kind for event in history(desk, case)]
