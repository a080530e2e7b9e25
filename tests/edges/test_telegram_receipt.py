"""What must be told although its way is blocked: a receipt to the parent, an answer in a closed topic."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.people import Role
from tests.botapi import BotApi
from tests.botapi.faults import Fault
from tests.botapi.players import Seen, Spot, User
from tests.edges.product import running


async def test_a_receipt_that_did_not_arrive_is_told_and_comes_when_the_parent_is_back(
    api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    li, forum = api.user("李女士"), api.supergroup("工作群", forum=True)
    refusal = Fault.refusal("sendMessage", "Forbidden: bot was blocked by the user", times=99)
    really_presses = User.presses

    def presses(user: User, button: str, message: Seen) -> str:
        if "提交" in button:  # and blocks the bot at once
            api.faults.add(replace(refusal, chat=user.id))
        return really_presses(user, button, message)

    monkeypatch.setattr(User, "presses", presses)
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        case = await desk.files_complaint(li)
        told = await desk.shows(forum, "受理回执没有送达家长:家长已停用机器人")
        assert "再发一次" in told.labels
        assert not any(case.number in seen.text for seen in li.sees())
        api.faults.clear()
        li.unblocks()
        await desk.hears(li, case.number)
        await desk.settles()
        assert sum(case.number in seen.text for seen in li.sees()) == 1


async def test_who_writes_in_a_closed_topic_is_answered_there(api: BotApi, tmp_path: Path) -> None:
    li, zhao = api.user("李女士"), api.user("赵老师")
    forum = api.supergroup("工作群", forum=True)
    forum.joins(zhao)
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=forum.id) as desk:
        await desk.files_complaint(li)
        await desk.settles()
        [topic] = forum.topics()
        forum.close_topic(topic.thread, zhao)
        zhao.sends_photo(b"a picture", at=Spot(forum, topic.thread))
        await desk.shows(forum, "答复只能用文字", topic.thread)
        await desk.settles()
        assert desk.bureau.value("SELECT count(*) FROM outbox WHERE state = 'failed'") == 0


async def test_an_answer_that_is_refused_for_a_reason_nobody_foresaw_is_told_once(
    api: BotApi, tmp_path: Path
) -> None:
    li, wang = api.user("李女士"), api.user("王先生")
    forum = api.supergroup("工作群", forum=True)
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        strange = Fault.refusal("sendMessage", "Bad Request: SOMETHING_NEW")
        blocked = Fault.refusal("sendMessage", "Forbidden: bot was blocked by the user")
        api.faults.add(replace(strange, chat=li.id), replace(blocked, chat=wang.id))
        for parent in (li, wang):
            parent.says("转学需要什么手续?")
        await desk.shows(forum, "没有发出:对方平台拒收")
        await desk.settles()
        assert len(forum.sees()) == 1
