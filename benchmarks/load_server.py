"""A lean Bot API server that is its own load: every answer to a user lets that user write the next message.

Hand-made HTTP over asyncio, so that the bot under test is what is slow. Its strict sister for tests is tests/botapi.
One JSON line in is a phase (`{"seconds": 5, "roles": {"ask": 64}}`), one line out what was measured.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any
from urllib.parse import parse_qs

from benchmarks.mix import endless, golden
from benchmarks.paths import OPENING, browsing, filing

BOT = {"id": 123456789, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
CHAT = re.compile(rb'chat_id(?:=|": ?"?)(\d+)')  # in a form as well as in JSON
OFFSET = re.compile(rb'offset(?:=|": ?"?)(\d+)')
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
MOST = 100  # updates in one answer, as Telegram has it
NEXT_PERSON = 1_000_000
POLL_S = 5.0
Json = dict[str, Any]


def _nothing() -> None:
    """Wake nobody: no poll is open."""


@dataclass(slots=True)
class User:
    """One person with at most one message in flight, who files complaints, browses the menu, or asks."""

    id: int
    does: str  # file, browse, ask
    sent_at: float = 0.0
    waits: bool = False


@dataclass(slots=True)
class Load:
    """The users, the updates that wait to be polled, and the latencies of the phase under way."""

    questions: Iterator[str]
    chance: Random
    users: dict[int, User] = field(default_factory=dict)
    running: bool = False
    updates: list[Json] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    next_update: int = 1
    numbers: Iterator[int] = field(default_factory=lambda: count(1))  # of messages and people
    on_news: Callable[[], None] = _nothing
    first_poll: float = 0.0

    def write(self, user: User, *, press: str = "", say: str = "") -> None:
        """Let a user press a button, say something, or ask the next question."""
        chat = {"id": user.id, "type": "private", "first_name": "u"}
        person = {"id": user.id, "is_bot": False, "first_name": "u", "language_code": "zh"}
        message: Json = {"message_id": next(self.numbers), "date": int(time.time()), "chat": chat}
        number = self.next_update
        update: Json = {"update_id": number}
        if press:
            under = {**message, "from": BOT, "text": "-"}
            query = {"id": str(number), "from": person, "chat_instance": "1", "message": under}
            update["callback_query"] = {**query, "data": press}
        else:
            update["message"] = {**message, "from": person, "text": say or next(self.questions)}
        self.updates.append(update)
        self.next_update += 1
        user.sent_at, user.waits = time.perf_counter(), True
        self.on_news()

    def answered(self, chat: int, body: bytes) -> None:
        """Take the bot's message to a chat as the answer, and go on."""
        user = self.users.get(chat)
        if user is None or not user.waits:
            return
        user.waits = False
        self.latencies.append(time.perf_counter() - user.sent_at)
        if self.running:
            self._go_on(user, body)

    def _go_on(self, user: User, body: bytes) -> None:
        if user.does == "ask":
            self.write(user)
            return
        markup = markup_of(body)
        step = browsing(markup, self.chance) if user.does == "browse" else filing(markup)
        if step is None:  # filed: somebody else is next, for nobody files hundreds
            del self.users[user.id]
            user.id += NEXT_PERSON
            self.users[user.id] = user
            step = ("", OPENING["file"])
        press, say = step
        self.write(user, press=press, say=say)

    def batch(self, offset: int) -> list[Json]:
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.pop(0)
        return self.updates[:MOST]

    async def phase(self, seconds: float, roles: dict[str, int]) -> Json:
        """Run so many users of each role for so long, then let the last answers come."""
        first = next(self.numbers) + NEXT_PERSON
        does = [role for role, users in roles.items() for _ in range(users)]
        cast = [User(first + number, role) for number, role in enumerate(does)]
        self.users = {user.id: user for user in cast}
        self.latencies, self.running = [], True
        started = time.perf_counter()
        for user in cast:
            self.write(user, say=OPENING.get(user.does, ""))
        await asyncio.sleep(seconds)
        measured, took = list(self.latencies), time.perf_counter() - started
        self.running = False
        while any(user.waits for user in self.users.values()):  # noqa: ASYNC110 - seldom and short
            await asyncio.sleep(0.005)
        return {"latencies": measured, "seconds": took}


class Connection(asyncio.Protocol):
    """One keep-alive connection: requests one after the other, a long poll included."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._poll: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._poll is not None:
            self._poll.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._called(head.split(b" ", 2)[1].rsplit(b"/", 1)[-1].lower(), body)

    def _called(self, method: bytes, body: bytes) -> None:
        if method == b"getupdates":
            self._polled(body)
        elif method == b"sendmessage":
            chat = CHAT.search(body)
            assert chat is not None
            place = {"id": int(chat[1]), "type": "private", "first_name": "u"}
            number = next(self._load.numbers)
            made = {"message_id": number, "date": 1, "chat": place, "from": BOT}
            self._answer({**made, "text": "ok"})
            self._load.answered(int(chat[1]), body)
        elif method == b"getme":
            self._answer(BOT)
        elif method == b"getwebhookinfo":
            self._answer({"url": "", "has_custom_certificate": False, "pending_update_count": 0})
        else:
            self._answer(True)

    def _polled(self, body: bytes) -> None:
        """Answer a poll: with what there is, else as soon as something comes, else empty after a while."""
        self._load.first_poll = self._load.first_poll or time.monotonic()
        found = OFFSET.search(body)
        offset = int(found[1]) if found else 0
        if batch := self._load.batch(offset):
            self._answer(batch)
            return
        loop = asyncio.get_running_loop()

        def answer() -> None:
            self._load.on_news = _nothing
            if self._poll is not None:
                self._poll.cancel()
            self._answer(self._load.batch(offset))

        def wake() -> None:
            self._load.on_news = _nothing
            loop.call_soon(answer)

        self._load.on_news = wake
        self._poll = loop.call_later(POLL_S, answer)

    def _answer(self, result: object) -> None:
        body = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head.encode() + body)


def markup_of(body: bytes) -> str:
    """Return the keyboard of a message that a bot sent as JSON or as a form; empty when it has none."""
    if body.startswith(b"{"):
        return str(json.loads(body).get("reply_markup", ""))
    return parse_qs(body.decode()).get("reply_markup", [""])[0]


async def serve(seed: int, repeated: float) -> None:
    """Serve on a free port; obey the phases that come line by line."""
    load = Load(endless(golden(), Random(seed), repeated), Random(seed))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(load), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        if asked.get("wait"):
            while not load.first_poll:  # noqa: ASYNC110 - once
                await asyncio.sleep(0.002)
            answer: Json = {"first_poll": load.first_poll}
        else:
            answer = await load.phase(asked["seconds"], asked["roles"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
