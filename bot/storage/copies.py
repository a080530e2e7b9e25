"""Whole copies of a database file: taken while the desk is running, and examined before one is trusted.

Floor 3. Copying goes through SQLite's own backup interface over a connection that cannot write; the copy is one
moment of the database, whatever is committed meanwhile.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.core.errors import ConfigError
from bot.storage.db import connect
from bot.storage.migrate import applied, refuse_strange


def copy_database(source: Path, target: Path) -> None:
    """Write a consistent copy of `source` to the new file `target`; writers are not held up."""
    with closing(connect(source, read_only=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # A copy is one file: without this it would be opened with a log of its own beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def schema_number(path: Path) -> int:
    """Return the number of the last migration a database has had; 0 for none."""
    with closing(connect(path, read_only=True)) as connection:
        return max(applied(connection), default=0)


def strangeness(path: Path) -> str | None:
    """Return why this release would not start on a whole database file, or None when it would."""
    with closing(connect(path, read_only=True)) as connection:
        try:
            refuse_strange(connection, path)
        except ConfigError as error:
            return str(error)
    return None


def damage(path: Path) -> str | None:
    """Return what is wrong with a database file in SQLite's words, or None when it is whole."""
    try:
        _take_back_half(path)
        with closing(connect(path, read_only=True)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            if found != ["ok"]:
                return "; ".join(found)
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            return None if broken is None else f"a row of {broken[0]} refers to nothing"
    except sqlite3.DatabaseError as error:
        return str(error)


def _take_back_half(path: Path) -> None:
    """Take back what a killed process left half-written, as any start would: who only reads cannot, and fails."""
    try:
        with closing(connect(path, read_only=True)) as connection:
            applied(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        with closing(sqlite3.connect(path)) as connection:
            applied(connection)
