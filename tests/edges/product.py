"""The product in this process against the strict Bot API server: assembled as `serve` does it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.telegram.polling import Pace
from bot.commands.serve import Parts, assemble
from bot.core.cases import CaseView
from bot.core.config import Config
from bot.core.people import Role, Staff
from bot.service.engine import Respond
from bot.service.job import Job
from bot.storage import casebook, staffbook
from bot.storage.db import Database
from handlers import respond
from tests.bot.bureau import HERE, Bureau, Clock, empty_database, small_library
from tests.botapi import BotApi
from tests.botapi.players import Group, Seen, User
from tests.botapi.server import TOKEN

UNLIMITED = {"overall_per_s": 100_000, "chat_per_s": 100_000, "group_per_min": 1_000_000}


@dataclass
class Product:
    """A desk that runs. `parts` are its own, `bureau` looks into its database."""

    api: BotApi
    parts: Parts
    bureau: Bureau
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    all_must_leave: bool = True  # False: what waits for the staff chat is not waited for

    # waiting

    async def settles(self, timeout_s: float = 10.0) -> None:
        """Wait until every update is confirmed, nothing is owed and every file is fetched."""
        await self.api.until(self._is_settled, timeout_s)

    def _is_settled(self) -> bool:
        unfinished = (
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'queued')"
            " + (SELECT count(*) FROM attachments WHERE state = 'pending')"
        )
        return (
            not self.api.updates.pending
            and (self.parts.sender.waiting == 0 or not self.all_must_leave)
            and (self.bureau.value(unfinished) == 0 or not self.all_must_leave)
        )

    async def hears(self, user: User, text: str, timeout_s: float = 10.0) -> Seen:
        """Wait until the bot said something with these words in the user's chat."""
        return await self._found(user.sees, text, timeout_s)

    async def shows(
        self, group: Group, text: str, thread: int | None = None, timeout_s: float = 10.0
    ) -> Seen:
        return await self._found(lambda: group.sees(thread), text, timeout_s)

    async def _found(self, seen: Callable[[], list[Seen]], text: str, timeout_s: float) -> Seen:
        found: list[Seen] = []

        def looked() -> bool:
            found[:] = [message for message in seen() if text in message.text]
            return bool(found)

        try:
            await self.api.until(looked, timeout_s)
        except TimeoutError:
            raise AssertionError(f"{text!r} not in {[one.text for one in seen()]}") from None
        return found[-1]

    # doing

    async def files_complaint(
        self, user: User, text: str = "食堂乱收费,每月多收两百元"
    ) -> CaseView:
        """File a complaint by the shortest way and return its case."""
        before = set(self.numbers())
        for says in ("我要投诉", text):
            user.says(says)
            await self.settles()
        for _ in range(14):
            if new := set(self.numbers()) - before:
                return self.bureau.case(new.pop())
            await self._one_step(user, text)
        raise AssertionError([(one.text, one.labels) for one in user.sees()[-3:]])

    async def _one_step(self, user: User, text: str) -> None:
        """Answer what is asked with the text, or with the first fitting button."""
        asked = user.sees()[-1]
        if "发生了什么事" in asked.text and "写好了" not in asked.labels:
            user.says(text)
            await self.settles()
            return
        for wanted in (
            "新提",
            "提交",
            "写好",
            "匿名",
            "跳过",
            "不留",
            "其他",
            "区教育局",
            "都不是",
        ):
            for label in asked.labels:
                if wanted in label:
                    user.presses(label, asked)
                    await self.settles()
                    return
        user.presses(asked.labels[0], asked)
        await self.settles()

    def numbers(self) -> list[str]:
        return [row["number"] for row in self.bureau.rows("SELECT number FROM cases ORDER BY id")]

    def case(self) -> CaseView:
        return self.bureau.case(self.numbers()[-1])

    async def run(self, work: Callable[[Job], Any]) -> Any:
        """Do something as the console would, with the sender told of what is owed."""
        return await self.parts.office.run(work)


def config_for(api: BotApi, path: Path, **telegram: Any) -> Config:
    limits = telegram.pop("limits", UNLIMITED)
    settings = {
        "token": TOKEN,
        "base_url": api.base_url,
        "base_file_url": api.base_file_url,
        "limits": limits,
        **telegram,
    }
    return Config.model_validate(
        {
            "telegram": settings,
            "web": {"enabled": False},
            "database": f"sqlite:{path / 'bot.sqlite3'}",
            "knowledge": "knowledge/content",
        }
    )


@asynccontextmanager
async def running(
    api: BotApi,
    path: Path,
    *,
    answer: Respond = respond,
    staff: Sequence[tuple[User, Role]] = (),
    tables: Sequence[str] = (),
    **telegram: Any,
) -> AsyncIterator[Product]:
    """Run a desk over the database in `path`, new or from an earlier run; `tables` are shipped ones."""
    config = config_for(api, path, **telegram)
    if not config.database_path.exists():
        config.database_path.write_bytes(empty_database())
    db = Database(config.database_path)
    parts = assemble(config, answer, db, small_library(*tables))
    assert parts.account is not None
    parts.account.poller.pace = Pace(
        poll_s=2, trouble=(0.05, 0.1), conflict=(0.05, 0.1), own_trouble=(0.05, 0.1)
    )
    product = Product(api, parts, Bureau(parts.office, Clock(datetime.now(UTC))))
    await parts.office.run(lambda job: _hire(job, staff))
    tasks = [asyncio.create_task(parts.sender.run()), asyncio.create_task(parts.fetcher.run())]
    await parts.account.start(product.stop)
    tasks.append(asyncio.create_task(parts.account.run(product.stop)))
    try:
        yield product
    finally:
        product.stop.set()
        parts.sender.stop()
        await asyncio.wait([tasks[0], tasks[2]], timeout=8.0)
        tasks[1].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)
        await parts.account.close()
        db.close()


def _hire(job: Job, staff: Sequence[tuple[User, Role]]) -> None:
    for user, role in staff:
        staffbook.put_staff(
            job.tx, user.name, role, departments=(HERE,), telegram=str(user.id), now=job.now
        )


def staff_named(product: Product, name: str) -> Staff:
    found = product.bureau.do(lambda job: staffbook.by_name(job.tx, name))
    assert found is not None
    return found


def history(product: Product, case: CaseView) -> list[casebook.Event]:
    return product.bureau.do(lambda job: casebook.history(job.tx, case.id))
