"""The sender over a real outbox, with a channel that does as it is told."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from markupsafe import Markup

from bot.core.errors import DatabaseBusy
from bot.core.turn import Outgoing, Priority
from bot.service import sender as sender_module
from bot.service.delivery import Delivered, DeliveryFailed, Failing
from bot.service.job import Job
from bot.service.limits import Rates
from bot.service.sender import Sender
from bot.storage import outbox, store, transcript
from bot.storage.outbox import Parcel
from bot.storage.times import stamp
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


@pytest.fixture(autouse=True)
def quick(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Real clocks, and retries that tests can wait for."""
    bureau.office.clock = lambda: datetime.now(UTC)
    monkeypatch.setattr(sender_module, "FIRST_RETRY_S", 0.05)
    return iter(())


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


async def test_what_was_unsent_at_the_start_goes_first_and_is_marked(bureau: Bureau) -> None:
    post = Post()
    await owe(bureau, ("1", "a"), ("2", "b"))
    async with sending(bureau, post) as sender:
        await owe(bureau, ("3", "c"))
        await done(bureau, sender)
    assert sorted(post.texts()) == ["a", "b", "c"]
    assert states(bureau) == [("sent", "")] * 3


async def test_a_chat_gets_its_messages_in_order_whatever_fails(bureau: Bureau) -> None:
    post = Post(
        failures={
            "1": [
                DeliveryFailed(Failing.TRANSIENT, "network"),
                DeliveryFailed(Failing.WAIT, "flood", retry_after_s=0.1),
            ]
        }
    )
    async with sending(bureau, post) as sender:
        await owe(bureau, *(("1", f"{number:02}") for number in range(20)), ("2", "other"))
        await done(bureau, sender)
    assert post.texts("1") == [f"{number:02}" for number in range(20)]


async def test_one_bad_chat_holds_up_nobody(bureau: Bureau) -> None:
    bad: list[Exception] = [DeliveryFailed(Failing.TRANSIENT, "network") for _ in range(100)]
    post = Post(failures={"1": bad})
    async with sending(bureau, post):
        await owe(bureau, ("1", "stuck"), *((str(chat), "fine") for chat in range(2, 30)))
        await until(lambda: len(post.sent) == 28)
    assert states(bureau)[0] == ("queued", "network")


async def test_a_pause_asked_for_stops_every_limited_chat_but_not_the_web(bureau: Bureau) -> None:
    post = Post(failures={"1": [DeliveryFailed(Failing.WAIT, "flood", retry_after_s=0.6)]})
    page = Post("web", limited=False)
    async with sending(bureau, post, page) as sender:
        started = time.monotonic()
        await owe(bureau, ("1", "refused"))
        await until(lambda: not post.failures["1"])
        await owe(bureau, ("2", "waits"))
        await owe(bureau, ("p", "page"), channel="web")
        await done(bureau, sender)
    assert {text for _, text, at in post.sent if at - started >= 0.6} == {"refused", "waits"}
    assert page.sent[0][2] - started < 0.6
    assert bureau.value("SELECT max(attempts) FROM outbox") == 1  # a flood counts as no try


async def test_a_hanging_channel_leaves_the_web_its_slots(bureau: Bureau) -> None:
    post, page = Post(gate=asyncio.Event()), Post("web", limited=False)
    async with sending(bureau, post, page, slots=3) as sender:
        await owe(bureau, *((str(chat), "hangs") for chat in range(10)))
        await until(lambda: post.under_way == 3)
        await owe(bureau, ("p", "page"), channel="web")
        await until(lambda: page.sent)
        assert post.sent == []
        assert post.gate is not None
        post.gate.set()
        await done(bureau, sender)
    assert post.most == 3


