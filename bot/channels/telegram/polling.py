"""Our own poller: an update is confirmed to Telegram only after it was taken, that is, committed.

Floor 4. PTB's Updater moves the offset before anything is handled, and `Bot.get_updates` fails as a
whole, and logs people's words, when one update of a hundred cannot be parsed. So this one asks for the
raw answer, parses each update by itself, and moves the offset last.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import Bot, Update
from telegram.constants import PollingLimit
from telegram.error import TelegramError

from bot.channels.telegram.failures import Reason, classify
from bot.channels.telegram.updates import read_update
from bot.core.errors import ConfigError

log = logging.getLogger(__name__)

ALLOWED_UPDATES = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
)
# Spelled so that PTB does not advise the method above; it goes out as getUpdates.
_GET_UPDATES = "get_Updates"

Take = Callable[[Sequence[Update]], Awaitable[None]]
TakeRaw = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long one poll stays open, and from where to where waits grow after trouble."""

    poll_s: int = 25
    trouble: tuple[float, float] = (1.0, 60.0)
    conflict: tuple[float, float] = (3.0, 30.0)
    own_trouble: tuple[float, float] = (
        1.0,
        5.0,
    )  # a full disk of ours: nobody is spared by waiting


@dataclass(slots=True, kw_only=True)
class Poller:
    """Fetches updates of one bot, in order, one batch at a time.

    `take` returns when the batch is committed and raises when it could not be; it must know repeats,
    for a batch comes again after every failure and after every restart. `take_unreadable` gets, raw,
    what PTB cannot parse. `clock` gives aware UTC, `chance` a number from 0 to 1 for jitter.
    """

    bot: Bot
    take: Take
    take_unreadable: TakeRaw
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    pace: Pace = Pace()
    last_poll_at: datetime | None = None  # the last answer of Telegram, for readiness
    trouble: Reason | None = None  # why the last poll failed, None while all is well
    _offset: int = field(default=0, init=False)

    async def poll(self, stop: asyncio.Event) -> None:
        """Poll until `stop`; raises ConfigError when Telegram does not know the token.

        A stop ends the open poll at once, but lets a batch under way be taken.
        """
        failures = 0
        while not stop.is_set():
            wait_s = await self._round(stop, failures)
            failures = 0 if wait_s is None else failures + 1
            if wait_s is not None:
                await _sleep(wait_s, stop)

    async def _round(self, stop: asyncio.Event, failures: int) -> float | None:
        """Fetch, take, confirm one batch; the seconds to wait when it failed."""
        try:
            raw = await self._fetch(stop)
        except TelegramError as error:
            return self._wait_after(error, failures)
        if raw is None:
            return None
        self.last_poll_at, self.trouble = self.clock(), None
        try:
            await self._hand_over(raw)
        except Exception as error:  # whatever it is, nothing was committed: it must come again
            log.error("batch not taken updates=%d error=%s", len(raw), type(error).__name__)
            return growing(self.pace.own_trouble, failures, self.chance())
        self._offset = max([self._offset, *(each["update_id"] + 1 for each in raw)])
        return None

    async def _fetch(self, stop: asyncio.Event) -> list[dict[str, Any]] | None:
        """Long-poll; None when stopped meanwhile (what was on its way is not confirmed)."""
        asked = {
            "offset": self._offset,
            "limit": PollingLimit.MAX_LIMIT,
            "timeout": self.pace.poll_s,
            "allowed_updates": ALLOWED_UPDATES,
        }
        read_s = self.pace.poll_s + (self.bot.request.read_timeout or 0)
        call = self.bot.do_api_request(_GET_UPDATES, asked, read_timeout=read_s)
        request, stopping = asyncio.ensure_future(call), asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((request, stopping), return_when=asyncio.FIRST_COMPLETED)
            answer = None if stop.is_set() else request.result()
        finally:
            request.cancel()
            stopping.cancel()
            await asyncio.gather(request, stopping, return_exceptions=True)
        return None if answer is None else _checked(answer)

    async def _hand_over(self, raw: list[dict[str, Any]]) -> None:
        readable: list[Update] = []
        unreadable: list[dict[str, Any]] = []
        for each in raw:
            try:
                readable.append(read_update(each, self.bot))
            except Exception as error:  # PTB raises whatever its constructors meet
                log.error("unreadable update=%d error=%s", each["update_id"], type(error).__name__)
                unreadable.append(each)
        if readable:
            await self.take(readable)
        for each in unreadable:
            await self.take_unreadable(each)

    def _wait_after(self, error: TelegramError, failures: int) -> float:
        failure = classify(error)
        self.trouble = failure.reason
        if failure.reason is Reason.UNAUTHORIZED:
            raise ConfigError("telegram.token", "Telegram does not accept this token") from None
        if failure.reason is Reason.CONFLICT:
            log.error("another program receives this bot's updates: %s", error.message)
            return growing(self.pace.conflict, failures, self.chance())
        log.warning("poll failed reason=%s error=%s", failure.reason, type(error).__name__)
        if failure.retry_after_s is not None:
            return failure.retry_after_s
        return growing(self.pace.trouble, failures, self.chance())


def growing(pace: tuple[float, float], failures: int, chance: float) -> float:
    """Seconds to wait: doubled from the first to the longest, less up to a quarter by chance."""
    first, longest = pace
    return max(first, min(longest, first * 2.0 ** min(failures, 16)) * (1 - chance / 4))


def _checked(answer: object) -> list[dict[str, Any]]:
    if isinstance(answer, list) and all(
        isinstance(each, dict) and isinstance(each.get("update_id"), int) for each in answer
    ):
        return answer
    raise TelegramError("Invalid server response")


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
