"""The staff chat in Telegram: one topic an open case, or, in a plain group, one card.

Floor 4. The case never lives in Telegram: a topic that somebody deleted is made again, once, with a recap. A lane
is sent one message at a time, so that nobody makes a topic twice.
"""

import logging
from dataclasses import replace

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.failures import Reason, classify
from bot.channels.telegram.incoming import CHANNEL
from bot.channels.telegram.markup import NO_PREVIEW, keyboard
from bot.core.texts import plain, say
from bot.core.turn import Outgoing
from bot.service import cards, staffchat
from bot.service.job import STAFF_CHAT_TROUBLE, Job, Office
from bot.storage import casebook, staffbook, store, topicbook
from bot.storage.db import Tx
from bot.storage.topicbook import Topic

log = logging.getLogger(__name__)
RECAP_EVENTS = 3


class Topics:
    """Knows where each case is shown.

    `chat` is the staff chat's present id, None without one. `forum` tells whether it has topics, None as long
    as Telegram has not said so: until then nothing about a case is posted, for it would land in General.
    """

    def __init__(self, bot: Bot, office: Office, chat: str | None) -> None:
        self._bot = bot
        self._office = office
        self.chat = chat
        self.forum: bool | None = None

    async def look(self) -> None:
        """Ask Telegram whether the staff chat has topics. Raises TelegramError."""
        if self.chat is not None:
            found = await self._bot.get_chat(int(self.chat))
            self.forum = bool(found.is_forum)

    async def ensure(self, case_id: int) -> tuple[Topic, int]:
        """Return where to write about a case, made when it is not there, and the calls it all takes.

        The thread is stored as soon as Telegram named it. Raises TelegramError.
        """
        topic = await self._here(case_id)
        calls = 1
        why = "card"
        if self.forum:
            why = "moved" if topic.card and not topic.thread else "topic"
        if self.forum and not topic.thread:
            topic = await self._make(topic)
            calls += 1
        if topic.recap_due:
            topic = await self._catch_up(topic, why)
            calls += 2
        return topic, calls

    async def turn(self, case_id: int, *, closed: bool) -> None:
        """Close or reopen a case's topic; one that is so already, or gone, is as good as done."""
        topic = await self._office.db.read(lambda tx: topicbook.get(tx, case_id))
        if topic is None or not topic.thread or not self.forum:
            return
        act = self._bot.close_forum_topic if closed else self._bot.reopen_forum_topic
        try:
            await act(int(topic.chat), int(topic.thread))
        except TelegramError as error:
            if classify(error).reason not in (Reason.NOT_MODIFIED, Reason.THREAD_GONE):
                raise
        await self._put(replace(topic, closed=closed))

    async def mend(self, case_id: int, reason: Reason) -> None:
        """Note what a failed send says about a topic: gone, closed by hand, or no topics any more."""
        if reason is Reason.NOT_A_FORUM:
            self.forum = False
        topic = await self._office.db.read(lambda tx: topicbook.get(tx, case_id))
        if topic is None:
            return
        if reason is Reason.THREAD_GONE:
            await self._put(replace(topic, thread="", card="", recap_due=True))
        elif reason is Reason.TOPIC_CLOSED and topic.thread:
            await self._reopen(topic)
        elif reason is Reason.NOT_A_FORUM:
            await self._put(replace(topic, thread="", card=""))

    async def forget_card(self, topic: Topic) -> Topic:
        """Somebody deleted the card: the next one is a new message."""
        topic = replace(topic, card="")
        await self._put(topic)
        return topic

    async def moved(self, old: str, new: str) -> None:
        """Follow a group that became a supergroup."""
        await self._office.run(lambda job: staffchat.follow(job, CHANNEL, old, new))
        if self.chat == old:
            self.chat, self.forum = new, None

    async def trouble(self, reason: str) -> None:
        """Remember why the staff chat takes nothing, which the console shows in words; log it once."""

        def note(job: Job) -> bool:
            known = store.get_fact(job.tx, STAFF_CHAT_TROUBLE) == reason
            store.set_fact(job.tx, STAFF_CHAT_TROUBLE, reason)
            return known

        if not await self._office.run(note):
            log.warning("the staff chat takes nothing", extra={"reason": reason})

    async def _here(self, case_id: int) -> Topic:
        """Return where a case is shown in the present staff chat."""
        topic = await self._office.db.read(lambda tx: topicbook.get(tx, case_id))
        if topic is None or topic.chat != self.chat:
            was_shown = topic is not None and bool(topic.thread or topic.card)
            topic = Topic(case_id, self.chat or "", recap_due=was_shown)
            await self._put(topic)
        return topic

    async def _make(self, topic: Topic) -> Topic:
        name = await self._name(topic.case_id)
        made = await self._bot.create_forum_topic(int(topic.chat), name)
        topic = replace(
            topic,
            thread=str(made.message_thread_id),
            card="",
            recap_due=topic.recap_due or bool(topic.card),  # it had a card in the plain group
            closed=False,
        )
        await self._put(topic)
        return topic

    async def _catch_up(self, topic: Topic, why: str) -> Topic:
        """Say in a case's new place what it has been through, and show its card again."""
        recap, card = await self._recap(topic.case_id, why)
        await self._say(topic, recap)
        topic = replace(topic, recap_due=False, card=await self._say(topic, card))
        await self._put(topic)
        chat, shown = topic.chat, topic.card
        await self._office.db.write(lambda tx: topicbook.link(tx, chat, shown, topic.case_id))
        return topic

    async def _say(self, topic: Topic, message: Outgoing) -> str:
        sent = await self._bot.send_message(
            int(topic.chat),
            str(message.html),
            parse_mode=ParseMode.HTML,
            message_thread_id=int(topic.thread) if topic.thread else None,
            reply_markup=keyboard(message),
            link_preview_options=NO_PREVIEW,
        )
        return str(sent.message_id)

    async def _reopen(self, topic: Topic) -> None:
        """Open a topic for what is still to be said; whoever closes it afterwards is owed already."""
        try:
            await self._bot.reopen_forum_topic(int(topic.chat), int(topic.thread))
        except TelegramError as error:
            log.info("topic not reopened", extra={"reason": classify(error).reason})

    async def _put(self, topic: Topic) -> None:
        await self._office.db.write(lambda tx: topicbook.put(tx, topic))

    async def _name(self, case_id: int) -> str:
        knowledge, now = self._office.library.current, self._office.clock()
        case = await self._office.db.read(lambda tx: casebook.by_id(tx, case_id, now))
        return cards.topic_name(case, knowledge)

    async def _recap(self, case_id: int, why: str) -> tuple[Outgoing, Outgoing]:
        knowledge, now = self._office.library.current, self._office.clock()
        desk = self._office.settings.desk

        def read(tx: Tx) -> tuple[Outgoing, Outgoing]:
            case = casebook.by_id(tx, case_id, now)
            lines = [
                say("recap_line", at=cards.local_date(e.at), what=plain(f"event_{e.kind}"))
                for e in casebook.history(tx, case_id)[-RECAP_EVENTS:]
            ]
            name = staffbook.name_of(tx, case.assignee_id)
            card = cards.card(case, knowledge, desk, now, assignee=name)
            return Outgoing(cards.recap(case, lines, knowledge, now, why=why)), card

        return await self._office.db.read(read)
