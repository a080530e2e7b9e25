"""The sender and a broadcast: never sent twice, whatever nobody knows the end of; a reply is another matter."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from bot.core.turn import Outgoing, Priority
from bot.service import limits
from bot.service.delivery import Delivered, DeliveryFailed, Failing
from bot.service.job import Job
from bot.service.limits import Limiter, Rates
from bot.service.sender import Sender
from bot.storage import outbox
from bot.storage.outbox import Parcel
from tests.bot.bureau import Bureau

FAST = Rates(overall_per_s=0, chat_per_s=0, group_per_min=0)
LOST = DeliveryFailed(Failing.TRANSIENT, "timed_out", may_have_arrived=True)
FLOOD = DeliveryFailed(Failing.WAIT, "flood", retry_after_s=0.02)
OFFLINE = DeliveryFailed(Failing.TRANSIENT, "no_connection")


@dataclass
class Post:
    """A channel that fails as scripted; `seen` is what the row said while it was being sent."""

    bureau: Bureau
    failures: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    taken: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    name: str = "telegram"
    limited: bool = True

    async def deliver(self, parcel: Parcel) -> Delivered:
        sql = "SELECT state FROM outbox WHERE id = ?"
        self.seen.append(self.bureau.value(sql, parcel.id))
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(parcel.chat)
        return Delivered("9")

    def is_group(self, chat: str) -> bool:
        return False


@pytest.fixture(autouse=True)
def quick(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau.office.clock = lambda: datetime.now(UTC)
    monkeypatch.setattr("bot.service.sender.FIRST_RETRY_S", 0.02)


@asynccontextmanager
async def sending(bureau: Bureau, post: Post) -> AsyncIterator[Sender]:
    sender = Sender(bureau.office, [post], FAST)
    bureau.office.on_owed = sender.take
    running = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        sender.stop()
        await running
        bureau.office.on_owed = lambda parcels: None


async def owe(bureau: Bureau, *chats: str, priority: Priority = Priority.BROADCAST) -> None:
    def work(job: Job) -> None:
        for chat in chats:
            lane = f"news:{chat}" if priority is Priority.BROADCAST else ""
            job.owe(Parcel("telegram", chat, Outgoing(Markup("新")), priority, lane=lane))

    await bureau.office.run(work)


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - any condition
            await asyncio.sleep(0.005)


def states(bureau: Bureau) -> list[tuple[str, str]]:
    rows = bureau.rows("SELECT state, reason FROM outbox ORDER BY id")
    return [(row["state"], row["reason"]) for row in rows]


def settled(bureau: Bureau) -> bool:
    return not {"queued", "sending"} & {state for state, _ in states(bureau)}


async def test_a_broadcast_is_marked_as_under_way_before_it_is_sent(bureau: Bureau) -> None:
    post = Post(bureau)
    async with sending(bureau, post):
        await owe(bureau, "1", "2")
        await until(lambda: settled(bureau))
    assert post.seen == ["sending", "sending"]
    assert states(bureau) == [("sent", "")] * 2


async def test_one_that_may_have_arrived_is_left_to_people_and_a_reply_is_repeated(
    bureau: Bureau,
) -> None:
    post = Post(bureau, [LOST])
    async with sending(bureau, post):
        await owe(bureau, "1")
        await until(lambda: settled(bureau))
        await asyncio.sleep(0.1)
        assert (post.taken, states(bureau)) == ([], [("unknown", "timed_out")])
        post.failures.append(LOST)
        await owe(bureau, "2", priority=Priority.REPLY)
        await until(lambda: settled(bureau))
    assert post.taken == ["2"]


@pytest.mark.parametrize("failure", [FLOOD, OFFLINE])
async def test_one_that_cannot_have_arrived_is_tried_again(
    bureau: Bureau, failure: DeliveryFailed
) -> None:
    post = Post(bureau, [failure])
    async with sending(bureau, post):
        await owe(bureau, "1")
        await until(lambda: settled(bureau))
    assert (post.taken, states(bureau)[0][0]) == (["1"], "sent")


async def test_one_that_is_refused_is_counted_by_its_reason(bureau: Bureau) -> None:
    post = Post(bureau, [DeliveryFailed(Failing.PERMANENT, "blocked")])
    bureau.parent("1")
    async with sending(bureau, post):
        await owe(bureau, "1")
        await until(lambda: settled(bureau))
    assert states(bureau) == [("failed", "blocked")]
    assert bureau.value("SELECT reachable FROM people WHERE chat = '1'") == 0


async def test_what_was_under_way_when_the_process_died_is_unknown_at_the_next_start(
    bureau: Bureau,
) -> None:
    await owe(bureau, "1", "2")
    first = bureau.owed()[0]
    assert bureau.do(lambda job: outbox.begin(job.tx, first.id))
    post = Post(bureau)
    async with sending(bureau, post):
        await until(lambda: settled(bureau))
    assert post.taken == ["2"]
    assert states(bureau) == [("unknown", "restart"), ("sent", "")]


async def test_one_that_was_withdrawn_while_it_waited_does_not_leave(bureau: Bureau) -> None:
    await owe(bureau, "1", "2")
    bureau.do(lambda job: job.tx.execute("UPDATE outbox SET state = 'withdrawn' WHERE id = 1"))
    post = Post(bureau)
    async with sending(bureau, post) as sender:
        sender.take([Parcel("telegram", "1", Outgoing(Markup("新")), Priority.BROADCAST, id=1)])
        await until(lambda: sender.waiting == 0)
    assert post.taken == ["2"]


async def test_a_reply_to_the_same_chat_never_waits_behind_a_broadcast(bureau: Bureau) -> None:
    post = Post(bureau, gate=asyncio.Event())
    assert post.gate is not None
    async with sending(bureau, post) as sender:
        await owe(bureau, *(str(chat) for chat in range(60)))
        await owe(bureau, "59", priority=Priority.REPLY)
        post.gate.set()
        await until(lambda: settled(bureau))
        await until(lambda: sender.waiting == 0)  # what is marked is told a moment later
    # those under way when it came go first, no others
    assert post.taken.index("59") <= 24


async def test_after_one_of_unknown_outcome_the_other_broadcasts_wait_and_replies_do_not(
    bureau: Bureau,
) -> None:
    post = Post(bureau, [LOST])
    async with sending(bureau, post):
        await owe(bureau, "1")
        await until(lambda: settled(bureau))
        await owe(bureau, "2")
        await owe(bureau, "3", priority=Priority.REPLY)
        await until(lambda: post.taken)
        await asyncio.sleep(0.1)
        assert post.taken == ["3"]


def test_the_pause_after_unknown_outcomes_grows_and_ends_with_one_that_arrived() -> None:
    limiter, now, waits = Limiter(FAST), 100.0, []
    for _ in range(10):
        limiter.doubt(now)
        limiter.doubt(now)  # the others that were under way count once
        waits.append(limiter.broadcast_at(now) - now)
        now = limiter.broadcast_at(now)
    assert waits[:3] == [2.0, 4.0, 8.0]
    assert waits[-1] == limits.LONGEST_CALM_S
    limiter.trust()
    limiter.doubt(now)
    assert limiter.broadcast_at(now) - now == limits.FIRST_CALM_S


def test_the_trigger_knows_the_rank_of_a_broadcast() -> None:
    assert Priority.BROADCAST.rank == 4
