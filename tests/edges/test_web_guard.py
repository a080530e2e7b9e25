"""Every route: forms from elsewhere, roles, hostile texts, the health addresses, and what an error shows."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from bot.channels.telegram.webhook import SECRET_HEADER, Webhook
from bot.core.errors import DatabaseBusy
from bot.core.people import Role
from bot.service.job import STAFF_CHAT_TROUBLE
from bot.storage import store
from knowledge.problem import Problem
from tests.edges.pages import Page
from tests.edges.webdesk import Parent, Staff, WebDesk, open_desk

# Not a form of a person: it has a secret of its own.
MACHINE = {"/telegram"}
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "</textarea><iframe srcdoc='<script>alert(1)</script>'>",
    "{{7*7}}${7*7}<%=7*7%>{% raw %}",
    "javascript:alert(1)//",
    "<b onmouseover=alert(1)>粗</b>&lt;i&gt;&#x3c;script&#x3e;",
    "'; DROP TABLE cases; --",
    "{0.__class__}%s%n",
)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened


def posting(app: Starlette) -> Iterator[str]:
    for route in app.routes:
        if isinstance(route, Route) and "POST" in (route.methods or set()):
            yield route.path


def everything(desk: WebDesk) -> str:
    """Return all rows that a form could change."""
    tables = (
        "cases",
        "events",
        "outbox",
        "transcript",
        "sessions",
        "sign_in_links",
        "failures",
        "updates",
    )
    return "\n".join(str(desk.bureau.rows(f"SELECT * FROM {table}")) for table in tables)


def filled(path: str, number: str, token: str) -> str:
    """Put something into every parameter of a route's path."""
    known = {"number": number, "token": token, "reference": "E1"}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: known.get(found[1], "1"), path)


async def test_no_form_is_taken_from_elsewhere(desk: WebDesk) -> None:
    parent = desk.parent()
    number = await parent.complains()
    staff, other = await desk.staff("周管理", Role.ADMIN), await desk.staff("钱主任")
    token = desk.link("钱主任").rpartition("/")[2]
    staff_form = next(
        f for f in (await staff.sees(f"/console/case/{number}")).forms if "version" in f.fields
    )
    good = {
        "/chat": await parent.fields(text="你好"),
        "": {**staff_form.fields, "text": "好", "to": "1"},
    }
    theirs = {
        "/chat": (await desk.parent().fields())["csrf"],
        "": next(f for f in (await other.sees("/console")).forms if "csrf" in f.fields).fields[
            "csrf"
        ],
    }
    before = everything(desk)
    paths = [path for path in posting(desk.app) if path not in MACHINE]
    assert len(paths) >= 14
    for path in paths:
        client = parent.client if path == "/chat" else staff.client
        kind = "/chat" if path == "/chat" else ""
        address, form = filled(path, number, token), {**good[kind], "confirmed": "1"}
        without = {key: value for key, value in form.items() if key != "csrf"}
        tries = [
            {"data": without},
            {"data": {**form, "csrf": "0" * 64}},
            {"data": {**form, "csrf": theirs[kind]}},
            {"data": form, "headers": {"Sec-Fetch-Site": "cross-site"}},
            {"data": form, "headers": {"Origin": "https://evil.example"}},
            {"data": form, "headers": {"Origin": "null"}},
            {
                "content": httpx.QueryParams(form).__str__(),
                "headers": {"Content-Type": "text/plain"},
            },
        ]
        statuses = [(await client.post(address, **one)).status_code for one in tries]  # type: ignore[arg-type]  # as httpx takes them
        assert statuses == [403] * len(tries), path
    assert everything(desk) == before


async def test_our_own_form_is_taken_through_a_proxy_too(tmp_path: Path) -> None:
    async with open_desk(tmp_path, public_url="https://desk.example") as desk:
        client = desk.browser()
        shown = await client.get("/")
        cookie = {"Cookie": shown.headers["set-cookie"].partition(";")[0]}
        assert shown.headers["strict-transport-security"]
        fields = Page(shown.text).forms[-1].filled(text="你好")
        for origin, status in (("https://desk.example", 303), ("https://desk.example.evil", 403)):
            headers = {**cookie, "Origin": origin, "Sec-Fetch-Site": "same-origin"}
            assert (await client.post("/chat", data=fields, headers=headers)).status_code == status


async def test_no_page_is_built_from_the_host_header(desk: WebDesk) -> None:
    staff = await desk.staff()
    for client in (desk.browser(), staff.client):
        for address in (
            "/",
            "/console",
            "/nowhere",
            "/console/find?number=1",
            "/console/",
            "/public/",
        ):
            answer = await client.get(address, headers={"Host": "evil.example"})
            assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/console/", "/console"),
        ("/console/find/?number=1", "/console/find?number=1"),
        ("//console/", "/console"),
        ("//evil.example/", None),
        ("/nowhere/", None),
    ],
)
async def test_a_slash_too_many_leads_to_the_page_of_this_site(
    desk: WebDesk, address: str, leads_to: str | None
) -> None:
    answer = await desk.browser().get(desk.url + address)
    assert answer.headers.get("location") == leads_to
    assert answer.status_code == (404 if leads_to is None else 308)


