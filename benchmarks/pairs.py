"""Run one bot against the load server and measure it from outside: replies, CPU, memory, start."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from benchmarks.mix import REPEATED

ROOT = Path(__file__).parents[1]
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
SETTLE_S, REST_S = 30.0, 3.0
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20


class Bot(StrEnum):
    BARE = "bare"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, and how many users do what."""

    ask: int = 42
    browse: int = 12
    file: int = 10
    load_s: float = 5.0
    ping_s: float = 2.0
    warm_s: float = 1.0
    repeated: float = REPEATED  # share of the questions that are asked word for word by many

    @property
    def roles(self) -> dict[str, int]:
        return {"ask": self.ask, "browse": self.browse, "file": self.file}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run of one bot showed; times in ms but for `start_s`."""

    updates_per_s: float
    lone_p50: float
    load_p50: float
    load_p99: float
    cpu_per_update: float
    rss_mib: float
    start_s: float


class Server:
    """The load server's end of the line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{self._read()['port']}"

    def ask(self, **order: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))


@contextmanager
def serving(seed: int, repeated: float = REPEATED) -> Iterator[Server]:
    """Run a load server for one bot."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load_server", str(seed), str(repeated)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


@contextmanager
def running(bot: Bot, url: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a bot as its own process; the desk in a folder of its own, with limits that do not bind."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DATA")) as folder:
        environment = dict(os.environ)
        if bot is Bot.BARE:
            command = [sys.executable, "-m", "benchmarks.bare", f"{url}/bot", TOKEN]
        else:
            command = [sys.executable, "run_bot.py", "serve"]
            environment |= settings(Path(folder), url)
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def settings(folder: Path, url: str) -> dict[str, str]:
    """Return the desk's configuration: everything on, as in production, but for Telegram's limits."""
    return {
        "BOT_TOKEN": TOKEN,
        "BOT__TELEGRAM__BASE_URL": f"{url}/bot",
        "BOT__TELEGRAM__LIMITS__OVERALL_PER_S": "1000000",
        "BOT__TELEGRAM__LIMITS__CHAT_PER_S": "1000000",
        "BOT__WEB__PORT": "0",
        "BOT__DATABASE": f"sqlite:{folder}/bot.sqlite3",
        "BOT__DEMO": "true",
        "BOT__MATCHING__SEMANTIC": "off",  # the words alone, as they are installed
    }


def measure(bot: Bot, plan: Plan, seed: int) -> Figures:
    """Start a bot, let it warm up, ping it, load it."""
    with serving(seed, plan.repeated) as server:
        started = time.monotonic()
        with running(bot, server.url) as process:
            start_s = server.ask(wait=True)["first_poll"] - started
            settle(process.pid)
            server.ask(seconds=plan.warm_s, roles=plan.roles)
            ping = server.ask(seconds=plan.ping_s, roles={"ask": 1})
            before = cpu_s(process.pid)
            load = server.ask(seconds=plan.load_s, roles=plan.roles)
            spent = cpu_s(process.pid) - before
            rss = rss_mib(process.pid)
    answered = len(load["latencies"])
    return Figures(
        updates_per_s=answered / load["seconds"],
        lone_p50=1000 * share(ping["latencies"], 0.5),
        load_p50=1000 * share(load["latencies"], 0.5),
        load_p99=1000 * share(load["latencies"], 0.99),
        cpu_per_update=1000 * spent / (answered + sum(plan.roles.values())),
        rss_mib=rss,
        start_s=start_s,
    )


def settle(pid: int) -> None:
    """Wait until a bot that has started is done with what it does beside its first polls."""
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end:
        before = cpu_s(pid)
        time.sleep(REST_S)
        if cpu_s(pid) - before < REST_S / 10:
            return


def share(values: list[float], part: float) -> float:
    """Return the value below which so great a part of the values lies."""
    if not values:
        raise RuntimeError("the bot answered nothing in the time it was given")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def rss_mib(pid: int) -> float:
    """Return the memory a process holds, in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MIB
