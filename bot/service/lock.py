"""One process for one SQLite file: a lock file beside it, which says who holds it.

Floor 3. The kernel frees the lock when the process ends, however it ends, so there is never a stale one to remove;
the line in the file (host, pid, since) is for people, and may be old when nobody holds the lock.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.core.errors import AlreadyRunning


def lock_path(database: Path) -> Path:
    """Return the lock file that belongs to a database file."""
    real = database.resolve()  # one file has one lock, whatever link or relative path leads to it
    return real.with_name(real.name + ".lock")


def is_held(database: Path) -> bool:
    """Tell whether a process works on this database now; writes nothing."""
    try:
        with lock_path(database).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def only_instance(database: Path, *, now: datetime) -> Iterator[None]:
    """Hold the database's lock for the duration of the block; raises AlreadyRunning when somebody else does."""
    path = lock_path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(str(path), file.read().strip() or "unknown holder") from None
        # The file stays when the lock is released: removing it would let two processes lock two files of one name.
        file.truncate(0)
        file.write(
            f"host={socket.gethostname()} pid={os.getpid()} since={now:%Y-%m-%dT%H:%M:%SZ}\n"
        )
        file.flush()
        yield
