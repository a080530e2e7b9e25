"""A picture in Telegram: sent with its caption and buttons, or not at all, so that the text can go instead.

Floor 4.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeVar

from markupsafe import Markup
from telegram import Bot, InputFile, Message
from telegram.constants import MessageLimit, ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.failures import Reason, classify
from bot.channels.telegram.markup import as_plain, keyboard
from bot.core.chart import Chart, Picture
from bot.service.pages import units
from bot.service.pictures import KEPT, Pictures
from bot.storage.outbox import Parcel

T = TypeVar("T")
log = logging.getLogger(__name__)
# Refusals of the picture, not of the chat: a text may still get through. In a group pictures may be forbidden.
_OF_THE_PICTURE = frozenset(
    {
        Reason.BAD_FILE,
        Reason.TOO_BIG,
        Reason.TOO_LONG,
        Reason.MARKUP,
        Reason.NO_RIGHTS,
        Reason.UNKNOWN,
    }
)


class Photos:
    """Sends pictures; one that Telegram has already is named and not uploaded again, as many ask for the same."""

    def __init__(self, bot: Bot, pictures: Pictures) -> None:
        self._bot = bot
        self._pictures = pictures
        self._known: OrderedDict[Chart, str] = (
            OrderedDict()
        )  # the ids of their files, of this bot only

    async def send(self, parcel: Parcel, picture: Picture) -> str | None:
        """Send a message as its picture; None when it is to go out as its text. Raises TelegramError."""
        if units(picture.caption) > MessageLimit.CAPTION_LENGTH:
            log.warning("caption too long, sent as text", extra={"parcel": parcel.id})
            return None
        known = self._known.get(picture.chart)
        if known is not None and (sent := await self._sent(parcel, picture, known)) is not None:
            return sent
        self._known.pop(picture.chart, None)
        png = await self._pictures.png(picture.chart)
        if png is None:
            return None
        return await self._sent(parcel, picture, InputFile(png, filename="figures.png"))

    async def _sent(self, parcel: Parcel, picture: Picture, file: InputFile | str) -> str | None:
        """Send a file or one that is known, and return the message's id; None when Telegram will not have it."""

        def call(text: str, mode: str | None) -> Awaitable[Message]:
            return self._bot.send_photo(
                int(parcel.chat),
                file,
                caption=text,
                parse_mode=mode,
                reply_markup=keyboard(parcel.message),
                message_thread_id=int(parcel.thread) if parcel.thread else None,
            )

        try:
            sent = await or_plain(call, picture.caption)
        except TelegramError as error:
            reason = classify(error).reason
            if reason not in _OF_THE_PICTURE:
                raise
            log.warning("picture refused", extra={"parcel": parcel.id, "reason": reason})
            return None
        self._remember(picture.chart, sent)
        return str(sent.message_id)

    def _remember(self, chart: Chart, sent: Message) -> None:
        if sent.photo:
            self._known[chart] = sent.photo[-1].file_id
            self._known.move_to_end(chart)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)


async def or_plain(call: Callable[[str, str | None], Awaitable[T]], html: Markup) -> T:
    """Say something in HTML; what Telegram cannot parse is said as plain text."""
    try:
        return await call(str(html), ParseMode.HTML)
    except TelegramError as error:
        if classify(error).reason is not Reason.MARKUP:
            raise
        log.warning("markup refused, sent as plain text")
        return await call(as_plain(html), None)
