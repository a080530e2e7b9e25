"""The Telegram channel: sends what the outbox owes and fetches the files that parents sent.

Floor 4. Errors are classified in `failures`; here is only what a kind of parcel means in calls to the Bot API.
"""

import logging
from collections.abc import Awaitable
from typing import Any, cast

from telegram import Bot
from telegram.constants import FileSizeLimit, ParseMode
from telegram.error import TelegramError
from telegram.request import RequestData

from bot.channels.telegram import photo
from bot.channels.telegram.failures import Failure, Kind, Reason, classify
from bot.channels.telegram.incoming import CHANNEL
from bot.channels.telegram.markup import NO_PREVIEW, keyboard, raw_keyboard
from bot.channels.telegram.photo import or_plain
from bot.channels.telegram.quiet import Quiet
from bot.channels.telegram.topics import Topics
from bot.channels.telegram.transport import JsonData
from bot.core.turn import Media, Outgoing
from bot.service.delivery import Delivered, DeliveryFailed, Failing
from bot.service.job import Office
from bot.service.pictures import Pictures
from bot.storage.outbox import Parcel

log = logging.getLogger(__name__)
SIGN_IN_WAIT_S = 0.2
PRESS_LIFE_S = (
    15.0  # after that Telegram takes a query for too old, and the button has stopped by itself
)
PICTURE_TRIES = 3  # then the text goes out: it gets through where an upload does not
Sent = dict[str, Any]
_KEEP_TRYING = frozenset(
    {Reason.NO_RIGHTS, Reason.CHAT_NOT_FOUND, Reason.KICKED, Reason.FORBIDDEN, Reason.THREAD_GONE}
)


