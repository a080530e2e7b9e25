"""`ask`: what would the bot answer, and why.

Floor 5. Reads the content, needs no configuration, no database and no network.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.core.workdays import local_day
from knowledge.entry import Decision
from knowledge.library import Library


def ask(folder: Path, questions: Sequence[str], *, as_json: bool) -> int:
    """Answer the questions, or each line of stdin as it comes; return the exit code.

    Raises ContentError when there is nothing to answer from; a broken golden question is no reason.
    """
    index = Library(folder).current.index
    today = local_day(datetime.now(UTC))
    for question in questions or _lines():
        if as_json:
            print(to_json(index.ask(question, today=today)), flush=True)
        else:
            print(index.explain(question, today=today), flush=True)
    return 0


def to_json(decision: Decision) -> str:
    """Write a decision as the contract has it."""
    return json.dumps(
        {
            "question": decision.question,
            "outcome": decision.outcome,
            "answers": [
                {"id": a.id, "score": round(a.score, 2), "part": a.part} for a in decision.answers
            ],
            "ranked": [[entry_id, round(score, 2)] for entry_id, score in decision.ranked],
        },
        ensure_ascii=False,
    )


def _lines() -> Iterable[str]:
    for line in sys.stdin:
        if question := line.strip():
            yield question
