"""Webhook delivery: in order within a chat, the next only after 2xx, failures repeated.

Messages queue per chat and button presses per user, as the real server does it; lanes run side by side.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from tests.botapi.updates import KEPT_S, UpdateQueue
from tests.botapi.wire import Json, bad_request

RETRY_S = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
ANSWER_WITHIN_S = 60.0


@dataclass(slots=True)
class Webhook:
    """What setWebhook asked for, and what getWebhookInfo reports."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0

    def set(self, url: str, secret: str, max_connections: int) -> None:
        local = urlsplit(url).hostname in {"127.0.0.1", "localhost"}
        if not (url.startswith("https://") or (local and url.startswith("http://"))):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self.url, self.secret, self.max_connections = url, secret, max_connections

    def info(self, waiting: int) -> Json:
        info: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": waiting,
        }
        if self.url:
            info["max_connections"] = self.max_connections
        if self.last_error:
            info |= {"last_error_message": self.last_error, "last_error_date": self.last_error_at}
        return info


@dataclass(slots=True)
class Deliverer:
    """Posts pending updates to the webhook while one is set."""

    hook: Webhook
    updates: UpdateQueue
    clock: Callable[[], float]
    retry_scale: float = 0.01  # 2, 4, 8 … seconds become hundredths, so that tests do not wait
    origin: str | None = (
        None  # deliver here instead of the public address: the proxy in front of the bot
    )
    attempts: list[tuple[int, int]] = field(default_factory=list)  # (update id, HTTP status or 0)
    _lanes: defaultdict[object, deque[int]] = field(default_factory=lambda: defaultdict(deque))

    async def run(self) -> None:
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            side_by_side, free = 0, asyncio.Semaphore(0)
            while True:
                if side_by_side != self.hook.max_connections:
                    side_by_side = self.hook.max_connections
                    free = asyncio.Semaphore(side_by_side)
                if self.hook.url:
                    for lane in self._sort_fresh():
                        group.create_task(self._drain(session, free, self._lanes[lane]))
                await self.updates.wait_for_news(0.02)

    def _sort_fresh(self) -> list[object]:
        """Put new updates into their lanes; return the lanes that had been empty."""
        fresh, self.updates.fresh = self.updates.fresh, []
        woken = []
        for update_id in fresh:
            if update_id in self.updates.pending:
                lane = _lane(self.updates.pending[update_id][1])
                if not self._lanes[lane]:
                    woken.append(lane)
                self._lanes[lane].append(update_id)
        return woken

    async def _drain(
        self, session: aiohttp.ClientSession, free: asyncio.Semaphore, waiting: deque[int]
    ) -> None:
        """Deliver a lane to its end; an update leaves it on 2xx or when nobody wants it any more."""
        failures = 0
        while waiting:
            kept = self.updates.pending.get(waiting[0])
            if kept is None or kept[0] < self.clock() - KEPT_S:
                waiting.popleft()
                continue
            async with free:
                pause = await self._deliver(session, kept[1], failures) if self.hook.url else 0.02
            if pause is None:
                self.updates.confirm(waiting.popleft())
                failures = 0
            else:
                failures += 1
                await asyncio.sleep(pause)

    async def _deliver(
        self, session: aiohttp.ClientSession, update: Json, failures: int
    ) -> float | None:
        """Post once; None on success, else how long to wait (the bot's Retry-After, or growing)."""
        url = self.hook.url if self.origin is None else self.origin + urlsplit(self.hook.url).path
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.hook.secret} if self.hook.secret else {}
        update_id = update["update_id"]
        self.updates.deliveries[update_id] = self.updates.deliveries.get(update_id, 0) + 1
        wait_s = RETRY_S[min(failures, len(RETRY_S) - 1)]
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                async with session.post(
                    url, json=update, headers=headers, allow_redirects=False
                ) as answer:
                    status = answer.status
                    wait_s = float(answer.headers.get("Retry-After", wait_s))
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        self.attempts.append((update_id, status))
        if 200 <= status < 300:
            return None
        self.hook.last_error = (
            f"Wrong response from the webhook: {status}" if status else "Connection failed"
        )
        self.hook.last_error_at = int(self.clock())
        return wait_s * self.retry_scale


def _lane(update: Json) -> object:
    for kind, payload in update.items():
        if kind == "callback_query":
            return "user", payload["from"]["id"]
        if isinstance(payload, dict) and "chat" in payload:
            return "chat", payload["chat"]["id"]
    return "other"
