"""From Telegram's JSON to python-telegram-bot's Update: what nobody here reads is left out of it.

Floor 4, pure. Making objects of what arrives is the dearest step of an update whose answer is known.
"""

from datetime import UTC, datetime
from typing import Any

from telegram import Bot, Chat, Message, Update, User
from telegram.constants import ChatType

_SAID = {
    "message_id",
    "date",
    "chat",
    "from",
    "text",
}  # all there is to a text that somebody writes
_MARKED = {*_SAID, "entities"}  # where its links and commands stand: nobody here asks
# Of a message that is only quoted, or that a button hangs under: where it is and whose.
_QUOTED = ("message_id", "date", "chat", "from", "message_thread_id", "is_topic_message")


def read_update(raw: dict[str, Any], bot: Bot | None) -> Update:
    """Make the object of a raw update; raises whatever its constructors meet."""
    message = raw.get("message")
    if isinstance(message, dict) and _SAID <= message.keys() <= _MARKED and len(raw) == 2:
        return Update(raw["update_id"], message=_said(message, bot))
    return Update.de_json(slim(raw), bot)


def _said(message: dict[str, Any], bot: Bot | None) -> Message:
    """Make what PTB makes of a mere text, without looking for the ninety things that it does not hold."""
    return Message(
        message_id=message["message_id"],
        date=datetime.fromtimestamp(message["date"], UTC),
        chat=Chat.de_json(message["chat"], bot),
        from_user=User.de_json(message["from"], bot),
        text=message["text"],
    )


def slim(raw: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a raw update what nobody here reads: the text and the buttons of the messages in it."""
    query, message = raw.get("callback_query"), raw.get("message")
    if isinstance(query, dict) and isinstance(query.get("message"), dict):
        under = _quoted(query["message"])
        chat = under.get("chat")
        if isinstance(chat, dict) and chat.get("type") == ChatType.PRIVATE:
            under["date"] = (
                0  # as Telegram says it of an old message: PTB makes a small object of it
            )
        replied = query["message"].get("reply_to_message")
        if isinstance(replied, dict):
            under["reply_to_message"] = _quoted(replied)
        return {**raw, "callback_query": {**query, "message": under}}
    if isinstance(message, dict) and isinstance(message.get("reply_to_message"), dict):
        replied = _quoted(message["reply_to_message"])
        return {**raw, "message": {**message, "reply_to_message": replied}}
    return raw


def _quoted(message: dict[str, Any]) -> dict[str, Any]:
    return {key: message[key] for key in _QUOTED if key in message}
