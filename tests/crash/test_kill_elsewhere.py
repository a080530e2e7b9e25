"""kill -9 where it is rare: during the first start, an upgrade of the schema, and a backup."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from bot.service.backup import examine, restore
from bot.storage.copies import copy_database, damage
from bot.storage.migrate import applied, migrate, shipped
from tests.botapi.remote import Remote
from tests.crash.campaign import Campaign
from tests.crash.load import Parents
from tests.crash.product import ROOT, Home, Warm, cold, is_alive, wait_ready
from tests.crash.upgrade import ROWS, steps

FIRST_STARTS, UPGRADES, BACKUPS = 12, 10, 10


@pytest.mark.crash
def test_a_first_start_that_is_killed_can_be_repeated(
    home: Home, telegram: Remote, forks: Warm, parents: Parents
) -> None:
    for _ in range(FIRST_STARTS):
        pid = forks.start(home, "serve")
        time.sleep(parents.chance.uniform(0.0, 0.12))
        forks.kill(pid)
    Campaign(home, telegram, parents, parents.chance).drain()
    with closing(sqlite3.connect(home.database)) as db:
        assert applied(db) == {step.number: step.sha256 for step in shipped()}
    assert damage(home.database) is None


@pytest.mark.crash
def test_an_upgrade_that_is_killed_leaves_the_old_schema_or_the_new_one(
    tmp_path: Path, chance: Random
) -> None:
    old, new = shipped()[-1].number, steps()[-1].number
    database = tmp_path / "bot.sqlite3"
    migrate(database)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("INSERT INTO facts (key, value) VALUES ('canary', 'alive')")
    took_s = _upgrade(_copy(database, tmp_path / "timed.sqlite3"), None)
    reached = []
    for number in range(UPGRADES):
        copy = _copy(database, tmp_path / f"copy{number}.sqlite3")
        _upgrade(copy, chance.uniform(0, took_s))
        assert damage(copy) is None
        with closing(sqlite3.connect(copy)) as db:
            reached.append(max(applied(db)))
            assert db.execute("SELECT value FROM facts WHERE key = 'canary'").fetchone() == (
                "alive",
            )
        migrate(copy, steps())  # once more, and whole
        with closing(sqlite3.connect(copy)) as db:
            assert max(applied(db)) == new
            assert db.execute("SELECT count(*) FROM heavy").fetchone() == (ROWS,)
        assert damage(copy.with_name(f"{copy.name}.before-{new:04d}")) is None
    assert set(reached) <= {old, new}
    assert old in reached


def _copy(database: Path, target: Path) -> Path:
    copy_database(database, target)
    return target


def _upgrade(database: Path, kill_after_s: float | None) -> float:
    """Upgrade in a process of its own, killed after so many seconds; return how long it ran."""
    command = [sys.executable, "-m", "tests.crash.upgrade", str(database)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        began = time.monotonic()
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            process.kill()
        process.wait()
        return time.monotonic() - began


@pytest.mark.crash
def test_a_backup_that_is_killed_leaves_no_half_of_one(
    home: Home, telegram: Remote, forks: Warm, parents: Parents, tmp_path: Path
) -> None:
    target = tmp_path / "backups" / "desk.zip"
    with cold(home, "serve") as process:
        wait_ready(process)
        for _ in range(BACKUPS):
            parents.act()
            pid = forks.start(home, "backup", str(target))
            time.sleep(parents.chance.uniform(0.0, 0.15))
            forks.kill(pid)
            if target.exists():
                assert examine(target).members
                target.unlink()
        pid = forks.start(home, "backup", str(target))
        while is_alive(pid):
            parents.act()
            time.sleep(0.02)
        assert process.poll() is None
    elsewhere = tmp_path / "elsewhere" / "bot.sqlite3"
    restore(target, elsewhere, elsewhere.with_name("files"), now=datetime.now(UTC))
    assert damage(elsewhere) is None
    with closing(sqlite3.connect(elsewhere)) as db:
        assert db.execute("SELECT count(*) FROM updates").fetchone()[0] > 0
