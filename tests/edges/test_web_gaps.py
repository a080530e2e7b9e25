"""The console's page of gaps, as an editor's browser sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.core.cases import Kind
from bot.core.people import Role
from bot.core.turn import Asked
from bot.service import desk as case_desk
from bot.storage import store
from tests.bot.bureau import HERE, Bureau
from tests.bot.content import FAQ, give_content
from tests.edges.pages import Page
from tests.edges.webdesk import Staff, WebDesk, open_desk

DRONE = "无人机社团怎么报名"
REPLY = "每年九月在学校报名。\n电话 13800138000。"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        give_content(opened.bureau, tmp_path / "content")
        yield opened


def held(desk: WebDesk) -> str:
    folder = desk.bureau.office.library.folder
    return (folder / "faq" / "desk.yaml").read_text(encoding="utf-8")


def asked(bureau: Bureau, text: str = DRONE, chat: str = "1") -> None:
    person = bureau.parent(chat)
    bureau.do(lambda job: store.record_asked(job.tx, person.id, Asked(text, "miss"), job.now))


def answered(bureau: Bureau) -> str:
    asked(bureau)
    case = bureau.opens(bureau.parent("1"), DRONE, kind=Kind.QUESTION)
    staff = bureau.hires("赵老师", departments=(HERE,))
    bureau.do(lambda job: case_desk.reply(job, staff, case.number, REPLY))
    return case.number


async def post(staff: Staff, action: str, fields: dict[str, str], status: int = 200) -> Page:
    answer = await staff.client.post(action, data=fields)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


async def proposes(staff: Staff, action: str, **fields: str) -> Page:
    page = await staff.sees("/console/gaps")
    return await post(staff, action, page.form(action).filled(**fields))


async def test_gaps_are_listed_by_people_with_the_nearest_entry_and_what_is_due(
    desk: WebDesk,
) -> None:
    for chat in ("1", "2"):
        asked(desk.bureau, chat=chat)
    editor = await desk.staff("吴老师", Role.EDITOR)
    page = await editor.sees("/console/gaps")
    assert DRONE in page.texts
    assert "2 人问过,共 2 次" in page.text
    assert "示例内容:1 条" in page.text
    assert "desk.yaml:11" in page.text
    assert page.runs == []


async def test_a_phrasing_is_shown_as_a_diff_and_written_when_confirmed(desk: WebDesk) -> None:
    asked(desk.bureau)
    editor = await desk.staff("吴老师", Role.EDITOR)
    action = "/console/gaps/phrasing"
    confirm = await proposes(editor, action, entry="primary-age")
    assert f"+    - {DRONE}" in confirm.html
    assert held(desk) == FAQ
    form = confirm.form(action)
    done = await editor.client.post(action, data=form.filled(confirmed="1"))
    assert done.headers["location"] == "/console/gaps?done=phrasing"
    assert f"    - {DRONE}\n" in held(desk)
    again = await editor.client.post(action, data=form.filled(confirmed="1"))
    assert again.headers["location"] == "/console/gaps?done=phrasing"
    assert held(desk).count(DRONE) == 1
    after = await editor.sees("/console/gaps?done=phrasing")
    assert "已写入" in after.text
    assert "吴老师 · faq/desk.yaml · primary-age" in after.text


async def test_a_draft_is_begun_from_the_answer_staff_gave(desk: WebDesk) -> None:
    number = answered(desk.bureau)
    editor = await desk.staff("吴老师", Role.EDITOR)
    action = "/console/gaps/draft"
    page = await editor.sees("/console/gaps")
    assert f"{number} 已有答复" in page.text
    assert "每年九月" not in page.text
    confirm = await proposes(editor, action, topic="desk")
    assert "每年九月在学校报名。" in confirm.html
    assert "13800138000" not in confirm.html
    await post(editor, action, confirm.form(action).filled(confirmed="1"), 303)
    assert held(desk).startswith(FAQ)
    assert "  status: draft\n" in held(desk)
    assert "13800138000" not in held(desk)


async def test_a_file_edited_meanwhile_is_shown_anew_and_may_be_confirmed_then(
    desk: WebDesk,
) -> None:
    asked(desk.bureau)
    editor = await desk.staff("吴老师", Role.EDITOR)
    action = "/console/gaps/phrasing"
    confirm = await proposes(editor, action, entry="primary-age")
    by_hand = FAQ.replace("据实收取", "按月收取")
    path = desk.bureau.office.library.folder / "faq" / "desk.yaml"
    path.write_text(by_hand, encoding="utf-8")
    again = await post(editor, action, confirm.form(action).filled(confirmed="1"), 409)
    assert "被别人改过" in again.text
    assert held(desk) == by_hand
    await post(editor, action, again.form(action).filled(confirmed="1"), 303)
    assert "按月收取" in held(desk)
    assert f"    - {DRONE}\n" in held(desk)


async def test_what_would_break_the_content_has_no_button_to_write(desk: WebDesk) -> None:
    asked(desk.bureau)
    editor = await desk.staff("吴老师", Role.EDITOR)
    confirm = await proposes(
        editor, "/console/gaps/phrasing", entry="primary-age", question="午餐费多少钱"
    )
    assert "同一句话只能属于一个条目" in confirm.text
    assert [label for label, _ in confirm.forms[-1].buttons] == ["返回"]
    forged = confirm.forms[-1].filled(confirmed="1", basis="")
    await post(editor, "/console/gaps/phrasing", forged, 409)
    assert held(desk) == FAQ


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR])
async def test_only_editors_and_admins_see_the_page_or_change_anything(
    desk: WebDesk, role: Role
) -> None:
    asked(desk.bureau)
    staff = await desk.staff("赵老师", role)
    refused = await staff.sees("/console/gaps", 403)
    assert DRONE not in refused.text
    csrf = (await staff.sees("/console")).form("/console/sign-out").fields["csrf"]
    fields = {"csrf": csrf, "question": DRONE, "entry": "primary-age", "confirmed": "1"}
    for action in ("/console/gaps/phrasing", "/console/gaps/draft"):
        await post(staff, action, fields, 403)
    assert held(desk) == FAQ


async def test_who_is_not_signed_in_sees_nothing(desk: WebDesk) -> None:
    asked(desk.bureau)
    answer = await desk.browser().get("/console/gaps")
    assert answer.status_code == 401
    assert DRONE not in answer.text


async def test_a_form_from_elsewhere_changes_nothing(desk: WebDesk) -> None:
    editor = await desk.staff("吴老师", Role.EDITOR)
    fields = {"csrf": "x", "question": DRONE, "entry": "primary-age"}
    await post(editor, "/console/gaps/phrasing", fields, 403)


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("phrasing", {"question": "  "}, "问题是空的"),
        ("phrasing", {"question": "问", "entry": "no-such"}, "找不到这个内容文件"),
        ("draft", {"question": "问", "case": "20261123-4Y6X-WVJW-5"}, "还没有答复"),
        ("draft", {"question": "问", "case": "1", "topic": "../../x"}, "还没有答复"),
    ],
)
async def test_what_cannot_be_done_is_said_in_words(
    desk: WebDesk, action: str, fields: dict[str, str], said: str
) -> None:
    asked(desk.bureau)
    editor = await desk.staff("吴老师", Role.EDITOR)
    page = await editor.sees("/console/gaps")
    csrf = page.form("/console/sign-out").fields["csrf"]
    given = {"csrf": csrf, "entry": "primary-age", **fields}
    answer = await post(editor, f"/console/gaps/{action}", given, 409)
    assert said in answer.text


async def test_a_topic_that_is_no_file_of_ours_is_refused(desk: WebDesk) -> None:
    answered(desk.bureau)
    editor = await desk.staff("吴老师", Role.EDITOR)
    page = await editor.sees("/console/gaps")
    fields = page.form("/console/gaps/draft").filled(topic="../../../etc/passwd")
    assert "找不到" in (await post(editor, "/console/gaps/draft", fields, 409)).text


async def test_what_people_typed_is_text_on_every_page(desk: WebDesk) -> None:
    hostile = "<script>alert(1)</script>无人机{{7*7}}"
    asked(desk.bureau, hostile)
    editor = await desk.staff("吴老师", Role.EDITOR)
    page = await editor.sees("/console/gaps")
    assert hostile in page.texts
    assert page.runs == []
    confirm = await proposes(editor, "/console/gaps/phrasing", entry="primary-age")
    assert confirm.runs == []
    assert "{{7*7}}" in confirm.html
