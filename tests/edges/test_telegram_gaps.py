"""/gaps over Telegram: for an editor a list, for a parent a command that does not exist."""

from pathlib import Path

import pytest

from bot.core.people import Role
from bot.service.rounds import Rounds
from tests.botapi import BotApi
from tests.edges.product import running

DRONE = "无人机社团怎么报名"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
async def test_an_editor_reads_what_parents_asked_in_vain(
    api: BotApi, tmp_path: Path, role: Role
) -> None:
    li, wang, wu = api.user("李女士"), api.user("王先生"), api.user("吴老师")
    async with running(api, tmp_path, staff=[(wu, role)]) as desk:
        for parent in (li, wang):
            parent.says(DRONE)
            await desk.settles()
        wu.says("/gaps")
        await desk.settles()
        await Rounds(desk.parts.office).tick()
        listed = await desk.hears(wu, DRONE)
        assert f"1. {DRONE} — 2 人" in listed.text
        assert DRONE not in "\n".join(seen.text for seen in li.sees())


async def test_a_parent_is_told_that_there_is_no_such_command(api: BotApi, tmp_path: Path) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        li.says("/gaps")
        await desk.hears(li, "没有这个命令")
        await Rounds(desk.parts.office).tick()
        await desk.settles()
        assert "近 30 天" not in "\n".join(seen.text for seen in li.sees())


async def test_who_hides_behind_the_group_is_told_to_show_the_name(
    api: BotApi, tmp_path: Path
) -> None:
    """An editor who posts as an anonymous administrator must not read that the command does not exist."""
    forum = api.supergroup("工作群", forum=True)
    async with running(api, tmp_path, staff_chat=forum.id) as desk:
        forum.anonymous_says("/gaps", None)
        await desk.shows(forum, "匿名")
