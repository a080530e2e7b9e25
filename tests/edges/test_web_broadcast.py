"""The console's pages of announcements: what is shown, who may do what, and that nothing leaves by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.core.follows import Deed, Follow, State
from bot.core.people import Role
from bot.service.announcing import Broadcaster
from bot.service.job import Job
from bot.storage import announcements, recipients, store, subscriptions
from bot.storage.announcements import Announcement, News
from knowledge.changes import Change, Sort
from knowledge.subjects import Kind, Subject
from tests.edges.pages import Page
from tests.edges.webdesk import Staff, WebDesk, open_desk

HOME = "/console/announcements"
QUOTA = Subject(Kind.TABLE, "quota")
NEWS = News(
    QUOTA,
    "指标到校名额",
    "“指标到校名额”有更新",
    (Change("f", Sort.FIGURE, "<b>三中</b> 名额", "42 个", "45 个", "招生计划 · 2026-05-12"),),
)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened


def draft(desk: WebDesk, people: int = 3) -> int:
    """Let some people on the web page follow a table that changed."""

    def make(job: Job) -> int:
        for number in range(people):
            chat = f"secret-chat-{number}"
            person, _ = store.load_person(job.tx, "web", chat, language="zh", now=job.now)
            subscriptions.follow(job.tx, person.id, Follow(QUOTA, NEWS.title), job.now)
        made = announcements.draft(job.tx, NEWS, "v1", job.now)
        assert made is not None
        recipients.add_followers(job.tx, made, QUOTA)
        return made

    return desk.bureau.do(make)


def known(desk: WebDesk, number: int) -> Announcement:
    found = desk.bureau.office.db.read_now(lambda tx: announcements.get(tx, number))
    assert found is not None
    return found


async def does(staff: Staff, number: int, deed: str, **fields: str) -> tuple[int, Page]:
    """Press a button of the page, with what the page put into its form."""
    page = await staff.sees(f"{HOME}/{number}")
    form = page.form(f"{HOME}/{number}/{deed}")
    answer = await staff.client.post(form.action, data=form.filled(**fields), follow_redirects=True)
    return answer.status_code, Page(answer.text)


async def test_the_page_shows_what_leaves_and_to_how_many_but_not_to_whom(desk: WebDesk) -> None:
    number = draft(desk, people=12)
    editor = await desk.staff("林编辑", Role.EDITOR)
    page = await editor.sees(f"{HOME}/{number}")
    assert "<b>三中</b> 名额:42 个 → 45 个" in page.text
    assert "招生计划 · 2026-05-12" in page.text
    assert "现在会发给\n12\n人" in page.text
    assert page.text.count("网页 · 中文") == 10
    assert "secret-chat" not in page.html
    assert "退订" in page.text
    assert page.runs == []
    listed = await editor.sees(HOME)
    assert "“指标到校名额”有更新" in listed.text
    assert "草稿" in listed.text


async def test_two_people_send_it_and_everybody_gets_it_once(desk: WebDesk) -> None:
    number = draft(desk)
    editor = await desk.staff("林编辑", Role.EDITOR)
    second = await desk.staff("钱主任", Role.SUPERVISOR)
    status, page = await does(editor, number, "submit", headline="请注意:名额有改动 <i>")
    assert (status, known(desk, number).state) == (200, State.SUBMITTED)
    assert "已提交" in page.text
    assert "要由提交人以外的同事确认" in page.text
    assert "确认发给" not in page.text
    assert desk.bureau.owed() == []
    status, page = await does(second, number, "confirm")
    assert (status, known(desk, number).state) == (200, State.SENDING)
    feeder = Broadcaster(desk.bureau.office)
    assert await feeder.feed() == 3
    async with asyncio.timeout(10):
        while known(desk, number).state is not State.DONE:
            await asyncio.sleep(0.02)
            assert await feeder.feed() == 0
    bodies = desk.bureau.rows("SELECT body FROM transcript WHERE side = 'desk'")
    assert len(bodies) == 3
    assert all("名额有改动 &lt;i&gt;" in row["body"] for row in bodies)
    result = (await second.sees(f"{HOME}/{number}")).text
    assert "已送达\n3" in result


async def test_nobody_sends_alone_whatever_the_form_says(desk: WebDesk) -> None:
    number = draft(desk)
    admin = await desk.staff("管理员", Role.ADMIN)
    await does(admin, number, "submit")
    page = await admin.sees(f"{HOME}/{number}")
    fields = page.form(f"{HOME}/{number}/give_back").fields
    answer = await admin.client.post(f"{HOME}/{number}/confirm", data=fields)
    assert answer.status_code == 409
    assert "提交的人不能自己确认" in answer.text
    assert known(desk, number).state is State.SUBMITTED


async def test_a_draft_that_changed_since_is_not_confirmed(desk: WebDesk) -> None:
    number = draft(desk)
    editor = await desk.staff("林编辑", Role.EDITOR)
    second = await desk.staff("钱主任", Role.SUPERVISOR)
    await does(editor, number, "submit")
    form = (await second.sees(f"{HOME}/{number}")).form(f"{HOME}/{number}/confirm")
    await does(second, number, "give_back")
    await does(editor, number, "submit", headline="换了一句")
    answer = await second.client.post(form.action, data=form.fields)
    assert answer.status_code == 409
    assert "刚刚有改动" in answer.text
    assert known(desk, number).state is State.SUBMITTED


async def test_the_stop_button_takes_back_what_has_not_left(desk: WebDesk) -> None:
    number = draft(desk)
    editor = await desk.staff("林编辑", Role.EDITOR)
    second = await desk.staff("钱主任", Role.SUPERVISOR)
    await does(editor, number, "submit")
    await does(second, number, "confirm")
    status, page = await does(editor, number, "stop")
    assert (status, known(desk, number).state) == (200, State.STOPPED)
    assert "停止时收回\n3" in page.text
    assert await Broadcaster(desk.bureau.office).feed() == 0
    await asyncio.sleep(0.05)
    assert desk.bureau.value("SELECT count(*) FROM transcript WHERE side = 'desk'") == 0


async def test_a_draft_can_be_dropped(desk: WebDesk) -> None:
    number = draft(desk)
    editor = await desk.staff("林编辑", Role.EDITOR)
    status, page = await does(editor, number, "drop")
    assert (status, known(desk, number).state) == (200, State.DROPPED)
    assert "已作废" in page.text
    assert not [form for form in page.forms if form.action.startswith(HOME)]


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.STAFF, 403), (Role.SUPERVISOR, 200), (Role.EDITOR, 200), (Role.ADMIN, 200)],
)
async def test_only_editors_and_heads_see_the_pages(desk: WebDesk, role: Role, status: int) -> None:
    number = draft(desk)
    staff = await desk.staff("某人", role, departments=("bangong",))
    await staff.sees(HOME, status)
    await staff.sees(f"{HOME}/{number}", status)
    link = (
        'href="/console/announcements"'
        in (await staff.client.get("/console", follow_redirects=True)).text
    )
    assert link is (status == 200)


async def test_a_stranger_and_a_foreign_form_change_nothing(desk: WebDesk) -> None:
    number = draft(desk)
    stranger = Staff(desk, desk.browser(), "nobody")
    await stranger.sees(HOME, 401)
    editor = await desk.staff("林编辑", Role.EDITOR)
    fields = (await editor.sees(f"{HOME}/{number}")).form(f"{HOME}/{number}/submit").fields
    forged = await editor.client.post(f"{HOME}/{number}/submit", data={**fields, "csrf": "x"})
    foreign = await editor.client.post(
        f"{HOME}/{number}/submit", data=fields, headers={"Origin": "https://evil.example"}
    )
    outside = await stranger.client.post(f"{HOME}/{number}/submit", data=fields)
    assert [forged.status_code, foreign.status_code, outside.status_code] == [403, 403, 401]
    assert known(desk, number).state is State.DRAFT


@pytest.mark.parametrize("address", ["999", "0", "9" * 40, "1/explode"])
async def test_what_is_not_there_is_said_in_words(desk: WebDesk, address: str) -> None:
    draft(desk)
    editor = await desk.staff("林编辑", Role.EDITOR)
    if "/" not in address:
        await editor.sees(f"{HOME}/{address}", 404)
        address += "/submit"
    fields = (await editor.sees(f"{HOME}/1")).forms[-1].fields
    answer = await editor.client.post(f"{HOME}/{address}", data=fields)
    assert answer.status_code == 404


async def test_every_deed_has_its_words(desk: WebDesk) -> None:
    number = draft(desk)
    editor = await desk.staff("林编辑", Role.EDITOR)
    for deed in Deed:
        page = await editor.sees(f"{HOME}/{number}?done=news_{deed}")
        assert 'role="status"' in page.html
