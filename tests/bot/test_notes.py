"""The monthly note to editors: owed once a month, whatever the clock and the power did."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.people import Role
from bot.service import upkeep
from bot.service.rounds import Round, Rounds
from bot.storage import store
from tests.bot.bureau import Bureau
from tests.bot.content import FAQ, give_content

CHAT = "10009"
DECEMBER = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # the first, 9:00 in Shanghai


@pytest.fixture
def desk(bureau: Bureau, tmp_path: Path) -> Bureau:
    """A bureau with an editor who has written to the bot."""
    give_content(bureau, tmp_path / "content")
    bureau.hires("吴老师", Role.EDITOR, telegram=CHAT)
    bureau.parent(CHAT)
    return bureau


async def at(bureau: Bureau, now: datetime, chat: str = CHAT) -> list[str]:
    """Let the rounds go at a moment and return all that was ever owed to the chat."""
    bureau.clock.now = now
    await Rounds(bureau.office).tick()
    return bureau.owed_texts(chat)


async def test_the_note_is_owed_at_nine_on_the_first_and_once(desk: Bureau) -> None:
    assert await at(desk, DECEMBER - timedelta(seconds=1)) == []
    assert len(await at(desk, DECEMBER)) == 1
    assert len(await at(desk, DECEMBER + timedelta(minutes=1))) == 1  # a new Rounds: a restart
    assert len(await at(desk, DECEMBER + timedelta(days=30))) == 1


async def test_after_days_of_downtime_there_is_exactly_one_for_the_month(desk: Bureau) -> None:
    assert len(await at(desk, DECEMBER + timedelta(days=9))) == 1
    assert len(await at(desk, DECEMBER + timedelta(days=31 + 31 + 9))) == 2  # one of three missed


async def test_a_clock_that_is_put_back_repeats_nothing(desk: Bureau) -> None:
    assert len(await at(desk, DECEMBER)) == 1
    await at(desk, DECEMBER - timedelta(days=2))
    assert len(await at(desk, DECEMBER)) == 1


async def test_who_came_this_month_waits_for_the_next(desk: Bureau) -> None:
    assert await at(desk, datetime(2026, 11, 28, 1, 0, tzinfo=UTC)) == []


async def test_who_cannot_be_reached_gets_it_as_soon_as_that_changes(desk: Bureau) -> None:
    person = desk.parent(CHAT)
    desk.do(lambda job: store.set_person(job.tx, person.id, reachable=False))
    assert await at(desk, DECEMBER) == []
    desk.do(lambda job: store.set_person(job.tx, person.id, reachable=True))
    assert len(await at(desk, DECEMBER + timedelta(hours=1))) == 1


async def test_staff_who_do_not_keep_the_content_get_none(desk: Bureau) -> None:
    for chat, role in (("1", Role.STAFF), ("2", Role.SUPERVISOR), ("3", Role.ADMIN)):
        desk.hires(f"某老师{chat}", role, telegram=chat)
        desk.parent(chat)
    assert len(await at(desk, DECEMBER)) == 1
    assert all(desk.owed_texts(chat) == [] for chat in "123")


async def test_without_an_editor_the_admins_keep_the_content(bureau: Bureau) -> None:
    bureau.hires("钱主任", Role.ADMIN, telegram="3")
    bureau.parent("3")
    assert len(await at(bureau, DECEMBER, "3")) == 1


async def test_the_note_names_what_presses_and_counts_the_rest(
    desk: Bureau, tmp_path: Path
) -> None:
    late = FAQ.replace("  answer: 伙食费", "  review_by: 2026-10-01\n  answer: 伙食费")
    give_content(desk, tmp_path / "late").write_text(late, encoding="utf-8")
    desk.office.library.refresh()
    [note] = await at(desk, DECEMBER)
    assert "2026 年 12 月" in note
    assert "复核已过期:1 条" in note
    assert "· 学校食堂的伙食费怎么收?(2026-10-01) desk.yaml:11" in note
    assert "示例内容:1 条" in note


def test_a_note_with_nothing_in_it_says_so() -> None:
    assert "没有失效、到期、缺依据的条目" in upkeep.note((), DECEMBER.date())


async def test_a_round_that_fails_does_not_stop_the_others(bureau: Bureau) -> None:
    done: list[datetime] = []

    async def fails(office: object) -> None:
        raise RuntimeError("a bug")

    async def works(office: object) -> None:
        done.append(bureau.clock.now)

    rounds = Rounds(bureau.office, (Round("a", fails), Round("b", works)))
    await rounds.tick()
    await rounds.tick()
    assert len(done) == 1
    bureau.clock.passes(60)
    await rounds.tick()
    assert len(done) == 2
    bureau.clock.passes(-3600 * 24)
    await rounds.tick()
    assert len(done) == 3
