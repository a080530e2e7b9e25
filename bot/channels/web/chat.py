"""The parent's chat page: the page itself, what is sent from it, and the stream that keeps it up to date.

Floor 4. The same dialogues as everywhere; the page works without scripts, as a form that leads back to itself.
"""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.web import incoming, visitor
from bot.channels.web.channel import CHANNEL
from bot.channels.web.guard import same_site
from bot.channels.web.incoming import BadForm, Said
from bot.channels.web.lines import Shown, label_of, shown
from bot.channels.web.site import Site, refusal, wants_json
from bot.channels.web.streams import TooManyStreams
from bot.channels.web.visitor import Visitor
from bot.core.people import Person
from bot.core.turn import Outgoing
from bot.service.files import MAX_BYTES
from bot.storage import store, transcript
from bot.storage.db import Tx

HEARTBEAT_S = 15.0
PATIENCE_S = 3.0  # how long a form without a script waits for its answer before it leads back
FIELD_LIMIT = 256 * 1024
CHIPS = 6
KEEP_PICTURE = "private, max-age=86400"  # a line never changes


async def page(request: Request) -> Response:
    """Show the conversation."""
    site: Site = request.app.state.site
    secure = site.secure(request)
    who = visitor.recognise(request, secure=secure) or visitor.meet(site.office.chance)
    person, lines = await site.office.db.read(lambda tx: _conversation(tx, who.chat))
    language = person.language if person else "zh"
    response = site.page(
        request,
        "chat.html",
        language=language,
        lines=lines,
        last=lines[-1].id if lines else 0,
        csrf=who.csrf,
        fresh_key=site.fresh_key,
        chips=_chips(site, language),
        most_files=incoming.MOST_FILES,
        most_bytes=MAX_BYTES,
    )
    visitor.remember(response, who, secure=secure)
    return response


async def send(request: Request) -> Response:
    """Take what was written, pressed or attached; answered only after the commit."""
    site: Site = request.app.state.site
    who = visitor.recognise(request, secure=site.secure(request))
    if who is None:
        return refusal(site, request, 403, "web.no_cookie")
    if not same_site(request, site.public_url):
        return refusal(site, request, 403, "web.http_403")
    if not site.pace.allows(who.chat, site.office.clock()):
        return refusal(site, request, 429, "web.too_fast")
    async with request.form(
        max_files=2 * incoming.MOST_FILES, max_fields=20, max_part_size=FIELD_LIMIT
    ) as form:
        if not who.sent(form.get("csrf")):
            return refusal(site, request, 403, "web.http_403")
        try:
            said = await incoming.read(form, site.parts.channel.uploads, site.office.chance)
        except BadForm as bad:
            return refusal(site, request, bad.status, bad.key)
    if wants_json(request):
        done = await _receive(site, who, said)
        return Response(status_code=204) if done else refusal(site, request, 409, "web.same_key")
    done = await _receive_and_wait(site, who, said)
    if not done:
        return refusal(site, request, 409, "web.same_key")
    return RedirectResponse("/#latest", 303)


async def stream(request: Request) -> Response:
    """Stream the lines after the last one the page has, and every new one."""
    site: Site = request.app.state.site
    who = visitor.recognise(request, secure=site.secure(request))
    if who is None:
        return refusal(site, request, 403, "web.no_cookie")
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    after = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else 0
    places = contextlib.ExitStack()
    try:
        news = places.enter_context(site.parts.channel.streams.listen(who.chat))
    except TooManyStreams:
        response = refusal(site, request, 503, "web.busy")
        response.headers["Retry-After"] = "30"
        return response
    return StreamingResponse(
        _events(site, who, after, news, places),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def picture(request: Request) -> Response:
    """Draw the picture of a line, for whoever has the conversation; drawn anew it is the same picture."""
    site: Site = request.app.state.site
    who = visitor.recognise(request, secure=site.secure(request))
    number = request.path_params["line"]
    if who is None or number >= 2**63:
        return refusal(site, request, 404, "web.http_404")

    def find(tx: Tx) -> Outgoing | None:
        person = store.find_person(tx, CHANNEL, who.chat)
        line = transcript.line(tx, person.id, number) if person is not None else None
        return None if line is None else line.message

    message = await site.office.db.read(find)
    drawn = message.picture if message is not None else None
    png = await site.parts.channel.pictures.png(drawn.chart) if drawn is not None else None
    if png is None:
        return refusal(site, request, 404, "web.http_404")
    return Response(png, media_type="image/png", headers={"Cache-Control": KEEP_PICTURE})


async def _events(
    site: Site, who: Visitor, after: int, news: asyncio.Event, places: contextlib.ExitStack
) -> AsyncIterator[str]:
    """Yield events until the page goes away or the desk stops."""
    streams = site.parts.channel.streams
    with places:
        yield "retry: 2000\n\n"
        while not streams.closed:
            news.clear()
            look = functools.partial(_conversation, chat=who.chat, after=after)
            person, lines = await site.office.db.read(look)
            for line in lines:
                yield _event(site, who, line, person.language if person else "zh")
                after = line.id
            if lines:
                continue
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield ": alive\n\n"


def _event(site: Site, who: Visitor, line: Shown, language: str) -> str:
    html = site.fragment(
        "line.html", language=language, line=line, csrf=who.csrf, fresh_key=site.fresh_key
    )
    data = "\n".join(f"data: {part}" for part in html.splitlines())
    return f"id: {line.id}\n{data}\n\n"


async def _receive(site: Site, who: Visitor, said: Said) -> bool:
    """Hand a form to the engine; False when its key came with another body before."""
    lock = site.locks.setdefault(who.chat, asyncio.Lock())
    async with lock:
        prefix = incoming.update_prefix(who.chat, said.key)
        before = await site.office.db.read(lambda tx: store.updates_like(tx, CHANNEL, prefix))
        if any(not update_id.startswith(prefix + said.digest) for update_id in before):
            return False
        label = await _label(site, who, said) if said.choice else ""
        now = site.office.clock()
        for one in incoming.incomings(said, who, label=label, now=now):
            await site.parts.engine.receive(one)
    site.parts.channel.streams.wake(who.chat)
    return True


async def _receive_and_wait(site: Site, who: Visitor, said: Said) -> bool:
    """Do the same for a browser without our script: its next page should have the answer already."""
    try:
        with site.parts.channel.streams.listen(who.chat) as news:
            done = await _receive(site, who, said)
            news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), PATIENCE_S if done else 0)
            return done
    except TooManyStreams:
        return await _receive(site, who, said)


async def _label(site: Site, who: Visitor, said: Said) -> str:
    """Return what the pressed button says, as it stood in this conversation or among the topics."""
    language, label = await site.office.db.read(lambda tx: label_of(tx, who.chat, said.choice))
    topics = {f"topic:{topic_id}": title for topic_id, title in _chips(site, language, None)}
    return label or topics.get(said.choice, "")


def _conversation(tx: Tx, chat: str, after: int = 0) -> tuple[Person | None, list[Shown]]:
    person = store.find_person(tx, CHANNEL, chat)
    if person is None:
        return None, []
    return person, [shown(line) for line in transcript.lines(tx, person.id, after=after)]


def _chips(site: Site, language: str, limit: int | None = CHIPS) -> list[tuple[str, str]]:
    """Return id and title of the first topics."""
    topics = site.office.library.current.topics[:limit]
    return [(one.id, (one.title_en if language == "en" else "") or one.title) for one in topics]


ROUTES = (
    Route("/", page),
    Route("/chat", send, methods=["POST"]),
    Route("/chat/stream", stream),
    Route("/chat/picture/{line:int}", picture),
)
