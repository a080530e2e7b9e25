"""python-telegram-bot's requests over aiohttp: a fifth of the CPU of its default transport.

Floor 4. Bot tokens stand in the URLs, so no URL is logged, no exception carries one (not even as
its context), redirects are not followed and proxies from the environment are not used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any

import aiohttp
from pydantic_core import to_json
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.quiet import Quiet

_UNSET = BaseRequest.DEFAULT_NONE
_JSON = {"Content-Type": "application/json"}


class JsonData:
    """Parameters as one JSON body, for `do_request` in the place of PTB's RequestData, which takes each apart.

    As PTB writes them: what is no text is written as the JSON of it.
    """

    __slots__ = ("contains_files", "json_payload")

    def __init__(self, parameters: Mapping[str, object]) -> None:
        self.contains_files = False
        texts = {
            name: value if isinstance(value, str) else to_json(value).decode()
            for name, value in parameters.items()
        }
        self.json_payload = to_json(texts)


class AiohttpRequest(BaseRequest):
    """A connection pool for one Bot; give it one for getUpdates and one for everything else.

    All times are in seconds; an upload gets `upload_s` on top of the time to read the answer. `quiet` hears of
    every pause that Telegram asks for, whatever was called.
    """

    def __init__(
        self,
        connections: int = 64,
        *,
        read_s: float = 10.0,
        connect_s: float = 5.0,
        upload_s: float = 60.0,
        quiet: Quiet | None = None,
    ) -> None:
        self._quiet = quiet or Quiet()
        self._connections = connections
        self._read_s = read_s
        self._connect_s = connect_s
        self._upload_s = upload_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer; Bot.get_updates adds its long poll to it."""
        return self._read_s

    async def initialize(self) -> None:
        """Open the pool; harmless when it is open."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close the pool; harmless when it is closed."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = _UNSET,
        write_timeout: object = _UNSET,
        connect_timeout: object = _UNSET,
        pool_timeout: object = _UNSET,
    ) -> tuple[int, bytes]:
        """Send one request; raises TimedOut or NetworkError, neither with the address in it."""
        if self._session is None or self._session.closed:
            raise NetworkError("transport is not open")
        body = _body(request_data)
        uploads = isinstance(body, aiohttp.FormData)
        upload_s = _seconds(write_timeout, self._upload_s) if uploads else 0.0
        connect_s = _seconds(connect_timeout, self._connect_s)
        # aiohttp starts to wait for the answer while the body is still going out.
        read_s = _seconds(read_timeout, self._read_s) + upload_s
        pool_s = _seconds(pool_timeout, self._read_s)
        timeout = _timeout(pool_s, connect_s, read_s)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=_JSON if isinstance(body, bytes) else None,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                content = _without_page(answer.status, await answer.read())
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                    self._quiet.hear(content)
                return answer.status, content
        except TimeoutError:
            failure: NetworkError = TimedOut()
        except (aiohttp.ClientError, OSError) as error:
            failure = NetworkError(f"aiohttp {type(error).__name__}")
        # Raised here and not above: aiohttp's error names the address, and would be its context.
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer. Unlike PTB's own this logs nothing: people's words stand in the body."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


@lru_cache(maxsize=32)
def _timeout(pool_s: float, connect_s: float, read_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=pool_s + connect_s + read_s, sock_connect=connect_s, sock_read=read_s
    )


def _seconds(given: object, default: float) -> float:
    return float(given) if isinstance(given, int | float) else default


def _body(data: RequestData | None) -> aiohttp.FormData | bytes | None:
    """Return the parameters as JSON, which costs a fifth of a form; files need one."""
    if data is None or not data.contains_files:
        return data.json_payload if data else None
    form = aiohttp.FormData(quote_fields=False)  # Chinese file names travel as they are
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        # As a file, bytes go out in pieces; whole they would hold up every other chat.
        piecewise = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, piecewise, filename=filename, content_type=mime)
    return form


def _without_page(status: int, body: bytes) -> bytes:
    """Drop a proxy's error page: PTB quotes it in its exception, and it may name the address."""
    if status < 400:
        return body
    try:
        json.loads(body)
    except ValueError:
        return b"{}"
    return body
