"""The bot's account: one Bot over our transport, its command menu, and taking updates by poll or webhook.

Floor 4. Nothing here decides anything: an update is read, received by the engine, and only then confirmed.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, Update
from telegram.error import TelegramError

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.failures import Reason, classify
from bot.channels.telegram.incoming import CHANNEL, Reader
from bot.channels.telegram.polling import ALLOWED_UPDATES, Poller
from bot.channels.telegram.quiet import Quiet
from bot.channels.telegram.topics import Topics
from bot.channels.telegram.transport import AiohttpRequest
from bot.channels.telegram.updates import read_update
from bot.core.config import Receive
from bot.core.config import Telegram as TelegramConfig
from bot.core.errors import ConfigError, DatabaseBusy, NotReady
from bot.core.texts import LANGUAGES, plain
from bot.core.turn import Arrival, Incoming, Place
from bot.service.engine import Engine
from bot.service.job import STAFF_CHAT, Office
from bot.service.pictures import Pictures
from bot.storage import store
from bot.storage.db import Tx

log = logging.getLogger(__name__)
COMMANDS = ("menu", "complain", "status", "help", "cancel", "subscriptions", "lang", "privacy")
SEND_CONNECTIONS = 32


class Account:
    """One bot account, from start to stop."""

    def __init__(
        self,
        config: TelegramConfig,
        office: Office,
        engine: Engine,
        *,
        chance: Callable[[], float],
        pictures: Pictures | None = None,
    ) -> None:
        self._config = config
        self._office = office
        self._engine = engine
        self.quiet = Quiet()
        self._bot = Bot(
            config.token.get_secret_value(),
            base_url=config.base_url,
            base_file_url=config.base_file_url,
            request=AiohttpRequest(SEND_CONNECTIONS, quiet=self.quiet),
            get_updates_request=AiohttpRequest(2, quiet=self.quiet),
        )
        self.topics = Topics(self._bot, office, None)
        self.channel = TelegramChannel(self._bot, office, self.topics, pictures, quiet=self.quiet)
        self.poller = Poller(
            bot=self._bot,
            take=self._take,
            take_unreadable=self._take_unreadable,
            clock=office.clock,
            chance=chance,
        )
        self._reader: Reader | None = None
        self._presses: set[asyncio.Task[None]] = set()

    @property
    def bot(self) -> Bot:
        """Return the Bot, for `doctor`."""
        return self._bot

    async def start(self, stop: asyncio.Event) -> None:
        """Sign in, set the menu and the webhook; tries until Telegram answers or `stop` is set.

        Raises ConfigError when Telegram does not know the token.
        """
        wait_s = 1.0
        while not stop.is_set():
            try:
                await self._sign_in()
            except TelegramError as error:
                failure = classify(error)
                if failure.reason is Reason.UNAUTHORIZED:
                    raise ConfigError("telegram.token", "Telegram does not accept it") from None
                log.warning("telegram not reached", extra={"reason": failure.reason})
                await _sleep(failure.retry_after_s or wait_s, stop)
                wait_s = min(wait_s * 2, 60.0)
            else:
                self.channel.signed_in = True
                return

    async def run(self, stop: asyncio.Event) -> None:
        """Receive until `stop`: poll, or, with a webhook, just wait."""
        if self._config.receive is Receive.POLLING:
            await self.poller.poll(stop)
        else:
            await stop.wait()

    async def close(self) -> None:
        """Close the connections."""
        for press in self._presses:
            press.cancel()  # whatever still waits for a pause to end: the button stops by itself
        await asyncio.gather(*self._presses, return_exceptions=True)
        await self._bot.shutdown()

    async def take_raw(self, raw: dict[str, Any]) -> None:
        """Take one update as JSON; returns after the commit. Raises DatabaseBusy, NotReady."""
        if self._reader is None:
            raise NotReady("not signed in yet")
        try:
            update = read_update(raw, self._bot)
        except Exception:  # PTB raises whatever its constructors meet
            await self._take_unreadable(raw)
            return
        await self._take([update])

    async def _sign_in(self) -> None:
        await self._bot.initialize()
        me = self._bot.bot  # what getMe answered just now
        self._office.settings = replace(
            self._office.settings,
            desk=replace(self._office.settings.desk, bot_name=me.username or ""),
        )
        self.topics.chat = await self._staff_chat()
        await self._look_at_staff_chat()
        self._reader = Reader(bot_id=me.id, bot_name=me.username or "", staff_chat=self.topics.chat)
        await self._set_menu()
        if self._config.receive is Receive.WEBHOOK:
            await self._bot.set_webhook(
                _webhook_address(self._config.webhook.url),
                secret_token=self._config.webhook.secret.get_secret_value(),
                allowed_updates=list(ALLOWED_UPDATES),
            )
        elif (await self._bot.get_webhook_info()).url:
            await self._bot.delete_webhook(drop_pending_updates=False)

    async def _set_menu(self) -> None:
        """Set the command menu in Chinese and English; without it the desk works all the same."""
        for language in LANGUAGES:
            menu = [BotCommand(name, plain(f"command_{name}", language)) for name in COMMANDS]
            code = None if language == "zh" else language  # Chinese is everybody's default
            try:
                await self._bot.set_my_commands(
                    menu, scope=BotCommandScopeAllPrivateChats(), language_code=code
                )
            except TelegramError as error:
                log.warning("menu not set", extra={"reason": classify(error).reason})

    async def _staff_chat(self) -> str | None:
        """Return the staff chat: where it moved to, if it moved since the file named it."""
        named = None if self._config.staff_chat is None else str(self._config.staff_chat)

        def settle(tx: Tx) -> str | None:
            if store.get_fact(tx, "staff_chat_named") != (named or ""):
                store.set_fact(tx, "staff_chat_named", named or "")
                store.set_fact(tx, STAFF_CHAT, named or "")
            return store.get_fact(tx, STAFF_CHAT) or None

        return await self._office.db.write(settle)

    async def _look_at_staff_chat(self) -> None:
        """Learn whether the staff chat has topics; a wrong id must not keep parents waiting.

        What is not learnt here is asked again before anything is posted there.
        """
        try:
            await self.topics.look()
        except TelegramError as error:
            failure = classify(error)
            if failure.new_chat_id is not None:
                await self.topics.moved(self.topics.chat or "", str(failure.new_chat_id))
            else:
                log.error("staff chat not found", extra={"reason": failure.reason})
                await self.topics.trouble(failure.reason)

    async def _take(self, updates: Sequence[Update]) -> None:
        """Receive a batch; returns after its commit. Raises DatabaseBusy, NotReady.

        An update that cannot even be read is buried, so that it does not hold up whatever comes behind it.
        """
        try:
            await self._take_together(updates)
        except (DatabaseBusy, NotReady):
            raise
        except Exception:  # what is in the set of seen ids by now is not handled twice
            for update in updates:
                await self._take_alone(update)

    async def _take_alone(self, update: Update) -> None:
        try:
            await self._take_together([update])
        except (DatabaseBusy, NotReady):
            raise
        except Exception as error:
            log.error("unreadable update=%d error=%s", update.update_id, type(error).__name__)
            await self._take_unreadable(update.to_dict())

    async def _take_together(self, updates: Sequence[Update]) -> None:
        if self._reader is None:
            raise NotReady("not signed in yet")
        self._reader.staff_chat = self.topics.chat
        batch: list[Incoming] = []
        for update in updates:
            if update.callback_query is not None:
                self._later(self.channel.answer_press(update.callback_query.id))
            incoming = self._reader.read(update)
            if incoming is not None:
                batch.append(incoming)
        await self._engine.receive_all(batch)
        for incoming in batch:
            if incoming.arrival is Arrival.MIGRATED and incoming.chat == self.topics.chat:
                await self.topics.moved(incoming.chat, incoming.new_chat)
        self._notice_topics(updates)

    def _notice_topics(self, updates: Sequence[Update]) -> None:
        """Topics may be switched on and off while we run; every message says how the chat is."""
        for update in updates:
            message = update.message
            if message is not None and str(message.chat.id) == self.topics.chat:
                self.topics.forum = bool(message.chat.is_forum)

    async def _take_unreadable(self, raw: dict[str, Any]) -> None:
        """Keep an update that PTB cannot parse: a dead letter that an admin can see."""
        chat = _private_chat(raw)
        incoming = Incoming(
            channel=CHANNEL,
            bot=str(self._bot.id),
            update_id=str(raw.get("update_id")),
            chat=chat,
            person=chat,
            arrival=Arrival.UNSUPPORTED,
            sent_at=self._office.clock(),
            place=Place.PRIVATE if chat else Place.GROUP,
            text=json.dumps(raw),
        )
        await self._engine.bury(incoming, "unreadable update")

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._presses.add(task)
        task.add_done_callback(self._presses.discard)


def _webhook_address(url: str) -> str:
    """Return the full address, whether the setting names the page or the route itself."""
    return url if url.endswith("/telegram") else f"{url}/telegram"


def _private_chat(raw: dict[str, Any]) -> str:
    """Return the private chat an unreadable update came from, or nothing."""
    for kind in ("message", "edited_message"):
        message = raw.get(kind)
        chat = message.get("chat") if isinstance(message, dict) else None
        if isinstance(chat, dict) and chat.get("type") == "private":
            return str(chat.get("id", ""))
    return ""


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
