"""From an edit to the outbox: who is told what, once, after two people said so."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.errors import NotAllowed
from bot.core.follows import RULES, Deed, State, may
from bot.core.people import Role, Staff
from bot.core.turn import Priority
from bot.service import announcing, newsroom
from bot.service.announcing import Outdated
from bot.service.engine import Engine
from bot.storage import outbox, store, subscriptions
from bot.storage.subscriptions import CORRECTED_WITHIN
from handlers import respond
from tests.bot.bureau import GROUP, Bureau
from tests.bot.newsroom import FEES, FIGURE, MEALS, QUOTA, THIRD, Newsroom, open_newsroom


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - any condition
            await asyncio.sleep(0.01)


@pytest.fixture
def room(bureau: Bureau, tmp_path: Path) -> Newsroom:
    return open_newsroom(bureau, tmp_path / "content")


def test_an_edit_makes_a_draft_for_what_is_followed_and_sends_nothing(room: Newsroom) -> None:
    room.person("1", QUOTA)
    room.person("2", QUOTA, MEALS)
    assert room.publishes(quota=45) == 1
    [draft] = room.drafts()
    assert (draft.subject, draft.state) == (QUOTA, State.DRAFT)
    assert [(one.old, one.new) for one in draft.changes] == [("42 个", "45 个")]
    assert room.states(draft) == {"waiting": 2}
    assert room.queues(draft) == 0
    assert room.bureau.owed() == []


def test_the_staff_chat_is_told_that_drafts_wait_and_only_of_the_last_count(
    room: Newsroom,
) -> None:
    room.bureau.has_staff_chat()
    room.person("1", QUOTA, MEALS)
    room.publishes(quota=45)
    room.publishes(quota=45, answer="按月收取。")
    [notice] = room.bureau.owed()
    assert (notice.chat, notice.priority) == (GROUP, Priority.STAFF)
    assert "有 2 条通告" in notice.message.html


def test_the_same_content_looked_at_again_makes_no_second_draft(room: Newsroom) -> None:
    room.person("1", QUOTA)
    assert [room.publishes(quota=45), room.publishes(quota=45)] == [1, 0]
    assert len(room.drafts()) == 1


def test_the_first_look_of_a_new_database_is_no_news(bureau: Bureau, tmp_path: Path) -> None:
    room = open_newsroom(bureau, tmp_path / "content")
    room.person("1", QUOTA)
    assert room.publishes() == 0


def test_what_changes_before_the_confirmation_is_taken_up_by_the_same_draft(room: Newsroom) -> None:
    room.person("1", QUOTA)
    room.publishes(quota=45)
    submitted = room.does(room.editor, Deed.SUBMIT, room.drafts()[0])
    room.publishes(quota=46)
    [draft] = room.drafts()
    assert (draft.state, draft.submitted_by) == (State.DRAFT, None)
    assert [(one.old, one.new) for one in draft.changes] == [("42 个", "46 个")]
    with pytest.raises(NotAllowed):
        room.does(room.second, Deed.CONFIRM, submitted)


def test_what_is_taken_back_before_the_confirmation_is_told_to_nobody(room: Newsroom) -> None:
    room.person("1", QUOTA)
    room.publishes(quota=45)
    room.publishes(quota=42)
    [draft] = room.drafts()
    assert draft.state == State.DROPPED


def test_each_recipient_gets_one_row_at_the_lowest_priority_in_a_lane_of_its_own(
    room: Newsroom,
) -> None:
    for chat in ("1", "2", "3"):
        room.person(chat, QUOTA)
    room.publishes(quota=45)
    sending = room.confirms(room.drafts()[0])
    assert [room.queues(sending), room.queues(sending)] == [3, 0]
    owed = room.bureau.owed()
    assert sorted(parcel.chat for parcel in owed) == ["1", "2", "3"]
    assert {parcel.priority for parcel in owed} == {Priority.BROADCAST}
    assert {parcel.line for parcel in owed} == {f"news:telegram:{chat}" for chat in "123"}
    text = str(owed[0].message.html)
    assert "42 个 → 45 个" in text
    assert "招生计划 · 教基5号 · 2026-05-12" in text
    assert [b.data for row in owed[0].message.buttons for b in row] == ["unsub:table:quota"]


def test_the_outbox_is_fed_in_chunks_and_never_far_ahead(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "CHUNK", 2)
    monkeypatch.setattr(announcing, "AHEAD", 5)
    for number in range(9):
        room.person(str(number), QUOTA)
    room.publishes(quota=45)
    sending = room.confirms(room.drafts()[0])
    assert [room.queues(sending) for _ in range(3)] == [2, 2, 0]
    room.bureau.sends_all()
    assert [room.queues(sending) for _ in range(3)] == [2, 2, 0]
    room.bureau.sends_all()
    assert [room.queues(sending) for _ in range(2)] == [1, 0]
    assert room.state(sending) == State.SENDING
    room.bureau.sends_all()
    room.queues(sending)
    assert (room.state(sending), room.states(sending)) == (State.DONE, {"sent": 9})


def test_who_blocked_us_or_unsubscribed_meanwhile_is_left_out_and_counted(room: Newsroom) -> None:
    room.person("1", QUOTA)
    blocked, gone = room.person("2", QUOTA), room.person("3", QUOTA)
    room.publishes(quota=45)
    sending = room.confirms(room.drafts()[0])
    room.bureau.do(lambda job: store.set_person(job.tx, blocked, reachable=False))
    room.bureau.do(lambda job: subscriptions.unfollow(job.tx, gone, (QUOTA,)))
    room.queues(sending)
    assert room.states(sending) == {"queued": 1, "blocked": 1, "unsubscribed": 1}
    assert [parcel.chat for parcel in room.bureau.owed()] == ["1"]


def test_a_subscription_outlives_blocking(room: Newsroom) -> None:
    person = room.person("1", QUOTA)
    room.bureau.do(lambda job: store.set_person(job.tx, person, reachable=False))
    room.publishes(quota=45)
    room.queues(room.confirms(room.drafts()[0]))
    room.bureau.do(lambda job: store.set_person(job.tx, person, reachable=True))
    room.publishes(quota=46)
    room.queues(room.confirms(room.drafts()[1]))
    [parcel] = room.bureau.owed()
    assert "45 个 → 46 个" in parcel.message.html


def test_unsubscribing_takes_back_what_has_not_left(room: Newsroom) -> None:
    person = room.person("1", QUOTA, MEALS)
    room.person("2", QUOTA)
    room.publishes(quota=45)
    sending = room.confirms(room.drafts()[0])
    room.queues(sending)
    room.bureau.do(lambda job: subscriptions.unfollow(job.tx, person, ()))
    assert [parcel.chat for parcel in room.bureau.owed()] == ["2"]
    assert room.states(sending) == {"queued": 1, "unsubscribed": 1}
    assert room.bureau.value("SELECT count(*) FROM subscriptions") == 1


def test_who_follows_the_topic_and_the_entry_is_told_once(room: Newsroom) -> None:
    room.person("1", FEES, MEALS)
    room.person("2", MEALS)
    room.publishes(answer="按月收取。")
    by_subject = {one.subject: one for one in room.drafts()}
    room.queues(room.confirms(by_subject[FEES]))
    entry = room.confirms(by_subject[MEALS])
    room.queues(entry)
    assert sorted(parcel.chat for parcel in room.bureau.owed()) == ["1", "2"]
    assert room.states(entry) == {"queued": 1, "told": 1}


def test_the_same_value_announced_again_later_is_told_again(room: Newsroom) -> None:
    room.person("1", QUOTA, THIRD)
    for quota in (45, 42, 45):
        room.bureau.clock.passes(60)
        room.publishes(quota=quota)
        for draft in room.drafts():
            if draft.state == State.DRAFT and draft.subject == QUOTA:
                room.bureau.clock.passes(60)
                room.queues(room.confirms(draft))
    assert len(room.bureau.owed()) == 3
    school = [one for one in room.drafts() if one.subject == THIRD]
    assert [one.state for one in school] == [State.DROPPED, State.DRAFT]
    room.queues(room.confirms(school[1]))
    assert len(room.bureau.owed()) == 3


def test_the_stop_button_takes_back_what_has_not_left_and_counts_it(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "CHUNK", 2)
    for number in range(5):
        room.person(str(number), QUOTA)
    room.publishes(quota=45)
    sending = room.confirms(room.drafts()[0])
    room.queues(sending)
    first = room.bureau.owed()[0]
    room.bureau.do(lambda job: outbox.mark_sent(job.tx, first.id, "9", job.now))
    stopped = room.does(room.editor, Deed.STOP, sending)
    assert room.queues(stopped) == 0
    assert room.bureau.owed() == []
    assert room.states(stopped) == {"sent": 1, "withdrawn": 4}


def test_what_is_to_be_tried_again_after_the_stop_is_withdrawn(room: Newsroom) -> None:
    room.person("1", QUOTA)
    room.publishes(quota=45)
    sending = room.confirms(room.drafts()[0])
    room.queues(sending)
    [row] = room.bureau.owed()
    assert room.bureau.do(lambda job: outbox.begin(job.tx, row.id))
    stopped = room.does(room.editor, Deed.STOP, sending)
    assert room.states(stopped) == {"sending": 1}
    room.bureau.do(lambda job: outbox.mark_retry(job.tx, row.id, job.now, "flood"))
    assert room.states(stopped) == {"withdrawn": 1}
    assert not room.bureau.do(lambda job: outbox.begin(job.tx, row.id))


def test_what_became_of_each_is_counted_by_reason(room: Newsroom) -> None:
    for chat in ("1", "2", "3", "4"):
        room.person(chat, QUOTA)
    room.publishes(quota=45)
    sending = room.confirms(room.drafts()[0])
    room.queues(sending)
    sent, blocked, broken, lost = room.bureau.owed()
    room.bureau.do(lambda job: outbox.mark_sent(job.tx, sent.id, "9", job.now))
    room.bureau.do(lambda job: outbox.mark_failed(job.tx, blocked.id, "blocked"))
    room.bureau.do(lambda job: outbox.mark_unknown(job.tx, broken.id, "timed_out"))
    assert room.bureau.do(lambda job: outbox.begin(job.tx, lost.id))
    assert room.bureau.do(lambda job: outbox.give_up_under_way(job.tx)) == 1
    assert room.states(sending) == {"sent": 1, "failed/blocked": 1, "unknown": 2}
    room.queues(sending)
    done = room.drafts()[0]
    assert done.state == State.DONE
    repeated = room.does(room.second, Deed.REPEAT, done)
    assert room.queues(repeated) == 2
    assert len(room.bureau.owed()) == 2


async def test_what_somebody_writes_is_what_they_follow(bureau: Bureau) -> None:
    engine = Engine(bureau.office, respond)
    person = bureau.parent("1")

    def follows() -> list[str]:
        now = bureau.clock.now
        found = bureau.do(lambda job: subscriptions.of_person(job.tx, person.id, now))
        return [one.subject.data for one in found]

    await engine.receive(bureau.text("订阅 三中", chat="1"))
    assert follows() == ["school:ms-third"]
    await engine.receive(bureau.text("订阅 三中", chat="1"))
    assert follows() == ["school:ms-third"]
    assert "已经订阅" in bureau.owed_texts("1")[-1]
    await engine.receive(bureau.text("退订", chat="1"))
    assert follows() == []


async def test_an_edit_is_noticed_and_a_confirmed_announcement_is_fed_while_the_desk_runs(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newsroom, "LOOK_S", 0.01)
    monkeypatch.setattr(announcing, "TICK_S", 0.01)
    room.person("1", QUOTA)
    office = room.bureau.office
    work = [asyncio.create_task(newsroom.watch(office))]
    work.append(asyncio.create_task(announcing.Broadcaster(office).run()))
    room.writes(quota=45)
    await until(room.drafts)
    assert room.bureau.owed() == []
    room.confirms(room.drafts()[0])
    await until(room.bureau.owed)
    room.bureau.sends_all()
    await until(lambda: room.drafts()[0].state == State.DONE)
    for one in work:
        one.cancel()
    await asyncio.gather(*work, return_exceptions=True)


# corrections


def test_who_was_shown_another_value_is_told_of_the_correction(room: Newsroom) -> None:
    room.person("1", FIGURE, shown="42 个")
    room.person("2", FIGURE, shown="45 个")
    room.person("3", FIGURE, shown="42 个")
    room.bureau.clock.passes(CORRECTED_WITHIN.total_seconds() + 1)
    room.person("3", FIGURE, shown="42 个")
    room.person("4", FIGURE, shown="42 个")
    room.publishes(quota=45)
    [draft] = room.drafts()
    assert draft.subject == FIGURE
    room.queues(room.confirms(draft))
    assert sorted(parcel.chat for parcel in room.bureau.owed()) == ["3", "4"]
    assert "更正" in room.bureau.owed()[0].message.html
    assert "42 个 → 45 个" in room.bureau.owed()[0].message.html


def test_a_correction_of_the_correction_is_told_too_and_one_taken_back_is_not(
    room: Newsroom,
) -> None:
    room.person("1", FIGURE, shown="42 个")
    room.publishes(quota=45)
    room.queues(room.confirms(room.drafts()[0]))
    room.publishes(quota=46)
    second = room.drafts()[1]
    assert [(one.old, one.new) for one in second.changes] == [("45 个", "46 个")]
    room.publishes(quota=45)
    assert room.drafts()[1].state == State.DROPPED


def test_who_follows_the_school_hears_of_the_correction_once(room: Newsroom) -> None:
    room.person("1", FIGURE, THIRD, shown="42 个")
    room.publishes(quota=45)
    first, second = room.drafts()
    room.queues(room.confirms(first))
    room.queues(room.confirms(second))
    assert len(room.bureau.owed()) == 1


# rights


def test_nobody_confirms_what_they_submitted_themselves(room: Newsroom) -> None:
    room.person("1", QUOTA)
    room.publishes(quota=45)
    admin = room.bureau.hires("管理员", Role.ADMIN)
    submitted = room.does(admin, Deed.SUBMIT, room.drafts()[0])
    with pytest.raises(NotAllowed):
        room.does(admin, Deed.CONFIRM, submitted)
    assert room.does(room.editor, Deed.CONFIRM, submitted).state == State.SENDING


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("deed", list(Deed))
def test_only_the_roles_and_states_of_the_table_may(role: Role, deed: Deed) -> None:
    staff, rule = Staff(7, "某人", role), RULES[deed]
    for state in State:
        expected = role in rule.roles and state in rule.states
        assert may(staff, deed, state, submitted_by=None) is expected
        assert may(staff, deed, state, submitted_by=7) is (expected and not rule.second)
        assert not may(replace(staff, active=False), deed, state, submitted_by=None)
        assert not (role is Role.STAFF and expected)


def test_a_button_pressed_twice_has_one_effect_and_an_old_page_none(room: Newsroom) -> None:
    room.person("1", QUOTA)
    room.publishes(quota=45)
    [draft] = room.drafts()
    once = room.does(room.editor, Deed.SUBMIT, draft, "请注意,名额有变")
    assert room.does(room.editor, Deed.SUBMIT, draft, "别的") == once
    assert once.headline == "请注意,名额有变"
    room.does(room.second, Deed.GIVE_BACK, once)
    with pytest.raises(Outdated):
        room.does(room.editor, Deed.SUBMIT, once)


def test_a_long_announcement_fits_one_message_and_says_what_it_leaves_out(room: Newsroom) -> None:
    room.person("1", FEES)
    room.publishes(answer="很长" * 1000)
    message = announcing.message(room.drafts()[0], "zh")
    assert len(message.html) < 1000
    assert [b.data for row in message.buttons for b in row] == ["faq:meals", "unsub:topic:fees"]


def test_time_that_passed_is_counted_from_the_last_showing(room: Newsroom) -> None:
    person = room.person("1", FIGURE, shown="42 个")
    now = room.bureau.clock.now
    later = now + CORRECTED_WITHIN + timedelta(seconds=1)

    def listed(at: object) -> int:
        return len(
            room.bureau.do(
                lambda job: subscriptions.of_person(job.tx, person, later if at else now)
            )
        )

    assert (listed(False), listed(True)) == (1, 0)
