"""The queue of updates: kept 24 hours, confirmed only by a higher offset or a webhook's 2xx."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from tests.botapi.wire import Json, Refused

KEPT_S = 24 * 3600
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


class Shape(StrEnum):
    """How the next non-empty batch comes out: Telegram does not promise order or singleness."""

    PLAIN = "plain"
    DOUBLED = "doubled"
    REVERSED = "reversed"


@dataclass(slots=True)
class UpdateQueue:
    pending: dict[int, tuple[float, Json]] = field(default_factory=dict)
    next_id: int = 100_000_001
    allowed: frozenset[str] | None = None
    confirmed: list[int] = field(default_factory=list)
    deliveries: dict[int, int] = field(default_factory=dict)  # how often each was handed out
    fresh: list[int] = field(default_factory=list)  # not yet seen by the webhook deliverer
    next_shape: Shape = Shape.PLAIN
    poll_conflict_delay_s: float = 0.0  # the real server answers a conflict 3 s late
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: int = 0

    def add(self, kind: str, payload: Json, *, at: float) -> int | None:
        """Queue an update unless the bot did not ask for its kind; the filter acts now, not later."""
        wanted = kind not in NOT_BY_DEFAULT if not self.allowed else kind in self.allowed
        if not wanted:
            return None
        update_id = self.next_id
        self.put_raw({"update_id": update_id, kind: payload}, at=at)
        return update_id

    def put_raw(self, update: Json, *, at: float) -> None:
        """Queue an update as it is: a repeat of an old one, a gap, or one nobody can parse."""
        self.next_id = max(self.next_id, update["update_id"] + 1)
        self.pending[update["update_id"]] = (at, update)
        self.fresh.append(update["update_id"])
        self._wake()

    def skip_ids(self, count: int) -> None:
        self.next_id += count

    def forget_before(self, offset: int) -> None:
        """Confirm every update below `offset`."""
        for update_id in [each for each in self.pending if each < offset]:
            self.confirm(update_id)

    def confirm(self, update_id: int) -> None:
        if self.pending.pop(update_id, None) is not None:
            self.confirmed.append(update_id)

    def batch(self, *, now: float, limit: int) -> list[Json]:
        for update_id in [each for each, (at, _) in self.pending.items() if at < now - KEPT_S]:
            del self.pending[update_id]
        found = [self.pending[each][1] for each in sorted(self.pending)][:limit]
        for update in found:
            self.deliveries[update["update_id"]] = self.deliveries.get(update["update_id"], 0) + 1
        if not found:
            return []
        shape, self.next_shape = self.next_shape, Shape.PLAIN
        if shape is Shape.DOUBLED:
            return [update for update in found for _ in range(2)]
        return found[::-1] if shape is Shape.REVERSED else found

    async def poll(self, *, now: float, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Long-poll; a newer poll ends this one with 409."""
        self._poller += 1
        mine = self._poller
        self._wake()
        if offset < 0:
            keep = sorted(self.pending)[offset:]
            self.forget_before(keep[0] if keep else self.next_id)
        else:
            self.forget_before(offset)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not (found := self.batch(now=now, limit=limit)) and loop.time() < deadline:
            await self.wait_for_news(deadline - loop.time())
            if mine != self._poller:
                await asyncio.sleep(self.poll_conflict_delay_s)
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        return found

    async def wait_for_news(self, timeout_s: float) -> None:
        news = self._news
        try:
            async with asyncio.timeout(timeout_s):
                await news.wait()
        except TimeoutError:
            return

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
