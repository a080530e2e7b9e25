"""Files that parents send, in our own store: checked, renamed, and pictures without their hidden data.

Floor 3. The bytes are fetched after the update was confirmed and as often as it takes, so that evidence survives
the channel. What is refused is said to the parent in words; nothing else of the message is lost.
"""

import asyncio
import hashlib
import io
import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import filetype

from bot.core.errors import DatabaseBusy
from bot.core.turn import Media
from bot.service.delivery import DeliveryFailed, Failing
from bot.service.job import Office
from bot.service.refusals import refuse
from bot.storage import attachments
from bot.storage.attachments import Attachment

log = logging.getLogger(__name__)

MAX_BYTES = 20 * 1024 * 1024  # what a bot may download; the web page holds itself to the same
MAX_PIXELS = 36_000_000  # in memory: 144 MB
MAX_SIDE = 2560
POLL_S = 2.0
LAST_RETRY_S = 600.0
GIVE_UP = timedelta(days=1)  # Telegram keeps a file's path for an hour, the file itself much longer

# what a picture is -> what it is written as
_PICTURES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "PNG",
    "image/bmp": "PNG",
}
_OTHERS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "audio/aac",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/x-wav",
        "video/3gpp",
        "video/mp4",
        "video/quicktime",
        "video/webm",
    }
)
_PHONE_PICTURES = frozenset({"image/heic", "image/heif", "image/avif"})


_TOKEN = re.compile(r"[0-9a-f]{32}")


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
        form = _PICTURES[mime]
        return Checked(_written_anew(content, form), f"image/{form.lower()}")
    if mime in _OTHERS:
        return Checked(content, mime)
    raise Refused("file_kind")


def _written_anew(content: bytes, form: str) -> bytes:
    """Turn the picture upright, bound its size, and leave everything but the pixels behind."""
    from PIL import Image, ImageOps  # large: loaded with the first picture

    try:
        with Image.open(io.BytesIO(content)) as image:
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a large JPEG is read at a half or a quarter
            if image.width * image.height > MAX_PIXELS:  # known before a pixel is read
                raise Refused("file_too_big")
            image.thumbnail((MAX_SIDE, MAX_SIDE))
            upright = ImageOps.exif_transpose(image)
            mode = "RGB" if form == "JPEG" else "RGBA"
            clean = Image.new(mode, upright.size)
            clean.paste(upright.convert(mode))
            out = io.BytesIO()
            clean.save(out, form, quality=88)
            return out.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("file_too_big") from error
    except Refused:
        raise
    except Exception as error:  # a picture made to break the library may raise anything
        raise Refused("file_broken") from error


class FileStore:
    """The folder with the bytes; names are random tokens, nothing a person typed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, token: str) -> Path:
        """Return where the bytes of a token are. Raises ValueError for what is no token."""
        if not _TOKEN.fullmatch(token):
            raise ValueError("not a token")
        return self._folder / token[:2] / token

    def save(self, token: str, content: bytes) -> str:
        """Write the bytes whole or not at all, and onto the disk; return their sha256."""
        path = self.path(token)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:  # a full disk needs the room
            part.unlink(missing_ok=True)
            raise
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
        now, channels = self._office.clock(), tuple(self._sources)
        waiting = await self._office.db.read(lambda tx: attachments.pending(tx, channels, now))
        for attachment in waiting:
            await self._fetch(attachment)
        return len(waiting)

    async def _fetch(self, attachment: Attachment) -> None:
        try:
            content = await self._sources[attachment.channel].fetch(attachment.media)
            checked = await asyncio.to_thread(check, content)
            sha256 = await asyncio.to_thread(self._files.save, attachment.token, checked.content)
        except Refused as refused:
            await self._refuse(attachment, refused.key)
        except DeliveryFailed as failure:
            await self._later_or_never(attachment, failure)
        except Exception as trouble:  # a full disk, or a bug: one file must not stop the others
            log.error("file not kept", extra={"id": attachment.id, "error": type(trouble).__name__})
            await self._later_or_never(attachment, DeliveryFailed(Failing.TRANSIENT, "ours"))
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
        at = now + min(timedelta(seconds=wait_s), attachments.LONGEST_WAIT)
        await self._office.db.write(lambda tx: attachments.mark_retry(tx, attachment.id, at))

    async def _refuse(self, attachment: Attachment, key: str) -> None:
        await self._office.run(lambda job: refuse(job, attachment, key))
