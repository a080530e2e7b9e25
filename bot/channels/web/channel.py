"""The web as a channel: what the sender delivers becomes a line of the transcript, and open pages are told.

Floor 4. Delivering is one transaction, so a reply counts as sent exactly when the page can show it.
"""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

from bot.channels.web.streams import Streams
from bot.channels.web.uploads import Uploads
from bot.core.turn import Media
from bot.service.delivery import Delivered, DeliveryFailed, Failing
from bot.service.job import Job, Office
from bot.service.pictures import Pictures
from bot.storage import attachments, store, transcript
from bot.storage.outbox import Parcel

log = logging.getLogger(__name__)
CHANNEL = "web"
SWEEP_S = 3600.0


class WebChannel:
    """Implements service.delivery.Channel and service.files.Source."""

    name = CHANNEL
    limited = False

    def __init__(self, office: Office, uploads: Path, pictures: Pictures | None = None) -> None:
        self._office = office
        self.pictures = pictures or Pictures()
        self.uploads = Uploads(uploads)
        self.streams = Streams()

    async def deliver(self, parcel: Parcel) -> Delivered:
        """Write the message into the conversation's transcript and wake its pages.

        A picture is drawn now, although the page will ask for it: what cannot be drawn stands there as its text.
        """
        message = parcel.message
        if message.picture is not None and not await self.pictures.png(message.picture.chart):
            message = replace(message, picture=None)

        def write(job: Job) -> int:
            # made here when the very first message failed and left only an apology behind
            person, _ = store.load_person(job.tx, CHANNEL, parcel.chat, language="zh", now=job.now)
            return transcript.add_desk(job.tx, person.id, parcel.id, message, job.now)

        line = await self._office.run(write)
        self.streams.wake(parcel.chat)
        return Delivered(str(line))

    def is_group(self, chat: str) -> bool:
        """Tell that no conversation here is a group."""
        return False

    async def fetch(self, media: Media) -> bytes:
        """Return the bytes of an upload. Raises DeliveryFailed when they are gone."""
        try:
            return await asyncio.to_thread(self.uploads.load, media.file_id)
        except (FileNotFoundError, ValueError):
            raise DeliveryFailed(Failing.PERMANENT, "lost") from None

    async def sweep(self) -> int:
        """Delete the uploads that are stored, refused or forgotten; return how many went."""
        listed = self.uploads.listed()
        states = await self._office.db.read(lambda tx: attachments.states(tx, CHANNEL, listed))
        done = {file_id for file_id, state in states.items() if state != "pending"}
        return await asyncio.to_thread(self.uploads.sweep, done, states.keys() - done)

    async def keep_tidy(self) -> None:
        """Sweep now and every hour, until cancelled."""
        while True:
            if gone := await self.sweep():
                log.info("uploads deleted", extra={"count": gone})
            await asyncio.sleep(SWEEP_S)

    def close(self) -> None:
        """End the open streams: the desk is stopping."""
        self.streams.close()