async def test_a_slot_is_free_only_when_its_mark_is_committed(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the moment of a crash, no more messages than slots are sent but unmarked."""
    post = Post()
    unmarked: list[int] = []
    deliver = post.deliver

    async def watched(parcel: Parcel) -> Delivered:
        done = await deliver(parcel)
        unmarked.append(
            len(post.sent) - bureau.value("SELECT count(*) FROM outbox WHERE state = 'sent'")
        )
        return done

    monkeypatch.setattr(post, "deliver", watched)
    async with sending(bureau, post, slots=4) as sender:
        await owe(bureau, *((str(chat), "x") for chat in range(60)))
        await done(bureau, sender)
    assert 1 <= max(unmarked) <= 4


async def test_the_more_urgent_goes_first_when_the_limit_binds(bureau: Bureau) -> None:
    post = Post()
    for chat, priority in enumerate(reversed(Priority)):
        await owe(bureau, (str(chat), priority.value), priority=priority)
    async with sending(bureau, post, rates=Rates(overall_per_s=50), slots=1) as sender:
        await done(bureau, sender)
    assert post.texts() == [priority.value for priority in Priority]


async def test_the_limits_hold(bureau: Bureau) -> None:
    post = Post()
    async with sending(
        bureau, post, rates=Rates(overall_per_s=40, chat_per_s=4, group_per_min=3)
    ) as sender:
        await owe(
            bureau, *(("1", "x") for _ in range(4)), *((f"c{chat}", "x") for chat in range(20))
        )
        await owe(bureau, *(("-5", "x") for _ in range(5)))
        await until(lambda: len(post.texts("1")) == 4 and len(post.sent) >= 27)
        assert sender.waiting == 2  # the group waits for its minute
    times = [at for _, _, at in post.sent]
    mine = [at for chat, _, at in post.sent if chat == "1"]
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(mine))
    assert max(sum(start <= at < start + 0.5 for at in times) for start in times) <= 0.5 * 40 + 6
    assert len(post.texts("-5")) == 3


async def test_what_is_refused_for_good_is_given_up_with_its_reason(bureau: Bureau) -> None:
    person = bureau.parent("1")
    post = Post(
        failures={"1": [DeliveryFailed(Failing.PERMANENT, "blocked"), RuntimeError("a bug")]}
    )
    async with sending(bureau, post) as sender:
        await owe(bureau, ("1", "a"), ("1", "b"), ("1", "c"))
        await done(bureau, sender)
    assert states(bureau) == [("failed", "blocked"), ("failed", "RuntimeError"), ("sent", "")]
    assert not bureau.do(lambda job: store.person_by_id(job.tx, person.id)).reachable


async def test_after_a_week_of_trying_a_message_is_given_up_in_words(bureau: Bureau) -> None:
    case = bureau.opens(bureau.parent("1"))
    post = Post(failures={"1": [DeliveryFailed(Failing.TRANSIENT, "network")]})
    await owe(bureau, ("1", "old"), case_id=case.id)
    old = "2020-01-01T00:00:00.000000Z"
    bureau.do(lambda job: job.tx.execute("UPDATE outbox SET created_at = ?", (old,)))
    async with sending(bureau, post) as sender:
        await done(bureau, sender)
    assert states(bureau)[0] == ("failed", "expired")
    assert "undelivered" in bureau.history(case)


async def test_a_held_message_lets_later_ones_pass_and_is_replaced_in_its_slot(
    bureau: Bureau,
) -> None:
    post = Post()
    async with sending(bureau, post) as sender:
        soon = datetime.now(UTC) + timedelta(seconds=0.4)
        await owe(bureau, ("1", "held, old"), slot="burst", not_before=soon)
        await owe(bureau, ("1", "passes"))
        await owe(bureau, ("1", "held, new"), slot="burst", not_before=soon)
        await done(bureau, sender)
    assert post.texts("1") == ["passes", "held, new"]


async def test_a_held_message_that_failed_keeps_its_place(bureau: Bureau) -> None:
    post = Post(failures={"1": [DeliveryFailed(Failing.TRANSIENT, "network") for _ in range(3)]})
    async with sending(bureau, post) as sender:
        await owe(bureau, ("1", "first"), slot="burst")
        await until(lambda: len(post.failures["1"]) < 3)
        await owe(bureau, ("1", "second"))
        await done(bureau, sender)
    assert post.texts("1") == ["first", "second"]


async def test_a_row_that_its_channel_moved_is_tried_at_its_new_chat(bureau: Bureau) -> None:
    class Moving(Post):
        async def deliver(self, parcel: Parcel) -> Delivered:
            if parcel.chat == "-1":
                move = "UPDATE outbox SET chat = '-100' WHERE chat = '-1'"
                await bureau.office.db.write(lambda tx: tx.execute(move))
                raise DeliveryFailed(Failing.TRANSIENT, "migrated")
            return await super().deliver(parcel)

    post = Moving()
    async with sending(bureau, post) as sender:
        await owe(bureau, ("-1", "follows"))
        await done(bureau, sender)
    assert post.texts("-100") == ["follows"]


async def test_a_busy_database_never_makes_a_sent_message_leave_twice(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post()
    run, refused = bureau.office.run, [0]

    async def sometimes(work: Callable[[Job], object]) -> object:
        refused[0] += 1
        if refused[0] % 3:
            raise DatabaseBusy(5.0)
        return await run(work)

    await owe(bureau, ("1", "a"), ("1", "b"))
    async with sending(bureau, post) as sender:
        monkeypatch.setattr(bureau.office, "run", sometimes)
        await done(bureau, sender)
    assert post.texts() == ["a", "b"]
    assert states(bureau) == [("sent", "")] * 2


async def test_a_bug_in_what_follows_a_mark_never_sends_a_message_again(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post()

    def broken(job: Job, parcel: Parcel, delivered: Delivered) -> None:
        raise LookupError("a bug")

    monkeypatch.setattr(sender_module, "on_sent", broken)
    async with sending(bureau, post) as sender:
        await owe(bureau, ("1", "once"))
        await done(bureau, sender)
    assert post.texts() == ["once"]
    assert states(bureau) == [("sent", "")]


async def test_a_row_whose_hand_over_was_lost_is_picked_up_when_its_lease_ends(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "HEARTBEAT_S", 0.05)
    post = Post()
    async with sending(bureau, post) as sender:
        await owe(bureau, ("0", "first"))
        await done(bureau, sender)
        bureau.office.on_owed = lambda parcels: None
        await owe(bureau, ("1", "forgotten"))
        await asyncio.sleep(0.3)
        assert post.texts("1") == []  # somebody's lease holds it
        lapsed = datetime.now(UTC) - timedelta(seconds=1)
        await bureau.office.db.write(
            lambda tx: tx.execute("UPDATE outbox SET lease_until = ?", (stamp(lapsed),))
        )
        await until(lambda: post.texts("1"))
        await done(bureau, sender)


async def test_a_row_in_hand_keeps_its_lease_and_is_sent_once(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "HEARTBEAT_S", 0.02)
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=0.1))
    post = Post(gate=asyncio.Event())
    async with sending(bureau, post) as sender:
        await owe(bureau, ("1", "slow"))
        await asyncio.sleep(0.4)
        assert post.gate is not None
        post.gate.set()
        await done(bureau, sender)
        await asyncio.sleep(0.2)
    assert post.texts() == ["slow"]


async def test_stopping_finishes_what_is_under_way_and_leaves_the_rest_for_the_next_start(
    bureau: Bureau,
) -> None:
    post = Post(gate=asyncio.Event())
    async with sending(bureau, post, slots=2) as sender:
        await owe(bureau, *((str(chat), "x") for chat in range(6)))
        await until(lambda: post.under_way == 2)
        sender.stop()
        assert post.gate is not None
        post.gate.set()
    assert [state for state, _ in states(bureau)].count("sent") == 2
    again = Post()
    async with sending(bureau, again) as sender:
        await done(bureau, sender)
    assert len(post.sent) + len(again.sent) == 6


async def test_a_slot_may_be_taken_while_its_row_is_in_the_transcript(bureau: Bureau) -> None:
    """The web writes the line first and the mark after; a newer message must not fail in between."""
    person = bureau.parent("page", channel="web")
    message = Outgoing(Markup("held"))
    await owe(bureau, ("page", "held"), channel="web", slot="burst")
    row = bureau.owed()[0]
    bureau.do(lambda job: transcript.add_desk(job.tx, person.id, row.id, message, job.now))
    await owe(bureau, ("page", "newer"), channel="web", slot="burst")
    assert bureau.owed_texts("page") == ["newer"]


async def test_ten_thousand_waiting_chats_cost_next_to_nothing(bureau: Bureau) -> None:
    """Lanes that wait for the limit are not looked at again and again."""
    post = Post()
    sender = Sender(bureau.office, [post], Rates(overall_per_s=28))
    rows = [
        Parcel("telegram", str(chat), Outgoing(Markup("x")), id=chat + 1) for chat in range(10_000)
    ]
    staff = [
        Parcel("telegram", "-9", Outgoing(Markup("x")), lane=f"staff:{n}", id=20_000 + n)
        for n in range(10_000)
    ]
    sender.take([*rows, *staff])
    before = time.process_time()
    for _ in range(1000):
        sender._start_what_may()
    spent_s = time.process_time() - before
    for task in sender._tasks[True]:
        task.cancel()
    await asyncio.gather(*sender._tasks[True], return_exceptions=True)
    assert spent_s < 0.5  # a thousand looks, half a minute's worth of wake-ups
