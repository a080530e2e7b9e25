"""The chat page as a browser without scripts, and as our own script, sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.channels.web.pace import PER_MINUTE
from bot.channels.web.visitor import cookie_name
from tests.edges.pages import Page
from tests.edges.webdesk import WebDesk, open_desk

QUESTION = "孩子几岁可以上小学一年级?"
ANSWER = "年满六周岁的儿童,应当入学。"
KEY = "a-key-of-the-page"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened


async def test_a_question_is_answered_and_both_sides_stay_on_the_page(desk: WebDesk) -> None:
    parent = desk.parent()
    page = await parent.says(QUESTION)
    assert page.texts.index(QUESTION) < page.texts.index(ANSWER)
    assert (await parent.page()).text == page.text


async def test_a_form_without_scripts_leads_back_to_a_page_with_the_answer(desk: WebDesk) -> None:
    parent = desk.parent()
    fields = await parent.fields(text=QUESTION)
    answer = await parent.client.post("/chat", data=fields, files={"files": ("", b"")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/#latest")
    assert ANSWER in (await parent.page()).text


async def test_a_topic_is_a_button_of_the_empty_page(desk: WebDesk) -> None:
    parent = desk.parent()
    topic = desk.bureau.office.library.current.topics[0]
    page = await parent.presses(topic.title)
    assert "共 3 条" in page.text
    assert page.texts.count(topic.title) >= 2  # the chip, and what was said


async def test_nobody_sees_the_conversation_of_another_browser(desk: WebDesk) -> None:
    await desk.parent().says(QUESTION)
    assert ANSWER not in (await desk.parent().page()).text


async def test_the_database_does_not_hold_the_cookie(desk: WebDesk) -> None:
    parent = desk.parent()
    await parent.says(QUESTION)
    secret = parent.client.cookies[cookie_name(secure=False)]
    assert len(secret) == 64
    assert secret.encode() not in desk.bureau.office.db.path.read_bytes()
    assert desk.bureau.value("SELECT count(*) FROM people WHERE chat = ?", secret) == 0


async def test_the_cookie_is_for_this_host_and_no_script(desk: WebDesk) -> None:
    plain = await desk.browser().get("/")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(plain.headers["set-cookie"].split("; "))
    behind_tls = await desk.browser().get("/", headers={"X-Forwarded-Proto": "https"})
    assert behind_tls.headers["set-cookie"].startswith("__Host-conversation=")
    assert "Secure" in behind_tls.headers["set-cookie"]


async def test_the_same_form_twice_has_one_effect(desk: WebDesk) -> None:
    parent = desk.parent()
    fields = await parent.fields(text=QUESTION, key=KEY)
    assert [(await parent.posts(fields)).status_code for _ in range(3)] == [204, 204, 204]
    await desk.settles()
    assert (await parent.page()).texts.count(QUESTION) == 1


async def test_the_same_key_with_another_body_is_refused(desk: WebDesk) -> None:
    parent = desk.parent()
    fields = await parent.fields(text=QUESTION, key=KEY)
    await parent.posts(fields)
    refused = await parent.posts({**fields, "text": "学费多少?"})
    assert refused.status_code == 409
    assert "已经提交过" in refused.json()["error"]
    assert "学费多少?" not in (await parent.page()).text


async def test_the_same_key_of_another_browser_is_another_key(desk: WebDesk) -> None:
    for parent in (desk.parent(), desk.parent()):
        fields = await parent.fields(text=QUESTION, key=KEY)
        assert (await parent.posts(fields)).status_code == 204
    assert desk.bureau.value("SELECT count(*) FROM updates WHERE bot = 'web'") == 2


async def test_a_pressed_button_stands_in_the_conversation_with_its_own_label(
    desk: WebDesk,
) -> None:
    parent = desk.parent()
    await parent.says(QUESTION)
    page = await parent.presses("有帮助")
    assert page.texts.count("有帮助") == 2  # the button, and what the parent said
    assert desk.bureau.value("SELECT helpful FROM feedback") == 1


@pytest.mark.parametrize(
    "data",
    ["s:send:1", "k:good:20261123-0000-0000-0", "faq:no-such", "x" * 64, "topic:../..", "'; --"],
)
async def test_a_forged_button_is_answered_in_words_and_does_nothing(
    desk: WebDesk, data: str
) -> None:
    parent = desk.parent()
    await parent.says(QUESTION)
    answer = await parent.posts(await parent.fields(choice=data))
    assert answer.status_code == 204
    await desk.settles()
    answers = desk.bureau.rows("SELECT body FROM transcript WHERE side = 'desk'")
    assert len(answers) == 2
    assert data not in (await parent.page()).text
    assert desk.bureau.value("SELECT count(*) FROM events") == 0


async def test_a_button_longer_than_any_of_ours_is_refused(desk: WebDesk) -> None:
    parent = desk.parent()
    assert (await parent.posts(await parent.fields(choice="学" * 22))).status_code == 400


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"text": "字" * 4001}, 413, "最多 4000 字"),
        ({"text": "  \n "}, 400, "没有看到文字"),
        ({"text": "好", "key": ""}, 400, "看不懂"),
        ({"text": "好", "key": "../../etc"}, 400, "看不懂"),
    ],
)
async def test_a_form_that_is_not_taken_is_refused_in_words(
    desk: WebDesk, fields: dict[str, str], status: int, words: str
) -> None:
    parent = desk.parent()
    answer = await parent.posts(await parent.fields(**fields))
    assert (answer.status_code, words in answer.json()["error"]) == (status, True)
    assert desk.bureau.value("SELECT count(*) FROM updates") == 0


async def test_four_thousand_characters_are_taken(desk: WebDesk) -> None:
    text = "我想请问转学手续怎么办理。" * 300
    assert text[:4000] in (await desk.parent().says(text[:4000])).text


async def test_control_characters_are_left_out_and_lines_kept(desk: WebDesk) -> None:
    page = await desk.parent().says("第一行\r\n第二\x00行\x1b[31m")
    assert "第一行\n第二行[31m" in page.texts


async def test_more_than_thirty_messages_a_minute_are_refused_in_words(desk: WebDesk) -> None:
    parent = desk.parent()
    fields = await parent.fields(text="好的")
    for number in range(PER_MINUTE):
        taken = await parent.posts({**fields, "key": f"key-number-{number}"})
        assert taken.status_code == 204
    refused = await parent.posts({**fields, "key": "one-too-many"})
    assert (refused.status_code, "请等一分钟" in refused.json()["error"]) == (429, True)
    assert (await desk.parent().says("好的")).texts.count("好的") == 1  # others are not held up
    desk.bureau.clock.passes(61)
    assert (await parent.posts({**fields, "key": "a-minute-later"})).status_code == 204


async def test_without_the_cookie_nothing_is_taken(desk: WebDesk) -> None:
    parent = desk.parent()
    fields = await parent.fields(text=QUESTION)
    parent.client.cookies.clear()
    refused = await parent.posts(fields)
    assert (refused.status_code, "Cookie" in refused.json()["error"]) == (403, True)


async def test_english_is_one_button_away_and_stays(desk: WebDesk) -> None:
    parent = desk.parent()
    assert "写下您的问题" in (await parent.page()).text
    page = await parent.presses("English")
    assert "Write your question" in page.text
    assert ("html", {"lang": "en"}) in page.tags
    assert "写下您的问题" in (await parent.presses("中文")).text


async def test_the_theme_is_taken_from_its_cookie_and_from_nothing_else(desk: WebDesk) -> None:
    for given, shown in (("dark", "dark"), ("light", "light"), ('"><script>', "")):
        page = Page((await desk.browser().get("/", headers={"Cookie": f"theme={given}"})).text)
        assert dict(page.tags)["html"].get("data-theme", "") == shown


async def test_a_busy_database_is_told_and_nothing_is_confirmed(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.core.errors import DatabaseBusy

    async def busy(incoming: object) -> bool:
        raise DatabaseBusy(5.0)

    parent = desk.parent()
    fields = await parent.fields(text=QUESTION, key=KEY)
    with monkeypatch.context() as broken:
        broken.setattr(desk.engine, "receive", busy)
        refused = await parent.posts(fields)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert "内容没有丢" in refused.json()["error"]
    assert (await parent.posts(fields)).status_code == 204  # the same form, later


async def test_a_message_the_dialogues_fail_on_gets_an_error_number(tmp_path: Path) -> None:
    def broken(turn: object) -> object:
        raise RuntimeError("内容里有隐私")

    async with open_desk(tmp_path, respond=broken) as desk:  # type: ignore[arg-type]  # it never returns
        page = await desk.parent().says(QUESTION)
        assert "错误编号 E" in page.text
        assert "隐私" not in page.text


async def test_every_page_brings_a_strict_policy(desk: WebDesk) -> None:
    client = desk.browser()
    for address in ("/", "/nowhere", "/console", "/static/style.css", "/healthz", "/chat"):
        headers = (await client.get(address)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
    assert (await client.get("/")).headers["cache-control"] == "no-store"
    assert "max-age" in (await client.get("/static/style.css")).headers["cache-control"]


@pytest.mark.parametrize(
    ("method", "address", "status"), [("GET", "/nowhere", 404), ("GET", "/chat", 405)]
)
async def test_what_is_not_there_is_told_in_words(
    desk: WebDesk, method: str, address: str, status: int
) -> None:
    answer: httpx.Response = await desk.browser().request(method, address)
    assert answer.status_code == status
    assert "回到对话" in Page(answer.text).text
