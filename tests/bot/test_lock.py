"""One process for one database file."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.errors import AlreadyRunning
from bot.service.lock import is_held, lock_path, only_instance

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
HOLD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.service.lock import only_instance
with only_instance(Path(sys.argv[1]), now=datetime.now(UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_instance_is_told_who_has_it(tmp_path: Path) -> None:
    database = tmp_path / "data" / "bot.sqlite3"
    with only_instance(database, now=NOW):
        with pytest.raises(AlreadyRunning) as caught, only_instance(database, now=NOW):
            pytest.fail("two instances at once")
        assert f"pid={os.getpid()} since=2026-11-22T04:00:00Z" in caught.value.holder
        assert "\n" not in str(caught.value)


def test_whether_somebody_has_it_can_be_asked_without_taking_it(tmp_path: Path) -> None:
    database = tmp_path / "bot.sqlite3"
    assert not is_held(database)
    assert not lock_path(database).exists()
    with only_instance(database, now=NOW):
        assert is_held(database)
    assert not is_held(database)


def test_another_way_to_the_same_file_meets_the_same_lock(tmp_path: Path) -> None:
    database = tmp_path / "bot.sqlite3"
    database.touch()
    link = tmp_path / "link.sqlite3"
    link.symlink_to(database)
    with (
        only_instance(database, now=NOW),
        pytest.raises(AlreadyRunning),
        only_instance(link, now=NOW),
    ):
        pytest.fail("two instances at once")


def test_two_databases_do_not_disturb_each_other(tmp_path: Path) -> None:
    with only_instance(tmp_path / "a", now=NOW), only_instance(tmp_path / "b", now=NOW):
        assert lock_path(tmp_path / "a") != lock_path(tmp_path / "b")


def test_it_is_free_again_after_an_orderly_end(tmp_path: Path) -> None:
    for _ in range(2):
        with only_instance(tmp_path / "bot.sqlite3", now=NOW):
            assert lock_path(tmp_path / "bot.sqlite3").read_text().count("\n") == 1


def test_it_is_free_again_after_kill_9(tmp_path: Path) -> None:
    database = tmp_path / "bot.sqlite3"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(AlreadyRunning, match=f"pid={holder.pid} "),
            only_instance(database, now=NOW),
        ):
            pytest.fail("two instances at once")
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
    with only_instance(database, now=NOW):
        assert f"pid={os.getpid()}" in lock_path(database).read_text()
