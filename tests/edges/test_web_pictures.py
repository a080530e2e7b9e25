"""Figures as a picture on the chat page: from our own origin, with its words, and still there after a restart."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PIL import Image

from bot.channels.web.guard import CONTENT_POLICY
from bot.service.pictures import Pictures
from tests.edges.test_web_stream import listening, next_of
from tests.edges.webdesk import Parent, WebDesk, open_desk

TABLES = ("quota-2025", "quota-2026")
QUESTION = "各校指标到校对比图"
CAPTION = "共 5 所,15 至 45 个"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path, tables=TABLES) as opened:
        yield opened


async def image(parent: Parent) -> dict[str, str]:
    """Ask for the picture and return its place in the page."""
    page = await parent.says(QUESTION)
    [found] = page.images
    return found


async def test_a_picture_stands_in_the_message_with_its_figures_as_words(desk: WebDesk) -> None:
    parent = desk.parent()
    shown = await image(parent)
    assert "示例区第三中学" in shown["alt"]
    assert "45 个(去年 42 个)" in shown["alt"]
    assert "<" not in shown["alt"]
    page = await parent.page()
    assert CAPTION in page.text
    assert "看文字" in page.text
    answer = await parent.client.get(shown["src"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (int(shown["width"]), int(shown["height"]))


async def test_a_page_that_was_away_gets_the_picture_with_what_it_missed(desk: WebDesk) -> None:
    parent = desk.parent()
    shown = await image(parent)
    first = desk.bureau.value("SELECT min(id) FROM transcript")
    async with listening(parent, str(first)) as heard:
        assert shown["src"] in (await next_of(heard)).data


async def test_after_a_restart_it_is_the_same_picture(desk: WebDesk) -> None:
    parent = desk.parent()
    shown = await image(parent)
    before = await parent.client.get(shown["src"])
    desk.channel.pictures = Pictures()  # nothing is remembered
    assert (await parent.client.get(shown["src"])).content == before.content


async def test_nobody_else_gets_the_picture_and_other_lines_have_none(desk: WebDesk) -> None:
    parent = desk.parent()
    shown = await image(parent)
    other = desk.parent()
    assert (await other.client.get(shown["src"])).status_code == 404  # no cookie yet
    await other.says("您好")
    assert (await other.client.get(shown["src"])).status_code == 404
    for line in (0, 1, 10**17, 10**30):
        assert (await parent.client.get(f"/chat/picture/{line}")).status_code == 404
    assert (await parent.client.get("/chat/picture/../1")).status_code == 404


async def test_without_the_extra_the_page_has_the_words(tmp_path: Path) -> None:
    nothing = Pictures(lambda package: None)
    async with open_desk(tmp_path, tables=TABLES, pictures=nothing) as desk:
        page = await desk.parent().says(QUESTION)
        assert page.images == []
        assert "示例区第四中学" in page.text
        assert "看图" not in page.text


async def test_what_cannot_be_drawn_when_it_is_delivered_stands_there_in_words(
    desk: WebDesk, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("raise SystemExit(1)", encoding="utf-8")
    desk.channel.pictures = Pictures(program=tmp_path / "broken.py")
    page = await desk.parent().says(QUESTION)
    assert page.images == []
    assert "示例区第四中学" in page.text


async def test_a_picture_that_can_no_longer_be_drawn_leaves_its_words(desk: WebDesk) -> None:
    parent = desk.parent()
    shown = await image(parent)
    desk.channel.pictures = Pictures(lambda package: None)
    assert (await parent.client.get(shown["src"])).status_code == 404
    [still] = (await parent.page()).images
    assert "示例区第四中学" in still["alt"]
