"""The product as the crash tests run it: its configuration, and starting, killing and stopping it.

`cold` starts `python run_bot.py …` as anybody would; `Warm` forks it from a process that has the imports.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
SHIPPED = ROOT / "knowledge" / "content"
ENTRIES = {
    "primary-age": ("孩子几岁可以上小学一年级?", "年满六周岁的儿童,应当入学。"),
    "meal-fee": ("学校食堂的伙食费怎么收?", "伙食费据实收取,按月公布账目。"),
    "transfer": ("转学需要什么手续?", "由转入学校在学籍系统里发起,家长不必来回跑。"),
    "teacher-hiring": ("教师招聘什么时候报名?", "招聘公告发布之后五个工作日内报名。"),
    "quota": ("指标到校的名额怎么分?", "按各初中在校毕业生人数,均衡分配到校。"),
}


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with everything one desk needs: content, data, log."""

    folder: Path
    api_url: str
    staff_chat: int | None = None

    @property
    def database(self) -> Path:
        return self.folder / "data" / "bot.sqlite3"

    @property
    def content(self) -> Path:
        return self.folder / "content"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def environment(self) -> dict[str, str]:
        """Settings by environment only; limits so high that only the desk itself is slow."""
        settings = {
            "BOT_TOKEN": TOKEN,
            "BOT__TELEGRAM__BASE_URL": f"{self.api_url}/bot",
            "BOT__TELEGRAM__BASE_FILE_URL": f"{self.api_url}/file/bot",
            "BOT__TELEGRAM__LIMITS__OVERALL_PER_S": "100000",
            "BOT__TELEGRAM__LIMITS__CHAT_PER_S": "100000",
            "BOT__TELEGRAM__LIMITS__GROUP_PER_MIN": "1000000",
            "BOT__WEB__ENABLED": "false",
            "BOT__DATABASE": f"sqlite:{self.database}",
            "BOT__KNOWLEDGE": str(self.content),
        }
        if self.staff_chat is not None:
            settings["BOT__TELEGRAM__STAFF_CHAT"] = str(self.staff_chat)
        return settings


def furnish(home: Home) -> Home:
    """Write a small content folder, so that a start takes a tenth of a second and not a few."""
    (home.content / "faq").mkdir(parents=True)
    for name in ("routing.yaml", "calendar.yaml", "schools.yaml"):
        shutil.copy(SHIPPED / name, home.content / name)
    entries = [
        {"id": key, "question": question, "answer": answer, "source": {"title": "办事指南"}}
        for key, (question, answer) in ENTRIES.items()
    ]
    faq = home.content / "faq" / "desk.yaml"
    faq.write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")
    home.database.parent.mkdir()
    return home


@contextmanager
def cold(home: Home, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `python run_bot.py ARGUMENTS` in its own process, and end it at the end."""
    with home.log.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "run_bot.py"), *arguments],
            cwd=home.folder,
            env=os.environ | home.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def wait_ready(process: "subprocess.Popen[str]") -> None:
    """Return when the desk says that it accepts messages."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready: "), line


def stop(process: "subprocess.Popen[str]") -> tuple[int, float]:
    """Send SIGTERM; return the exit code and how many seconds it took."""
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=30), time.monotonic() - started


@dataclass(slots=True)
class Warm:
    """The fork server, see `warm`."""

    process: "subprocess.Popen[str]"
    born: list[int] = field(default_factory=list)

    def start(self, home: Home, *arguments: str) -> int:
        """Fork a child that runs the command; return its pid."""
        order = {"arguments": arguments, "environment": home.environment, "log": str(home.log)}
        wire: IO[str] | None = self.process.stdin
        assert wire is not None
        assert self.process.stdout is not None
        wire.write(json.dumps(order) + "\n")
        wire.flush()
        self.born.append(int(self.process.stdout.readline()))
        return self.born[-1]

    def kill(self, pid: int) -> float:
        """kill -9, wait until it is gone, and return the moment of the kill (monotonic)."""
        moment = time.monotonic()
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
        while is_alive(pid):
            time.sleep(0.001)
        return moment


def is_alive(pid: int) -> bool:
    """Tell whether a process is there; the fork server's dead leave no zombie behind."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def warm() -> Iterator[Warm]:
    """Run the fork server; its children die with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.warm"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    server = Warm(process)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "warm\n"
        yield server
    finally:
        for pid in server.born:
            if is_alive(pid):
                server.kill(pid)
        process.kill()
        process.communicate()
