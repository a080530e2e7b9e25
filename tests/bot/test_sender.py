"""The sender over a real outbox: order, limits, priorities, slots."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from markupsafe import Markup

from bot.core.turn import Outgoing, Priority
from bot.service import sender as sender_module
from bot.service.delivery import Delivered, DeliveryFailed, Failing
from bot.service.limits import Rates
from bot.service.sender import Sender
from bot.storage.outbox import Parcel
from tests.bot.bureau import Bureau
from tests.bot.post import Post, done, owe, sending, states, until


@pytest.fixture(autouse=True)
def quick(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Real clocks, and retries that tests can wait for."""
    bureau.office.clock = lambda: datetime.now(UTC)
    monkeypatch.setattr(sender_module, "FIRST_RETRY_S", 0.05)
    return iter(())


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
        # the group waits for its minute; what was just sent is in hand until its mark is committed
        await until(lambda: sender.waiting == 2)
    times = [at for _, _, at in post.sent]
    mine = [at for chat, _, at in post.sent if chat == "1"]
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(mine))
    assert max(sum(start <= at < start + 0.5 for at in times) for start in times) <= 0.5 * 40 + 6
    assert len(post.texts("-5")) == 3


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


async def test_a_held_message_is_not_sent_after_the_one_that_took_its_place(
    bureau: Bureau,
) -> None:
    post = Post()
    async with sending(bureau, post) as sender:
        soon = datetime.now(UTC) + timedelta(seconds=0.4)
        await owe(bureau, ("1", "held, old"), slot="burst", not_before=soon)
        await owe(bureau, ("1", "at once, new"), slot="burst")
        await until(lambda: post.texts("1") == ["at once, new"])
        await done(bureau, sender)
    assert post.texts("1") == ["at once, new"]


async def test_a_held_message_that_failed_keeps_its_place(bureau: Bureau) -> None:
    post = Post(failures={"1": [DeliveryFailed(Failing.TRANSIENT, "network") for _ in range(3)]})
    async with sending(bureau, post) as sender:
        await owe(bureau, ("1", "first"), slot="burst")
        await until(lambda: len(post.failures["1"]) < 3)
        await owe(bureau, ("1", "second"))
        await done(bureau, sender)
    assert post.texts("1") == ["first", "second"]


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
