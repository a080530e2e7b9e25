"""Who is signed in at the console: one-time links, sessions, and the two doors every console route goes through.

Floor 4. A link is spent by pressing a button, so that no link preview spends it. What somebody may do is not
decided here but in the desk.
"""

import functools
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web import visitor
from bot.channels.web.guard import same_site
from bot.channels.web.incoming import clean
from bot.channels.web.site import Site, refusal
from bot.service.job import Job
from bot.storage import staffbook, store
from bot.storage.db import Tx
from bot.storage.staffbook import Session

log = logging.getLogger(__name__)
TRIES_PER_MINUTE = 5
MINUTE = timedelta(minutes=1)
TOUCH_AFTER = timedelta(minutes=1)  # a session in use is noted once a minute, not at every page
FIELD_LIMIT = 256 * 1024

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the console: its fields as cleaned text."""

    fields: dict[str, str]

    def text(self, name: str) -> str:
        """Return a field without blanks at its ends, '' when it is missing."""
        return self.fields.get(name, "").strip()

    def number(self, name: str) -> int | None:
        """Return a field as a small whole number, or None."""
        given = self.text(name)
        return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None

    @property
    def digest(self) -> str:
        """Return a hash of everything but the key and the token."""
        said = sorted((k, v) for k, v in self.fields.items() if k not in ("key", "csrf"))
        return hashlib.sha256(repr(said).encode()).hexdigest()


def signed_in(endpoint: Callable[[Site, Request, Session], Awaitable[Response]]) -> Endpoint:
    """Let only people with a living session through; others read how to get a link."""

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        site: Site = request.app.state.site
        session = await _session(site, request)
        if session is None:
            return site.page(request, "signed_out.html", status=401, kept="")
        return await endpoint(site, request, session)

    return guarded


def staff_form(
    endpoint: Callable[[Site, Request, Session, Form], Awaitable[Response]],
) -> Endpoint:
    """Let only forms through that a signed-in person sent from our own page."""

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        site: Site = request.app.state.site
        session = await _session(site, request)
        if not same_site(request, site.public_url):
            return refusal(site, request, 403, "web.http_403")
        async with request.form(max_files=0, max_fields=30, max_part_size=FIELD_LIMIT) as given:
            form = _form(given)
        kept = form.text("text")  # what was written must not be lost with the session
        if session is None:
            return site.page(request, "signed_out.html", status=401, kept=kept)
        if not hmac.compare_digest(form.text("csrf").encode(), session.csrf.encode()):
            return refusal(site, request, 403, "console.other_session", kept=kept)
        return await endpoint(site, request, session, form)

    return guarded


def _form(given: FormData) -> Form:
    return Form({name: clean(value) for name, value in given.items() if isinstance(value, str)})


def cookie_name(*, secure: bool) -> str:
    """Return the session cookie's name; a browser takes __Host- only from https and this very host."""
    return "__Host-console" if secure else "console"


async def _session(site: Site, request: Request) -> Session | None:
    token = request.cookies.get(cookie_name(secure=site.secure(request)), "")
    if not token:
        return None
    now = site.office.clock()
    session = await site.office.db.read(lambda tx: staffbook.find_session(tx, token, now))
    if session is not None and now - session.seen_at > TOUCH_AFTER:
        await site.office.db.write(lambda tx: staffbook.touch_session(tx, token, now))
    return session


async def show_sign_in(request: Request) -> Response:
    """Show the button that spends the link; looking at it spends nothing."""
    site: Site = request.app.state.site
    secure = site.secure(request)
    who = visitor.recognise(request, secure=secure) or visitor.meet(site.office.chance)
    response = site.page(request, "sign_in.html", csrf=who.csrf)
    visitor.remember(response, who, secure=secure)
    return response


async def sign_in(request: Request) -> Response:
    """Spend the link and begin a session under a new id."""
    site: Site = request.app.state.site
    secure = site.secure(request)
    who = visitor.recognise(request, secure=secure)
    async with request.form(max_files=0, max_fields=30, max_part_size=FIELD_LIMIT) as form:
        trusted = who is not None and who.sent(form.get("csrf"))
    if not trusted or not same_site(request, site.public_url):
        return refusal(site, request, 403, "web.http_403")
    link, host = request.path_params["token"], request.client.host if request.client else ""
    old = request.cookies.get(cookie_name(secure=secure), "")
    token = await site.office.run(lambda job: _begin(job, link, old, f"sign_in:{host}"))
    if not token:
        site.metrics.login_failures.inc()
        log.warning("sign-in refused")
        key, status = ("console.slow_down", 429) if token is None else ("console.bad_link", 403)
        return refusal(site, request, status, key)
    response = RedirectResponse("/console", 303)
    _set_cookie(response, token, secure=secure)
    return response


def _begin(job: Job, link: str, old: str, key: str) -> str | None:
    """Return the new session's token, '' for a link that is not good, None after too many of those.

    A link of 256 random bits is not guessed, and behind a proxy everybody has one address: whoever holds a good
    one gets in, whatever others have tried. What is slowed down, and kept out of the database, is the noise.
    """
    staff = staffbook.use_link(job.tx, link, job.now)
    if staff is None:
        if store.recent_tries(job.tx, key, job.now, within=MINUTE) >= TRIES_PER_MINUTE:
            return None
        store.count_try(job.tx, key, job.now)
        return ""
    token, csrf = f"{job.chance.bits(256):064x}", f"{job.chance.bits(256):064x}"
    if old:
        staffbook.end_session(job.tx, old)
    staffbook.start_session(job.tx, staff.id, token, csrf, job.now)
    log.info("signed in", extra={"staff": staff.id})
    return token


@staff_form
async def sign_out(site: Site, request: Request, session: Session, form: Form) -> Response:
    """End the session, here and in the database."""
    secure = site.secure(request)
    token = request.cookies[cookie_name(secure=secure)]

    def end(tx: Tx) -> None:
        staffbook.end_session(tx, token)

    await site.office.db.write(end)
    response = RedirectResponse("/console", 303)
    response.delete_cookie(cookie_name(secure=secure), secure=secure, httponly=True, samesite="lax")
    return response


def _set_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Set the session's cookie; it ends with the browser, and at the latest with the session."""
    response.set_cookie(
        cookie_name(secure=secure), token, path="/", secure=secure, httponly=True,
        samesite="lax",  # not strict: a link in the staff chat leads here
    )  # fmt: skip


ROUTES = (
    Route("/console/sign-in/{token}", show_sign_in, methods=["GET"]),
    Route("/console/sign-in/{token}", sign_in, methods=["POST"]),
    Route("/console/sign-out", sign_out, methods=["POST"]),
)
