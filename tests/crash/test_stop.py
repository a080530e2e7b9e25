"""Stopping politely under load, and starting twice."""

import subprocess
import sys
import time

import pytest

from tests.botapi.remote import Remote
from tests.crash.campaign import Campaign
from tests.crash.load import Parents
from tests.crash.oracle import Oracle
from tests.crash.product import ROOT, Home, cold, stop, wait_ready

STOPS = 2
UNDER_LOAD_S = 1.0


@pytest.mark.crash
@pytest.mark.timeout(180)
def test_sigterm_under_load_stops_within_ten_seconds_and_loses_nothing(
    home: Home, telegram: Remote, parents: Parents
) -> None:
    for _ in range(STOPS):
        with cold(home, "serve") as process:
            wait_ready(process)
            end = time.monotonic() + UNDER_LOAD_S
            while time.monotonic() < end:
                parents.act()
            code, seconds = stop(process)
        assert code == 0
        assert seconds < 10
    Campaign(home, telegram, parents, parents.chance).drain()
    verdict = Oracle(home.database, telegram.state(), parents).verdict()
    assert parents.questions > 20
    assert verdict.damage == ()
    assert (verdict.lost, verdict.twice, verdict.owed_lost, verdict.out_of_order) == (0, 0, 0, 0)
    assert verdict.repeated == 0


@pytest.mark.crash
def test_a_second_instance_refuses_in_one_line(home: Home) -> None:
    with cold(home, "serve") as first:
        wait_ready(first)
        second = subprocess.run(
            [sys.executable, str(ROOT / "run_bot.py"), "serve"],
            cwd=home.folder,
            env=home.environment,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert first.poll() is None
    assert second.returncode == 2
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert "already running" in second.stderr
    assert str(first.pid) in second.stderr
