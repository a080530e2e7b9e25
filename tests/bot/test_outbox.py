"""The outbox: what is owed is written once, in order, and its fate is told truly."""

from datetime import timedelta

import pytest
from markupsafe import Markup

from bot.core.chart import Picture
from bot.core.turn import Button, Outgoing, Priority
from bot.service.job import Job
from bot.storage import outbox
from bot.storage.outbox import Parcel
from tests.bot.bureau import Bureau
from tests.bot.charts import bars


def owe(bureau: Bureau, text: str, chat: str = "1", **parts: object) -> Parcel:
    parcel = Parcel("telegram", chat, Outgoing(Markup(text)), **parts)  # type: ignore[arg-type]  # as the caller says
    return bureau.do(lambda job: outbox.put(job.tx, parcel, job.now))


def fail(bureau: Bureau, parcel: Parcel, reason: str) -> None:
    bureau.do(lambda job: outbox.mark_failed(job.tx, parcel.id, reason))


def state(bureau: Bureau, parcel: Parcel) -> dict[str, object]:
    return bureau.rows("SELECT * FROM outbox WHERE id = ?", parcel.id)[0]


def test_a_row_comes_back_as_it_was_written(bureau: Bureau) -> None:
    case = bureau.opens(bureau.parent())
    buttons = (
        (Button("满意", "k:good:n"), Button("看", url="https://x.cn/a")),
        (Button("否", "k:bad:n"),),
    )
    message = Outgoing(Markup("<b>答复</b> &lt;x&gt;"), buttons)
    given = Parcel(
        "web",
        "p",
        message,
        Priority.DEADLINE,
        lane="staff:1",
        kind="card",
        thread="7",
        slot="s",
        case_id=case.id,
    )
    written = bureau.do(lambda job: outbox.put(job.tx, given, job.now))
    [read] = [parcel for parcel in bureau.owed() if parcel.id == written.id]
    assert read == written
    assert read.message == message


def test_a_picture_comes_back_as_it_was_written(bureau: Bureau) -> None:
    chart = bars(("45", "0.5", ""), marked=(1,))
    message = Outgoing(Markup("<b>全部</b>"), (), Picture(chart, Markup("<b>图</b> &lt;x&gt;")))
    bureau.do(lambda job: job.owe(Parcel("web", "p", message)))
    assert [parcel.message for parcel in bureau.owed()] == [message]


def test_words_too_long_for_one_message_go_out_as_pages_and_not_as_a_picture(
    bureau: Bureau,
) -> None:
    message = Outgoing(Markup("字" * 5000), (), Picture(bars(), Markup("图")))
    bureau.do(lambda job: job.owe(Parcel("telegram", "1", message)))
    assert [parcel.message.picture for parcel in bureau.owed()] == [None, None]


def test_a_row_with_what_a_later_version_writes_is_read_all_the_same(bureau: Bureau) -> None:
    assert outbox.read_body('{"html": "x", "hologram": {}}') == Outgoing(Markup("x"))


def test_rows_come_out_in_the_order_they_were_owed(bureau: Bureau) -> None:
    for number in range(30):
        owe(bureau, str(number), priority=Priority.BROADCAST if number % 2 else Priority.REPLY)
    assert bureau.owed_texts("1") == [str(number) for number in range(30)]


def test_a_slot_holds_one_message_of_its_chat(bureau: Bureau) -> None:
    owe(bureau, "a", slot="s")
    owe(bureau, "b", slot="s")
    owe(bureau, "c", slot="t")
    owe(bureau, "d", chat="2", slot="s")
    sent = owe(bureau, "e", chat="3", slot="s")
    bureau.do(lambda job: outbox.mark_sent(job.tx, sent.id, "9", job.now))
    owe(bureau, "f", chat="3", slot="s")
    assert bureau.owed_texts("1") == ["b", "c"]
    assert bureau.owed_texts("2") == ["d"]
    assert bureau.value("SELECT count(*) FROM outbox WHERE chat = '3'") == 2
    bureau.do(lambda job: outbox.cancel_slot(job.tx, "telegram", "1", "s"))
    assert bureau.owed_texts("1") == ["c"]


