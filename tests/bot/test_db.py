"""The database: what is told only after the commit, what happens to one never happens to the others."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.core.errors import DatabaseBusy
from bot.storage.db import Database, Tx, connect, is_disk_trouble


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "test.sqlite3")
    database.write_now(lambda tx: tx.execute("CREATE TABLE words (word TEXT UNIQUE)"))
    yield database
    database.close()


def add(word: str) -> Callable[[Tx], int]:
    return lambda tx: tx.execute("INSERT INTO words VALUES (?)", (word,)).rowcount


def words(db: Database) -> list[str]:
    return db.read_now(
        lambda tx: [row[0] for row in tx.execute("SELECT word FROM words ORDER BY rowid")]
    )


def hold(path: Path) -> sqlite3.Connection:
    """Lock the file against every other writer."""
    other = connect(path)
    other.execute("BEGIN IMMEDIATE")
    return other


def impatient(db: Database) -> None:
    """Wait 50 ms for a lock instead of five seconds."""
    db.write_now(lambda tx: tx.execute("SELECT 1"))
    db._connection.execute("PRAGMA busy_timeout=50")


def test_the_settings_keep_what_was_promised_through_a_power_cut(db: Database) -> None:
    def settings(tx: Tx) -> tuple[object, ...]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema")
        return tuple(tx.execute(f"PRAGMA {name}").fetchone()[0] for name in names)

    assert db.write_now(settings) == ("wal", 2, 1, 1, 0)  # 2 is FULL


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(DatabaseBusy):
        db.read_now(add("no"))
    assert words(db) == []


async def test_a_caller_is_told_only_after_the_commit(db: Database) -> None:
    gate = threading.Event()
    first = asyncio.ensure_future(db.write(lambda tx: (add("one")(tx), gate.wait(5))))
    await asyncio.sleep(0.05)
    assert not first.done()
    assert words(db) == []
    gate.set()
    await first
    assert words(db) == ["one"]


async def test_what_arrives_together_is_committed_together(db: Database) -> None:
    gate = threading.Event()
    blocker = asyncio.ensure_future(db.write(lambda tx: gate.wait(5)))
    await asyncio.sleep(0.05)
    commits: list[str] = []
    db._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    writes = [asyncio.ensure_future(db.write(add(f"w{number}"))) for number in range(50)]
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(blocker, *writes)
    assert len(words(db)) == 50
    assert len(commits) == 2  # the blocker's and one for fifty


async def test_a_function_that_raises_undoes_its_own_changes_only(db: Database) -> None:
    def half(tx: Tx) -> int:
        add("half")(tx)
        raise LookupError("a bug")

    results = await db.write_together([add("before"), half, add("after")])
    assert [type(result) for result in results] == [int, LookupError, int]
    assert words(db) == ["before", "after"]


async def test_a_broken_rule_of_the_schema_is_its_functions_own_mistake(db: Database) -> None:
    results = await db.write_together([add("same"), add("same"), add("other")])
    assert isinstance(results[1], sqlite3.IntegrityError)
    assert words(db) == ["same", "other"]


async def test_functions_handed_in_together_are_never_split_over_two_commits(db: Database) -> None:
    impatient(db)
    holder = hold(db.path)
    with pytest.raises(DatabaseBusy):
        await db.write_together([add(f"w{number}") for number in range(300)])
    holder.execute("ROLLBACK")
    holder.close()
    assert words(db) == []
    assert await db.write_together([]) == []


async def test_a_locked_database_confirms_nothing_and_recovers_by_itself(db: Database) -> None:
    impatient(db)
    holder = hold(db.path)
    with pytest.raises(DatabaseBusy):
        await db.write(add("lost"))
    holder.execute("ROLLBACK")
    holder.close()
    await db.write(add("kept"))
    assert words(db) == ["kept"]


async def test_a_full_disk_fails_everybody_in_the_group_and_recovers(db: Database) -> None:
    pages = db.write_now(lambda tx: tx.execute("PRAGMA page_count").fetchone()[0])
    db._connection.execute(f"PRAGMA max_page_count={pages + 2}")
    acknowledged: list[str] = []
    for number in range(40):
        word = f"{number:03}" + "x" * 900
        try:
            await db.write(add(word))
        except DatabaseBusy:
            break
        acknowledged.append(word)
    with pytest.raises(DatabaseBusy):
        await db.write_together([add("small"), add("y" * 9000)])
    assert words(db) == acknowledged
    db._connection.execute("PRAGMA max_page_count=100000")
    await db.write(add("again"))
    assert words(db)[-1] == "again"


async def test_work_whose_caller_gave_up_waiting_is_not_begun_and_stops_nobody(
    db: Database,
) -> None:
    gate = threading.Event()
    blocker = asyncio.ensure_future(db.write(lambda tx: gate.wait(5)))
    await asyncio.sleep(0.05)
    given_up = asyncio.ensure_future(db.write(add("given up")))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    gate.set()
    await blocker
    assert await db.write(add("next")) == 1  # the writer lives
    assert words(db) == ["next"]


async def test_a_caller_who_leaves_during_the_work_stops_nobody(db: Database) -> None:
    gate = threading.Event()
    leaving = asyncio.ensure_future(db.write(lambda tx: (add("done")(tx), gate.wait(5))))
    await asyncio.sleep(0.05)
    leaving.cancel()
    gate.set()
    await asyncio.gather(leaving, return_exceptions=True)
    assert await db.write(add("next")) == 1
    assert words(db) == ["done", "next"]


async def test_closing_finishes_what_is_queued_and_takes_nothing_more(tmp_path: Path) -> None:
    db = Database(tmp_path / "test.sqlite3")
    db.write_now(lambda tx: tx.execute("CREATE TABLE words (word TEXT UNIQUE)"))
    writes = [asyncio.ensure_future(db.write(add(f"w{number}"))) for number in range(100)]
    await asyncio.sleep(0)  # all are in the queue
    db.close()
    assert await asyncio.gather(*writes) == [1] * 100
    with pytest.raises(DatabaseBusy):
        await db.write(add("late"))
    with pytest.raises(DatabaseBusy):
        db.write_now(add("late"))
    db.close()  # harmless
    assert not (tmp_path / "test.sqlite3-wal").exists()


def test_many_threads_closing_and_writing_leave_nobody_waiting(tmp_path: Path) -> None:
    db = Database(tmp_path / "test.sqlite3")
    db.write_now(lambda tx: tx.execute("CREATE TABLE words (word TEXT UNIQUE)"))
    told: list[str] = []

    def write(name: int) -> None:
        for number in range(200):
            try:
                db.write_now(add(f"{name}-{number}"))
            except DatabaseBusy:
                told.append("busy")
                return
        told.append("done")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    db.close()
    for thread in threads:
        thread.join(10)
    assert len(told) == 4


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, False),
    ],
)
def test_trouble_of_the_disk_is_told_from_a_mistake(code: int, trouble: bool) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    assert is_disk_trouble(error) is trouble
    assert not is_disk_trouble(ValueError("no code at all"))
