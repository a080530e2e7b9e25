"""`serve`: wire the parts together, run them until told to stop, and stop losing nothing.

Floor 5, the one place that knows every part. The dialogues come in as `respond`, since bot imports no handlers.
"""

import asyncio
import contextlib
import ctypes
import gc
import logging
import random
import secrets
import signal
import socket
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn

from bot.channels.telegram.account import Account
from bot.channels.telegram.webhook import Webhook
from bot.channels.web.app import WebParts, make_app
from bot.channels.web.channel import WebChannel
from bot.commands.settling import settle, warn_of_duties
from bot.commands.staff import WEB_ADDRESS, sign_in_link
from bot.core.config import Config, Privacy, Receive
from bot.core.errors import ConfigError, DatabaseBusy
from bot.core.people import Role
from bot.core.texts import plain
from bot.core.turn import Desk
from bot.core.workdays import local_day
from bot.service import newsroom
from bot.service.announcing import Broadcaster
from bot.service.archive import Archive
from bot.service.engine import Engine, Respond
from bot.service.files import Fetcher, FileStore
from bot.service.forethought import Forethought
from bot.service.job import Job, Office, Settings
from bot.service.limits import Rates
from bot.service.lock import only_instance
from bot.service.pictures import Pictures
from bot.service.rounds import Rounds
from bot.service.sender import Sender
from bot.service.understanding import understanding_of
from bot.storage import staffbook, store
from bot.storage.db import Database
from bot.storage.migrate import migrate
from knowledge.library import Library

log = logging.getLogger(__name__)
_ARENA_MAX = -8  # M_ARENA_MAX of glibc's mallopt
REFRESH_S = 0.5  # looking costs a millisecond; an edit is to be live in 3 s, and takes up to 2 to be checked
SIGN_IN_PATIENCE_S = 5.0
STOP_WEB_S, STOP_SENDER_S = 2.0, 3.0  # Telegram, web and sender in turn: 8 s of the 10 there are


class SystemChance:
    """Randomness nobody can guess."""

    def bits(self, count: int) -> int:
        """Return an integer of `count` random bits."""
        return secrets.randbits(count)


@dataclass(slots=True)
class Parts:
    """Everything that runs."""

    config: Config
    office: Office
    engine: Engine
    sender: Sender
    fetcher: Fetcher
    web: uvicorn.Server | None
    sockets: list[socket.socket]
    account: Account | None
    forethought: Forethought | None = None

    def stop_thinking(self) -> None:
        """Let the semantic layer begin nothing more; what it is at takes a second or two."""
        if self.forethought is not None:
            self.forethought.close()

    @property
    def url(self) -> str:
        """Return where people reach the desk."""
        if self.sockets and not self.config.web.public_url:
            return self.config.web.address(self.sockets[0].getsockname()[1])
        return self.config.web_url


def serve(config: Config, respond: Respond) -> int:
    """Run until SIGTERM or SIGINT. Raises ConfigError, AlreadyRunning, ContentError before anything runs."""
    path = config.database_path
    with only_instance(path, now=datetime.now(UTC)):
        migrate(path)
        _share_memory()
        library = Library(config.content_dir)
        db = Database(path)
        _settle_memory()
        try:
            warn_of_duties(config, library)
            archive = Archive(db, library.folder, clock=lambda: datetime.now(UTC))
            archive.keep(library.found)
            library.before_swap = archive.keep
            asyncio.run(_run(assemble(config, respond, db, library)))
        finally:
            db.close()
    return 0


