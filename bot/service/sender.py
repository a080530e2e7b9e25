"""The sender: delivers the outbox, alone owns the limits, and keeps the order within a lane.

Floor 3. 1. What the outbox holds unsent at the start goes first. 2. New rows are handed over after their commit.
3. The most urgent lane whose chat may get a message now sends its oldest row. 4. A slot is free again only when
the mark is committed, so that a crash repeats at most the sends under way.
"""

import asyncio
import functools
import heapq
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from bot.core.errors import DatabaseBusy
from bot.service.delivery import Channel, DeliveryFailed, Failing
from bot.service.job import Job, Office
from bot.service.limits import Limiter, Rates
from bot.service.outcome import on_failed, on_sent
from bot.storage import outbox
from bot.storage.outbox import Parcel

log = logging.getLogger(__name__)

SLOTS = 24  # sends under way at once; a crash repeats at most these
HEARTBEAT_S = 10.0
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 300.0
GIVE_UP = timedelta(days=7)


class Sender:
    """One per process. `take` is called with what was just committed; `run` until `stop`."""

    def __init__(
        self, office: Office, channels: Iterable[Channel], rates: Rates, *, slots: int = SLOTS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._office = office
        self._channels: Mapping[str, Channel] = {c.name: c for c in channels}
        self._limiter = Limiter(rates)
        self._slots = slots
        self._monotonic = monotonic
        self._lanes: dict[str, deque[Parcel]] = {}
        self._known: set[int] = set()
        self._busy: set[str] = set()  # lanes with a send under way
        # heaps of (priority, row, lane), apart, so that a limited channel never holds up a free one
        self._ready: dict[bool, list[tuple[int, int, str]]] = {True: [], False: []}
        self._later: list[tuple[float, str]] = []  # heap: moment, lane
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False

    def take(self, parcels: Iterable[Parcel]) -> None:
        """Take over rows that were just committed (or found at the start)."""
        for parcel in parcels:
            if parcel.id in self._known or parcel.channel not in self._channels:
                continue
            self._known.add(parcel.id)
            lane = self._lanes.setdefault(parcel.line, deque())
            lane.append(parcel)
            if len(lane) == 1 or parcel.slot:
                self._offer(parcel.line)
        self._wake.set()

    @property
    def waiting(self) -> int:
        """Return how many rows are in hand, sent ones excluded."""
        return len(self._known)

    async def run(self) -> None:
        """Send until told to stop; what is under way is finished first."""
        self.take(await self._office.db.read(outbox.unsent))
        beat = asyncio.create_task(self._heartbeat())
        try:
            while not self._stopping:
                self._wake.clear()
                pause = self._start_what_may()
                try:
                    await asyncio.wait_for(self._wake.wait(), pause)
                except TimeoutError:
                    continue
        finally:
            beat.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=8.0)

    def stop(self) -> None:
        """Start nothing more."""
        self._stopping = True
        self._wake.set()

    def _offer(self, line: str) -> None:
        """Put a lane where it belongs: among the ready ones, or among those that wait for their moment."""
        lane = self._lanes.get(line)
        if not lane or line in self._busy:
            return
        head = self._head(lane)
        delay = self._delay(head)
        if delay > 0:
            heapq.heappush(self._later, (self._monotonic() + delay, line))
        else:
            limited = self._channels[head.channel].limited
            heapq.heappush(self._ready[limited], (head.priority.rank, head.id, line))

    def _delay(self, parcel: Parcel) -> float:
        if parcel.not_before is None:
            return 0.0
        return max(0.0, (parcel.not_before - self._office.clock()).total_seconds())

    def _head(self, lane: deque[Parcel]) -> Parcel:
        """Return the row to send next: a held one (a slot) lets the rows behind it pass."""
        for parcel in lane:
            if not parcel.slot or self._delay(parcel) == 0:
                return parcel
        return min(lane, key=self._delay)

    def _start_what_may(self) -> float | None:
        """Start every send that may start now; return how long to wait for the next, None for ever."""
        now = self._monotonic()
        while self._later and self._later[0][0] <= now:
            self._offer(heapq.heappop(self._later)[1])
        while self._ready[False] and len(self._tasks) < self._slots:
            self._start(heapq.heappop(self._ready[False])[2], now)
        while self._ready[True] and len(self._tasks) < self._slots:
            if (open_at := self._limiter.overall_at(now)) > now:
                next_at = min([open_at, *(at for at, _ in self._later[:1])])
                return max(0.0, next_at - now)
            self._start(heapq.heappop(self._ready[True])[2], now)
        return max(0.0, self._later[0][0] - now) if self._later else None

    def _start(self, line: str, now: float) -> None:
        """Begin a lane's next send, or put the lane aside until its moment."""
        lane = self._lanes.get(line)
        if not lane or line in self._busy:
            return
        parcel = self._head(lane)
        at = now + self._delay(parcel)
        channel = self._channels[parcel.channel]
        if channel.limited:
            group = channel.is_group(parcel.chat)
            at = max(at, self._limiter.chat_at(parcel.chat, now, group=group))
        if at > now:
            heapq.heappush(self._later, (at, line))
            return
        if channel.limited:
            self._limiter.sent(parcel.chat, now, group=group)
        self._begin(parcel, line)

    def _begin(self, parcel: Parcel, line: str) -> None:
        self._busy.add(line)
        task = asyncio.create_task(self._send(parcel, line))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("sender task failed", exc_info=task.exception())

    async def _send(self, parcel: Parcel, line: str) -> None:
        """Deliver one row and write down what came of it, before the slot is free again."""
        done = True
        try:
            if parcel.slot and not await self._office.db.read(
                lambda tx: outbox.is_queued(tx, parcel.id)
            ):
                return  # a newer message took its place
            done = await self._deliver_and_mark(parcel)
        finally:
            self._busy.discard(line)
            lane = self._lanes[line]
            if done:
                self._known.discard(parcel.id)
                lane.remove(parcel)
                if not lane:
                    del self._lanes[line]
            self._offer(line)

    async def _deliver_and_mark(self, parcel: Parcel) -> bool:
        """Return whether the row is done with, sent or given up."""
        try:
            delivered = await self._channels[parcel.channel].deliver(parcel)
        except DeliveryFailed as failure:
            return await self._failed(parcel, failure)
        except DatabaseBusy:
            return await self._failed(parcel, DeliveryFailed(Failing.TRANSIENT, "database"))
        except Exception as bug:
            log.exception("delivery raised", extra={"parcel": parcel.id})
            return await self._failed(parcel, DeliveryFailed(Failing.BUG, type(bug).__name__))
        for _ in range(delivered.calls - 1):
            group = self._channels[parcel.channel].is_group(parcel.chat)
            self._limiter.sent(parcel.chat, self._monotonic(), group=group)
        await self._mark(lambda job: on_sent(job, parcel, delivered))
        return True

    async def _failed(self, parcel: Parcel, failure: DeliveryFailed) -> bool:
        now = self._office.clock()
        if failure.failing is Failing.WAIT:
            self._limiter.pause(self._monotonic(), failure.retry_after_s)
            await self._retry(parcel, now, failure.reason)
            return False
        too_old = parcel.created_at is not None and now - parcel.created_at > GIVE_UP
        if failure.failing is Failing.TRANSIENT and not too_old:
            wait_s = min(FIRST_RETRY_S * 2 ** min(parcel.attempts, 9), LAST_RETRY_S)
            await self._retry(parcel, now + timedelta(seconds=wait_s), failure.reason)
            return False
        log.warning("gave up a message", extra={"parcel": parcel.id, "reason": failure.reason})
        await self._mark(lambda job: on_failed(job, parcel, failure.reason))
        return True

    async def _retry(self, parcel: Parcel, at: datetime, reason: str) -> None:
        """Write the try down and put the row, one attempt older, in its own place again."""
        await self._mark(lambda job: outbox.mark_retry(job.tx, parcel.id, at, reason))
        lane = self._lanes[parcel.line]
        lane[lane.index(parcel)] = outbox.tried_again(parcel, at)

    async def _mark(self, work: Callable[[Job], None]) -> None:
        """Write a mark; while the database cannot, the slot stays taken and we try on."""
        wait_s = 0.2
        while True:
            try:
                await self._office.run(work)
            except DatabaseBusy:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 5.0)
            else:
                return

    async def _heartbeat(self) -> None:
        """Keep our leases, and pick up rows that came in by another way (a command, a lapsed lease)."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            now = self._office.clock()
            try:
                await self._office.db.write(functools.partial(outbox.renew_leases, now=now))
                self.take(await self._office.db.read(outbox.unsent))
            except DatabaseBusy:
                continue