ROLES = [
    (Role.STAFF, "near"),
    (Role.STAFF, "far"),
    (Role.EDITOR, "near"),
    (Role.SUPERVISOR, "far"),
    (Role.ADMIN, "far"),
]
SEES = {"case": {"near-staff", "supervisor", "admin"}, "failures": {"admin"},
        "content": {"editor", "supervisor", "admin"}}  # fmt: skip
DOES = {
    "note": SEES["case"], "reply": SEES["case"], "take": SEES["case"], "transfer": SEES["case"],
    "assign": {"supervisor", "admin"}, "extend": {"supervisor", "admin"}, "decline": {"supervisor", "admin"},
    "reveal": SEES["case"],
}  # fmt: skip


@pytest.mark.parametrize(("role", "place"), ROLES)
async def test_every_role_reaches_what_is_its_own_and_nothing_else(
    desk: WebDesk, role: Role, place: str
) -> None:
    number = await desk.parent().complains()
    near = desk.bureau.case(number).department
    supervisor = await desk.staff("钱主任")
    page = await supervisor.sees(f"/console/case/{number}")
    version = next(f for f in page.forms if "version" in f.fields).fields["version"]
    staff = await desk.staff("孙老师", role, (near if place == "near" else "renshi",))
    who = "near-staff" if (role, place) == (Role.STAFF, "near") else role.value
    who = "far-staff" if (role, place) == (Role.STAFF, "far") else who
    for name, address in (
        ("case", f"/console/case/{number}"),
        ("failures", "/console/failures"),
        ("content", "/console/content"),
    ):
        assert ((await staff.client.get(address)).status_code == 200) == (who in SEES[name]), name
    csrf = (
        (await staff.sees("/console/content" if role is Role.EDITOR else "/console"))
        .form("/console/sign-out")
        .fields["csrf"]
    )
    for deed, who_may in DOES.items():
        before = everything(desk)
        form = {"csrf": csrf, "key": f"key-{deed}-0", "version": version, "text": "理由", "days": "3",
                "to": "renshi" if deed == "transfer" else "1"}  # fmt: skip
        answer = await staff.client.post(f"/console/case/{number}/{deed}", data=form)
        assert (answer.status_code in (200, 303)) == (who in who_may), deed
        if who not in who_may:
            assert answer.status_code == (409 if who in SEES["case"] else 404)
            assert everything(desk) == before
        if answer.status_code == 303 and deed in ("take", "assign"):
            version = str(int(version) + 1)


@pytest.mark.parametrize("subject", HOSTILE[:3])
async def test_nothing_that_people_write_can_script(desk: WebDesk, subject: str) -> None:
    staff, parent, text = await desk.staff(), desk.parent(), "\n".join(HOSTILE)
    number = await parent.complains(
        text, subject=subject[:28], contact=f"{subject[:20]} 13800001111"
    )
    await staff.posts(f"/console/case/{number}/note", text=text)
    preview = Page((await staff.posts(f"/console/case/{number}/reply", text=text)).text)
    form = preview.forms[-1]
    await staff.client.post(form.action, data={**form.fields, "confirmed": "1"})
    shown = Page((await staff.posts(f"/console/case/{number}/reveal", text=text)).text)
    await desk.settles()
    case_page, chat_page = await staff.sees(f"/console/case/{number}"), await parent.page()
    for page in (chat_page, preview, shown, case_page, await staff.sees("/console?view=all")):
        assert page.runs == []
        assert "49" not in page.text  # {{7*7}} stays what it is
    for page, times in ((chat_page, 2), (case_page, 4)):
        assert page.text.count(HOSTILE[1]) >= times


