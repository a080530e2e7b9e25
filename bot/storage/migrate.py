"""Bring a database file to the schema of this release: numbered SQL files, each in one transaction with its record.

Floor 3. A file that changed after it was applied, or a database newer than this release, is refused; an
existing database is backed up beside itself before anything is changed.
"""

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from bot.core.errors import ConfigError
from bot.storage.db import Tx, connect

_RECORD = """CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Return the hash of its text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped() -> tuple[Migration, ...]:
    """Return the steps of this release, in order."""
    folder = files(__package__) / "migrations"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return tuple(
        Migration(int(name[:4]), name, (folder / name).read_text(encoding="utf-8"))
        for name in names
    )


def applied(connection: sqlite3.Connection) -> dict[int, str]:
    """Return number -> hash of the steps the database has had; none where that table is another program's."""
    columns = {row[1] for row in connection.execute("PRAGMA table_info(migrations)")}
    if not columns.issuperset({"number", "sha256"}):
        return {}
    return {row[0]: row[1] for row in connection.execute("SELECT number, sha256 FROM migrations")}


def migrate(path: Path, steps: tuple[Migration, ...] | None = None) -> tuple[int, ...]:
    """Apply what is missing and return the numbers applied. Raises ConfigError when refused."""
    steps = shipped() if steps is None else steps
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # what people wrote is for nobody else on this machine
    except OSError as error:
        raise ConfigError("database", f"{path.parent}: {error.strerror}") from None
    connection = connect(path)
    try:
        had = applied(connection)
        _refuse_foreign(connection, path, had)
        _refuse_strange(path, had, steps)
        missing = tuple(step for step in steps if step.number not in had)
        if missing and had:
            _back_up(connection, path, max(had))
        for step in missing:
            _apply(connection, step)
        return tuple(step.number for step in missing)
    finally:
        connection.close()


@contextmanager
def reading(path: Path) -> Iterator[Tx]:
    """Open a database for a command that only reads, all of it of one moment; an empty one before the first start.

    Raises ConfigError when a newer release made it, or it is one of another program.
    """
    with tempfile.TemporaryDirectory() as folder:
        if not path.exists() or path.stat().st_size == 0:
            path = Path(folder) / "empty.sqlite3"
            migrate(path)
        with closing(connect(path, read_only=True)) as connection:
            refuse_newer(connection, path)
            connection.execute("BEGIN")
            yield connection


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ConfigError when this database is a newer release's or none of ours; for commands that migrate nothing."""
    had = applied(connection)
    _refuse_foreign(connection, path, had)
    newest = max(step.number for step in shipped())
    if had and max(had) > newest:
        raise _newer(path, max(had), newest)


def refuse_strange(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ConfigError when `migrate` would refuse this database, and change nothing."""
    had = applied(connection)
    _refuse_foreign(connection, path, had)
    _refuse_strange(path, had, shipped())


def _refuse_foreign(connection: sqlite3.Connection, path: Path, had: dict[int, str]) -> None:
    """Keep out of the file of another program, which has tables and no record of ours."""
    if not had and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
        raise ConfigError(str(path), "is the database of another program; name a file of its own")


def _newer(path: Path, theirs: int, ours: int) -> ConfigError:
    said = f"database schema {theirs} is newer than this release ({ours}); upgrade the program"
    return ConfigError(str(path), said)


def _refuse_strange(path: Path, had: dict[int, str], steps: tuple[Migration, ...]) -> None:
    newest = max((step.number for step in steps), default=0)
    if had and max(had) > newest:
        raise _newer(path, max(had), newest)
    for step in steps:
        if had.get(step.number, step.sha256) != step.sha256:
            raise ConfigError(
                str(path),
                f"was made by another release: its migration {step.name} differs; run the release that made it",
            )


def _back_up(connection: sqlite3.Connection, path: Path, number: int) -> None:
    target = path.with_name(f"{path.name}.before-{number + 1:04d}")
    target.touch(mode=0o600)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()


def _apply(connection: sqlite3.Connection, step: Migration) -> None:
    """Run one step and its record in one transaction; statements one by one, since a script would commit."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_RECORD)
        for statement in _statements(step.sql):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO migrations (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)",
            (step.number, step.name, step.sha256, datetime.now(UTC).isoformat()),
        )
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(script: str) -> list[str]:
    """Cut a script where SQLite itself says a statement is complete (triggers hold semicolons)."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    if current.strip():
        raise ValueError("the last statement is not complete")
    return statements
