"""The supervisor: load on a real desk, kill -9 at random moments, start again, and in the end the verdict.

One seed decides everything that is decided by chance; it is printed, and CRASH_SEED repeats it.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from threading import Thread

from tests.botapi.remote import Remote
from tests.crash.load import Parents
from tests.crash.product import Home, Warm, cold, is_alive, stop, wait_ready

BREATH_S = 0.02  # between two rounds of the parents
PATIENCE_S = 0.1  # the same while the desk is not there
# How long a desk lives, in start-ups, for a slow machine must not mean that none gets to work:
LIVES = (0.0, 1.5)  # once it is ready
YOUNG = (0.0, 0.9)  # or while it starts
YOUNG_SHARE = 0.2
START_S = 30.0
DRAIN_S = 90.0


def seed() -> int:
    """Return the seed of this run: CRASH_SEED, else a new one."""
    given = os.environ.get("CRASH_SEED")
    return int(given) if given else int.from_bytes(os.urandom(4), "big")


@dataclass(slots=True)
class Campaign:
    """Kills one desk again and again; `kills` are the moments, on the clock that the test server shares."""

    home: Home
    api: Remote
    parents: Parents
    chance: Random
    kills: list[float] = field(default_factory=list)

    def rage(self, warm: Warm, count: int) -> None:
        """Start, load and kill `count` times."""
        start_s = 0.3
        for _ in range(count):
            size, began = self._log_size(), time.monotonic()
            pid = warm.start(self.home, "serve")
            if self.chance.random() < YOUNG_SHARE:
                self._live(warm, pid, start_s * self.chance.uniform(*YOUNG), PATIENCE_S)
                continue
            while self._log_size() == size:  # its first line is `ready`
                assert is_alive(pid), self.home.log.read_text()
                assert time.monotonic() < began + START_S, "not ready"
                self.parents.act()
                time.sleep(PATIENCE_S)
            start_s = time.monotonic() - began
            self._live(warm, pid, start_s * self.chance.uniform(*LIVES), BREATH_S)

    def _live(self, warm: Warm, pid: int, life_s: float, breath_s: float) -> None:
        """Let the parents act until the moment has come; killing is a thread's, so that no round delays it."""
        died: list[float] = []
        reaper = Thread(target=lambda: died.append(_kill_after(warm, pid, life_s)))
        reaper.start()
        while reaper.is_alive():
            self.parents.act()
            time.sleep(breath_s)
        assert died, "the desk ended by itself, see its log"
        self.kills += died

    def _log_size(self) -> int:
        return self.home.log.stat().st_size if self.home.log.exists() else 0

    def drain(self) -> None:
        """Let a fresh process, started as anybody would, finish everything; then stop it politely."""
        with cold(self.home, "serve") as process:
            wait_ready(process)
            wait_until(lambda: process.poll() is not None or self._is_quiet(), DRAIN_S)
            assert process.poll() is None, "the desk ended by itself"
            code, seconds = stop(process)
        assert code == 0
        assert seconds < 10

    def _is_quiet(self) -> bool:
        if self.api.count()["pending"]:
            return False
        return queued(self.home) == 0


def queued(home: Home) -> int:
    """Return how many messages the desk still owes, but for the digest, which is held back for a minute."""
    with closing(sqlite3.connect(f"{home.database.as_uri()}?mode=ro", uri=True)) as db:
        sql = "SELECT count(*) FROM outbox WHERE state = 'queued' AND slot <> 'digest'"
        return int(db.execute(sql).fetchone()[0])


def wait_until(happened: Callable[[], object], timeout_s: float) -> None:
    """Wait until something holds; raises TimeoutError."""
    end = time.monotonic() + timeout_s
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


def _kill_after(warm: Warm, pid: int, seconds: float) -> float:
    time.sleep(seconds)
    assert is_alive(pid), "the desk ended by itself, see its log"
    return warm.kill(pid)
