from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Bot, Update

from bot.channels.telegram.failures import Reason
from bot.channels.telegram.polling import Pace, Poller, growing
from bot.core.errors import ConfigError, DatabaseBusy
from tests.botapi import BotApi, Fault, FaultKind
from tests.botapi.updates import Shape

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUICK = Pace(poll_s=20, trouble=(0.01, 0.05), conflict=(0.05, 0.1), own_trouble=(0.01, 0.05))


class Inbox:
    """Takes batches as the engine does: a set of ids, and sometimes a database that is busy."""

    def __init__(self, busy_times: int = 0) -> None:
        self.busy_times = busy_times
        self.offered: list[int] = []
        self.texts: dict[int, str] = {}
        self.unreadable: list[dict[str, Any]] = []

    async def take(self, batch: Sequence[Update]) -> None:
        self.offered += [update.update_id for update in batch]
        if self.busy_times:
            self.busy_times -= 1
            raise DatabaseBusy(5.0)
        for update in batch:
            assert update.effective_message is not None
            self.texts.setdefault(update.update_id, update.effective_message.text or "")

    async def take_unreadable(self, raw: dict[str, Any]) -> None:
        self.unreadable.append(raw)

    def poller(self, bot: Bot, pace: Pace = QUICK) -> Poller:
        return Poller(
            bot=bot, take=self.take, take_unreadable=self.take_unreadable,
            clock=lambda: NOON, chance=lambda: 0.5, pace=pace,
        )  # fmt: skip