async def test_a_bug_shows_a_number_that_stands_in_the_log_and_nothing_else(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from bot.storage import queue

    def broken(*args: object) -> None:
        raise RuntimeError("王小明 13800001111")

    staff = await desk.staff()
    monkeypatch.setattr(queue, "counts", broken)
    answer = await staff.client.get("/console")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "王小明" not in answer.text + caplog.text
    record = next(one for one in caplog.records if one.name == "bot.channels.web.app")
    assert vars(record)["reference"] in answer.text
    assert vars(record)["error"].startswith("RuntimeError at test_web_guard.py:")


async def test_health_is_told_in_words(desk: WebDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    client = desk.browser()
    assert (await client.get("/healthz")).text == "ok"
    assert (await client.get("/readyz")).json() == {"ready": True, "problems": []}

    def busy(work: object) -> None:
        raise DatabaseBusy(5)

    with monkeypatch.context() as broken:
        broken.setattr(desk.bureau.office.db, "write", busy)
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["problems"]) == (
            503,
            ["the database cannot be written"],
        )
        assert (await client.get("/healthz")).status_code == 200
    desk.bureau.do(lambda job: job.tx.execute("UPDATE migrations SET sha256 = 'x'").rowcount)
    assert (await client.get("/readyz")).json()["problems"] == [
        "the schema is not the one of this release"
    ]


async def test_a_silent_telegram_makes_the_desk_not_ready(tmp_path: Path) -> None:
    async with open_desk(tmp_path, polls=True) as desk:
        client = desk.browser()
        assert (await client.get("/readyz")).status_code == 503
        desk.polled[0] = desk.bureau.clock.now
        assert (await client.get("/readyz")).status_code == 200
        desk.polled[0] = desk.bureau.clock.now - timedelta(seconds=100)
        assert (await client.get("/readyz")).json()["problems"] == ["the last poll was 100 s ago"]


async def test_a_desk_that_telegram_does_not_know_yet_is_not_ready(tmp_path: Path) -> None:
    known = [False]
    async with open_desk(tmp_path, signed_in=lambda: known[0]) as desk:
        answer = await desk.browser().get("/readyz")
        assert (answer.status_code, "not been reached" in answer.text) == (503, True)
        known[0] = True
        assert (await desk.browser().get("/readyz")).status_code == 200


async def test_the_counters_hold_no_person(desk: WebDesk) -> None:
    parent: Parent = desk.parent()
    number = await parent.complains("王小明的事", contact="13800001111")
    text = (await desk.browser().get("/metrics")).text
    assert "desk_cases_open 1.0" in text
    assert "desk_cases_overdue 0.0" in text
    for secret in (number, "王小明", "13800001111", desk.bureau.value("SELECT chat FROM people")):
        assert secret not in text


async def test_the_webhook_is_there_when_it_is_configured(tmp_path: Path) -> None:
    taken: list[object] = []

    async def take(raw: object) -> None:
        taken.append(raw)

    async with open_desk(tmp_path, webhook=Webhook("s3cret", take)) as desk:
        client = desk.browser()
        update = {"update_id": 1}
        assert (await client.post("/telegram", json=update)).status_code == 403
        good = {SECRET_HEADER: "s3cret"}
        assert (await client.post("/telegram", json=update, headers=good)).status_code == 200
        big = await client.post("/telegram", content=b"x" * (2 * 1024 * 1024), headers=good)
        assert big.status_code == 413
        assert (await client.get("/telegram")).status_code == 405
        assert taken == [update]


async def test_no_webhook_no_address(desk: WebDesk) -> None:
    assert (await desk.browser().post("/telegram", json={})).status_code == 404


async def test_an_admin_replays_a_dead_letter_and_nobody_else_may(
    desk: WebDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    parent = desk.parent()
    await desk.engine.bury(
        desk.bureau.text("孩子几岁可以上小学一年级?", channel="web", bot="web", chat="c1"),
        "KeyError",
    )
    reference = desk.bureau.value("SELECT reference FROM failures")
    admin: Staff = await desk.staff("周管理", Role.ADMIN)
    supervisor = await desk.staff("钱主任")
    page = await admin.sees("/console/failures")
    assert reference in page.text
    form, _ = page.form_with("重新处理")
    csrf = (await supervisor.sees("/console")).form("/console/sign-out").fields
    assert (await supervisor.client.post(form.action, data=csrf)).status_code == 403
    assert (await admin.client.post(form.action, data=form.fields)).status_code == 303
    twice = await admin.client.post(form.action, data=form.fields)
    assert (twice.status_code, "已经处理过" in twice.text) == (404, True)
    assert "现在没有" in (await admin.sees("/console/failures")).text
    assert (await parent.client.get("/console/failures")).status_code == 401


async def test_why_the_staff_chat_takes_nothing_is_said_in_words(desk: WebDesk) -> None:
    desk.bureau.do(lambda job: store.set_fact(job.tx, STAFF_CHAT_TROUBLE, "no_rights"))
    page = await (await desk.staff("周管理", Role.ADMIN)).sees("/console/failures")
    assert "机器人没有发言权限" in page.text
    assert "no_rights" not in page.html


async def test_a_refused_edit_is_shown_to_the_editor_until_it_is_put_right(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = await desk.staff("周编辑", Role.EDITOR)
    assert "没有生效" not in (await editor.sees("/console/content")).text
    problem = Problem("faq/primary.yaml", 7, 5, "缺少 answer <script>")
    monkeypatch.setattr(desk.bureau.office.library, "refused", (problem,))
    page = await editor.sees("/console/content")
    assert "没有生效" in page.text
    assert "faq/primary.yaml:7:5: 缺少 answer <script>" in page.text
    assert page.runs == []