def _share_memory() -> None:
    """Let all threads take memory from one place: what each would keep for itself lies idle most of the time."""
    with contextlib.suppress(AttributeError, OSError):  # glibc has it, other systems do not need it
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def _settle_memory() -> None:
    """Keep what is loaded by now out of the collector's way, and give back what loading took beside it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)
    with contextlib.suppress(AttributeError, OSError):  # glibc has it, other systems do not need it
        ctypes.CDLL(None).malloc_trim(0)


def assemble(config: Config, respond: Respond, db: Database, library: Library) -> Parts:
    """Make every part and tie them together."""
    pictures = Pictures()
    office = Office(
        db,
        library,
        settings=_settings(config, pictures=pictures.ready),
        clock=lambda: datetime.now(UTC),
        chance=SystemChance(),
    )
    engine = Engine(office, respond)
    forethought = _forethought(config, office)
    if forethought is not None:
        engine.forethought = forethought
    files = FileStore(config.files_dir)
    web = WebChannel(office, config.files_dir.with_name("uploads"), pictures)
    account = None
    if config.telegram_on:
        chance = random.random
        account = Account(config.telegram, office, engine, chance=chance, pictures=pictures)
    edges = (web,) if account is None else (account.channel, web)
    limits = config.telegram.limits
    rates = Rates(limits.overall_per_s, limits.chat_per_s, max(1, int(limits.group_per_min)))
    sender = Sender(office, edges, rates)
    office.on_owed = sender.take
    if account is not None:
        account.quiet.told = sender.pause
    fetcher = Fetcher(office, files, edges)
    engine.on_file = fetcher.nudge
    parts = Parts(config, office, engine, sender, fetcher, None, [], account, forethought)
    if config.web.enabled:
        parts.web, parts.sockets = _server(parts, files, web), [_listen(config)]
    return parts


def _forethought(config: Config, office: Office) -> Forethought | None:
    """Make the semantic layer as configured; it has a part from when it is ready on, so no start waits."""
    understanding = understanding_of(config)
    if understanding is None:
        return None
    library = office.library
    library.prepare = understanding.prepare
    return Forethought(
        understanding, lambda: library.current.index, lambda: local_day(office.clock())
    )


def _settings(config: Config, *, pictures: bool) -> Settings:
    bureau = config.bureau
    desk = Desk(
        bureau=bureau.name,
        phone=bureau.phone,
        address=bureau.address,
        hours=bureau.hours,
        demo=config.demo_on,
        web_url=config.web.public_url,
        pictures=pictures,
    )
    return Settings(desk=desk, full_privacy=config.privacy is Privacy.FULL)


def _server(parts: Parts, files: FileStore, channel: WebChannel) -> uvicorn.Server:
    account = parts.account
    app = make_app(
        WebParts(
            office=parts.office,
            engine=parts.engine,
            files=files,
            channel=channel,
            config=parts.config,
            webhook=_webhook(parts.config, account),
            last_poll=(lambda: account.poller.last_poll_at) if account else None,
            signed_in=(lambda: account.channel.signed_in) if account else None,
        )
    )
    settings = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(STOP_WEB_S),
    )
    return _Server(settings, channel)


def _webhook(config: Config, account: Account | None) -> Webhook | None:
    if account is None or config.telegram.receive is not Receive.WEBHOOK:
        return None
    return Webhook(config.telegram.webhook.secret.get_secret_value(), account.take_raw)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: stopping is ours, in our order, open streams first."""

    def __init__(self, settings: uvicorn.Config, channel: WebChannel) -> None:
        super().__init__(settings)
        self._channel = channel

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams, which would otherwise be waited for, and then the server."""
        self._channel.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _listen(config: Config) -> socket.socket:
    """Bind the port now, so that a taken one is one clear line."""
    listening = socket.socket(socket.AF_INET6 if ":" in config.web.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((config.web.host, config.web.port))
        listening.listen(1024)
    except OSError as error:
        where = f"{config.web.host}:{config.web.port}"
        raise ConfigError("web.port", f"cannot listen on {where}: {error.strerror}") from None
    return listening


async def _run(parts: Parts) -> None:
    """Start everything, say so, wait for the signal, and stop in order: in, out, database."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await parts.office.run(lambda job: settle(job, parts.config))
    workers = [
        asyncio.create_task(_watched("sender", parts.sender.run(), stop)),
        asyncio.create_task(_watched("fetcher", parts.fetcher.run(), stop)),
        asyncio.create_task(_watched("content", _refresh(parts.office), stop)),
        asyncio.create_task(_watched("settling", _settle(parts.office), stop)),
        asyncio.create_task(_watched("rounds", Rounds(parts.office).run(), stop)),
        asyncio.create_task(_watched("newsroom", newsroom.watch(parts.office), stop)),
        asyncio.create_task(_watched("broadcaster", Broadcaster(parts.office).run(), stop)),
    ]
    web = None
    if parts.web is not None:
        web = asyncio.create_task(_watched("web", parts.web.serve(parts.sockets), stop))
        while not parts.web.started and not web.done():  # noqa: ASYNC110  # uvicorn has a flag only
            await asyncio.sleep(0.01)
    telegram = await _start_telegram(parts, stop)
    if not stop.is_set():
        await _say_ready(parts)
        await stop.wait()
        log.info("stopping")
    parts.stop_thinking()
    if telegram is not None:
        await asyncio.wait([telegram], timeout=STOP_SENDER_S)
    if parts.web is not None and web is not None:
        parts.web.should_exit = True
        await asyncio.wait([web], timeout=STOP_WEB_S)
    parts.sender.stop()
    await asyncio.wait(workers[:1], timeout=STOP_SENDER_S)
    for worker in workers:
        worker.cancel()
    results = await asyncio.gather(*workers, *filter(None, (telegram, web)), return_exceptions=True)
    if parts.account is not None:
        await parts.account.close()
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _watched(name: str, work: Awaitable[None], stop: asyncio.Event) -> None:
    """Run a part; one that ends by an error stops the whole desk rather than leaving half of it."""
    try:
        await work
    except asyncio.CancelledError:
        raise
    except ConfigError:  # one clear line on stderr, see run_bot
        stop.set()
        raise
    except Exception:
        log.exception("a part failed", extra={"part": name})
        stop.set()
        raise


