"""Many entries are parsed in two processes, and come to what they come to in one."""

import json
import subprocess
import sys
from datetime import date

import pytest

from knowledge import parsing
from knowledge.entry import Entry
from knowledge.match import Index
from tests.knowledge.entries import SCHOOL, entry

TODAY = date(2026, 11, 28)
STREETS = [f"{first}{second}路" for first in "东南西北" for second in "春夏秋冬山河"]
ENTRIES = (
    *SCHOOL,
    *(
        entry(f"street-{name}", f"{name}的孩子上哪个小学", f"{name}对口哪所学校")
        for name in STREETS
    ),
)
QUESTIONS = (
    "小学抱名要带啥",
    "东春路上哪个小学",
    "北河路对口哪所学校",
    "转学怎么办,校服多少钱",
    "天气",
)
ALONE = """
import json
from knowledge import parsing
from tests.knowledge.test_parsing import decided
parsing._MANY = 10
print(json.dumps(decided()))
"""


def decided(entries: tuple[Entry, ...] = ENTRIES) -> list[object]:
    """Build an index, and tell what it makes of some questions."""
    index = Index(entries)
    decisions = [index.ask(question, today=TODAY) for question in QUESTIONS]
    return [
        [one.outcome, [[key, round(score, 1)] for key, score in one.ranked]] for one in decisions
    ]


def test_in_two_processes_as_in_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == decided()


def test_what_comes_from_the_other_process_is_told_in_our_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = decided()
    monkeypatch.setattr(parsing, "_MANY", 10)
    monkeypatch.setattr(parsing, "beside", lambda work: work)
    assert decided() == before
