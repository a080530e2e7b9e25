"""Everything Telegram can answer wrongly: what is owed arrives, in order, and no more often than it must."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup

from bot.core.people import Role
from bot.core.turn import Outgoing, Priority
from bot.service import desk as case_desk
from bot.service import sender as sender_module
from bot.service.job import Job
from bot.storage.outbox import Parcel
from tests.botapi import BotApi
from tests.botapi.faults import Fault, FaultKind, Limits
from tests.edges.product import Product, running, staff_named

BEFORE = {
    "500": Fault.refusal("sendMessage", "Internal Server Error"),
    "502": Fault(FaultKind.BAD_GATEWAY, "sendMessage"),
    "hang": Fault(FaultKind.HANG_BEFORE, "sendMessage", wait_s=3.0),
    "reset": Fault(FaultKind.RESET_BEFORE, "sendMessage"),
    "flood": Fault.flood("sendMessage", 1),
}
AFTER = {
    "hang": Fault(FaultKind.HANG_AFTER, "sendMessage", wait_s=3.0),
    "reset": Fault(FaultKind.RESET_AFTER, "sendMessage"),
    "cut answer": Fault(FaultKind.BAD_JSON, "sendMessage"),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "FIRST_RETRY_S", 0.05)


async def owe(desk: Product, chat: int, *texts: str, priority: Priority = Priority.REPLY) -> None:
    def work(job: Job) -> None:
        for text in texts:
            job.owe(Parcel("telegram", str(chat), Outgoing(Markup(text)), priority))

    await desk.run(work)


def impatient(desk: Product) -> None:
    """Wait a quarter of a second for an answer instead of ten."""
    assert desk.parts.account is not None
    desk.parts.account.bot.request._read_s = 0.25  # type: ignore[attr-defined]  # ours, over aiohttp


TEXTS = [f"{number:02}" for number in range(9)]


@pytest.mark.parametrize("nth", [1, 5, 9])
@pytest.mark.parametrize("name", BEFORE)
async def test_what_fails_before_the_effect_arrives_once_and_in_order(
    api: BotApi, tmp_path: Path, name: str, nth: int
) -> None:
    li = api.user("李女士")
    fault = BEFORE[name]
    async with running(api, tmp_path) as desk:
        impatient(desk)
        api.faults.add(replace(fault, nth=nth))
        await owe(desk, li.id, *TEXTS)
        await desk.settles()
        assert [seen.text for seen in li.sees()] == TEXTS


@pytest.mark.parametrize("nth", [1, 9])
@pytest.mark.parametrize("name", AFTER)
async def test_what_fails_after_the_effect_is_repeated_once_at_most_and_in_order(
    api: BotApi, tmp_path: Path, name: str, nth: int
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        impatient(desk)
        api.faults.add(replace(AFTER[name], nth=nth))
        await owe(desk, li.id, *TEXTS)
        await desk.settles()
        said = [seen.text for seen in li.sees()]
        assert list(dict.fromkeys(said)) == TEXTS
        assert said == sorted(said)
        assert len(said) <= len(TEXTS) + 1


async def test_a_pause_asked_for_silences_the_whole_bot_for_that_long(
    api: BotApi, tmp_path: Path
) -> None:
    li, wang = api.user("李女士"), api.user("王先生")
    async with running(api, tmp_path) as desk:
        api.faults.add(Fault.flood("sendMessage", 2))
        await owe(desk, li.id, "one")
        await api.until(lambda: len(api.called("sendMessage")) == 1)
        await owe(desk, wang.id, "two")
        await desk.settles()
        refused, *later = [call.at for call in api.called("sendMessage")]
        assert min(later) - refused >= 2.0
        assert min(later) - refused <= 2.6


@pytest.mark.parametrize("method", ["getFile", "answerCallbackQuery", "getUpdates", "sendMessage"])
async def test_a_pause_binds_the_whole_bot_whatever_call_it_was_told(
    api: BotApi, tmp_path: Path, method: str
) -> None:
    li, wang = api.user("李女士"), api.user("王先生")
    async with running(api, tmp_path) as desk:
        li.says("/menu")
        await desk.settles()
        api.faults.add(Fault.flood(method, 2))
        if method == "getFile":
            li.sends_photo(b"a picture")
        elif method == "answerCallbackQuery":
            li.presses(li.sees()[-1].labels[0])
        else:
            li.says("转学需要什么手续?")
        await api.until(lambda: any(call.ok is False for call in api.calls))
        [refused] = [call for call in api.calls if call.ok is False]
        await asyncio.sleep(0.1)  # what had begun by then
        held = len(api.calls)
        await owe(desk, wang.id, "two")
        await desk.hears(wang, "two")
        polling = {"getupdates"}
        later = [one.at for one in api.calls[held:] if one.method.lower() not in polling]
        assert 2.0 <= min(later) - refused.at <= 2.6
        assert b"desk_telegram_429_total 1.0" in desk.parts.office.metrics.render()
        if method == "answerCallbackQuery":
            assert [call.ok for call in api.called(method)] == [False, True]


async def test_under_real_limits_nothing_is_refused_and_nothing_is_lost(
    api: BotApi, tmp_path: Path
) -> None:
    people = [api.user(f"家长{number}") for number in range(12)]
    api.limit(Limits(overall_per_s=12, chat_per_s=2.0, chat_burst=1))
    limits = {"overall_per_s": 10, "chat_per_s": 1.5, "group_per_min": 18}
    async with running(api, tmp_path, limits=limits) as desk:
        for person in people:
            await owe(desk, person.id, "a", "b")
        await desk.settles(20)
        assert all([seen.text for seen in person.sees()] == ["a", "b"] for person in people)
        assert api.flood.refused == 0


async def test_refused_markup_goes_out_as_plain_words(api: BotApi, tmp_path: Path) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        await owe(desk, li.id, "<b>粗体 <i>&lt;没关上&gt;</b>")
        await desk.settles()
        assert [seen.text for seen in li.sees()] == ["粗体 <没关上>"]


async def test_peoples_text_never_becomes_markup(api: BotApi, tmp_path: Path) -> None:
    li, zhao = api.user("李女士"), api.user("赵老师")
    hostile = "<b>x</b> <a href='tg://user?id=1'>点</a> & _a_ *b* [c](d) \u202e反\u0301 👨‍👩‍👧"
    async with running(api, tmp_path, staff=[(zhao, Role.SUPERVISOR)]) as desk:
        case = await desk.files_complaint(li)
        me = staff_named(desk, "赵老师")
        await desk.run(lambda job: case_desk.reply(job, me, case.number, hostile))
        said = await desk.hears(li, "<b>x</b>")
        assert hostile in said.text
        assert {entity["type"] for entity in said.raw.get("entities", ())} <= {"bold"}


async def test_a_long_reply_arrives_whole_in_pages_and_counts_as_given_with_the_last(
    api: BotApi, tmp_path: Path
) -> None:
    li, zhao = api.user("李女士"), api.user("赵老师")
    text = "\n".join(f"第{number}条:" + "学校应当退费。" * 20 for number in range(70))
    async with running(api, tmp_path, staff=[(zhao, Role.SUPERVISOR)]) as desk:
        case = await desk.files_complaint(li)
        said = len(li.sees())
        me = staff_named(desk, "赵老师")
        await desk.run(lambda job: case_desk.reply(job, me, case.number, text))
        await desk.settles()
        pages = li.sees()[said:]
        assert len(pages) >= 3
        assert "".join(page.text for page in pages).count("学校应当退费") == 70 * 20
        assert [bool(page.buttons) for page in pages] == [False] * (len(pages) - 1) + [True]
        assert desk.bureau.value("SELECT count(*) FROM outbox WHERE event_id IS NOT NULL") == 1
        assert desk.bureau.value("SELECT answered_at FROM cases") is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Forbidden: bot was blocked by the user", "blocked"),
        ("Forbidden: user is deactivated", "deactivated"),
        ("Bad Request: chat not found", "chat_not_found"),
        ("Bad Request: something nobody foresaw", "unknown"),
    ],
)
async def test_a_refusal_for_good_is_told_to_staff_and_holds_up_nothing(
    api: BotApi, tmp_path: Path, text: str, reason: str
) -> None:
    li, zhao, group = api.user("李女士"), api.user("赵老师"), api.supergroup("工作群", forum=True)
    async with running(api, tmp_path, staff=[(zhao, Role.SUPERVISOR)], staff_chat=group.id) as desk:
        case = await desk.files_complaint(li)
        await desk.settles()
        api.faults.add(replace(Fault.refusal("sendMessage", text), chat=li.id))
        me = staff_named(desk, "赵老师")
        await desk.run(lambda job: case_desk.reply(job, me, case.number, "已退费"))
        await desk.shows(group, "没有送达")
        failed = desk.bureau.rows("SELECT reason FROM outbox WHERE state = 'failed'")
        assert [row["reason"] for row in failed] == [reason]
        await owe(desk, li.id, "next")
        await desk.hears(li, "next")


async def test_a_second_poller_is_waited_out(api: BotApi, tmp_path: Path) -> None:
    li = api.user("李女士")
    conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    async with running(api, tmp_path) as desk:
        api.faults.add(Fault.refusal("getUpdates", conflict, times=3))
        li.says("转学需要什么手续?")
        await desk.hears(li, "转入学校")


async def test_a_busy_database_confirms_nothing_and_loses_nothing(
    api: BotApi, tmp_path: Path
) -> None:
    li = api.user("李女士")
    async with running(api, tmp_path) as desk:
        db = desk.parts.office.db
        await db.write(lambda tx: tx.execute("PRAGMA busy_timeout=50"))
        pages = await db.write(lambda tx: tx.execute("PRAGMA page_count").fetchone()[0])
        db._connection.execute(f"PRAGMA max_page_count={pages}")
        li.says("转学需要什么手续?" + "啊" * 3900)
        li.says("孩子几岁可以上小学一年级?")
        await asyncio.sleep(0.3)
        assert len(api.updates.pending) == 2
        db._connection.execute("PRAGMA max_page_count=1000000")
        await desk.hears(li, "年满六周岁")
        await desk.settles()
        assert desk.bureau.value("SELECT count(*) FROM updates") == 2
        assert desk.bureau.value("SELECT count(*) FROM failures") == 0
