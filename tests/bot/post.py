"""A channel for tests of the sender that does as it is told, and what is needed to wait for it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from markupsafe import Markup

from bot.core.turn import Outgoing
from bot.service.delivery import Delivered
from bot.service.job import Job
from bot.service.limits import Rates
from bot.service.sender import Sender
from bot.storage.outbox import Parcel
from tests.bot.bureau import Bureau

FAST = Rates(overall_per_s=0, chat_per_s=0, group_per_min=0)


@dataclass
class Post:
    """A channel: keeps what it delivered, fails as scripted per chat, may be held up."""

    name: str = "telegram"
    limited: bool = True
    sent: list[tuple[str, str, float]] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    under_way: int = 0
    most: int = 0

    async def deliver(self, parcel: Parcel) -> Delivered:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(0)
            if self.failures.get(parcel.chat):
                raise self.failures[parcel.chat].pop(0)
            self.sent.append((parcel.chat, str(parcel.message.html), time.monotonic()))
            return Delivered(str(len(self.sent)))
        finally:
            self.under_way -= 1

    def is_group(self, chat: str) -> bool:
        return chat.startswith("-")

    def texts(self, chat: str | None = None) -> list[str]:
        return [text for to, text, _ in self.sent if chat in (None, to)]


@asynccontextmanager
async def sending(
    bureau: Bureau, *channels: Post, rates: Rates = FAST, slots: int = 24
) -> AsyncIterator[Sender]:
    sender = Sender(bureau.office, channels, rates, slots=slots)
    bureau.office.on_owed = sender.take
    running = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        sender.stop()
        await running
        bureau.office.on_owed = lambda parcels: None


async def owe(bureau: Bureau, *messages: tuple[str, str], **parts: object) -> None:
    """Owe messages, each a (chat, text), in one job."""

    def work(job: Job) -> None:
        for chat, text in messages:
            given = {"channel": "telegram", **parts}
            job.owe(Parcel(chat=chat, message=Outgoing(Markup(text)), **given))  # type: ignore[arg-type]  # as the caller says

    await bureau.office.run(work)


async def until(happened: Callable[[], object], timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not happened():  # noqa: ASYNC110 - any condition
            await asyncio.sleep(0.005)


async def done(bureau: Bureau, sender: Sender) -> None:
    """Wait until nothing is owed any more."""
    queued = "SELECT count(*) FROM outbox WHERE state = 'queued'"
    await until(lambda: sender.waiting == 0 and bureau.value(queued) == 0)


def states(bureau: Bureau) -> list[tuple[str, str]]:
    return [
        (row["state"], row["reason"])
        for row in bureau.rows("SELECT state, reason FROM outbox ORDER BY id")
    ]
