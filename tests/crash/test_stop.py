"""Stopping politely under load, and starting twice."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.botapi.remote import Remote
from tests.crash.campaign import Campaign
from tests.crash.load import Parents
from tests.crash.oracle import Oracle
from tests.crash.product import ROOT, TOKEN, Home, cold, stop, wait_ready

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
def test_a_token_that_telegram_does_not_know_is_one_line_and_never_ready(home: Home) -> None:
    wrong = home.environment | {"BOT_TOKEN": f"{TOKEN[:-3]}XXX"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "run_bot.py"), "serve"],
        cwd=home.folder, env=wrong, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["telegram.token: Telegram does not accept it"]


@pytest.mark.crash
def test_without_telegram_and_without_a_page_nothing_is_ready(home: Home) -> None:
    nowhere = replace(home, api_url="http://127.0.0.1:9")
    with cold(nowhere, "serve") as process:
        while "telegram not reached" not in home.log.read_text(encoding="utf-8"):
            assert process.poll() is None
            time.sleep(0.05)
        code, seconds = stop(process)
        assert process.stdout is not None
        assert (code, process.stdout.read()) == (0, "")
    assert seconds < 10


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