async def _start_telegram(parts: Parts, stop: asyncio.Event) -> "asyncio.Task[None] | None":
    """Sign in and receive; waits for the sign-in, so that `ready` means it, and with a page only a little."""
    account = parts.account
    if account is None:
        return None
    signed_in = asyncio.Event()

    async def run() -> None:
        await account.start(stop)
        signed_in.set()
        await account.run(stop)

    task = asyncio.create_task(_watched("telegram", run(), stop))
    waiting = asyncio.create_task(signed_in.wait())
    patience_s = None if parts.web is None else SIGN_IN_PATIENCE_S
    await asyncio.wait([task, waiting], timeout=patience_s, return_when="FIRST_COMPLETED")
    waiting.cancel()
    return task


async def _say_ready(parts: Parts) -> None:
    """Print the one line scripts wait for, and in demo a way into the console."""
    if parts.web is None:
        name = parts.office.settings.desk.bot_name
        print(f"ready: https://t.me/{name}", flush=True)
        return
    await parts.office.run(lambda job: store.set_fact(job.tx, WEB_ADDRESS, parts.url))
    print(f"ready: {parts.url}", flush=True)
    if parts.config.demo_on:
        name = who_tries_the_console(parts.config)

        def link(job: Job) -> str | None:
            staff = staffbook.by_name(job.tx, name)
            return None if staff is None else sign_in_link(job.tx, staff, parts.url, job.now)

        if (address := await parts.office.run(link)) is not None:
            print(f"console: {address}", flush=True)


def who_tries_the_console(config: Config) -> str:
    """Return whose link the demo prints: who sees most of those configured, else the administrator to play with."""
    if not config.staff:
        return plain("demo_admin")
    rank = (Role.ADMIN, Role.SUPERVISOR, Role.STAFF, Role.EDITOR)
    return min(config.staff, key=lambda one: rank.index(one.role)).name


async def _settle(office: Office) -> None:
    """Prepare what was read at the start; it takes its time, and no edit waits for it."""
    await asyncio.to_thread(office.library.settle)


async def _refresh(office: Office) -> None:
    """Look for edits of the content; a bad one never replaces what is live, and is told in the log."""
    library, reloads = office.library, office.metrics.reloads
    while True:
        await asyncio.sleep(REFRESH_S)
        try:
            problems = await asyncio.to_thread(library.refresh)
        except DatabaseBusy as busy:  # what cannot be archived does not go live yet
            log.warning("content: waits for the archive: %s", busy)
            continue
        if problems is None:
            continue
        for problem in problems:
            log.warning("content: %s", problem)
        refused = any(p.error for p in problems)
        reloads.labels("refused" if refused else "live").inc()
        if not refused:
            log.info("content is live", extra={"version": library.current.hash[:12]})
