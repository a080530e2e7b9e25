"""A lean Bot API server that is its own load: every answer to a user lets that user write the next message.

Hand-made HTTP over asyncio, so that the bot under test is what is slow. Its strict sister for tests is tests/botapi.
One JSON line in is a phase (`{"users": 64, "seconds": 5}`), one line out what was measured.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from benchmarks.filing import next_press

BOT = {"id": 123456789, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
CHAT = re.compile(rb"(?:^|&)chat_id=(\d+)")
MARKUP = re.compile(rb"(?:^|&)reply_markup=([^&]*)")
OFFSET = re.compile(rb"(?:^|&)offset=(\d+)")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
MOST = 100  # updates in one answer, as Telegram has it
Json = dict[str, Any]


@dataclass(slots=True)
class User:
    """One person with at most one message in flight. `files` complaints by pressing what is offered."""

    id: int
    files: bool
    sent_at: float = 0.0
    waits: bool = False
    said: int = 0


@dataclass(slots=True)
class Load:
    """The users, the updates that wait to be polled, and the latencies of the phase under way."""

    questions: Iterator[str]
    presses: bool
    users: dict[int, User] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)
    updates: list[Json] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    next_update: int = 1
    next_message: int = 1
    on_news: Callable[[], None] = lambda: None
    first_poll: float = 0.0

    def write(self, user: User, press: str | None = None) -> None:
        """Let a user send the next message, or press a button."""
        chat = {"id": user.id, "type": "private", "first_name": "u"}
        person = {"id": user.id, "is_bot": False, "first_name": "u", "language_code": "zh"}
        self.next_message += 1
        message: Json = {"message_id": self.next_message, "date": int(time.time()), "chat": chat}
        if press is not None:
            query = {"id": str(self.next_update), "from": person, "chat_instance": "1"}
            update = {"callback_query": {**query, "message": {**message, "from": BOT, "text": "-"}, "data": press}}
        else:
            text = "我要投诉" if user.files else next(self.questions)
            update = {"message": {**message, "from": person, "text": text}}
        self.updates.append({"update_id": self.next_update, **update})
        self.next_update += 1
        user.sent_at, user.waits = time.perf_counter(), True
        self.on_news()

    def answered(self, chat: int, markup: bytes | None) -> None:
        """Take the bot's message to a chat as the answer, and go on."""
        user = self.users.get(chat)
        if user is None or not user.waits:
            return
        user.waits = False
        self.latencies.append(time.perf_counter() - user.sent_at)
        if chat in self.active:
            press = next_press(unquote_plus(markup.decode())) if markup and user.files else None
            self.write(user, press)

    def batch(self, offset: int) -> list[Json]:
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.pop(0)
        return self.updates[:MOST]

    async def phase(self, users: int, seconds: float, filing: int) -> Json:
        """Run so many users for so long, then let the last answers come."""
        for number in range(1, users + 1):
            files = self.presses and number <= filing
            self.users.setdefault(number, User(number, files))
        self.latencies.clear()
        self.active = set(range(1, users + 1))
        started = time.perf_counter()
        for number in self.active:
            self.write(self.users[number])
        await asyncio.sleep(seconds)
        measured, took = list(self.latencies), time.perf_counter() - started
        self.active = set()
        while any(user.waits for user in self.users.values()):
            await asyncio.sleep(0.01)
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
            self._load.next_message += 1
            place = {"id": int(chat[1]), "type": "private", "first_name": "u"}
            made = {"message_id": self._load.next_message, "date": 1, "chat": place, "from": BOT}
            self._answer({**made, "text": "ok"})
            markup = MARKUP.search(body)
            self._load.answered(int(chat[1]), markup[1] if markup else None)
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
            self._load.on_news = lambda: None
            if self._poll is not None:
                self._poll.cancel()
            self._answer(self._load.batch(offset))

        self._load.on_news = lambda: loop.call_soon(answer) and None
        self._poll = loop.call_later(5.0, answer)

    def _answer(self, result: object) -> None:
        body = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head.encode() + body)
