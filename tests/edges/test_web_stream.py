"""The event stream: what a page missed comes first, then what is new, and nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.channels.web import chat
from bot.channels.web.streams import PER_CONVERSATION, Streams, TooManyStreams
from tests.edges.webdesk import Parent, WebDesk, open_desk

QUESTION = "孩子几岁可以上小学一年级?"
ANSWER = "年满六周岁的儿童"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@dataclass
class Heard:
    id: int
    data: str


async def events(answer: httpx.Response) -> AsyncIterator[Heard]:
    """Read events as a browser does."""
    number, data = 0, []
    async for line in answer.aiter_lines():
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("data: "):
            data.append(line[6:])
        elif not line and data:
            yield Heard(number, "\n".join(data))
            data = []


@asynccontextmanager
async def listening(
    parent: Parent, after: str | None = None, *, query: str = ""
) -> AsyncIterator[AsyncIterator[Heard]]:
    headers = {} if after is None else {"Last-Event-ID": after}
    async with parent.client.stream("GET", f"/chat/stream{query}", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        yield events(answer)


async def next_of(heard: AsyncIterator[Heard]) -> Heard:
    async with asyncio.timeout(5):
        return await anext(heard)


async def test_what_is_said_arrives_on_an_open_page(desk: WebDesk) -> None:
    parent = desk.parent()
    await parent.page()
    async with listening(parent) as heard:
        await parent.posts(await parent.fields(text=QUESTION))
        assert QUESTION in (await next_of(heard)).data
        assert ANSWER in (await next_of(heard)).data


async def test_a_broken_connection_goes_on_where_it_broke(desk: WebDesk) -> None:
    parent = desk.parent()
    await parent.page()
    await parent.says(QUESTION)
    async with listening(parent) as heard:
        first = await next_of(heard)
    await parent.says("伙食费怎么收?")
    async with listening(parent, str(first.id)) as heard:
        rest = [await next_of(heard) for _ in range(3)]
    assert [one.id for one in rest] == sorted({one.id for one in rest} - {first.id})
    assert ANSWER in rest[0].data
    assert "伙食费怎么收?" in rest[1].data


async def test_the_page_itself_says_where_to_go_on(desk: WebDesk) -> None:
    parent = desk.parent()
    page = await parent.says(QUESTION)
    last = next(attrs["data-last"] for _, attrs in page.tags if "data-last" in attrs)
    async with listening(parent, query=f"?after={last}") as heard:
        await parent.posts(await parent.fields(text="伙食费怎么收?"))
        assert "伙食费怎么收?" in (await next_of(heard)).data


@pytest.mark.parametrize("after", ["-1", "9" * 40, "abc", "1; DROP TABLE", "１"])
async def test_a_strange_position_starts_from_the_beginning(desk: WebDesk, after: str) -> None:
    parent = desk.parent()
    await parent.page()
    await parent.says(QUESTION)
    async with listening(parent, query=f"?after={after}") as heard:
        assert QUESTION in (await next_of(heard)).data


async def test_two_tabs_of_one_browser_both_hear_and_strangers_do_not(desk: WebDesk) -> None:
    parent, stranger = desk.parent(), desk.parent()
    await parent.page()
    await stranger.page()
    async with listening(parent) as one, listening(parent) as two, listening(stranger) as other:
        await parent.posts(await parent.fields(text=QUESTION))
        for heard in (one, two):
            assert QUESTION in (await next_of(heard)).data
        await stranger.posts(await stranger.fields(text="伙食费怎么收?"))
        assert "伙食费怎么收?" in (await next_of(other)).data


async def test_a_conversation_has_a_bounded_number_of_streams(desk: WebDesk) -> None:
    parent = desk.parent()
    await parent.page()
    async with asyncio.timeout(10):
        open_ones = [listening(parent) for _ in range(PER_CONVERSATION)]
        for one in open_ones:
            await one.__aenter__()
        refused = await parent.client.get("/chat/stream")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        await open_ones[0].__aexit__(None, None, None)
        while (await _status(parent)) == 503:  # noqa: ASYNC110  # another process would ask so too
            await asyncio.sleep(0.05)  # the server learns of the closed connection a moment later
        for one in open_ones[1:]:
            await one.__aexit__(None, None, None)


async def _status(parent: Parent) -> int:
    async with parent.client.stream("GET", "/chat/stream") as answer:
        return answer.status_code


def test_all_conversations_together_have_a_bounded_number_too() -> None:
    streams = Streams(overall=2)
    with (
        streams.listen("a"),
        streams.listen("b"),
        pytest.raises(TooManyStreams),
        streams.listen("c"),
    ):
        pass
    with streams.listen("c"):
        pass


async def test_a_silent_stream_is_kept_alive(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "HEARTBEAT_S", 0.05)
    parent = desk.parent()
    await parent.page()
    async with parent.client.stream("GET", "/chat/stream") as answer, asyncio.timeout(5):
        comments = [line async for line in _first(answer, 4)]
    assert comments.count(": alive") >= 1


async def _first(answer: httpx.Response, count: int) -> AsyncIterator[str]:
    async for line in answer.aiter_lines():
        yield line
        count -= 1
        if not count:
            return


async def test_streams_end_at_once_when_the_desk_stops(desk: WebDesk) -> None:
    parent = desk.parent()
    await parent.page()
    async with parent.client.stream("GET", "/chat/stream") as answer:
        desk.channel.close()
        async with asyncio.timeout(2):
            assert "retry" in "".join([line async for line in answer.aiter_lines()])
    assert (await parent.client.get("/chat/stream")).status_code == 503


async def test_a_stream_without_the_cookie_is_refused(desk: WebDesk) -> None:
    assert (await desk.browser().get("/chat/stream")).status_code == 403
