"""One transaction's worth of work, and the office that runs it.

Floor 3. A Job carries the transaction, its moment, what is published, and what it owes; the office commits it
and hands what is owed to the sender afterwards. Whoever changes anything does it in a Job.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from bot.core.turn import Desk
from bot.metrics import Metrics
from bot.service import pages
from bot.storage import outbox, store
from bot.storage.db import Database, Tx
from bot.storage.outbox import Parcel
from knowledge.library import Library, Snapshot

T = TypeVar("T")

STAFF_CHAT = "staff_chat"  # the fact that holds the staff chat's present id
STAFF_CHAT_TROUBLE = "staff_chat_trouble"  # why it took nothing the last time; gone when it does


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service needs of the configuration."""

    desk: Desk = field(default_factory=Desk)
    full_privacy: bool = False  # True: staff cards in Telegram carry the text
    cards_per_minute: int = 10  # more new cases than this in a minute become a digest


class Chance(Protocol):
    """Where randomness comes from; `secrets` in production."""

    def bits(self, count: int) -> int:
        """Return an integer of `count` random bits."""
        ...


@dataclass(slots=True)
class Job:
    """A transaction under way."""

    tx: Tx
    now: datetime
    knowledge: Snapshot
    settings: Settings
    chance: Chance
    metrics: Metrics
    owed: list[Parcel] = field(default_factory=list)

    def owe(self, parcel: Parcel) -> None:
        """Put a message into the outbox, in as many pages as it takes; it leaves only if this commits.

        The last page stands for all of them: it has the buttons, and it is the one an event waits for.
        """
        *before, last = pages.split(parcel.message)
        if not before:
            self._put(parcel)
            return
        for page in before:
            self._put(replace(parcel, message=page, event_id=None))
            parcel = replace(parcel, slot="")
        self._put(replace(parcel, message=last))

    def _put(self, parcel: Parcel) -> None:
        self.owed.append(outbox.put(self.tx, parcel, self.now))

    @property
    def staff_chat(self) -> str | None:
        """Return the id of the Telegram staff chat, or None."""
        return store.get_fact(self.tx, STAFF_CHAT) or None


class Office:
    """Runs jobs: one transaction each, and what they owe goes to the sender once committed."""

    def __init__(
        self,
        db: Database,
        library: Library,
        *,
        settings: Settings,
        clock: Callable[[], datetime],
        chance: Chance,
    ) -> None:
        self.db = db
        self.library = library
        self.settings = settings
        self.clock = clock
        self.chance = chance
        self.metrics = Metrics()
        self.on_owed: Callable[[list[Parcel]], None] = lambda parcels: None

    def bind(self, work: Callable[[Job], T]) -> Callable[[Tx], tuple[T, list[Parcel]]]:
        """Turn work on a job into work on a transaction that also returns what is owed."""

        def run(tx: Tx) -> tuple[T, list[Parcel]]:
            job = Job(
                tx, self.clock(), self.library.current, self.settings, self.chance, self.metrics
            )
            return work(job), job.owed

        return run

    async def run(self, work: Callable[[Job], T]) -> T:
        """Do the work in one transaction and return after the commit."""
        with self.metrics.commit_seconds.time():
            result, owed = await self.db.write(self.bind(work))
        if owed:
            self.on_owed(owed)
        return result

    async def run_together(self, works: Sequence[Callable[[Job], T]]) -> list[T | Exception]:
        """Do works in order in one transaction; return each one's result, or what it raised.

        What raised has changed nothing. Raises DatabaseBusy when nothing of any of them was written.
        """
        results: list[T | Exception] = []
        with self.metrics.commit_seconds.time():
            all_done = await self.db.write_together([self.bind(work) for work in works])
        for done in all_done:
            if isinstance(done, Exception):
                results.append(done)
                continue
            result, owed = done
            results.append(result)
            if owed:
                self.on_owed(owed)
        return results
