"""The webhook: 200 only after the commit, and only for whoever knows the secret.

Floor 4. The secret is compared in constant time; a body over 1 MB is not read to its end.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.core.errors import DatabaseBusy, NotReady

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name
MAX_BODY = 1024 * 1024

TakeRaw = Callable[[dict[str, Any]], Awaitable[None]]


class Webhook:
    """The route POST /telegram. `take` returns after the commit of one raw update."""

    def __init__(self, secret: str, take: TakeRaw) -> None:
        if not secret:
            raise ValueError("a webhook without a secret takes updates from anybody")
        self._secret = secret.encode()
        self._take = take

    async def __call__(self, request: Request) -> Response:
        """Take one update."""
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, self._secret):
            return PlainTextResponse("forbidden", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            raw = json.loads(body)
            update_id = raw["update_id"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return PlainTextResponse("not an update", 400)
        if type(update_id) is not int:  # True is an int, too
            return PlainTextResponse("not an update", 400)
        try:
            await self._take(raw)
        except (DatabaseBusy, NotReady):  # nothing was confirmed
            return PlainTextResponse("try again", 503, headers={"Retry-After": "2"})
        return PlainTextResponse("ok")


async def _body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is over the limit."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body
