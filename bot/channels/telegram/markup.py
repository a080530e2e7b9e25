"""Our messages in Telegram's terms: the keyboard under one, and its words without markup.

Floor 4, pure.
"""

import html
import re

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.core.turn import Outgoing

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def keyboard(message: Outgoing) -> InlineKeyboardMarkup | None:
    """Return the buttons of a message, or None."""
    if not message.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(b.label, callback_data=b.data or None, url=b.url or None)
                for b in row
            ]
            for row in message.buttons
        ]
    )


def raw_keyboard(message: Outgoing) -> dict[str, list[list[dict[str, str]]]]:
    """Return the buttons of a message as the Bot API takes them, without an object for each."""
    return {
        "inline_keyboard": [
            [
                {"text": b.label, "url": b.url}
                if b.url
                else {"text": b.label, "callback_data": b.data}
                for b in row
            ]
            for row in message.buttons
        ]
    }


def as_plain(said: Markup) -> str:
    """Return the words of a message, for when its markup is refused."""
    return html.unescape(re.sub(r"<[^>]*>", "", said))