def test_a_mark_is_true_and_a_row_taken_away_is_not_tried_again(bureau: Bureau) -> None:
    parcel = owe(bureau, "a", slot="s")
    later = bureau.clock.now + timedelta(seconds=5)
    retried = bureau.do(lambda job: outbox.mark_retry(job.tx, parcel.id, later, "network"))
    assert retried is not None
    assert (retried.attempts, retried.not_before) == (1, later)
    flooded = bureau.do(
        lambda job: outbox.mark_retry(job.tx, parcel.id, later, "flood", counted=False)
    )
    assert flooded is not None
    assert flooded.attempts == 1
    owe(bureau, "b", slot="s")
    assert bureau.do(lambda job: outbox.mark_retry(job.tx, parcel.id, later, "network")) is None
    assert bureau.value(f"SELECT count(*) FROM outbox WHERE id = {parcel.id}") == 0


def test_only_what_failed_is_sent_again_and_once(bureau: Bureau) -> None:
    parcel = owe(bureau, "a")
    assert bureau.do(lambda job: outbox.send_again(job.tx, parcel.id, job.now)) is None
    fail(bureau, parcel, "blocked")
    assert state(bureau, parcel)["reason"] == "blocked"
    again = bureau.do(lambda job: outbox.send_again(job.tx, parcel.id, job.now))
    assert again is not None
    assert again.attempts == 0
    assert bureau.do(lambda job: outbox.send_again(job.tx, parcel.id, job.now)) is None


def test_who_comes_back_gets_what_a_case_owed_and_nothing_else(bureau: Bureau) -> None:
    case = bureau.opens(bureau.parent("1"))
    rows = [
        owe(bureau, "reply", case_id=case.id), owe(bureau, "greeting"), owe(bureau, "broken", case_id=case.id),
        owe(bureau, "other", chat="2", case_id=case.id),
    ]  # fmt: skip
    for row, reason in zip(rows, ("blocked", "blocked", "markup", "blocked"), strict=True):
        fail(bureau, row, reason)
    again = bureau.do(lambda job: outbox.send_blocked_again(job.tx, "telegram", "1", job.now))
    assert [str(parcel.message.html) for parcel in again] == ["reply"]


def test_a_lease_ends_unless_the_sender_renews_it(bureau: Bureau) -> None:
    kept, lost = owe(bureau, "kept"), owe(bureau, "lost")
    bureau.clock.passes(29)
    assert bureau.do(lambda job: outbox.unsent(job.tx, lapsed_at=job.now)) == []
    bureau.do(lambda job: outbox.renew_leases(job.tx, [kept.id], job.now))
    bureau.clock.passes(2)
    lapsed = bureau.do(lambda job: outbox.unsent(job.tx, lapsed_at=job.now))
    assert [parcel.id for parcel in lapsed] == [lost.id]


def test_the_depth_is_what_waits_and_since_when(bureau: Bureau) -> None:
    assert bureau.do(lambda job: outbox.depth(job.tx)) == (0, None)
    start = bureau.clock.now
    first = owe(bureau, "a")
    bureau.clock.passes(60)
    owe(bureau, "b")
    assert bureau.do(lambda job: outbox.depth(job.tx)) == (2, start)
    bureau.do(lambda job: outbox.mark_sent(job.tx, first.id, "1", job.now))
    assert bureau.do(lambda job: outbox.depth(job.tx)) == (1, bureau.clock.now)


def test_what_a_job_that_fails_owes_is_owed_to_nobody(bureau: Bureau) -> None:
    def half(job: Job) -> None:
        job.owe(Parcel("telegram", "1", Outgoing(Markup("您的编号是"))))
        raise LookupError

    with pytest.raises(LookupError):
        bureau.do(half)
    assert bureau.owed() == []


def test_a_naive_time_is_never_stored(bureau: Bureau) -> None:
    parcel = owe(bureau, "a")
    with pytest.raises(ValueError, match="naive"):
        bureau.do(
            lambda job: outbox.mark_retry(job.tx, parcel.id, job.now.replace(tzinfo=None), "x")
        )
    row = state(bureau, parcel)
    assert str(row["created_at"]).endswith("Z")
