"""The HTTP side: tokens, parameters, faults, flood control, long polls, downloads, the record of calls."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.botapi.account import METHODS
from tests.botapi.faults import Fault, FaultKind, FaultPlan, FloodControl, Limits
from tests.botapi.params import Params, Upload
from tests.botapi.players import Group, User, bot_texts, make_group, make_user
from tests.botapi.webhook import Deliverer, Webhook
from tests.botapi.wire import Json, Refused
from tests.botapi.world import World

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
MAX_BODY = 50 * 1024 * 1024 + 65536
COUNTED = re.compile(r"send(?!ChatAction)|copyMessage|editMessage|createForumTopic|editForumTopic")
GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(slots=True)
class Call:
    """One request: what was asked, when, and how it ended. `ok` is None while under way."""

    method: str
    params: Json
    at: float
    ok: bool | None = None
    description: str = ""
    fault: str = ""


class BotApi:
    """`async with BotApi() as api:` serves one bot on a free port of 127.0.0.1."""

    def __init__(
        self, token: str = TOKEN, *, port: int = 0, clock: Callable[[], float] = time.time
    ) -> None:
        self.token = token
        self.port = port
        bot: Json = {
            "id": int(token.partition(":")[0]), "is_bot": True, "first_name": "阳光教育", "username": "sunshine_desk_bot",
            "can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": False,
            "can_connect_to_business": False, "has_main_web_app": False,
        }  # fmt: skip
        self.world = World(bot=bot, clock=clock)
        self.world.people[bot["id"]] = bot
        self.updates = self.world.updates
        self.faults = FaultPlan()
        self.flood = FloodControl(clock=time.monotonic)
        self.hook = Webhook()
        self.deliverer = Deliverer(self.hook, self.updates, clock)
        self.calls: list[Call] = []
        self.app = web.Application(client_max_size=MAX_BODY)
        self.app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self.app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner: web.AppRunner | None = None
        self._delivery: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        # Cancelled handlers free the long poll of a bot that was killed, as a closed socket does.
        self._runner = web.AppRunner(
            self.app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._delivery = asyncio.create_task(self.deliverer.run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        assert self._delivery is not None
        self._delivery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._delivery
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    # players and rules

    def user(self, name: str, user_id: int | None = None, *, started: bool = True) -> User:
        """A person with a private chat; not started: the bot cannot write to them yet."""
        return make_user(self.world, name, user_id, started=started)

    def supergroup(self, title: str, *, forum: bool = False, bot: str = "administrator") -> Group:
        return make_group(self.world, title, kind="supergroup", forum=forum, bot=bot)

    def group(self, title: str, *, bot: str = "administrator") -> Group:
        return make_group(self.world, title, kind="group", forum=False, bot=bot)

    def limit(self, limits: Limits | None) -> None:
        self.flood.limits = limits

    def privacy_mode(self, *, on: bool) -> None:
        """With it on, the bot as a plain member of a group hears only what is meant for it."""
        self.world.bot["can_read_all_group_messages"] = not on

    # what happened

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def bot_texts(self, chat_id: int) -> list[str]:
        """Texts and captions of the bot in a chat, in the order they arrived."""
        return bot_texts(list(self.world.chats[chat_id].messages.values()), self.world.bot["id"])

    def doubled(self, *chats: int) -> dict[tuple[int, str], int]:
        """Texts the bot put more than once into one chat, with how often."""
        asked = chats or tuple(self.world.chats)
        texts = Counter((chat, text) for chat in asked for text in self.bot_texts(chat))
        return {key: times for key, times in texts.items() if times > 1 and key[1]}

    async def until(self, happened: Callable[[], object], timeout_s: float = 5.0) -> None:
        """Wait until something holds; raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not happened():  # noqa: ASYNC110 - any condition, so there is no event to wait for
                await asyncio.sleep(0.005)

    # HTTP

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        call = Call(method, {}, time.monotonic())
        self.calls.append(call)
        try:
            params = await _read(request)
            call.params = params.summary()
            fault = self.faults.strike(method, _chat_of(params))
            call.fault = fault.kind if fault else ""
            return await self._faulty(request, params, call, fault)
        except Refused as refusal:
            call.ok, call.description = False, refusal.description
            return web.json_response(refusal.body(), status=refusal.code)

    async def _faulty(
        self, request: web.Request, params: Params, call: Call, fault: Fault | None
    ) -> web.StreamResponse:
        kind = fault.kind if fault else None
        if fault is not None:
            if kind is FaultKind.REFUSE:
                extra = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
                raise Refused(fault.code, fault.text, **extra)
            if kind is FaultKind.BAD_GATEWAY:
                call.ok, call.description = False, "502"
                return web.Response(status=502, text=GATEWAY_PAGE, content_type="text/html")
            if kind in (FaultKind.HANG_BEFORE, FaultKind.SLOW):
                await asyncio.sleep(fault.wait_s)
            if kind in (FaultKind.RESET_BEFORE, FaultKind.HANG_BEFORE):
                call.ok = False
                return _reset(request)
        result = await self._work(request.match_info["token"], params, call.method)
        call.ok = True
        if fault is not None and kind is FaultKind.HANG_AFTER:
            await asyncio.sleep(fault.wait_s)
        if kind in (FaultKind.RESET_AFTER, FaultKind.HANG_AFTER):
            return _reset(request)
        body = json.dumps({"ok": True, "result": result})
        if kind is FaultKind.BAD_JSON:
            body = body[: len(body) // 2]
        return web.Response(text=body, content_type="application/json")

    async def _work(self, token: str, params: Params, method: str) -> Any:
        self._check_token(token)
        params.check(method)
        if method == "getUpdates":
            return await self._get_updates(params)
        if method == "setWebhook":
            self.hook.set(
                params.text("url"),
                params.text("secret_token"),
                params.number("max_connections", 40),
            )
            return self._subscribe(params)
        if method == "deleteWebhook":
            self.hook.url = ""
            return self._subscribe(params)
        if method == "getWebhookInfo":
            return self.hook.info(len(self.updates.pending))
        if COUNTED.match(method):
            chat = self.world.chat(params.text("chat_id"))
            for _ in params.data("media") or [None]:
                self.flood.count(chat.id)
        return METHODS[method](self.world, params)

    def _check_token(self, token: str) -> None:
        if token != self.token:
            shaped = re.fullmatch(r"\d+:[\w-]{35}", token)
            raise Refused(401, "Unauthorized") if shaped else Refused(404, "Not Found")

    def _subscribe(self, params: Params) -> bool:
        if "allowed_updates" in params.fields:
            self.updates.allowed = frozenset(params.data("allowed_updates") or ())
        if params.flag("drop_pending_updates"):
            self.updates.forget_before(self.updates.next_id)
        return True

    async def _get_updates(self, params: Params) -> list[Json]:
        if self.hook.url:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._subscribe(params)
        return await self.updates.poll(
            now=self.world.clock(),
            offset=params.number("offset", 0),
            limit=min(max(params.number("limit", 100), 1), 100),
            timeout_s=min(max(params.number("timeout", 0), 0), 50),
        )

    async def _download(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        fault = self.faults.strike("download", None)
        call = Call("download", {"path": path}, time.monotonic(), fault=fault.kind if fault else "")
        self.calls.append(call)
        found = [each for each in self.world.files.values() if each.path == path]
        if fault is not None:
            await asyncio.sleep(fault.wait_s if fault.kind is FaultKind.SLOW else 0)
            if fault.kind is not FaultKind.SLOW:
                return _reset(request)
        if request.match_info["token"] != self.token or not found:
            call.ok = False
            return web.json_response(Refused(404, "Not Found").body(), status=404)
        call.ok = True
        return web.Response(body=found[0].content, content_type="application/octet-stream")


async def _read(request: web.Request) -> Params:
    fields: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            fields |= await request.json()
        else:
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    uploads[name] = Upload(value.filename, value.file.read(), value.content_type)
                else:
                    fields[name] = value
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "Request Entity Too Large") from None
    return Params(fields, uploads)


def _chat_of(params: Params) -> int | None:
    try:
        return params.optional_number("chat_id")
    except Refused:
        return None


def _reset(request: web.Request) -> web.Response:
    """Tear the connection down at once, so that the client meets a reset."""
    if request.transport is not None:
        line = request.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
