"""The console: what staff see, what they can do, what the parent reads of it, and what never leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.core.people import Role
from bot.service.delivery import DeliveryFailed, Failing
from bot.storage.queue import PAGE
from tests.edges.pages import Page
from tests.edges.webdesk import Parent, Staff, WebDesk, open_desk

TEXT = "食堂收费没有公示,午餐涨价两元"
ANSWER = "您好,已要求学校在一周内公示收费标准。"
PHONE = "13800001111"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened


async def set_up(desk: WebDesk, **options: str) -> tuple[Parent, str, Staff]:
    parent = desk.parent()
    number = await parent.complains(TEXT, **options)
    return parent, number, await desk.staff()


async def confirmed(staff: Staff, preview: httpx.Response) -> httpx.Response:
    """Press the button of a preview."""
    form = Page(preview.text).forms[-1]
    return await staff.client.post(form.action, data={**form.fields, "confirmed": "1"})


async def replies(staff: Staff, number: str, text: str = ANSWER) -> httpx.Response:
    return await confirmed(staff, await staff.posts(f"/console/case/{number}/reply", text=text))


async def test_a_reply_is_shown_exactly_before_it_leaves_and_then_reaches_the_parent(
    desk: WebDesk,
) -> None:
    parent, number, staff = await set_up(desk)
    preview = await staff.posts(f"/console/case/{number}/reply", text=ANSWER)
    shown = Page(preview.text).text
    assert ANSWER in shown
    assert "对答复满意吗?" in shown
    assert "基本满意" in shown
    assert ANSWER not in (await parent.page()).text
    assert desk.bureau.value("SELECT status FROM cases") == "received"
    done = await confirmed(staff, preview)
    assert done.headers["location"] == f"/console/case/{number}?done=reply#said"
    await desk.settles()
    assert ANSWER in (await parent.page()).text
    page = await staff.sees(f"/console/case/{number}")
    assert "已送达" in page.text
    assert "已答复" in page.text


async def test_going_back_from_the_preview_keeps_the_text_and_sends_nothing(desk: WebDesk) -> None:
    _, number, staff = await set_up(desk)
    preview = await staff.posts(f"/console/case/{number}/reply", text=ANSWER)
    form = Page(preview.text).forms[-1]
    back = await staff.client.post(form.action, data={**form.fields, "back": "1"})
    assert Page(back.text).form(f"/console/case/{number}/note").fields["text"] == ANSWER
    assert desk.bureau.value("SELECT count(*) FROM events WHERE kind = 'reply'") == 0


async def test_the_parent_rates_the_reply_and_the_console_shows_it(desk: WebDesk) -> None:
    parent, number, staff = await set_up(desk)
    await replies(staff, number)
    await desk.settles()
    await parent.presses("满意")
    page = await staff.sees(f"/console/case/{number}")
    assert "已办结" in page.text
    assert "家长评价 · 满意" in page.text


async def test_a_note_never_leaves(desk: WebDesk) -> None:
    parent, number, staff = await set_up(desk)
    before = desk.bureau.value("SELECT count(*) FROM outbox")
    answer = await staff.posts(f"/console/case/{number}/note", text="内部:先问校长")
    assert answer.status_code == 303
    assert desk.bureau.value("SELECT count(*) FROM outbox") == before
    assert "先问校长" not in (await parent.page()).text
    page = await staff.sees(f"/console/case/{number}")
    assert "先问校长" in page.text
    assert any(attrs.get("class") == "entry note" for _, attrs in page.tags)


@pytest.mark.parametrize(("contact", "offered"), [("13812345678", True), ("", False)])
async def test_a_contact_is_offered_only_where_one_was_left(
    desk: WebDesk, contact: str, offered: bool
) -> None:
    number = await desk.parent().complains(contact=contact)
    staff = await desk.staff()
    page = await staff.sees(f"/console/case/{number}")
    assert ("查看联系方式" in page.text) is offered
    assert ("没有留联系方式" in page.text) is not offered


async def test_the_complainant_is_not_shown_unless_revealed_with_a_reason(desk: WebDesk) -> None:
    _, number, staff = await set_up(desk, contact=PHONE)
    chat = desk.bureau.value("SELECT chat FROM people")
    pages = [await staff.sees(at) for at in ("/console", f"/console/case/{number}")]
    assert not any(PHONE in page.html or chat in page.html for page in pages)
    refused = await staff.posts(f"/console/case/{number}/reveal", text=" ")
    assert (refused.status_code, PHONE in refused.text) == (409, False)
    shown = await staff.posts(f"/console/case/{number}/reveal", text="需要电话核实")
    assert PHONE in shown.text
    page = await staff.sees(f"/console/case/{number}")
    assert PHONE not in page.html
    assert "需要电话核实" in page.text
    assert "查看联系方式" in page.text


async def test_who_left_no_contact_is_not_asked_for_one(desk: WebDesk) -> None:
    _, number, staff = await set_up(desk)
    page = await staff.sees(f"/console/case/{number}")
    assert "查看联系方式" not in page.text
    assert "家长没有留" in page.text
    _, left, _ = await set_up(desk, contact=PHONE)
    page = await staff.sees(f"/console/case/{left}")
    assert "查看联系方式" in page.text
    assert PHONE not in page.html


@pytest.mark.parametrize(
    ("deed", "fields", "told", "status"),
    [
        ("take", {}, "已由办公室接办", "assigned"),
        ("transfer", {"to": "renshi", "text": "属人事"}, "已转由人事股办理", "received"),
        ("extend", {"days": "5", "text": "需要调查"}, "原因:需要调查", "received"),
        ("decline", {"text": "不属本局职权"}, "不予受理。原因:不属本局职权", "declined"),
    ],
)
async def test_what_staff_do_is_told_to_the_parent(
    desk: WebDesk, deed: str, fields: dict[str, str], told: str, status: str
) -> None:
    parent, number, staff = await set_up(desk)
    answer = await staff.posts(f"/console/case/{number}/{deed}", **fields)
    if answer.status_code == 200:
        assert told in Page(answer.text).text
        answer = await confirmed(staff, answer)
    assert answer.status_code == 303
    await desk.settles()
    assert told in (await parent.page()).text
    assert desk.bureau.value("SELECT status FROM cases") == status
    assert (await staff.client.get(answer.headers["location"])).status_code == 200


async def test_a_case_is_assigned_to_somebody_who_may_have_it(desk: WebDesk) -> None:
    _, number, staff = await set_up(desk)
    near = desk.bureau.hires("陈老师", departments=(desk.bureau.case(number).department,))
    far = desk.bureau.hires("孙老师", departments=("renshi",))
    page = await staff.sees(f"/console/case/{number}")
    assert "陈老师" in page.text
    assert "孙老师" not in page.text
    refused = await staff.posts(f"/console/case/{number}/assign", to=str(far.id))
    assert (refused.status_code, "没有执行" in refused.text) == (409, True)
    await staff.posts(f"/console/case/{number}/assign", to=str(near.id))
    assert desk.bureau.case(number).assignee_id == near.id


async def test_an_unanswered_case_is_not_closed_and_an_answered_one_is(desk: WebDesk) -> None:
    _, number, staff = await set_up(desk)
    refused = await staff.posts(f"/console/case/{number}/close")
    assert (refused.status_code, "当前状态是“已受理”" in refused.text) == (409, True)
    await replies(staff, number)
    await desk.settles()
    await confirmed(staff, await staff.posts(f"/console/case/{number}/close"))
    assert desk.bureau.value("SELECT status FROM cases") == "closed"


async def test_a_reply_that_did_not_arrive_says_so_and_can_be_sent_again(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def blocked(parcel: object) -> None:
        raise DeliveryFailed(Failing.PERMANENT, "blocked")

    parent, number, staff = await set_up(desk)
    with monkeypatch.context() as broken:
        broken.setattr(desk.channel, "deliver", blocked)
        await replies(staff, number)
        await desk.settles()
    page = await staff.sees(f"/console/case/{number}")
    assert "未送达:家长已停用机器人" in page.text
    assert "已送达" not in page.text
    assert "未送达" in (await staff.sees("/console?view=all")).text
    form, _ = page.form_with("重试")
    assert (await staff.client.post(form.action, data=form.fields)).status_code == 303
    await desk.settles()
    assert ANSWER in (await parent.page()).text
    assert "重新发送" in (await staff.sees(f"/console/case/{number}")).text


async def test_only_messages_of_this_case_are_sent_again(desk: WebDesk) -> None:
    _, number, staff = await set_up(desk)
    refused = await staff.posts(f"/console/case/{number}/resend", parcel="1")
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("deed", "fields"),
    [("reply", {"text": " "}), ("note", {"text": ""}), ("reply", {"text": "字" * 8001}),
     ("extend", {"days": "31", "text": "慢"}), ("extend", {"days": "-1", "text": "慢"}),
     ("transfer", {"to": "nowhere", "text": "转"}), ("reply", {"text": "好", "version": "x"})],
)  # fmt: skip
async def test_a_form_that_makes_no_sense_is_refused_in_words_and_changes_nothing(
    desk: WebDesk, deed: str, fields: dict[str, str]
) -> None:
    _, number, staff = await set_up(desk)
    before = desk.bureau.rows("SELECT * FROM cases"), desk.bureau.rows("SELECT * FROM events")
    refused = await staff.posts(f"/console/case/{number}/{deed}", **fields)
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    assert before == (
        desk.bureau.rows("SELECT * FROM cases"),
        desk.bureau.rows("SELECT * FROM events"),
    )


@pytest.mark.parametrize(
    ("deed", "fields", "said"),
    [
        ("extend", {"days": "31", "text": "要调查"}, "1 到 30 个工作日"),
        ("extend", {"days": "0", "text": "要调查"}, "1 到 30 个工作日"),
        ("transfer", {"to": "nowhere", "text": "不归我们"}, "请选一个别的科室"),
        ("assign", {"to": "999"}, "请从列表里另选一位"),
    ],
)
async def test_a_value_that_will_not_do_is_named(
    desk: WebDesk, deed: str, fields: dict[str, str], said: str
) -> None:
    _, number, staff = await set_up(desk)
    refused = await staff.posts(f"/console/case/{number}/{deed}", **fields)
    assert (refused.status_code, said in refused.text) == (409, True)
    assert fields.get("text", "") in refused.text


async def test_a_number_leads_to_its_case_however_it_is_typed(desk: WebDesk) -> None:
    _, number, staff = await set_up(desk)
    for typed in (number, number.lower().replace("-", " "), f"编号 {number}"):
        found = await staff.client.get("/console/find", params={"number": typed})
        assert found.headers["location"] == f"/console/case/{number}"
    assert (await staff.client.get("/console/find", params={"number": "12?"})).status_code == 404


async def test_a_part_of_a_number_or_words_of_the_subject_find_the_case(desk: WebDesk) -> None:
    parent = desk.parent()
    first = await parent.complains(TEXT, subject="<b>红星_小学</b>")
    second = await desk.parent().complains(TEXT, subject="红旗小学")
    staff = await desk.staff()

    async def found(typed: str) -> str:
        answer = await staff.client.get("/console/find", params={"number": typed})
        return answer.headers.get("location", "") or answer.text

    body = first[9:18]
    for typed in (body, body.lower(), body.replace("-", ""), body[:3] + " " + body[5:], "红星_"):
        assert await found(typed) == f"/console/case/{first}", typed
    assert await found("投诉 红星_") == f"/console/case/{first}"
    assert await found(f"红旗 {second[9:13]}") == f"/console/case/{second}"
    both = await found("小学")
    assert first in both
    assert second in both
    assert "查找“小学”:2 件" in both
    assert "<b>红星" not in both
    for nothing in ("红%小学", "红星 红旗", "举报", "-", "张三' OR 1=1 --"):
        answer = await staff.client.get("/console/find", params={"number": nothing})
        assert (answer.status_code, first in answer.text) == (404, False), nothing


async def test_the_search_shows_nobody_a_case_that_is_not_theirs(desk: WebDesk) -> None:
    _, number, _ = await set_up(desk)
    far = await desk.staff("孙老师", Role.STAFF, ("renshi",))
    editor = await desk.staff("周编辑", Role.EDITOR)
    for who in (far, editor):
        for typed in (number[9:13], "投诉", "其他"):
            answer = await who.client.get("/console/find", params={"number": typed})
            assert (answer.status_code, number in answer.text) == (404, False)


async def test_a_long_list_of_what_was_found_comes_in_pages(desk: WebDesk) -> None:
    parent = desk.bureau.parent()
    for _ in range(PAGE + 1):
        desk.bureau.opens(parent, "食堂")
    staff = await desk.staff()
    page = await staff.sees("/console/find?number=2&page=2")
    assert "第 2 页,共 2 页" in page.text


async def test_foreign_and_unknown_cases_look_the_same(desk: WebDesk) -> None:
    _, number, _ = await set_up(desk)
    far = await desk.staff("孙老师", Role.STAFF, ("renshi",))
    unknown = number[:-1] + ("2" if number[-1] != "2" else "3")
    answers = [await far.client.get(f"/console/case/{one}") for one in (number, unknown)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert number not in (await far.sees("/console?view=all")).text


async def test_a_transferred_case_is_out_of_sight_and_that_is_no_error(desk: WebDesk) -> None:
    parent = desk.parent()
    number = await parent.complains(TEXT)
    near = await desk.staff("陈老师", Role.STAFF, (desk.bureau.case(number).department,))
    fields = {"to": "renshi", "text": "属人事"}
    done = await confirmed(near, await near.posts(f"/console/case/{number}/transfer", **fields))
    assert "已转办" in (await near.sees(done.headers["location"])).text
    await near.sees(f"/console/case/{number}", 404)
