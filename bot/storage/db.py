"""SQLite: one writer thread with group commit, readers that cannot write, and the settings that keep a promise.

Floor 3. Writers hand in functions; all that arrived together runs in one `BEGIN IMMEDIATE` transaction, a
savepoint each, and is committed with one fsync (WAL, synchronous=FULL). A caller is told only after the commit.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from bot.core.errors import DatabaseBusy

T = TypeVar("T")
Tx = sqlite3.Connection
Work = Callable[[Tx], T]

GROUP = 256  # functions in one commit at the most: bounds the wait of the first one
BUSY_MS = 5000
_STOP: Any = object()


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
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | Any] = queue.SimpleQueue()
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._writer = threading.Thread(target=self._run, name="writer", daemon=True)
        self._writer.start()
        self._closed = False

    def submit(self, work: Work[T]) -> "Future[T]":
        """Queue a function for the next commit; its future resolves after that commit.

        The function's own exception undoes its own changes only. When the commit itself fails, every
        future of the group gets DatabaseBusy and nothing has happened.
        """
        if self._closed:
            raise DatabaseBusy(0.0)
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    async def write(self, work: Work[T]) -> T:
        """Run a function in the writer's next transaction and return after the commit."""
        return await asyncio.wrap_future(self.submit(work))

    def write_now(self, work: Work[T]) -> T:
        """Like `write`, from a thread that is not the event loop's."""
        return self.submit(work).result()

    async def read(self, work: Work[T]) -> T:
        """Run a function on a read-only connection, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def read_now(self, work: Work[T]) -> T:
        """Run a function on this thread's read-only connection."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self.path, read_only=True)
        return work(connection)

    def close(self) -> None:
        """Finish what is queued, fold the log into the file, and close."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(_STOP)
        self._writer.join()
        self._readers.shutdown(wait=True)
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _run(self) -> None:
        """Take what has arrived, run it in one transaction, tell the callers; until told to stop."""
        stopping = False
        while not stopping:
            group = [self._queue.get()]
            while len(group) < GROUP:
                try:
                    group.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            stopping = any(item is _STOP for item in group)
            self._commit([item for item in group if item is not _STOP])
        while not self._queue.empty():  # handed in while closing: nothing was done
            _, late = self._queue.get()
            late.set_exception(DatabaseBusy(0.0))

    def _commit(self, group: list[tuple[Work[Any], "Future[Any]"]]) -> None:
        if not group:
            return
        done: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for work, future in group:
                done.append((future, *self._savepoint(work)))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for _, future in group:
                failure = DatabaseBusy(BUSY_MS / 1000)
                failure.__cause__ = error
                future.set_exception(failure)
            return
        for future, result, problem in done:
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)

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
