"""Signing in at the console: one-time links, sessions that end, and who is let through."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.channels.web.auth import TRIES_PER_MINUTE, cookie_name
from bot.core.people import Role
from bot.service.job import Job
from bot.storage import staffbook
from tests.edges.pages import Page
from tests.edges.webdesk import Staff, WebDesk, open_desk

COOKIE = cookie_name(secure=False)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        opened.bureau.hires("赵老师", Role.SUPERVISOR)
        yield opened


def somebody(desk: WebDesk) -> Staff:
    return Staff(desk, desk.browser(), "赵老师")


async def may_enter(staff: Staff) -> bool:
    return (await staff.client.get("/console")).status_code == 200


async def test_looking_at_a_link_spends_nothing_and_pressing_the_button_signs_in(
    desk: WebDesk,
) -> None:
    staff, link = somebody(desk), desk.link("赵老师")
    for _ in range(3):
        page = await staff.sees(link)
        assert page.form_with("登录")
    assert not await may_enter(staff)
    answer = await staff.signs_in(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert await may_enter(staff)


async def test_a_link_works_once(desk: WebDesk) -> None:
    link = desk.link("赵老师")
    await somebody(desk).signs_in(link)
    second = somebody(desk)
    assert (await second.signs_in(link)).status_code == 403
    assert not await may_enter(second)


async def test_a_link_ends_after_half_an_hour(desk: WebDesk) -> None:
    link = desk.link("赵老师")
    desk.bureau.clock.passes(30 * 60 + 1)
    assert (await somebody(desk).signs_in(link)).status_code == 403


async def test_a_session_gets_a_new_id_and_the_one_before_ends(desk: WebDesk) -> None:
    staff = somebody(desk)
    staff.client.cookies.set(COOKIE, "f" * 64, domain="127.0.0.1")  # planted by somebody else
    await staff.signs_in(desk.link("赵老师"))
    first = staff.client.cookies[COOKIE]
    assert first != "f" * 64
    await staff.signs_in(desk.link("赵老师"))
    assert staff.client.cookies[COOKIE] != first
    stranger = desk.browser(cookies={COOKIE: first})
    assert (await stranger.get("/console")).status_code == 401


async def test_the_session_cookie_is_for_this_host_and_no_script(desk: WebDesk) -> None:
    answer = await somebody(desk).signs_in(desk.link("赵老师"))
    assert {"HttpOnly", "SameSite=lax"} <= set(answer.headers["set-cookie"].split("; "))
    tls = {"X-Forwarded-Proto": "https"}
    client, link = desk.browser(), desk.link("赵老师")
    shown = await client.get(link, headers=tls)
    cookie = shown.headers["set-cookie"].partition(";")[0]
    answer = await client.post(
        link, data=Page(shown.text).forms[0].fields, headers={**tls, "Cookie": cookie}
    )
    assert answer.headers["set-cookie"].startswith("__Host-console=")
    assert "Secure" in answer.headers["set-cookie"]


async def test_the_database_does_not_hold_the_session(desk: WebDesk) -> None:
    staff = somebody(desk)
    link = desk.link("赵老师")
    await staff.signs_in(link)
    rows = desk.bureau.rows("SELECT * FROM sessions") + desk.bureau.rows(
        "SELECT * FROM sign_in_links"
    )
    assert staff.client.cookies[COOKIE] not in str(rows)
    assert link.rpartition("/")[2] not in str(rows)


async def test_a_session_ends_after_half_an_hour_of_rest(desk: WebDesk) -> None:
    staff = somebody(desk)
    await staff.signs_in(desk.link("赵老师"))
    for _ in range(3):
        desk.bureau.clock.passes(29 * 60)
        assert await may_enter(staff)
    desk.bureau.clock.passes(31 * 60)
    assert not await may_enter(staff)


async def test_a_session_ends_after_eight_hours_whatever_happens(desk: WebDesk) -> None:
    staff = somebody(desk)
    await staff.signs_in(desk.link("赵老师"))
    for _ in range(19):
        desk.bureau.clock.passes(25 * 60)
        assert await may_enter(staff)
    desk.bureau.clock.passes(10 * 60)
    assert not await may_enter(staff)


async def test_signing_out_ends_the_session_in_the_database(desk: WebDesk) -> None:
    staff = somebody(desk)
    await staff.signs_in(desk.link("赵老师"))
    token = staff.client.cookies[COOKIE]
    form = (await staff.sees("/console")).form("/console/sign-out")
    assert (await staff.client.post(form.action, data=form.fields)).status_code == 303
    assert (await desk.browser(cookies={COOKIE: token}).get("/console")).status_code == 401


async def test_a_changed_role_ends_the_sessions_at_once(desk: WebDesk) -> None:
    staff = somebody(desk)
    await staff.signs_in(desk.link("赵老师"))
    desk.bureau.hires("赵老师", Role.STAFF)
    assert not await may_enter(staff)


async def test_who_left_is_out_at_once_and_an_open_link_is_worthless(desk: WebDesk) -> None:
    staff, link = somebody(desk), desk.link("赵老师")
    await staff.signs_in(desk.link("赵老师"))

    def leaves(job: Job) -> None:
        assert staffbook.remove_staff(job.tx, "赵老师")

    desk.bureau.do(leaves)
    assert not await may_enter(staff)
    assert (await somebody(desk).signs_in(link)).status_code == 403


async def test_guessing_is_slowed_down_and_counted(
    desk: WebDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    staff = somebody(desk)
    guesses = [f"/console/sign-in/guess-{number}" for number in range(TRIES_PER_MINUTE)]
    assert [(await staff.signs_in(guess)).status_code for guess in guesses] == [
        403
    ] * TRIES_PER_MINUTE
    for _ in range(3):
        assert (await staff.signs_in("/console/sign-in/one-more")).status_code == 429
    assert desk.bureau.value("SELECT count(*) FROM tries") == TRIES_PER_MINUTE  # noise is not kept
    link = desk.link("赵老师")
    desk.bureau.clock.passes(61)
    assert (await staff.signs_in("/console/sign-in/guess-again")).status_code == 403
    metrics = (await desk.browser().get("/metrics")).text
    assert f"desk_login_failures_total {TRIES_PER_MINUTE + 4}.0" in metrics
    ours = "".join(str(vars(one)) for one in caplog.records if one.name.startswith("bot."))
    assert ours.count("sign-in refused") >= TRIES_PER_MINUTE + 1
    assert "guess-" not in ours
    assert link.rpartition("/")[2] not in ours


async def test_a_good_link_gets_in_however_many_bad_ones_came_from_the_same_address(
    desk: WebDesk,
) -> None:
    """Behind a proxy that names nobody, all have one address: a stranger must not lock the office out."""
    stranger, link = somebody(desk), desk.link("赵老师")
    for number in range(TRIES_PER_MINUTE + 5):
        await stranger.signs_in(f"/console/sign-in/guess-{number}")
    staff = somebody(desk)
    assert (await staff.signs_in(link)).status_code == 303
    assert await may_enter(staff)
    assert (await stranger.signs_in(link)).status_code == 429  # spent: worth no more than a guess


async def test_signing_somebody_in_from_another_page_is_refused(desk: WebDesk) -> None:
    link = desk.link("赵老师")
    victim = desk.browser()
    await victim.get(link)
    assert (await victim.post(link, data={})).status_code == 403
    other = Page((await desk.browser().get(link)).text).forms[0].fields
    assert (await victim.post(link, data=other)).status_code == 403
    assert (await somebody(desk).signs_in(link)).status_code == 303  # none of that spent it


@pytest.mark.parametrize(
    "address", ["/console", "/console/case/20261123-0000-0000-0", "/console/failures", "/console/content",
                "/console/find?number=1", f"/console/file/{'0' * 32}"]
)  # fmt: skip
async def test_without_a_session_every_page_says_how_to_get_a_link(
    desk: WebDesk, address: str
) -> None:
    for client in (desk.browser(), desk.browser(cookies={COOKIE: "0" * 64})):
        answer: httpx.Response = await client.get(address)
        assert answer.status_code == 401
        assert "staff link" in Page(answer.text).text


async def test_what_was_written_when_the_session_ended_is_not_lost(desk: WebDesk) -> None:
    number = await desk.parent().complains()
    staff = somebody(desk)
    await staff.signs_in(desk.link("赵老师"))
    hidden = next(
        f for f in (await staff.sees(f"/console/case/{number}")).forms if "version" in f.fields
    )
    desk.bureau.clock.passes(31 * 60)
    typed = "已经写了很久的答复</textarea><script>"
    answer = await staff.client.post(
        f"/console/case/{number}/reply", data={**hidden.fields, "text": typed}
    )
    page = Page(answer.text)
    assert answer.status_code == 401
    assert typed.split("<")[0] in page.text
    assert page.runs == []
