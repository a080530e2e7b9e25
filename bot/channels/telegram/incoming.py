"""From Telegram's Update to our Incoming: which kinds we take, and where a message stands.

Floor 4, pure. An allow list: what is not a person's message (pins, titles, topics made or closed) is no
message to us and yields None; a kind we cannot keep yields UNSUPPORTED, which is refused in words.
"""

import re
from datetime import UTC, datetime

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Location, Message, Update
from telegram.constants import ChatType

from bot.core.turn import Arrival, Incoming, Media, MediaKind, Place

CHANNEL = "telegram"
_LEFT = (ChatMember.BANNED, ChatMember.LEFT)
_COMMAND_TO_ANYBODY = re.compile(r"/\w+(\s|$)")  # "/menu", not "/menu@another_bot"
# kinds that are a person's message, but nothing that can be kept
_UNSUPPORTED = (
    "sticker",
    "animation",
    "dice",
    "poll",
    "game",
    "story",
    "invoice",
    "checklist",
    "paid_media",
    "giveaway",
)


class Reader:
    """Reads updates for one bot. `staff_chat` follows the group when it migrates."""

    def __init__(self, *, bot_id: int, bot_name: str, staff_chat: str | None) -> None:
        self._bot = str(bot_id)
        self._bot_id = bot_id
        self._mention = re.compile(
            rf"@{re.escape(bot_name)}(?![A-Za-z0-9_])" if bot_name else r"(?!)", re.I
        )
        self.staff_chat = staff_chat

    def read(self, update: Update) -> Incoming | None:
        """Return what arrived, or None for what concerns nobody."""
        if update.callback_query is not None:
            return self._choice(update, update.callback_query)
        if update.my_chat_member is not None:
            return self._membership(update, update.my_chat_member)
        if update.edited_message is not None:
            return self._message(update, update.edited_message, edited=True)
        if update.message is not None:
            return self._follow(self._message(update, update.message, edited=False))
        return None

    def _follow(self, incoming: Incoming | None) -> Incoming | None:
        """Know the staff chat by its new id from the very update that tells of it."""
        moved = incoming is not None and incoming.arrival is Arrival.MIGRATED
        if moved and incoming is not None and incoming.chat == self.staff_chat:
            self.staff_chat = incoming.new_chat
        return incoming

    def _choice(self, update: Update, query: CallbackQuery) -> Incoming | None:
        message = query.message
        if message is None or query.data is None:
            return None
        thread, reply_to = "", ""
        if isinstance(message, Message):
            thread, reply_to = _thread(message), _reply_to(message)
        return Incoming(
            channel=CHANNEL,
            bot=self._bot,
            update_id=str(update.update_id),
            chat=str(message.chat.id),
            person=str(query.from_user.id),
            arrival=Arrival.CHOICE,
            sent_at=datetime.now(UTC),
            place=self._place(message.chat),
            choice=query.data,
            message=str(message.message_id),
            reply_to=reply_to,
            thread=thread,
            language=query.from_user.language_code or "",
        )

    def _membership(self, update: Update, change: ChatMemberUpdated) -> Incoming | None:
        if change.chat.type != ChatType.PRIVATE:
            return None
        left = change.new_chat_member.status in _LEFT
        return Incoming(
            channel=CHANNEL,
            bot=self._bot,
            update_id=str(update.update_id),
            chat=str(change.chat.id),
            person=str(change.from_user.id),
            arrival=Arrival.BLOCKED if left else Arrival.UNBLOCKED,
            sent_at=change.date,
            language=change.from_user.language_code or "",
        )

    def _message(self, update: Update, message: Message, *, edited: bool) -> Incoming | None:
        found = _content(message)
        if found is None:
            return None
        arrival, text, media, new_chat = found
        if edited and arrival is Arrival.LOCATION:
            return None  # a live location that moves: the place that was sent is kept
        if edited and arrival is not Arrival.UNSUPPORTED:
            arrival = Arrival.EDIT
        place = self._place(message.chat)
        addressed = place is not Place.GROUP or self._is_addressed(message, text)
        user = message.from_user
        sender = user or message.sender_chat or message.chat
        return Incoming(
            channel=CHANNEL,
            bot=self._bot,
            update_id=str(update.update_id),
            chat=str(message.chat.id),
            person=str(sender.id),
            arrival=arrival,
            sent_at=message.date,
            place=place,
            text=self._without_mention(text),
            media=media,
            album=message.media_group_id or "",
            message=str(message.message_id),
            reply_to=_reply_to(message),
            thread=_thread(message),
            language=(user.language_code if user else None) or "",
            addressed=addressed,
            new_chat=new_chat,
        )

    def _place(self, chat: Chat) -> Place:
        if chat.type == ChatType.PRIVATE:
            return Place.PRIVATE
        return Place.STAFF if str(chat.id) == self.staff_chat else Place.GROUP

    def _is_addressed(self, message: Message, text: str) -> bool:
        replied = message.reply_to_message
        to_us = (
            replied is not None
            and _reply_to(message) != ""
            and replied.from_user is not None
            and replied.from_user.id == self._bot_id
        )
        mentioned = self._mention.search(text) is not None
        return to_us or mentioned or _COMMAND_TO_ANYBODY.match(text) is not None

    def _without_mention(self, text: str) -> str:
        without, count = self._mention.subn("", text)
        return without.strip() if count else text


