"""A part of some work is done in a copy of the process, and the result is the same wherever it was done."""

import os
import subprocess
import sys
import threading

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
