"""From a form of the chat page to what the engine understands.

Floor 4. A form carries a key of its own: sent twice it has one effect, and with another body under the same key
it is refused.
"""

import asyncio
import hashlib
import logging
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData, UploadFile

from bot.channels.web.channel import CHANNEL
from bot.channels.web.uploads import NO_SPACE, Uploads
from bot.channels.web.visitor import Visitor
from bot.core.turn import MAX_DATA_BYTES, Arrival, Incoming, Media, MediaKind
from bot.service.files import MAX_BYTES
from bot.service.job import Chance

log = logging.getLogger(__name__)
LONGEST_TEXT = 4000
MOST_FILES = 10
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST_NAME = 120
_KINDS = {
    "image": MediaKind.PHOTO,
    "audio": MediaKind.VOICE,
    "video": MediaKind.VIDEO,
}


class BadForm(Exception):
    """A form that is not taken; `key` is the sentence that says why."""

    def __init__(self, status: int, key: str) -> None:
        self.status = status
        self.key = key
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class Said:
    """What one form says. `digest` is of everything in it but the key."""

    key: str
    text: str
    choice: str
    line: str  # the transcript's id of the message whose button was pressed
    files: tuple[Media, ...]
    digest: str


async def read(form: FormData, uploads: Uploads, chance: Chance) -> Said:
    """Check a form and put its files aside. Raises BadForm; nothing has happened then."""
    key, choice = _field(form, "key"), _field(form, "choice")
    text = clean(_field(form, "text"))
    given = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if not _KEY.fullmatch(key) or len(choice.encode()) > MAX_DATA_BYTES:
        raise BadForm(400, "web.http_400")
    if len(text) > LONGEST_TEXT:
        raise BadForm(413, "web.too_long")
    if len(given) > MOST_FILES:
        raise BadForm(413, "web.too_many_files")
    if any((file.size or 0) > MAX_BYTES for file in given):
        raise BadForm(413, "web.file_too_big")
    if not (text.strip() or choice or given):
        raise BadForm(400, "web.nothing")
    line = _field(form, "line")
    digest = hashlib.sha256("\0".join((text, choice)).encode())
    files = []
    for file in given:
        file_id = f"{chance.bits(128):032x}"
        digest.update((await _kept(uploads, file_id, file)).encode())
        files.append(_media(file, file_id))
    return Said(key, text, choice, line, tuple(files), digest.hexdigest())


async def _kept(uploads: Uploads, file_id: str, file: UploadFile) -> str:
    """Put a file aside; return its hash. Raises BadForm where the disk is full: nothing has happened then."""
    try:
        return await asyncio.to_thread(uploads.save, file_id, file.file)
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        log.error("an upload was not kept: the disk is full")
        raise BadForm(503, "web.busy") from error


def incomings(said: Said, visitor: Visitor, *, label: str, now: datetime) -> Iterator[Incoming]:
    """Yield what the engine receives: a choice, a text, or one for each file, the text with the first."""

    def one(number: int, arrival: Arrival, text: str, media: Media | None) -> Incoming:
        return Incoming(
            channel=CHANNEL,
            bot=CHANNEL,
            update_id=f"{update_prefix(visitor.chat, said.key)}{said.digest}:{number}",
            chat=visitor.chat,
            person=visitor.chat,
            arrival=arrival,
            sent_at=now,
            text=text,
            choice=said.choice,
            media=media,
            album=said.key if len(said.files) > 1 else "",
            message=said.line if said.choice else f"{said.key}.{number}",
            label=label,
        )

    if said.choice:
        yield one(0, Arrival.CHOICE, "", None)
    elif not said.files:
        yield one(0, Arrival.TEXT, said.text, None)
    for number, media in enumerate(() if said.choice else said.files):
        yield one(number, Arrival.MEDIA, said.text if number == 0 else "", media)


def update_prefix(chat: str, key: str) -> str:
    """Return what the update ids of one form begin with, whatever its body."""
    return f"{chat}:{key}:"


def clean(text: str) -> str:
    """Return the text in one form of Unicode, with plain line breaks and without control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", unicodedata.normalize("NFC", lines))


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _media(file: UploadFile, file_id: str) -> Media:
    mime = (file.content_type or "").partition(";")[0].strip().lower()[:100]
    kind = _KINDS.get(mime.partition("/")[0], MediaKind.DOCUMENT)
    name = clean(file.filename or "").replace("\n", " ")
    short = re.split(r"[\\/]", name)[-1][-_LONGEST_NAME:]
    return Media(kind, file_id, file.size, mime, short)
