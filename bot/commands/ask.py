"""`ask`: what would the bot answer, and why.

Floor 5. Reads the content, needs no database and no network. Vectors of the semantic layer are computed at once, or
taken from the folder `cache` beside the database.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.core.config import Config
from bot.core.texts import plain
from bot.core.workdays import local_day
from bot.service.understanding import understanding_of
from knowledge.assemble import Snapshot
from knowledge.entry import Decision
from knowledge.library import Library


def ask(folder: Path, questions: Sequence[str], *, config: Config, as_json: bool) -> int:
    """Answer the questions, or each line of stdin as it comes; return the exit code.

    Raises ContentError when there is nothing to answer from; a broken golden question is no reason.
    """
    index = with_meaning(Library(folder).current, config).index
    today = local_day(datetime.now(UTC))
    for question in questions or _lines():
        if as_json:
            print(to_json(index.ask(question, today=today)), flush=True)
        else:
            print(index.explain(question, today=today), flush=True)
    return 0


def with_meaning(snapshot: Snapshot, config: Config) -> Snapshot:
    """Add the semantic layer as configured; say on stderr when that takes long, or fails."""
    understanding = understanding_of(config)
    if understanding is None:
        return snapshot
    if understanding.is_first:
        print(plain("semantic_first"), file=sys.stderr, flush=True)
    prepared = understanding.prepare(snapshot)
    if understanding.trouble:
        print(plain("doctor_semantic_broken", problem=understanding.trouble), file=sys.stderr)
    return prepared


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
