"""A part of some work is done in a copy of the process, and the result is the same wherever it was done."""

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from knowledge.forked import beside


def alone(code: str) -> str:
    """Run code in a process without other threads, as the command line has none."""
    done = subprocess.run(
        [sys.executable, "-c", "import os\nfrom knowledge.forked import beside\n" + code],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


def test_the_work_is_done_in_another_process() -> None:
    assert alone("print(beside(lambda: os.getpid())() == os.getpid())") == "False"


def test_a_copy_that_dies_costs_nothing_but_time() -> None:
    code = "here = os.getpid()\nprint(beside(lambda: 'done' if os.getpid() == here else os._exit(9))())"
    assert alone(code) == "done"


def test_a_copy_that_dies_while_it_sends_costs_nothing_but_time() -> None:
    code = """
import multiprocessing.connection as connection
def half(self, data):
    self._send(b"\\0\\0\\1\\0" + bytes(data[:9]))
    os._exit(9)
here = os.getpid()
def work():
    if os.getpid() != here:
        connection.Connection._send_bytes = half
    return "done"
print(beside(work)())
"""
    assert alone(code) == "done"


def test_where_no_process_is_left_the_work_is_done_here() -> None:
    code = """
def refused():
    raise BlockingIOError(11, "Resource temporarily unavailable")
os.fork = refused
print(beside(lambda: "done")())
"""
    assert alone(code) == "done"


def test_a_copy_holds_no_lock_when_we_are_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    code = f"""
import fcntl, signal, time
from pathlib import Path
held = open({str(lock)!r}, "w")
fcntl.flock(held, fcntl.LOCK_EX)
def work():
    Path({str(lock) + ".began"!r}).touch()
    time.sleep(3)
result = beside(work)
while not Path({str(lock) + ".began"!r}).exists():
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
"""
    with pytest.raises(subprocess.CalledProcessError):
        alone(code)
    with lock.open("w") as again:
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    code = """
result = beside(lambda: 1 / 0)
try:
    result()
except ZeroDivisionError:
    print("raised")
"""
    assert alone(code) == "raised"


def test_beside_other_threads_nothing_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert beside(os.getpid)() == os.getpid()
