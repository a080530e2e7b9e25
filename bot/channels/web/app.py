"""The web application: which address leads where, and what is said when something goes wrong.

Floor 4. One guarded door: security headers, body limits and the words for errors are here, for every route.
"""

import asyncio
import contextlib
import logging
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web import (
    auth,
    broadcast_pages,
    casepage,
    chat,
    console,
    gaps_pages,
    health,
    public,
    sent,
)
from bot.channels.web.guard import BodyLimit, Guard
from bot.channels.web.site import STATIC, Site, WebParts, make_site, refusal
from bot.core import numbers
from bot.core.errors import DatabaseBusy

__all__ = ["WebParts", "make_app"]

log = logging.getLogger(__name__)
KEEP = "public, max-age=86400"  # the address carries the file's hash


def make_app(parts: WebParts) -> Starlette:
    """Tie the routes to the parts."""
    site = make_site(parts)
    app = Starlette(
        routes=_routes(parts),
        middleware=[
            Middleware(Guard, https=site.public_url.startswith("https://")),
            Middleware(_LastResort),
            Middleware(BodyLimit),
        ],
        exception_handlers={HTTPException: _refused, DatabaseBusy: _busy},
        lifespan=_tidy,
    )
    app.state.site = site
    app.router.redirect_slashes = False  # it would build the address from the Host header
    return app


def _routes(parts: WebParts) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        *chat.ROUTES,
        *sent.ROUTES,
        *auth.ROUTES,
        *console.ROUTES,
        *casepage.ROUTES,
        *broadcast_pages.ROUTES,
        *gaps_pages.ROUTES,
        *public.ROUTES,
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", health.metrics),
        Mount("/static", _Static(directory=STATIC), name="static"),
    ]
    if parts.webhook is not None:
        routes.append(Route("/telegram", parts.webhook.__call__, methods=["POST"]))
    return routes


class _Static(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        response: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        response.headers["Cache-Control"] = KEEP
        return response


@contextlib.asynccontextmanager
async def _tidy(app: Starlette) -> AsyncIterator[None]:
    """Sweep the uploads while the app runs."""
    site: Site = app.state.site
    sweeping = asyncio.create_task(site.parts.channel.keep_tidy())
    try:
        yield
    finally:
        site.parts.channel.close()
        sweeping.cancel()
        await asyncio.wait([sweeping])


async def _refused(request: Request, error: Exception) -> Response:
    """Answer what was refused before or outside a page: 400, 403, 404, 405, 413 ..."""
    if (address := _without_slash(request)) is not None:
        return RedirectResponse(address, 308)
    status = error.status_code if isinstance(error, HTTPException) else 400
    key = f"web.http_{status}" if status in (403, 404, 405, 413) else "web.http_400"
    return refusal(request.app.state.site, request, status, key)


def _without_slash(request: Request) -> str | None:
    """Return where an address with a slash too many leads, within this site; None for any other."""
    path = "/" + request.url.path.strip("/")  # one slash: two would name another host
    if request.method != "GET" or path == request.url.path:
        return None
    scope = {**request.scope, "path": path}
    known = any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    return path + (f"?{request.url.query}" if request.url.query else "") if known else None


async def _busy(request: Request, error: Exception) -> Response:
    """Say that nothing was lost and that it should be tried again."""
    response = refusal(request.app.state.site, request, 503, "web.busy")
    response.headers["Retry-After"] = "2"
    return response


class _LastResort:
    """ASGI middleware: a bug becomes a page with an error number; the log gets class and place, no text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as bug:
            if scope["type"] != "http":
                raise
            response = _failed(Request(scope), bug)
            if not started:
                await response(scope, receive, send)


def _failed(request: Request, bug: Exception) -> Response:
    """Say that something went wrong, with a number that stands in the log too."""
    site: Site = request.app.state.site
    day, bits = site.office.clock().date(), site.office.chance.bits(40)
    reference = f"E{numbers.make(day, bits)[9:18]}"
    last = traceback.extract_tb(bug.__traceback__)[-1]
    where = f"{type(bug).__name__} at {Path(last.filename).name}:{last.lineno}"
    route = getattr(request.scope.get("route"), "path", "")
    log.error("request failed", extra={"reference": reference, "route": route, "error": where})
    return refusal(site, request, 500, "web.failed", reference=reference)
