"""A receipt that does not arrive: staff are told, and it is still owed."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.botapi import BotApi
from tests.botapi.faults import Fault
from tests.botapi.players import Seen, User
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
