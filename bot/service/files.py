"""Files that parents send, in our own store: checked, renamed, and pictures without their hidden data.

Floor 3. The bytes are fetched after the update was confirmed and as often as it takes, so that evidence survives
the channel. What is refused is said to the parent in words; nothing else of the message is lost.
"""

import asyncio
import hashlib
import io
import logging
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.core.errors import DatabaseBusy
from bot.core.texts import say
from bot.core.turn import Media, Outgoing
from bot.service.delivery import DeliveryFailed, Failing
from bot.service.job import Job, Office
from bot.storage import attachments, store
from bot.storage.attachments import Attachment
from bot.storage.outbox import Parcel

log = logging.getLogger(__name__)

MAX_BYTES = 20 * 1024 * 1024  # what a bot may download; the web page holds itself to the same
MAX_PIXELS = 50_000_000
MAX_SIDE = 2560
POLL_S = 2.0
LAST_RETRY_S = 600.0
GIVE_UP = timedelta(days=1)  # Telegram keeps a file's path for an hour, the file itself much longer

_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_OTHERS = frozenset(
    {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/x-wav",
        "video/mp4",
        "video/quicktime",
        "video/webm",
    }
)
_PHONE_PICTURES = frozenset({"image/heic", "image/heif", "image/avif"})


class Refused(Exception):
    """A file that is not taken; `key` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it will be stored."""

    content: bytes
    mime: str


def check(content: bytes) -> Checked:
    """Return the file as it may be stored. Raises Refused.

    The type is read from the bytes, never from the name. A picture is written anew, so that what a phone
    hides in it (place, time, owner) is gone.
    """
    if not content:
        raise Refused("file_empty")
    if len(content) > MAX_BYTES:
        raise Refused("file_too_big")
    kind = filetype.guess(content)
    mime = kind.mime if kind else ""
    if mime in _PHONE_PICTURES:
        raise Refused("file_heic")
    if mime in _PICTURES:
        return Checked(_written_anew(content, _PICTURES[mime]), mime)
    if mime in _OTHERS:
        return Checked(content, mime)
    raise Refused("file_kind")


def _written_anew(content: bytes, form: str) -> bytes:
    """Turn the picture upright, bound its size, and leave everything but the pixels behind."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Refused("file_too_big")
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((MAX_SIDE, MAX_SIDE))
                mode = "RGB" if form == "JPEG" else "RGBA"
                out = io.BytesIO()
                clean = Image.new(mode, upright.size)
                clean.paste(upright.convert(mode))
                clean.save(out, form, quality=88)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ) as error:
        raise Refused("file_broken") from error
    except Image.DecompressionBombWarning as error:
        raise Refused("file_too_big") from error
    return out.getvalue()


class FileStore:
    """The folder with the bytes; names are random tokens, nothing a person typed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, token: str) -> Path:
        """Return where the bytes of a token are. Raises ValueError for what is no token."""
        if len(token) != 32 or not token.isalnum():
            raise ValueError("not a token")
        return self._folder / token[:2] / token

    def save(self, token: str, content: bytes) -> str:
        """Write the bytes whole or not at all; return their sha256."""
        path = self.path(token)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
        return hashlib.sha256(content).hexdigest()

    def load(self, token: str) -> bytes:
        """Read the bytes."""
        return self.path(token).read_bytes()


class Source(Protocol):
    """A channel that files can be fetched from."""

    name: str

    async def fetch(self, media: Media) -> bytes:
        """Return the bytes. Raises DeliveryFailed."""
        ...


class Fetcher:
    """Fetches what is pending until told to stop; one file at a time, so that a picture's memory is bounded."""

    def __init__(self, office: Office, files: FileStore, sources: Iterable[Source]) -> None:
        self._office = office
        self._files = files
        self._sources = {source.name: source for source in sources}
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        """Look at once: a file was just written down."""
        self._wake.set()

    async def run(self) -> None:
        """Fetch for ever; cancel to stop (a file half fetched is fetched again)."""
        while True:
            self._wake.clear()
            try:
                if await self.fetch_pending():
                    continue
            except DatabaseBusy:
                log.warning("database busy while fetching files")
            try:
                await asyncio.wait_for(self._wake.wait(), POLL_S)
            except TimeoutError:
                continue

    async def fetch_pending(self) -> int:
        """Fetch every file whose time has come; return how many were tried."""
        now = self._office.clock()
        waiting = await self._office.db.read(lambda tx: attachments.pending(tx, now))
        tried = 0
        for attachment in waiting:
            if attachment.channel in self._sources:
                await self._fetch(attachment)
                tried += 1
        return tried

    async def _fetch(self, attachment: Attachment) -> None:
        try:
            content = await self._sources[attachment.channel].fetch(attachment.media)
            checked = await asyncio.to_thread(check, content)
            sha256 = await asyncio.to_thread(self._files.save, attachment.token, checked.content)
        except Refused as refused:
            await self._refuse(attachment, refused.key)
        except DeliveryFailed as failure:
            await self._later_or_never(attachment, failure)
        else:
            size = len(checked.content)
            await self._office.db.write(
                lambda tx: attachments.mark_stored(
                    tx, attachment.id, mime=checked.mime, size=size, sha256=sha256
                )
            )

    async def _later_or_never(self, attachment: Attachment, failure: DeliveryFailed) -> None:
        now = self._office.clock()
        if failure.failing is Failing.PERMANENT or now - attachment.created_at > GIVE_UP:
            await self._refuse(
                attachment, "file_too_big" if failure.reason == "too_big" else "file_lost"
            )
            return
        wait_s = failure.retry_after_s or min(2.0 ** min(attachment.attempts, 10), LAST_RETRY_S)
        at = now + timedelta(seconds=wait_s)
        await self._office.db.write(lambda tx: attachments.mark_retry(tx, attachment.id, at))

    async def _refuse(self, attachment: Attachment, key: str) -> None:
        """Mark the file as not taken and say so to the parent, in one transaction."""

        def refuse(job: Job) -> None:
            attachments.mark_refused(job.tx, attachment.id, key)
            person = store.person_by_id(job.tx, attachment.person_id)
            message = Outgoing(say(key, person.language))
            job.owe(Parcel(person.channel, person.chat, message))

        await self._office.run(refuse)
