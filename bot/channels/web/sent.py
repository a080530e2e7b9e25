"""Stored files as responses: a case's for staff, and a photo for the parent who sent it.

Floor 4. A file is served as what its bytes are, in a sandbox; what a browser should not show is only downloaded.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web import visitor
from bot.channels.web.channel import CHANNEL
from bot.channels.web.site import Site, refusal
from bot.storage import attachments, store, transcript
from bot.storage.attachments import Attachment
from bot.storage.db import Tx

SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})
SUFFIXES = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/x-wav": "wav",
}
LOOKS, BETWEEN_S = 25, 0.2  # a photo is checked and stored a moment after it came


def response(content: bytes, mime: str, name: str) -> Response:
    """Give a file under a name of ours; its ending says what it is."""
    shown = mime in SHOWN_INLINE
    whole = f"{name}.{SUFFIXES.get(mime, mime.rpartition('/')[2])}"
    return Response(
        content,
        media_type=mime if shown else "application/octet-stream",
        headers={
            "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{whole}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


async def photo(request: Request) -> Response:
    """Give a photo back to the conversation it was sent in, as it is stored: without what a phone hides in it."""
    site: Site = request.app.state.site
    who = visitor.recognise(request, secure=site.secure(request))
    number = request.path_params["line"]
    if who is None or number >= 2**63:
        return refusal(site, request, 404, "web.http_404")
    found = await _stored(site, who.chat, number)
    if found is None or found.media.mime not in SHOWN_INLINE:
        return refusal(site, request, 404, "web.http_404")
    path = site.parts.files.path(found.token)
    try:
        content = await site.office.db.read(lambda tx: path.read_bytes())
    except FileNotFoundError:
        return refusal(site, request, 404, "web.http_404")
    return response(content, found.media.mime, str(number))


async def _stored(site: Site, chat: str, number: int) -> Attachment | None:
    """Return the photo of a line once it is stored; None when there is none, or it was refused."""

    def find(tx: Tx) -> Attachment | None:
        person = store.find_person(tx, CHANNEL, chat)
        line = transcript.line(tx, person.id, number) if person is not None else None
        if person is None or line is None or not line.picture:
            return None
        return attachments.of_person(tx, person.id, line.picture)

    for _ in range(LOOKS):
        found = await site.office.db.read(find)
        if found is None or found.state != "pending":
            return found if found is not None and found.state == "stored" else None
        await asyncio.sleep(BETWEEN_S)
    return None


ROUTES = (Route("/chat/file/{line:int}", photo, methods=["GET"]),)
