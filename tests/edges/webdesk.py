"""A whole desk behind a real web server, in this process: a bureau, the real dialogues, sender, fetcher, uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from bot.channels.telegram.webhook import Webhook
from bot.channels.web.app import WebParts, make_app
from bot.channels.web.channel import WebChannel
from bot.core.config import Config
from bot.core.people import Role
from bot.core.turn import Desk
from bot.service.engine import Engine, Respond
from bot.service.files import Fetcher, FileStore
from bot.service.job import Job
from bot.service.limits import Rates
from bot.service.pictures import Pictures
from bot.service.sender import Sender
from bot.storage import staffbook
from handlers import respond as real_respond
from tests.bot.bureau import Bureau, open_bureau
from tests.edges.pages import Page

JSON = {"Accept": "application/json"}


class Server(uvicorn.Server):
    """uvicorn that leaves the test runner's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class WebDesk:
    bureau: Bureau
    app: Starlette
    url: str
    engine: Engine
    channel: WebChannel
    files: FileStore
    fetcher: Fetcher
    polled: list[datetime | None] = field(default_factory=lambda: [None])
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, **options: Any) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=20, **options)
        self.clients.append(client)
        return client

    def parent(self) -> Parent:
        return Parent(self, self.browser())

    async def staff(
        self, name: str = "赵老师", role: Role = Role.SUPERVISOR, departments: tuple[str, ...] = ()
    ) -> Staff:
        self.bureau.hires(name, role, departments=departments)
        client = Staff(self, self.browser(), name)
        await client.signs_in(self.link(name))
        return client

    def link(self, name: str) -> str:
        token = secrets.token_urlsafe(32)

        def add(job: Job) -> None:
            staff = staffbook.by_name(job.tx, name)
            assert staff is not None
            staffbook.add_link(job.tx, staff.id, token, job.now)

        self.bureau.do(add)
        return f"/console/sign-in/{token}"

    async def settles(self) -> None:
        """Wait until everything owed to web pages has been delivered."""
        async with asyncio.timeout(10):
            while self.bureau.value(  # noqa: ASYNC110  # the sender tells nobody
                "SELECT count(*) FROM outbox WHERE state = 'queued' AND channel = 'web'"
            ):
                await asyncio.sleep(0.01)


@dataclass
class Parent:
    """Somebody on the chat page, whose browser runs no scripts unless a method says so."""

    desk: WebDesk
    client: httpx.AsyncClient

    async def page(self) -> Page:
        answer = await self.client.get("/")
        assert answer.status_code == 200
        return Page(answer.text)

    async def posts(self, fields: dict[str, str], **options: Any) -> httpx.Response:
        """Send a form the way our script does."""
        headers = {**JSON, **options.pop("headers", {})}
        files = options.pop("files", None) or {"none": ("", b"")}
        return await self.client.post("/chat", data=fields, files=files, headers=headers, **options)

    async def fields(self, **values: str) -> dict[str, str]:
        """Return the fields of a fresh form."""
        page = await self.page()
        return page.forms[-1].filled(**values)

    async def says(self, text: str, **options: Any) -> Page:
        answer = await self.posts(await self.fields(text=text), **options)
        assert answer.status_code == 204, answer.text
        await self.desk.settles()
        return await self.page()

    async def presses(self, label: str) -> Page:
        form, button = (await self.page()).form_with(label)
        answer = await self.posts(form.filled(**{button["name"]: button["value"]}))
        assert answer.status_code == 204, answer.text
        await self.desk.settles()
        return await self.page()

    async def complains(
        self,
        text: str = "食堂收费没有公示",
        *,
        subject: str = "",
        contact: str = "",
        **options: Any,
    ) -> str:
        """Go through the whole dialogue and return the case's number."""
        await self.says("我要投诉")
        for label in ("投诉", "其他", "其他事项"):
            await self.presses(label)
        if not subject:
            await self.presses("不涉及具体学校")
        elif f"按我写的:{subject}" in (await self.says(subject)).text:
            await self.presses(f"按我写的:{subject}")
        await self.says(text, **options)
        await self.presses("写好了")
        await self.presses("实名")
        await (self.says(contact) if contact else self.presses("不留,跳过"))
        await self.presses("提交")
        return str(self.desk.bureau.value("SELECT number FROM cases ORDER BY id DESC LIMIT 1"))


@dataclass
class Staff:
    """Somebody at the console."""

    desk: WebDesk
    client: httpx.AsyncClient
    name: str

    async def signs_in(self, link: str) -> httpx.Response:
        page = Page((await self.client.get(link)).text)
        return await self.client.post(link, data=page.forms[0].fields)

    async def sees(self, address: str, status: int = 200) -> Page:
        answer = await self.client.get(address)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    async def posts(self, address: str, **fields: str) -> httpx.Response:
        """Send a form of a case's page, with the token, key and version the page gave."""
        number = address.split("/")[3]
        page = await self.sees(f"/console/case/{number}")
        hidden = next(form for form in page.forms if "version" in form.fields).fields
        return await self.client.post(address, data={**hidden, **fields})


@contextlib.asynccontextmanager
async def open_desk(
    folder: Path,
    *,
    respond: Respond = real_respond,
    public_url: str = "",
    webhook: Webhook | None = None,
    polls: bool = False,
    signed_in: Callable[[], bool] | None = None,
    tables: Sequence[str] = (),
    pictures: Pictures | None = None,
) -> AsyncIterator[WebDesk]:
    drawn = pictures or Pictures()
    settings_of_desk = Desk(demo=False, pictures=drawn.ready) if tables else Desk()
    bureau = open_bureau(folder / "bot.sqlite3", *tables, desk=settings_of_desk)
    office = bureau.office
    engine, channel = Engine(office, respond), WebChannel(office, folder / "uploads", drawn)
    files = FileStore(folder / "files")
    sender, fetcher = Sender(office, [channel], Rates()), Fetcher(office, files, [channel])
    office.on_owed, engine.on_file = sender.take, fetcher.nudge
    polled: list[datetime | None] = [None]
    app = make_app(
        WebParts(
            office=office, engine=engine, files=files, channel=channel, webhook=webhook,
            config=Config.model_validate({"web": {"public_url": public_url}}),
            last_poll=(lambda: polled[0]) if polls else None, signed_in=signed_in,
        )
    )  # fmt: skip
    listening = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2)
    server = Server(settings)
    tasks = [
        asyncio.create_task(one) for one in (server.serve([listening]), sender.run(), fetcher.run())
    ]
    while not server.started:  # noqa: ASYNC110  # uvicorn has a flag only
        await asyncio.sleep(0.005)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    desk = WebDesk(bureau, app, url, engine, channel, files, fetcher, polled)
    try:
        yield desk
    finally:
        for client in desk.clients:
            await client.aclose()
        channel.close()
        server.should_exit = True
        sender.stop()
        await asyncio.wait(tasks[:2], timeout=5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        office.db.close()
