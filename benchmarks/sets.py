"""The labelled questions the matcher is fitted and measured on (benchmarks/data; licences in its README)."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.entry import Entry

DATA = Path(__file__).parent / "data"
CHINESE = ("bureau", "domain", "stories", "everyday")
ENGLISH = ("clinc150", "banking77")
TODAY = date(2026, 11, 23)  # of the labels: what 今年 means in them


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question; `expected` is empty where nobody should be answered."""

    text: str
    expected: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A FAQ with questions for it."""

    name: str
    entries: tuple[Entry, ...]
    questions: tuple[Question, ...]


def read_set(name: str, folder: Path = DATA) -> LabelledSet:
    """Read one set: its FAQ and its questions."""
    entries = tuple(
        Entry(row["id"], row["phrasings"][0], "-", phrasings=tuple(row["phrasings"][1:]))
        for row in _rows(folder / f"{name}.dev.faq.jsonl")
    )
    questions = tuple(
        Question(row["text"], frozenset(row["expected"] or ()), row["cat"])
        for row in _rows(folder / f"{name}.dev.queries.jsonl")
    )
    return LabelledSet(name, entries, questions)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
