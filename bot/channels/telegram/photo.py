"""A picture in Telegram: sent with its caption and buttons, or not at all, so that the text can go instead.

Floor 4.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from markupsafe import Markup
from telegram import Bot, InputFile, Message
from telegram.constants import MessageLimit, ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.failures import Reason, classify
from bot.channels.telegram.markup import as_plain, keyboard
from bot.service.pages import units
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


async def send(bot: Bot, parcel: Parcel, caption: Markup, png: bytes) -> str | None:
    """Send a picture and return the message's id; None when Telegram will not have it. Raises TelegramError."""
    if units(caption) > MessageLimit.CAPTION_LENGTH:
        log.warning("caption too long, sent as text", extra={"parcel": parcel.id})
        return None

    def call(text: str, mode: str | None) -> Awaitable[Message]:
        return bot.send_photo(
            int(parcel.chat),
            InputFile(png, filename="figures.png"),
            caption=text,
            parse_mode=mode,
            reply_markup=keyboard(parcel.message),
            message_thread_id=int(parcel.thread) if parcel.thread else None,
        )

    try:
        sent = await or_plain(call, caption)
    except TelegramError as error:
        reason = classify(error).reason
        if reason not in _OF_THE_PICTURE:
            raise
        log.warning("picture refused", extra={"parcel": parcel.id, "reason": reason})
        return None
    return str(sent.message_id)


async def or_plain(call: Callable[[str, str | None], Awaitable[T]], html: Markup) -> T:
    """Say something in HTML; what Telegram cannot parse is said as plain text."""
    try:
        return await call(str(html), ParseMode.HTML)
    except TelegramError as error:
        if classify(error).reason is not Reason.MARKUP:
            raise
        log.warning("markup refused, sent as plain text")
        return await call(as_plain(html), None)