Content = tuple[Arrival, str, Media | None, str]


def _content(message: Message) -> Content | None:
    """Return kind, text, file and new chat of a message; None for a service message."""
    if message.text is not None:
        return Arrival.TEXT, message.text, None, ""
    media = _media(message)
    if media is not None:
        return Arrival.MEDIA, message.caption or "", media, ""
    if message.location is not None:
        return Arrival.LOCATION, _whereabouts(message, message.location), None, ""
    if message.contact is not None:
        return Arrival.CONTACT, message.contact.phone_number, None, ""
    if message.migrate_to_chat_id is not None:
        return Arrival.MIGRATED, "", None, str(message.migrate_to_chat_id)
    for kind in _UNSUPPORTED:
        if getattr(message, kind, None):
            return Arrival.UNSUPPORTED, kind, None, ""
    return None


def _whereabouts(message: Message, place: Location) -> str:
    """Return where a place is, with what it is called where it was chosen from a list."""
    venue = message.venue
    named = f" {venue.title} {venue.address}" if venue is not None else ""
    return f"{place.latitude:.6f},{place.longitude:.6f}{named}".rstrip()


def _media(message: Message) -> Media | None:
    if message.photo:
        largest = message.photo[-1]
        return Media(MediaKind.PHOTO, largest.file_id, largest.file_size, "image/jpeg")
    if message.animation is not None:  # comes with a document of the same file
        return None
    document = message.document or message.audio
    if document is not None:
        return Media(
            MediaKind.DOCUMENT,
            document.file_id,
            document.file_size,
            document.mime_type or "",
            document.file_name or "",
        )
    if message.voice is not None:
        voice = message.voice
        return Media(MediaKind.VOICE, voice.file_id, voice.file_size, voice.mime_type or "")
    if message.video is not None:
        video = message.video
        return Media(MediaKind.VIDEO, video.file_id, video.file_size, video.mime_type or "")
    if message.video_note is not None:
        note = message.video_note
        return Media(MediaKind.VIDEO, note.file_id, note.file_size, "video/mp4")
    return None


def _thread(message: Message) -> str:
    """Return the topic of a message; empty in General and in chats without topics."""
    if message.is_topic_message and message.message_thread_id is not None:
        return str(message.message_thread_id)
    return ""


def _reply_to(message: Message) -> str:
    """Return the message replied to; in a topic every message "replies" to the topic's first one."""
    replied = message.reply_to_message
    if replied is None or str(replied.message_id) == _thread(message):
        return ""
    return str(replied.message_id)
