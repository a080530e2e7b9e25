"""Migrations: whole or not at all, never over a newer schema, and a copy is kept before any change."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.errors import ConfigError
from bot.storage.db import connect
from bot.storage.migrate import Migration, migrate, shipped

ONE = Migration(1, "0001_one.sql", "CREATE TABLE a (x TEXT);\n")
TWO = Migration(
    2, "0002_two.sql",
    "-- a trigger holds semicolons\nCREATE TABLE b (y TEXT);\nCREATE TRIGGER t BEFORE DELETE ON b\nBEGIN\n"
    "  SELECT RAISE(ABORT, 'no; never');\n  SELECT 1;\nEND;\nALTER TABLE a ADD COLUMN z TEXT;\n",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "bot.sqlite3"


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }


def test_what_is_shipped_is_numbered_once_each_and_applies(path: Path) -> None:
    steps = shipped()
    numbers = [step.number for step in steps]
    assert numbers == sorted(set(numbers))
    assert migrate(path) == tuple(step.number for step in steps)
    assert migrate(path) == ()
    assert {"updates", "cases", "events", "outbox"} <= tables(path)


def test_an_upgrade_keeps_the_data_and_a_copy_of_the_old_file(path: Path) -> None:
    assert migrate(path, (ONE,)) == (1,)
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO a VALUES ('kept')")
    assert not list(path.parent.glob("*before*"))
    assert migrate(path, (ONE, TWO)) == (2,)
    with closing(connect(path)) as connection:
        assert [tuple(row) for row in connection.execute("SELECT x, z FROM a")] == [("kept", None)]
    copy = path.with_name("bot.sqlite3.before-0002")
    assert "b" not in tables(copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT x FROM a").fetchall() == [("kept",)]


def test_only_its_owner_can_read_the_database_and_its_copies(path: Path) -> None:
    migrate(path, (ONE,))
    migrate(path, (ONE, TWO))
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO b VALUES ('x')")
        modes = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
    assert len(modes) > 2
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    "broken",
    ["CREATE TABLE c (x); CREATE TABLE c (x);\n", "CREATE TABLE c (x);\nCREATE TABLE c (x);\n"],
)
def test_a_step_that_fails_changes_nothing_and_may_be_repeated(path: Path, broken: str) -> None:
    migrate(path, (ONE,))
    with pytest.raises((sqlite3.Error, ValueError)):
        migrate(path, (ONE, Migration(2, "0002_two.sql", broken)))
    assert "c" not in tables(path)
    assert migrate(path, (ONE, TWO)) == (2,)


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    migrate(path, (ONE, TWO))
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="newer than this release"):
        migrate(path, (ONE,))
    assert path.read_bytes() == before


def test_a_step_that_was_changed_after_it_was_applied_is_refused(path: Path) -> None:
    migrate(path, (ONE,))
    changed = Migration(1, "0001_one.sql", ONE.sql + "-- harmless\n")
    with pytest.raises(ConfigError, match=r"0001_one\.sql differs"):
        migrate(path, (changed, TWO))
    assert "b" not in tables(path)


def test_another_programs_table_of_migrations_is_not_taken_for_ours(path: Path) -> None:
    """Other programs keep a table of that name too, with columns of their own."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE migrations (id INTEGER, migration TEXT, batch INTEGER)")
    with pytest.raises(ConfigError, match="another program"):
        migrate(path, (ONE,))
    assert tables(path) == {"migrations"}


def test_an_unfinished_statement_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="not complete"):
        migrate(path, (Migration(1, "0001_one.sql", "CREATE TABLE a (x TEXT"),))
    assert tables(path) == set()
