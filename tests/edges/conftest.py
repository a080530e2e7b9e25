"""A strict Bot API server and real python-telegram-bot clients that talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from telegram import Bot

from bot.channels.telegram.transport import AiohttpRequest
from tests.botapi import BotApi
from tests.botapi.server import TOKEN


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@asynccontextmanager
async def ptb(api: BotApi, token: str = TOKEN) -> AsyncIterator[Bot]:
    """PTB as it comes, over httpx: what the server itself is tested with."""
    async with Bot(token, base_url=api.base_url, base_file_url=api.base_file_url) as bot:
        yield bot


@asynccontextmanager
async def over_aiohttp(api: BotApi) -> AsyncIterator[Bot]:
    """The bot as the product runs it."""
    bot = Bot(
        TOKEN,
        base_url=api.base_url,
        base_file_url=api.base_file_url,
        request=AiohttpRequest(read_s=2.0),
        get_updates_request=AiohttpRequest(connections=1, read_s=2.0),
    )
    async with bot:
        yield bot


@pytest_asyncio.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with ptb(api) as connected:
        yield connected


@pytest_asyncio.fixture
async def fast(api: BotApi) -> AsyncIterator[Bot]:
    async with over_aiohttp(api) as connected:
        yield connected