class TelegramChannel:
    """Sends over one bot. `topics` knows the staff chat and follows it when it migrates.

    Until `signed_in` nothing leaves: only then it is known where the staff chat is and what it looks like.
    """

    name = CHANNEL
    limited = True

    def __init__(
        self,
        bot: Bot,
        office: Office,
        topics: Topics,
        pictures: Pictures | None = None,
        quiet: Quiet | None = None,
    ) -> None:
        self._quiet = quiet or Quiet()
        self._bot = bot
        self._office = office
        self._photos = photo.Photos(bot, pictures or Pictures())
        self.topics = topics
        self.signed_in = False

    def is_group(self, chat: str) -> bool:
        """Tell whether Telegram's limit for groups binds; group ids are negative."""
        return chat.startswith("-")

    async def deliver(self, parcel: Parcel) -> Delivered:
        """Send one parcel. Raises DeliveryFailed."""
        if not self.signed_in:
            raise DeliveryFailed(Failing.WAIT, "not_signed_in", retry_after_s=SIGN_IN_WAIT_S)
        try:
            if parcel.line.startswith("staff:"):
                return await self._to_staff(parcel)
            if (sent := await self._send_picture(parcel)) is not None:
                return Delivered(sent)
            return Delivered(await self._send(int(parcel.chat), parcel.message, parcel.thread))
        except TelegramError as error:
            failure = classify(error)
            if failure.reason is Reason.NOT_MODIFIED:
                return Delivered()
            raise await self._failed(parcel, failure) from None

    async def fetch(self, media: Media) -> bytes:
        """Download a file. Raises DeliveryFailed."""
        if media.size is not None and media.size > FileSizeLimit.FILESIZE_DOWNLOAD:
            raise DeliveryFailed(Failing.PERMANENT, "too_big")
        if (left_s := self._quiet.left_s) > 0:
            raise DeliveryFailed(Failing.WAIT, Reason.FLOOD, retry_after_s=left_s)
        try:
            file = await self._bot.get_file(media.file_id)
            if file.file_size and file.file_size > FileSizeLimit.FILESIZE_DOWNLOAD:
                raise DeliveryFailed(Failing.PERMANENT, "too_big")
            return bytes(await file.download_as_bytearray())
        except TelegramError as error:
            raise _as_delivery(classify(error)) from None

    async def answer_press(self, query_id: str, *, again: bool = True) -> None:
        """Stop the spinner of a pressed button, after a pause if one binds; a query too old needs none."""
        if self._quiet.left_s > PRESS_LIFE_S:
            return
        await self._quiet.over()
        try:
            await self._call("answerCallbackQuery", {"callback_query_id": query_id})
        except TelegramError as error:
            failure = classify(error)
            if failure.kind is Kind.WAIT and again:
                await self.answer_press(query_id, again=False)
                return
            log.info("press not answered", extra={"reason": failure.reason})

    async def _to_staff(self, parcel: Parcel) -> Delivered:
        """Send into the staff chat: into the case's topic, or, in a plain group, under its card."""
        chat = self.topics.chat
        if chat is None:  # not signed in yet, or the setting is gone
            raise DeliveryFailed(Failing.TRANSIENT, "no_staff_chat")
        if parcel.case_id is None:
            return Delivered(await self._send(int(chat), parcel.message, ""))
        if self.topics.forum is None:
            await self.topics.look()
        if parcel.kind in ("topic_close", "topic_reopen"):
            await self.topics.turn(parcel.case_id, closed=parcel.kind == "topic_close")
            return Delivered()
        topic, calls = await self.topics.ensure(parcel.case_id)
        if parcel.kind in ("card", "card_edit") and topic.card:
            if await self._edit(int(topic.chat), topic.card, parcel.message):
                return Delivered(topic.card, calls)
            topic = await self.topics.forget_card(topic)
        reply_to = "" if topic.thread else topic.card
        sent = await self._send(int(topic.chat), parcel.message, topic.thread, reply_to=reply_to)
        return Delivered(sent, calls)

    async def _send_picture(self, parcel: Parcel) -> str | None:
        """Send a message as its picture; None when it has none, or is to go out as its text."""
        picture = parcel.message.picture
        if picture is None or parcel.attempts >= PICTURE_TRIES:
            return None
        return await self._photos.send(parcel, picture)

    async def _send(self, chat: int, message: Outgoing, thread: str, *, reply_to: str = "") -> str:
        """Send a message; one whose markup Telegram refuses goes out as plain text."""
        if message.answers is not None and message.answers[0] == str(chat):
            reply_to = message.answers[1]  # in another chat that id is another message's
        asked: dict[str, object] = {"chat_id": chat, "link_preview_options": {"is_disabled": True}}
        if message.buttons:
            asked["reply_markup"] = raw_keyboard(message)
        if thread:
            asked["message_thread_id"] = int(thread)
        if reply_to:
            asked["reply_parameters"] = {
                "message_id": int(reply_to),
                "allow_sending_without_reply": True,
            }

        def call(text: str, mode: str | None) -> Awaitable[Sent]:
            said = {"text": text} if mode is None else {"text": text, "parse_mode": mode}
            return self._call("sendMessage", asked | said)

        sent = await or_plain(call, message.html)
        return str(sent["message_id"])

    async def _call(self, method: str, parameters: dict[str, object]) -> Any:
        """Call a method raw, by PTB's request layer: its objects for call and answer cost five times the rest."""
        url = f"{self._bot.base_url}/{method}"
        return await self._bot.request.post(url, cast("RequestData", JsonData(parameters)))

    async def _edit(self, chat: int, message_id: str, message: Outgoing) -> bool:
        """Edit a card in place; False when the message is gone."""
        try:
            await self._bot.edit_message_text(
                str(message.html),
                chat,
                int(message_id),
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(message),
                link_preview_options=NO_PREVIEW,
            )
        except TelegramError as error:
            if classify(error).reason is not Reason.GONE_MESSAGE:
                raise
            return False
        return True

    async def _failed(self, parcel: Parcel, failure: Failure) -> DeliveryFailed:
        """Turn a failure into the sender's words, following a migration and a deleted topic."""
        staff = parcel.line.startswith("staff:")
        if failure.reason is Reason.MIGRATED and failure.new_chat_id is not None:
            await self.topics.moved(parcel.chat, str(failure.new_chat_id))
            return DeliveryFailed(Failing.TRANSIENT, "migrated")
        if staff and parcel.case_id is not None:
            await self.topics.mend(parcel.case_id, failure.reason)
            if failure.reason in (Reason.TOPIC_CLOSED, Reason.NOT_A_FORUM):
                return DeliveryFailed(Failing.TRANSIENT, failure.reason)
        if staff and failure.reason in _KEEP_TRYING:
            # no thread, no post: it waits until somebody gives the bot its place or its rights again
            await self.topics.trouble(failure.reason)
            return DeliveryFailed(Failing.TRANSIENT, failure.reason)
        return _as_delivery(failure)


def _as_delivery(failure: Failure) -> DeliveryFailed:
    if failure.reason is Reason.UNAUTHORIZED:  # nothing can be sent until the token is right
        return DeliveryFailed(Failing.WAIT, failure.reason, retry_after_s=60.0)
    if failure.kind is Kind.WAIT:
        return DeliveryFailed(
            Failing.WAIT, failure.reason, retry_after_s=failure.retry_after_s or 1.0
        )
    return DeliveryFailed(
        Failing(failure.kind), failure.reason, may_have_arrived=failure.may_have_arrived
    )
