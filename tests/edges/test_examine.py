"""What `doctor` learns from Telegram about the account and the staff chat."""

from pathlib import Path

from bot.channels.telegram.examine import examine_account
from tests.botapi import BotApi
from tests.edges.product import config_for


async def test_a_forum_with_every_right_is_seen_as_it_is(api: BotApi, tmp_path: Path) -> None:
    forum = api.supergroup("工作群", forum=True)
    state = await examine_account(config_for(api, tmp_path, staff_chat=forum.id).telegram)
    assert (state.problem, state.group_problem, state.group_moved_to) == ("", "", None)
    assert state.is_forum
    assert state.is_admin
    assert state.can_manage_topics


async def test_a_group_that_became_a_supergroup_is_followed(api: BotApi, tmp_path: Path) -> None:
    group = api.group("工作群")
    settings = config_for(api, tmp_path, staff_chat=group.id).telegram
    now = group.upgrade()
    state = await examine_account(settings)
    assert (state.group_problem, state.group_moved_to) == ("", now.id)
    assert state.is_admin


async def test_what_does_not_work_is_named(api: BotApi, tmp_path: Path) -> None:
    forum = api.supergroup("工作群", forum=True)
    forum.grants(status="kicked")
    state = await examine_account(config_for(api, tmp_path, staff_chat=forum.id).telegram)
    assert state.group_problem == "kicked"
    api.token = "1:another"
    assert (await examine_account(config_for(api, tmp_path).telegram)).problem == "unauthorized"
