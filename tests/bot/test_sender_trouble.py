"""The sender in trouble: what is refused, what a bug or a busy database must not do, and stopping."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import Markup

from bot.core.errors import DatabaseBusy
from bot.core.turn import Outgoing
from bot.service import sender as sender_module
from bot.service.delivery import Delivered, DeliveryFailed, Failing
from bot.service.job import Job
from bot.storage import outbox, store, transcript
from bot.storage.outbox import Parcel
from bot.storage.times import stamp
from tests.bot.bureau import Bureau
from tests.bot.post import Post, done, owe, sending, states, until


@pytest.fixture(autouse=True)
def quick(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Real clocks, and retries that tests can wait for."""
    bureau.office.clock = lambda: datetime.now(UTC)
    monkeypatch.setattr(sender_module, "FIRST_RETRY_S", 0.05)
    return iter(())


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


async def test_what_was_written_before_the_clock_was_set_back_does_not_wait_for_it(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that starts hours ahead and is then corrected must not hold what it owes for hours."""
    monkeypatch.setattr(sender_module, "LAST_RETRY_S", 0.2)
    await owe(bureau, ("1", "owed"), not_before=datetime.now(UTC) + timedelta(hours=8))
    post = Post()
    async with sending(bureau, post) as sender:
        await done(bureau, sender)
    assert post.texts() == ["owed"]
