"""The staff chat in Telegram: one topic an open case, or, in a plain group, one card.

Floor 4. The case never lives in Telegram: a topic that somebody deleted is made again, once, with a recap. A lane
is sent one message at a time, so that nobody makes a topic twice.
"""

from dataclasses import replace

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.failures import Reason, classify
from bot.core.texts import plain, say
from bot.service import cards
from bot.service.job import STAFF_CHAT, Job, Office
from bot.storage import casebook, store, topicbook
from bot.storage.db import Tx
from bot.storage.topicbook import Topic

TROUBLE = "staff_chat_trouble"
RECAP_EVENTS = 3


class Topics:
    """Knows where each case is shown. `chat` is the staff chat's present id, None without one."""

    def __init__(self, bot: Bot, office: Office, chat: str | None) -> None:
        self._bot = bot
        self._office = office
        self.chat = chat
        self.forum = False

    async def look(self) -> None:
        """Ask Telegram whether the staff chat has topics. Raises TelegramError."""
        if self.chat is not None:
            found = await self._bot.get_chat(int(self.chat))
            self.forum = bool(found.is_forum)

    async def ensure(self, case_id: int) -> tuple[Topic, int]:
        """Return where to write about a case, made when it is not there, and the calls it all takes.

        The thread is stored as soon as Telegram named it. Raises TelegramError.
        """
        topic = await self._office.db.read(lambda tx: topicbook.get(tx, case_id))
        if topic is None or topic.chat != self.chat:
            topic = Topic(case_id, self.chat or "")
            await self._put(topic)
        calls = 1
        if self.forum and not topic.thread:
            name = await self._name(case_id)
            made = await self._bot.create_forum_topic(int(topic.chat), name)
            topic = replace(topic, thread=str(made.message_thread_id), card="", closed=False)
            await self._put(topic)
            calls += 1
        if topic.recap_due:
            text = await self._recap(case_id)
            await self._bot.send_message(
                int(topic.chat),
                text,
                parse_mode=ParseMode.HTML,
                message_thread_id=int(topic.thread) if topic.thread else None,
            )
            topic = replace(topic, recap_due=False)
            await self._put(topic)
            calls += 1
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
            await self._bot.reopen_forum_topic(int(topic.chat), int(topic.thread))
        elif reason is Reason.NOT_A_FORUM:
            await self._put(replace(topic, thread="", card=""))

    async def forget_card(self, topic: Topic) -> None:
        """Somebody deleted the card: the next one is a new message."""
        await self._put(replace(topic, card=""))

    async def moved(self, old: str, new: str) -> None:
        """Follow a group that became a supergroup."""

        def follow(job: Job) -> None:
            if job.staff_chat == old:
                store.set_fact(job.tx, STAFF_CHAT, new)
            topicbook.migrate_chat(job.tx, old, new)
            store.move_person(job.tx, "telegram", old, new)

        await self._office.run(follow)
        if self.chat == old:
            self.chat = new
            await self.look()

    async def trouble(self, reason: str) -> None:
        """Remember why the staff chat takes nothing; `doctor` and the console show it in words."""
        await self._office.run(lambda job: store.set_fact(job.tx, TROUBLE, reason))

    async def _put(self, topic: Topic) -> None:
        await self._office.db.write(lambda tx: topicbook.put(tx, topic))

    async def _name(self, case_id: int) -> str:
        knowledge, now = self._office.library.current, self._office.clock()
        case = await self._office.db.read(lambda tx: casebook.by_id(tx, case_id, now))
        return cards.topic_name(case, knowledge)

    async def _recap(self, case_id: int) -> str:
        knowledge, now = self._office.library.current, self._office.clock()

        def read(tx: Tx) -> str:
            lines = [
                say("recap_line", at=cards.local_date(e.at), what=plain(f"event_{e.kind}"))
                for e in casebook.history(tx, case_id)[-RECAP_EVENTS:]
            ]
            return str(cards.recap(casebook.by_id(tx, case_id, now), lines, knowledge, now))

        return await self._office.db.read(read)
