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
from pathlib import Path
from typing import Any, TypeVar

from bot.core.errors import DatabaseBusy

T = TypeVar("T")
Tx = sqlite3.Connection
Work = Callable[[Tx], T]
Group = list[tuple[Work[Any], "Future[Any]"]]

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
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
    return connection


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
        self._queue: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []  # the readers', closed with the rest
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._closed = False
        self._door = threading.Lock()  # nobody enters while it is being closed
        self._writer = threading.Thread(target=self._run, name="writer", daemon=True)
        self._writer.start()

    def submit(self, *works: Work[T]) -> "list[Future[T]]":
        """Queue functions for one commit, all of them in the same; each future resolves after that commit.

        A function's own exception undoes its own changes only. When the commit itself fails, every
        future of the group gets DatabaseBusy and nothing has happened.
        """
        futures: list[Future[T]] = [Future() for _ in works]
        with self._door:
            if self._closed:
                raise DatabaseBusy(0.0)
            self._queue.put(list(zip(works, futures, strict=True)))
        return futures

    async def write(self, work: Work[T]) -> T:
        """Run a function in the writer's next transaction and return after the commit."""
        return await asyncio.wrap_future(self.submit(work)[0])

    async def write_together(self, works: Sequence[Work[T]]) -> list[T | BaseException]:
        """Run functions in order in one transaction; return each one's result, or what it raised.

        Raises DatabaseBusy when the commit failed: then nothing of any of them has happened.
        """
        if not works:
            return []
        futures = [asyncio.wrap_future(future) for future in self.submit(*works)]
        results = await asyncio.gather(*futures, return_exceptions=True)
        for result in results:
            if isinstance(result, DatabaseBusy):
                raise result
        return results

    def write_now(self, work: Work[T]) -> T:
        """Like `write`, from a thread that is not the event loop's."""
        return self.submit(work)[0].result()

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
            while sum(len(group or ()) for group in arrived) < GROUP:
                try:
                    arrived.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            stopping = None in arrived  # the last one: the door is closed by then
            self._commit([item for group in arrived if group is not None for item in group])

    def _commit(self, group: Group) -> None:
        # what its caller gave up waiting for is not begun: nobody would know what came of it
        group = [item for item in group if item[1].set_running_or_notify_cancel()]
        if not group:
            return
        done: list[tuple[Any, BaseException | None]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for work, _ in group:
                done.append(self._savepoint(work))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            for _, future in group:
                failure = DatabaseBusy(BUSY_MS / 1000)
                failure.__cause__ = error
                future.set_exception(failure)
            return
        for (_, future), (result, problem) in zip(group, done, strict=True):
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # the next BEGIN says what is wrong
                self._connection.execute("ROLLBACK")

    def _savepoint(self, work: Work[T]) -> tuple[T | None, BaseException | None]:
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
