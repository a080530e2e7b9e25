"""The console when several people work at once: stale pages, forms sent twice, cases that went elsewhere."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.core.people import Role
from bot.storage import staffbook
from tests.edges.pages import Form, Page
from tests.edges.webdesk import Parent, Staff, WebDesk, open_desk

TEXT = "食堂收费没有公示,午餐涨价两元"
ANSWER = "您好,已要求学校在一周内公示收费标准。"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened


async def a_case(desk: WebDesk) -> tuple[Parent, str, Staff]:
    parent = desk.parent()
    number = await parent.complains(TEXT)
    return parent, number, await desk.staff()


async def form_of(staff: Staff, number: str) -> Form:
    """Open the page of a case, and return a form of it as it is at this moment."""
    page = await staff.sees(f"/console/case/{number}")
    return next(form for form in page.forms if "version" in form.fields)


async def confirmed(staff: Staff, preview: httpx.Response) -> httpx.Response:
    """Press the button of a preview."""
    form = Page(preview.text).forms[-1]
    return await staff.client.post(form.action, data={**form.fields, "confirmed": "1"})


async def test_whoever_is_slower_reads_who_was_faster_and_keeps_the_text(desk: WebDesk) -> None:
    _, number, staff = await a_case(desk)
    faster = await desk.staff("钱主任")
    form = await form_of(staff, number)
    await faster.posts(f"/console/case/{number}/take")
    late = await staff.client.post(
        f"/console/case/{number}/reply", data={**form.fields, "text": ANSWER}
    )
    page = Page(late.text)
    assert late.status_code == 409
    assert re.search("钱主任在 .* 刚做了“派单", page.text)
    assert page.form(f"/console/case/{number}/note").fields["text"] == ANSWER
    assert desk.bureau.value("SELECT count(*) FROM events WHERE kind = 'reply'") == 0


async def test_what_was_written_is_given_back_when_the_case_went_elsewhere_meanwhile(
    desk: WebDesk,
) -> None:
    number = await desk.parent().complains(TEXT)
    mine = str(desk.bureau.value("SELECT department FROM cases"))
    boss, staff = await desk.staff("钱主任"), await desk.staff("陈老师", Role.STAFF, (mine,))
    pages = [await form_of(staff, number) for _ in range(2)]
    preview = await staff.client.post(
        f"/console/case/{number}/reply", data={**pages[0].fields, "text": ANSWER}
    )
    moved = await boss.posts(f"/console/case/{number}/transfer", to="renshi", text="属人事")
    await confirmed(boss, moved)
    for deed in ("reply", "note", "transfer", "reveal"):
        late = await staff.client.post(
            f"/console/case/{number}/{deed}", data={**pages[1].fields, "text": ANSWER}
        )
        assert late.status_code == 404
        assert ANSWER in Page(late.text).text
    back = Page(preview.text).forms[-1].filled(back="1")
    for late in (await confirmed(staff, preview),
                 await staff.client.post(f"/console/case/{number}/reply", data=back)):  # fmt: skip
        assert ANSWER in Page(late.text).text
    assert desk.bureau.value("SELECT count(*) FROM events WHERE kind IN ('reply', 'note')") == 0


async def test_a_form_of_an_earlier_sign_in_does_nothing_and_gives_the_text_back(
    desk: WebDesk,
) -> None:
    """Two tabs: in one the session ran out, in the other the same person signed in again."""
    _, number, staff = await a_case(desk)
    old = await form_of(staff, number)
    desk.bureau.clock.passes(31 * 60)
    await staff.signs_in(desk.link("赵老师"))
    late = await staff.client.post(
        f"/console/case/{number}/reply", data={**old.fields, "text": ANSWER}
    )
    assert late.status_code == 403
    assert ANSWER in Page(late.text).text
    assert "上一次登录" in Page(late.text).text


async def test_a_case_of_somebody_who_left_says_so(desk: WebDesk) -> None:
    _, number, boss = await a_case(desk)
    chen = await desk.staff("陈老师", Role.SUPERVISOR)
    await chen.posts(f"/console/case/{number}/take")
    assert "陈老师" not in (await boss.sees("/console?view=unassigned")).text
    desk.bureau.do(lambda job: staffbook.remove_staff(job.tx, "陈老师"))
    assert "陈老师(已离开)" in (await boss.sees("/console?view=unassigned")).text
    assert "陈老师(已离开" in (await boss.sees(f"/console/case/{number}")).text


async def test_the_same_form_twice_has_one_effect_and_another_body_is_refused(
    desk: WebDesk,
) -> None:
    _, number, staff = await a_case(desk)
    form = await form_of(staff, number)
    address, data = f"/console/case/{number}/note", {**form.fields, "text": "备注一"}
    assert [(await staff.client.post(address, data=data)).status_code for _ in range(2)] == [
        303,
        303,
    ]
    other = await staff.client.post(address, data={**data, "text": "备注二"})
    assert other.status_code == 409
    assert "备注二" in Page(other.text).text
    assert desk.bureau.value("SELECT count(*) FROM events WHERE kind = 'note'") == 1


@pytest.mark.parametrize("deed", ["reply", "note", "reveal"])
async def test_the_address_of_a_form_opened_anew_leads_back_to_the_case(
    desk: WebDesk, deed: str
) -> None:
    _, number, staff = await a_case(desk)
    answer = await staff.client.get(f"/console/case/{number}/{deed}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/case/{number}")


async def test_an_empty_search_leads_to_the_list(desk: WebDesk) -> None:
    staff = await desk.staff()
    answer = await staff.client.get("/console/find?number=+")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
