"""SQLite: one writer thread with group commit, readers that cannot write, and the settings that keep a promise.

Floor 3. Writers hand in functions; all that arrived together runs in one `BEGIN IMMEDIATE` transaction, a
savepoint each, and is committed with one fsync (WAL, synchronous=FULL). A caller is told only after the commit.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from bot.core.errors import DatabaseBusy

T = TypeVar("T")
Tx = sqlite3.Connection
Work = Callable[[Tx], T]
Done = tuple[Any, Exception | None]  # what a function returned, or what it raised

GROUP = 256  # functions in one commit at the most: bounds the wait of the first one
BUSY_MS = 5000

_DISK_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


def is_disk_trouble(problem: Exception) -> bool:
    """Tell a full, locked or broken disk (everybody's trouble) from a function's own mistake."""
    code = getattr(problem, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DISK_TROUBLE


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the file with the settings every connection must have."""
    uri = path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rwc")
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cache_size=-512")
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
    return connection


@dataclass(frozen=True, slots=True)
class _Order:
    """Functions for one commit, all of them in the same, and who waits for it: a coroutine, or a thread."""

    works: Sequence[Work[Any]]
    future: "Future[list[Done]] | asyncio.Future[list[Done]]"

    def begin(self) -> bool:
        """Tell whether anybody still waits: what its caller gave up is not begun."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()


def row_id(cursor: sqlite3.Cursor) -> int:
    """Return the id of the row an INSERT just made."""
    if cursor.lastrowid is None:
        raise ValueError("the statement inserted nothing")
    return cursor.lastrowid


class Database:
    """The one door to the file. `write` and `read` are for the event loop, `*_now` for threads and commands."""

    def __init__(self, path: Path, *, readers: int = 2) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = connect(path)
        self._queue: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []  # the readers', closed with the rest
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._closed = False
        self._door = threading.Lock()  # nobody enters while it is being closed
        self._writer = threading.Thread(target=self._run, name="writer", daemon=True)
        self._writer.start()

    async def write(self, work: Work[T]) -> T:
        """Run a function in the writer's next transaction and return after the commit."""
        [(result, problem)] = await self._ordered([work])
        if problem is not None:
            raise problem
        return cast("T", result)

    async def write_together(self, works: Sequence[Work[T]]) -> list[T | Exception]:
        """Run functions in order in one transaction; return each one's result, or what it raised.

        What raised has changed nothing. Raises DatabaseBusy when the commit failed: then nothing of any of them has
        happened.
        """
        done = await self._ordered(works) if works else []
        return [result if problem is None else problem for result, problem in done]

    def write_now(self, work: Work[T]) -> T:
        """Like `write`, from a thread that is not the event loop's."""
        future: Future[list[Done]] = Future()
        self._put(_Order([work], future))
        [(result, problem)] = future.result()
        if problem is not None:
            raise problem
        return cast("T", result)

    async def _ordered(self, works: Sequence[Work[Any]]) -> list[Done]:
        future: asyncio.Future[list[Done]] = asyncio.get_running_loop().create_future()
        self._put(_Order(works, future))
        return await future

    def _put(self, order: _Order) -> None:
        with self._door:
            if self._closed:
                raise DatabaseBusy(0.0)
            self._queue.put(order)

    async def read(self, work: Work[T]) -> T:
        """Run a function on a read-only connection, in a thread. Raises DatabaseBusy."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def read_now(self, work: Work[T]) -> T:
        """Run a function on this thread's read-only connection. Raises DatabaseBusy."""
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = connect(self.path, read_only=True)
                self._opened.append(connection)
            return work(connection)
        except sqlite3.Error as error:
            if is_disk_trouble(error):
                raise DatabaseBusy(BUSY_MS / 1000) from error
            raise

    def close(self) -> None:
        """Finish what is queued, fold the log into the file, and close."""
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._writer.join()
        self._readers.shutdown(wait=True)
        for connection in self._opened:
            connection.close()
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._connection.close()

    def _run(self) -> None:
        """Take what has arrived, run it in one transaction, tell the callers; until told to stop."""
        stopping = False
        while not stopping:
            arrived = [self._queue.get()]
            while sum(len(order.works) for order in arrived if order is not None) < GROUP:
                try:
                    arrived.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            stopping = None in arrived  # the last one: the door is closed by then
            self._commit([order for order in arrived if order is not None and order.begin()])

    def _commit(self, orders: Sequence[_Order]) -> None:
        if not orders:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            done = [[self._savepoint(work) for work in order.works] for order in orders]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            _tell([(order.future, _busy(error)) for order in orders])
            return
        _tell([(order.future, own) for order, own in zip(orders, done, strict=True)])

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # the next BEGIN says what is wrong
                self._connection.execute("ROLLBACK")

    def _savepoint(self, work: Work[Any]) -> Done:
        """Run one function; its failure is its own. A failure of the disk is everybody's."""
        self._connection.execute("SAVEPOINT one")
        try:
            result = work(self._connection)
        except Exception as problem:
            if is_disk_trouble(problem):
                raise  # nothing of this group may be confirmed
            self._connection.execute("ROLLBACK TO one")
            self._connection.execute("RELEASE one")
            return None, problem
        self._connection.execute("RELEASE one")
        return result, None


Told = tuple["Future[list[Done]] | asyncio.Future[list[Done]]", "list[Done] | DatabaseBusy"]


def _busy(cause: Exception) -> DatabaseBusy:
    failure = DatabaseBusy(BUSY_MS / 1000)
    failure.__cause__ = cause
    return failure


def _tell(told: Sequence[Told]) -> None:
    """Tell everybody who waits; the coroutines of a loop all at once, as waking it costs more than the rest."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Told]] = {}
    for one in told:
        if isinstance(one[0], Future):
            _resolve([one])
        else:
            by_loop.setdefault(one[0].get_loop(), []).append(one)
    for loop, waiting in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve, waiting)


def _resolve(told: Sequence[Told]) -> None:
    for future, outcome in told:
        if future.cancelled():
            continue
        if isinstance(outcome, DatabaseBusy):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