@asynccontextmanager
async def polling(poller: Poller) -> AsyncIterator[None]:
    """Poll in the background; stopping must take less than a second."""
    stop = asyncio.Event()
    task = asyncio.create_task(poller.poll(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(1.0):
            await task


async def test_every_update_is_taken_in_order_and_then_confirmed(api: BotApi, fast: Bot) -> None:
    parent, inbox = api.user("李女士"), Inbox()
    poller = inbox.poller(fast)
    async with polling(poller):
        for number in range(250):
            parent.says(str(number))
        await api.until(lambda: len(inbox.texts) == 250)
        await api.until(lambda: not api.updates.pending)
    assert list(inbox.texts.values()) == [str(number) for number in range(250)]
    assert poller.last_poll_at == NOON
    asked = api.called("getUpdates")[0].params["allowed_updates"]
    assert asked == '["message", "edited_message", "callback_query", "my_chat_member"]'


async def test_nothing_is_confirmed_before_it_was_taken(api: BotApi, fast: Bot) -> None:
    api.user("李女士").says("我要投诉")
    taking, may_commit = asyncio.Event(), asyncio.Event()
    inbox = Inbox()
    poller = inbox.poller(fast)

    async def slow(batch: Sequence[Update]) -> None:
        taking.set()
        await may_commit.wait()
        await inbox.take(batch)

    poller.take = slow
    async with polling(poller):
        await taking.wait()
        await asyncio.sleep(0.05)
        assert len(api.called("getUpdates")) == 1
        assert api.updates.confirmed == []
        may_commit.set()
        await api.until(lambda: not api.updates.pending)


async def test_a_busy_database_gets_the_same_batch_again(api: BotApi, fast: Bot) -> None:
    parent, inbox = api.user("李女士"), Inbox(busy_times=3)
    parent.says("一")
    parent.says("二")
    async with polling(inbox.poller(fast)):
        await api.until(lambda: not api.updates.pending)
    assert list(inbox.texts.values()) == ["一", "二"]
    assert len(inbox.offered) == 8


async def test_doubled_reversed_and_missing_ids_lose_nothing(api: BotApi, fast: Bot) -> None:
    parent, inbox = api.user("李女士"), Inbox()
    for text, shape in (("一", Shape.REVERSED), ("三", Shape.DOUBLED)):
        parent.says(text)
        api.updates.skip_ids(7)
        parent.says(text * 2)
        api.updates.next_shape = shape
        async with polling(inbox.poller(fast)):
            await api.until(lambda: not api.updates.pending)
    assert sorted(inbox.texts.values()) == ["一", "一一", "三", "三三"]


async def test_an_unreadable_update_is_handed_over_raw_and_blocks_nobody(
    api: BotApi, fast: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    parent, inbox = api.user("李女士"), Inbox()
    parent.says("一")
    broken = {"update_id": api.updates.next_id, "message": {"chat": "小明", "message_id": "x"}}
    api.updates.put_raw(broken, at=time.time())
    parent.says("二")
    async with polling(inbox.poller(fast)):
        await api.until(lambda: not api.updates.pending)
    assert list(inbox.texts.values()) == ["一", "二"]
    assert inbox.unreadable == [broken]
    assert "小明" not in caplog.text


async def test_trouble_of_every_kind_is_waited_out(api: BotApi, fast: Bot) -> None:
    inbox = Inbox()
    for fault in (
        Fault(FaultKind.BAD_GATEWAY, "getUpdates"),
        Fault(FaultKind.BAD_JSON, "getUpdates"),
        Fault(FaultKind.RESET_BEFORE, "getUpdates"),
        Fault(FaultKind.RESET_AFTER, "getUpdates"),
        Fault(FaultKind.REFUSE, "getUpdates"),
    ):
        api.faults.add(fault)
        api.user("李女士").says(fault.kind)
        async with polling(inbox.poller(fast)):
            await api.until(lambda: not api.updates.pending)
    assert len(inbox.texts) == len(api.faults.struck) == 5


def test_waits_double_up_to_the_longest_with_some_chance_in_them() -> None:
    waits = [growing(Pace().trouble, failures, chance=0.0) for failures in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert growing(Pace().conflict, 0, chance=1.0) == 3
    assert growing(Pace().trouble, 10_000, chance=1.0) == 45
    assert (
        growing(Pace().own_trouble, 10_000, chance=0.0) == 5
    )  # a disk that has room again is used soon


async def test_retry_after_is_obeyed(api: BotApi, fast: Bot) -> None:
    api.faults.add(Fault.flood("getUpdates", 1))
    api.user("李女士").says("一")
    async with polling(Inbox().poller(fast)):
        await api.until(lambda: not api.updates.pending)
    first, second, *_ = [call.at for call in api.called("getUpdates")]
    assert 1.0 <= second - first < 1.3


async def test_a_second_poller_is_named_in_the_log_and_waited_for(
    api: BotApi, fast: Bot, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox()
    poller = inbox.poller(fast)
    async with polling(poller):
        await api.until(lambda: api.called("getUpdates"))
        await bot.get_updates(timeout=0)
        await api.until(lambda: poller.trouble is Reason.CONFLICT)
        api.user("李女士").says("一")
        await api.until(lambda: not api.updates.pending)
    assert "another program receives this bot's updates" in caplog.text
    assert poller.trouble is None


async def test_a_revoked_token_ends_polling_with_a_configuration_error(
    api: BotApi, fast: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    api.faults.add(Fault.refusal("getUpdates", "Unauthorized"))
    with pytest.raises(ConfigError, match=r"telegram\.token"):
        await Inbox().poller(fast).poll(asyncio.Event())
    assert api.token not in caplog.text


async def test_a_stop_ends_a_long_poll_at_once_and_the_next_start_goes_on(
    api: BotApi, fast: Bot
) -> None:
    first, second = Inbox(), Inbox()
    parent = api.user("李女士")
    async with polling(first.poller(fast)):
        await api.until(lambda: api.called("getUpdates"))
    parent.says("停机时")
    async with polling(second.poller(fast)):
        await api.until(lambda: not api.updates.pending)
    assert (list(first.texts.values()), list(second.texts.values())) == ([], ["停机时"])


async def test_a_stop_while_a_batch_is_taken_lets_it_finish(api: BotApi, fast: Bot) -> None:
    inbox, stop, steps = Inbox(), asyncio.Event(), itertools.count()
    poller = inbox.poller(fast)

    async def take(batch: Sequence[Update]) -> None:
        stop.set()
        await asyncio.sleep(0.05)
        await inbox.take(batch)
        next(steps)

    poller.take = take
    api.user("李女士").says("一")
    async with asyncio.timeout(1.0):
        await poller.poll(stop)
    assert next(steps) == 1
    assert list(inbox.texts.values()) == ["一"]
    assert api.updates.confirmed == []
