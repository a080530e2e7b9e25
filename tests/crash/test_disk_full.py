"""A disk that takes nothing more: nothing is confirmed that is not written, and it goes on by itself afterwards."""

import resource
import sqlite3
from contextlib import closing

import pytest

from tests.botapi.remote import Remote
from tests.crash.campaign import Campaign, wait_until
from tests.crash.load import Parents
from tests.crash.oracle import BOT, Oracle
from tests.crash.product import Home, cold, wait_ready

ROOM = 64 * 1024  # bytes until the disk is full
# Not so many rounds: a busy machine writes many updates with one commit, and so fills less in each.
PATIENCE_S = 90


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_a_full_disk_confirms_nothing_and_recovers_by_itself(
    home: Home, telegram: Remote, parents: Parents
) -> None:
    with cold(home, "serve") as process:
        wait_ready(process)
        _limit(process.pid, _largest(home) + ROOM)
        wait_until(lambda: _is_refused(home, parents), PATIENCE_S)
        parents.act()
        assert telegram.count()["pending"] > 0
        assert set(telegram.state()["confirmed"]) <= _seen(home)
        assert process.poll() is None
        _limit(process.pid, resource.RLIM_INFINITY)
        wait_until(lambda: telegram.count()["pending"] == 0, PATIENCE_S)
    Campaign(home, telegram, parents, parents.chance).drain()
    verdict = Oracle(home.database, telegram.state(), parents).verdict()
    assert verdict.damage == ()
    assert (verdict.lost, verdict.twice, verdict.owed_lost, verdict.out_of_order) == (0, 0, 0, 0)


def _limit(pid: int, size: int) -> None:
    """Let no file of a process grow beyond `size`; the hard limit stays, so that it can be lifted."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def _is_refused(home: Home, parents: Parents) -> bool:
    """Let the parents act once more, and return whether the disk took no more of it."""
    parents.act()
    return "batch not taken" in home.log.read_text("utf-8")


def _largest(home: Home) -> int:
    return max(file.stat().st_size for file in home.database.parent.iterdir() if file.is_file())


def _seen(home: Home) -> set[int]:
    with closing(sqlite3.connect(f"{home.database.as_uri()}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT update_id FROM updates WHERE bot = ?", (BOT,))
        return {int(row[0]) for row in rows}
