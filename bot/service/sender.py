"""The sender: delivers the outbox, alone owns the limits, and keeps the order within a lane.

Floor 3. 1. What the outbox holds unsent at the start goes first. 2. New rows are handed over after their commit.
3. The most urgent lane whose chat may get a message now sends its oldest row. 4. A slot is free again only when
the mark is committed, so that a crash repeats at most the sends under way. A broadcast is never repeated: it is
marked as under way before it is sent, and what nobody knows the end of is left to people.
"""

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from bot.core.errors import DatabaseBusy
from bot.core.turn import Priority
from bot.service.delivery import Channel, Delivered, DeliveryFailed, Failing
from bot.service.job import Job, Office
from bot.service.lanes import Lane, Row
from bot.service.limits import Limiter, Rates
from bot.service.outcome import on_failed, on_sent
from bot.storage import outbox
from bot.storage.db import Tx
from bot.storage.outbox import Parcel

T = TypeVar("T")
log = logging.getLogger(__name__)

SLOTS = 24  # sends under way at once, of limited channels and of free ones apart
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
        self._lanes: dict[str, Lane] = {}
        self._known: set[int] = set()  # rows in hand
        # heaps of lanes, by `limited`: a limited channel never holds up a free one
        self._ready: dict[bool, list[tuple[int, int, int, Lane]]] = {True: [], False: []}
        self._later: list[tuple[float, int, Lane]] = []
        self._tickets = itertools.count(1)
        self._tasks: dict[bool, set[asyncio.Task[None]]] = {True: set(), False: set()}
        self._wake = asyncio.Event()
        self._stopping = False

    def take(self, parcels: Iterable[Parcel]) -> None:
        """Take over rows that were just committed (or found at the start)."""
        now = self._monotonic()
        for parcel in parcels:
            if parcel.id in self._known or parcel.channel not in self._channels:
                continue
            self._known.add(parcel.id)
            lane = self._lanes.get(parcel.line)
            if lane is None:
                limited = self._channels[parcel.channel].limited
                lane = self._lanes[parcel.line] = Lane(parcel.line, limited)
            row = Row(parcel, self._due(parcel, now))
            lane.add(row)
            if lane.head(now) is row:
                self._offer(lane, now)
        self._wake.set()

    @property
    def waiting(self) -> int:
        """Return how many rows are in hand, sent ones excluded."""
        return len(self._known)

    async def run(self) -> None:
        """Send until told to stop; what is under way is finished first."""
        await self._give_up_under_way()
        self.take(await self._office.db.read(outbox.unsent))
        beat = asyncio.create_task(self._heartbeat())
        try:
            while not self._stopping:
                self._wake.clear()
                pause_s = self._start_what_may()
                try:
                    async with asyncio.timeout(pause_s):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        finally:
            beat.cancel()
            if under_way := self._tasks[True] | self._tasks[False]:
                await asyncio.wait(under_way, timeout=8.0)

    async def _give_up_under_way(self) -> None:
        """Leave to people what the last process was broadcasting when it died."""

        def mark(job: Job) -> int:
            return outbox.give_up_under_way(job.tx)

        if lost := await self._mark(mark, mark):
            log.warning("broadcasts of unknown outcome", extra={"count": lost})

    def pause(self, seconds: float) -> None:
        """Obey a pause that the other side asked for, by whatever call: a message, a file, a button, a poll."""
        self._office.metrics.telegram_429.inc()
        self._limiter.pause(self._monotonic(), seconds)

    def stop(self) -> None:
        """Start nothing more."""
        self._stopping = True
        self._wake.set()

    def _due(self, parcel: Parcel, now: float) -> float:
        """Return the moment before which a row must not leave; the wall clock is asked only once.

        No row is ever to wait longer than the longest retry: one that seems to was written before the clock was
        set back, and its person must not wait for the clock to come round again.
        """
        if parcel.not_before is None:
            return now
        left_s = (parcel.not_before - self._office.clock()).total_seconds()
        return now + min(max(0.0, left_s), LAST_RETRY_S)

    def _offer(self, lane: Lane, now: float) -> None:
        """Put a lane where it belongs: among the ready ones, or among those that wait for their moment."""
        if lane.busy or not lane.rows:
            return
        row = lane.head(now)
        if row.due > now:
            self._put_off(lane, row.due)
            return
        lane.ticket = next(self._tickets)
        entry = (row.parcel.priority.rank, row.parcel.id, lane.ticket, lane)
        heapq.heappush(self._ready[lane.limited], entry)

    def _put_off(self, lane: Lane, until: float) -> None:
        lane.ticket = next(self._tickets)  # wherever else the lane stands, it stands there no more
        heapq.heappush(self._later, (until, lane.ticket, lane))

    def _start_what_may(self) -> float | None:
        """Start every send that may start now; return how long to wait for the next, None for ever."""
        now = self._monotonic()
        while self._later and self._later[0][0] <= now:
            _, ticket, lane = heapq.heappop(self._later)
            if lane.ticket == ticket:
                self._offer(lane, now)
        opens_at = [self._later[0][0]] if self._later else []
        for limited in (False, True):
            ready = self._ready[limited]
            while ready and len(self._tasks[limited]) < self._slots:
                if limited and (open_at := self._limiter.overall_at(now)) > now:
                    opens_at.append(open_at)
                    break
                *_, ticket, lane = heapq.heappop(ready)
                if lane.ticket == ticket:
                    opens_at += self._start(lane, now)
        return max(0.0, min(opens_at) - now) if opens_at else None

    def _start(self, lane: Lane, now: float) -> list[float]:
        """Begin a lane's next send, or put the lane aside and return its moment."""
        row = lane.head(now)
        at = row.due
        if row.parcel.priority is Priority.BROADCAST:
            at = max(at, self._limiter.broadcast_at(now))
        if lane.limited:
            group = self._channels[row.parcel.channel].is_group(row.parcel.chat)
            at = max(at, self._limiter.chat_at(row.parcel.chat, now, group=group))
            if at <= now:
                self._limiter.sent(row.parcel.chat, now, group=group)
        if at > now:
            self._put_off(lane, at)
            return [at]
        lane.busy = True
        task = asyncio.create_task(self._send(lane, row))
        self._tasks[lane.limited].add(task)
        task.add_done_callback(lambda ended: self._end(lane, ended))
        return []

    def _end(self, lane: Lane, task: asyncio.Task[None]) -> None:
        self._tasks[lane.limited].discard(task)
        lane.busy = False
        if lane.rows:
            self._offer(lane, self._monotonic())
        else:
            self._lanes.pop(lane.line, None)
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("sender task failed", extra={"error": type(task.exception()).__name__})

    async def _send(self, lane: Lane, row: Row) -> None:
        """Deliver one row and write down what came of it, before the slot is free again."""
        again: Parcel | None = None
        try:
            if not row.replaced:
                again = await self._deliver_and_mark(row.parcel)
            if again is None:
                self._known.discard(row.parcel.id)
        finally:  # also when even the mark raised: then the row is left alone until a restart
            if again is None:
                lane.rows.remove(row)
            else:
                row.parcel, row.due = again, self._due(again, self._monotonic())

    async def _deliver_and_mark(self, parcel: Parcel) -> Parcel | None:
        """Return the row as it is to be tried again, or None when it is done with."""
        try:
            if parcel.priority is Priority.BROADCAST and not await self._begin(parcel):
                return None  # stopped meanwhile, or no longer wanted
            delivered = await self._channels[parcel.channel].deliver(parcel)
        except DeliveryFailed as failure:
            return await self._failed(parcel, failure)
        except DatabaseBusy:
            return await self._failed(parcel, DeliveryFailed(Failing.TRANSIENT, "database"))
        except Exception as bug:
            log.error("delivery raised", extra={"parcel": parcel.id, "error": type(bug).__name__})
            return await self._failed(parcel, DeliveryFailed(Failing.BUG, type(bug).__name__))
        self._count_more(parcel, delivered)
        self._office.metrics.sent.labels(parcel.channel, "sent").inc()
        if parcel.priority is Priority.BROADCAST:
            self._limiter.trust()
        await self._mark(
            lambda job: on_sent(job, parcel, delivered),
            lambda job: outbox.mark_sent(job.tx, parcel.id, delivered.message_id, job.now),
        )
        return None

    async def _begin(self, parcel: Parcel) -> bool:
        """Commit that a broadcast is under way; marks that come together share one commit."""

        def mark(job: Job) -> bool:
            return outbox.begin(job.tx, parcel.id)

        return await self._mark(mark, mark)

    def _count_more(self, parcel: Parcel, delivered: Delivered) -> None:
        """Count the messages that one parcel took beyond the first."""
        group = self._channels[parcel.channel].is_group(parcel.chat)
        for _ in range(delivered.calls - 1):
            self._limiter.sent(parcel.chat, self._monotonic(), group=group)

    async def _failed(self, parcel: Parcel, failure: DeliveryFailed) -> Parcel | None:
        now = self._office.clock()
        if failure.may_have_arrived and parcel.priority is Priority.BROADCAST:
            await self._leave_unknown(parcel, failure.reason)
            return None
        if failure.failing is Failing.WAIT:  # the row itself is not at fault: no try is counted
            self._limiter.pause(self._monotonic(), failure.retry_after_s)
            return await self._retry(parcel, now, failure.reason, counted=False)
        too_old = parcel.created_at is not None and now - parcel.created_at > GIVE_UP
        if failure.failing is Failing.TRANSIENT and not too_old:
            wait_s = min(FIRST_RETRY_S * 2 ** min(parcel.attempts, 9), LAST_RETRY_S)
            at = now + timedelta(seconds=wait_s)
            return await self._retry(parcel, at, failure.reason, counted=True)
        reason = "expired" if failure.failing is Failing.TRANSIENT else failure.reason
        self._office.metrics.sent.labels(parcel.channel, "failed").inc()
        log.warning("gave up a message", extra={"parcel": parcel.id, "reason": failure.reason})
        await self._mark(
            lambda job: on_failed(job, parcel, reason),
            lambda job: outbox.mark_failed(job.tx, parcel.id, reason),
        )
        return None

    async def _leave_unknown(self, parcel: Parcel, reason: str) -> None:
        """Note that a broadcast may have arrived or not: sent again it might be told twice."""

        def mark(job: Job) -> None:
            outbox.mark_unknown(job.tx, parcel.id, reason)

        self._limiter.doubt(self._monotonic())
        await self._mark(mark, mark)

    async def _retry(
        self, parcel: Parcel, at: datetime, reason: str, *, counted: bool
    ) -> Parcel | None:
        """Write the try down and return the row as it is now: its chat may have moved, or a slot taken it."""

        def mark(job: Job) -> Parcel | None:
            return outbox.mark_retry(job.tx, parcel.id, at, reason, counted=counted)

        return await self._mark(mark, mark)

    async def _mark(self, work: Callable[[Job], T], bare: Callable[[Job], T]) -> T:
        """Write a mark; while the database cannot, the slot stays taken and we try on.

        When what follows from it raises, the bare mark is written: a bug must not send a message for ever.
        """
        wait_s = 0.2
        while True:
            try:
                return await self._office.run(work)
            except DatabaseBusy:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 5.0)
            except Exception as bug:
                if work is bare:
                    raise
                log.error("a mark raised", extra={"error": type(bug).__name__})
                work = bare

    async def _heartbeat(self) -> None:
        """Keep our leases, and pick up the rows whose hand-over got lost: nobody's lease holds them."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            now = self._office.clock()
            mine = tuple(self._known)

            def renew(tx: Tx, mine: tuple[int, ...] = mine, now: datetime = now) -> None:
                outbox.renew_leases(tx, mine, now)

            def lapsed(tx: Tx, now: datetime = now) -> list[Parcel]:
                return outbox.unsent(tx, lapsed_at=now)

            try:
                await self._office.db.write(renew)
                self.take(await self._office.db.read(lapsed))
            except DatabaseBusy:
                continue
