from __future__ import annotations

import asyncio
import logging
import traceback

import pytest
from aiohttp import web
from telegram import Bot, InputMediaPhoto
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from bot.channels.telegram.transport import AiohttpRequest
from tests.botapi import BotApi, Fault, FaultKind
from tests.botapi.server import TOKEN


def everything_about(error: BaseException) -> str:
    """The exception with all it hangs on, suppressed or not, as careless logging would show it."""
    chain: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        chain += [repr(seen), str(seen), *traceback.format_exception(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(chain)


async def test_chinese_text_buttons_and_files_arrive_unharmed(api: BotApi, fast: Bot) -> None:
    parent = api.user("李女士")
    await fast.send_message(parent.id, "学费 & 食宿 + 100% 😀")
    await fast.send_document(parent.id, b"%PDF", filename='答复 "函".pdf', caption="答复")
    await fast.send_media_group(
        parent.id, [InputMediaPhoto(b"one"), InputMediaPhoto(b"two", caption="二")]
    )
    seen = parent.sees()
    assert [each.text for each in seen] == ["学费 & 食宿 + 100% 😀", "答复", "", "二"]
    assert seen[1].raw["document"]["file_name"] == '答复 "函".pdf'
    file = await fast.get_file(seen[2].raw["photo"][0]["file_id"])
    assert bytes(await file.download_as_bytearray()) == b"one"


@pytest.mark.parametrize(
    ("kind", "error", "arrived"),
    [
        (FaultKind.HANG_BEFORE, TimedOut, 0),
        (FaultKind.HANG_AFTER, TimedOut, 1),
        (FaultKind.RESET_BEFORE, NetworkError, 0),
        (FaultKind.RESET_AFTER, NetworkError, 1),
        (FaultKind.BAD_GATEWAY, NetworkError, 0),
        (FaultKind.BAD_JSON, TelegramError, 1),
    ],
)
async def test_a_broken_line_is_a_telegram_error_that_names_no_token(
    api: BotApi, fast: Bot, kind: FaultKind, error: type[TelegramError], arrived: int
) -> None:
    parent = api.user("李女士")
    api.faults.add(Fault(kind, "sendMessage"))
    with pytest.raises(error) as failed:
        await fast.send_message(parent.id, "您好", read_timeout=0.2)
    assert len(parent.sees()) == arrived
    assert TOKEN not in everything_about(failed.value)
    await fast.send_message(parent.id, "连接照常")


async def test_nobody_listening_is_a_network_error_that_names_no_token() -> None:
    bot = Bot(TOKEN, base_url="http://127.0.0.1:1/bot", request=AiohttpRequest())
    with pytest.raises(NetworkError) as failed:
        await bot.initialize()
    await bot.shutdown()
    assert not isinstance(failed.value, BadRequest)
    assert TOKEN not in everything_about(failed.value)


async def test_a_timeout_while_connecting_names_no_token(api: BotApi) -> None:
    bot = Bot(TOKEN, base_url=api.base_url, request=AiohttpRequest(connect_s=1e-6))
    with pytest.raises(TimedOut) as failed:
        await bot.initialize()
    await bot.shutdown()
    assert TOKEN not in everything_about(failed.value)


async def test_nothing_is_logged_of_tokens_or_of_what_people_wrote(
    api: BotApi, fast: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "aiohttp")
    caplog.set_level(logging.WARNING, "telegram")
    parent = api.user("李女士")
    api.faults.add(Fault(FaultKind.BAD_JSON, "sendMessage", nth=2))
    await fast.send_message(parent.id, "孩子叫小明")
    with pytest.raises(TelegramError):
        await fast.send_message(parent.id, "孩子叫小明")
    assert TOKEN not in caplog.text
    assert "小明" not in caplog.text


async def test_requests_share_a_bounded_pool_and_wait_their_turn(api: BotApi) -> None:
    parent = api.user("李女士")
    request = AiohttpRequest(connections=2, read_s=2.0)
    async with Bot(TOKEN, base_url=api.base_url, request=request) as bot:
        api.faults.add(Fault(FaultKind.SLOW, "sendMessage", times=6, wait_s=0.05))
        await asyncio.gather(*(bot.send_message(parent.id, str(number)) for number in range(6)))
    assert sorted(each.text for each in parent.sees()) == list("012345")
    starts = [call.at for call in api.called("sendMessage")]
    assert starts[2] - starts[0] >= 0.045
    assert starts[4] - starts[2] >= 0.045


async def test_a_closed_transport_says_so_and_opens_again(api: BotApi) -> None:
    request = AiohttpRequest()
    with pytest.raises(NetworkError, match="not open"):
        await request.post(f"{api.base_url}{TOKEN}/getMe")
    for _ in range(2):
        async with request:
            me = await request.post(f"{api.base_url}{TOKEN}/getMe")
            assert isinstance(me, dict)
            assert me["is_bot"] is True


async def test_a_redirect_is_not_followed_and_an_error_page_is_not_quoted(api: BotApi) -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"{api.base_url}{TOKEN}/getMe")

    async def missing(request: web.Request) -> web.Response:
        return web.Response(status=503, text=f"The requested URL {request.path} was not found")

    app = web.Application()
    app.router.add_post("/bot{token}/getMe", elsewhere)
    app.router.add_post("/bot{token}/getUpdates", missing)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/bot{TOKEN}"
    async with AiohttpRequest() as request:
        with pytest.raises(NetworkError, match=r"Found \(302\)"):
            await request.post(f"{address}/getMe")
        with pytest.raises(NetworkError, match=r"Service Unavailable \(503\)") as failed:
            await request.post(f"{address}/getUpdates")
    await runner.cleanup()
    assert TOKEN not in everything_about(failed.value)
    assert api.calls == []
