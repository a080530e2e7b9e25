"""A broadcast over the real client and everything Telegram can answer wrongly: nobody gets it twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from markupsafe import Markup
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.failures import Failure, Kind, Reason, classify
from bot.channels.telegram.transport import AiohttpRequest
from bot.core.turn import Outgoing, Priority
from bot.service.job import Job
from bot.storage.outbox import Parcel
from tests.botapi import BotApi
from tests.botapi.faults import Fault, FaultKind
from tests.edges.product import Product, running

AFTER = {
    "hang": Fault(FaultKind.HANG_AFTER, "sendMessage", wait_s=3.0),
    "reset": Fault(FaultKind.RESET_AFTER, "sendMessage"),
    "cut answer": Fault(FaultKind.BAD_JSON, "sendMessage"),
    "502": Fault(FaultKind.BAD_GATEWAY, "sendMessage"),
}


async def broadcast(desk: Product, chats: list[int]) -> None:
    def work(job: Job) -> None:
        for chat in chats:
            told = Outgoing(Markup("有更新"))
            lane = f"news:{chat}"
            job.owe(Parcel("telegram", str(chat), told, Priority.BROADCAST, lane=lane))

    await desk.run(work)


async def states(desk: Product) -> dict[str, str]:
    def look(job: Job) -> dict[str, str]:
        return {row["chat"]: row["state"] for row in job.tx.execute("SELECT * FROM outbox")}

    found: dict[str, str] = await desk.run(look)
    async with asyncio.timeout(20):
        while {"queued", "sending"} & set(found.values()):
            await asyncio.sleep(0.02)
            found = await desk.run(look)
    return found


@pytest.mark.parametrize("name", AFTER)
async def test_what_may_have_arrived_is_not_repeated(
    api: BotApi, tmp_path: Path, name: str
) -> None:
    people = [api.user(one) for one in ("李女士", "王先生", "张女士")]
    async with running(api, tmp_path) as desk:
        assert desk.parts.account is not None
        desk.parts.account.bot.request._read_s = 0.25  # type: ignore[attr-defined]  # ours, over aiohttp
        api.faults.add(AFTER[name])
        await broadcast(desk, [one.id for one in people])
        found = await states(desk)
    assert sorted(found.values()) == ["sent", "sent", "unknown"]
    for one in people:
        heard = len(one.sees())
        assert heard <= 1
        assert heard == 1 or found[str(one.id)] == "unknown"


async def test_a_flood_and_a_blocked_chat_keep_nobody_else_from_it(
    api: BotApi, tmp_path: Path
) -> None:
    people = [api.user(one) for one in ("李女士", "王先生", "张女士")]
    people[1].blocks()
    async with running(api, tmp_path) as desk:
        api.faults.add(Fault.flood("sendMessage", 1))
        await broadcast(desk, [one.id for one in people])
        found = await states(desk)
    assert [found[str(one.id)] for one in people] == ["sent", "failed", "sent"]
    assert [len(one.sees()) for one in (people[0], people[2])] == [1, 1]


async def test_where_no_connection_was_made_nothing_can_have_arrived() -> None:
    request = AiohttpRequest()
    await request.initialize()
    try:
        with pytest.raises(NetworkError) as refused:
            await request.do_request("http://127.0.0.1:9/", "POST")
    finally:
        await request.shutdown()
    failure = classify(refused.value)
    assert failure == Failure(Kind.TRANSIENT, Reason.NO_CONNECTION)
    assert not failure.may_have_arrived
    assert classify(TimedOut()).may_have_arrived
