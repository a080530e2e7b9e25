"""The webhook: for whoever knows the secret, 200 only after the commit, in the order Telegram keeps."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.channels.telegram.webhook import MAX_BODY, SECRET_HEADER, Webhook
from bot.core.errors import DatabaseBusy, NotReady
from tests.botapi import BotApi
from tests.edges.product import Product, running

SECRET = "s3cret_Of-the-desk"
Taken = list[dict[str, Any]]


def client(take: Callable[[dict[str, Any]], Awaitable[None]]) -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/telegram", Webhook(SECRET, take).__call__, methods=["POST"])])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


@pytest.fixture
def taken() -> Taken:
    return []


@pytest.mark.parametrize(
    "secret",
    [
        None,
        "",
        "wrong",
        SECRET[:-1],
        SECRET + "x",
        SECRET.upper(),
        "秘密".encode().decode("latin-1"),
    ],
)
async def test_who_does_not_know_the_secret_is_refused(taken: Taken, secret: str | None) -> None:
    async def take(raw: dict[str, Any]) -> None:
        taken.append(raw)

    headers = {} if secret is None else {SECRET_HEADER.encode(): secret.encode("latin-1")}
    async with client(take) as http:
        answer = await http.post("/telegram", json={"update_id": 1}, headers=headers)
    assert answer.status_code == 403
    assert taken == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"17",
        b'{"update_id": "1"}',
        b'{"message": {}}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"update_id": true}',
    ],
)
async def test_what_is_no_update_is_refused(taken: Taken, body: bytes) -> None:
    async def take(raw: dict[str, Any]) -> None:
        taken.append(raw)

    async with client(take) as http:
        answer = await http.post("/telegram", content=body, headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 400
    assert taken == []


async def test_a_huge_body_is_not_read_and_another_method_not_known(taken: Taken) -> None:
    async def take(raw: dict[str, Any]) -> None:
        taken.append(raw)

    body = json.dumps({"update_id": 1, "x": "y" * MAX_BODY}).encode()
    async with client(take) as http:
        refused = await http.post("/telegram", content=body, headers={SECRET_HEADER: SECRET})
        asked = await http.get("/telegram", headers={SECRET_HEADER: SECRET})
    assert (refused.status_code, asked.status_code) == (413, 405)
    assert taken == []


@pytest.mark.parametrize("trouble", [DatabaseBusy(5.0), NotReady("starting")])
async def test_what_could_not_be_written_is_not_confirmed(trouble: Exception) -> None:
    async def take(raw: dict[str, Any]) -> None:
        raise trouble

    async with client(take) as http:
        answer = await http.post(
            "/telegram", json={"update_id": 1}, headers={SECRET_HEADER: SECRET}
        )
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_webhook_without_a_secret_is_not_made() -> None:
    async def take(raw: dict[str, Any]) -> None: ...

    with pytest.raises(ValueError, match="secret"):
        Webhook("", take)


@asynccontextmanager
async def hooked(api: BotApi, path: Path) -> AsyncIterator[Product]:
    """Run a desk that is called by the server, at an address of its own."""
    box: list[Product] = []

    async def take(raw: dict[str, Any]) -> None:
        if not box or box[0].parts.account is None:
            raise NotReady("starting")
        await box[0].parts.account.take_raw(raw)

    app = Starlette(routes=[Route("/telegram", Webhook(SECRET, take).__call__, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await api.until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    hook = {"url": f"http://127.0.0.1:{port}", "secret": SECRET}
    try:
        async with running(api, path, receive="webhook", webhook=hook) as desk:
            box.append(desk)
            yield desk
    finally:
        api.hook.url = ""
        server.should_exit = True
        await serving


async def test_updates_come_in_by_the_webhook_in_order_and_once(
    api: BotApi, tmp_path: Path
) -> None:
    people = [api.user(f"家长{number}") for number in range(5)]
    async with hooked(api, tmp_path) as desk:
        assert api.hook.url.endswith("/telegram")
        for person in people:
            person.says("转学需要什么手续?")
            person.says("孩子几岁可以上小学一年级?")
        await desk.settles()
        for person in people:
            answers = [seen.text for seen in person.sees()]
            assert "转入学校" in answers[0]
            assert "年满六周岁" in answers[1]
        again = {"update_id": api.updates.confirmed[0], "message": {"text": "x"}}
        account = desk.parts.account
        assert account is not None
        await account.take_raw(again)
        assert desk.bureau.value("SELECT count(*) FROM updates") == 10
        assert desk.bureau.value("SELECT count(*) FROM failures") == 0


async def test_a_busy_database_makes_telegram_call_again(api: BotApi, tmp_path: Path) -> None:
    li = api.user("李女士")
    async with hooked(api, tmp_path) as desk:
        db = desk.parts.office.db
        pages = await db.write(lambda tx: tx.execute("PRAGMA page_count").fetchone()[0])
        db._connection.execute(f"PRAGMA max_page_count={pages}")
        li.says("转学需要什么手续?" + "啊" * 3900)
        await api.until(lambda: 503 in {status for _, status in api.deliverer.attempts})
        db._connection.execute("PRAGMA max_page_count=1000000")
        await desk.settles()
        assert desk.bureau.value("SELECT count(*) FROM updates") == 1
        assert len(li.sees()) == 1
