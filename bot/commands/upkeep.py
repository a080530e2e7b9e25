"""`gaps` and `review`: what people asked in vain, and what the content owes its editors.

Floor 5. Both read beside a running desk; without a database there is nothing to tell of questions.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.core.config import Config
from bot.core.texts import plain
from bot.core.workdays import local_day
from bot.service import gaps as service
from bot.storage import gapbook
from bot.storage.migrate import reading
from knowledge.gaps import Gap
from knowledge.gaps import gaps as group
from knowledge.library import Library, Snapshot
from knowledge.review import PRESSING, Finding
from knowledge.review import review as look


def gaps(config: Config, folder: Path, *, days: int, as_json: bool) -> int:
    """Print the gaps of the last days, the one of the most people first."""
    knowledge = Library(folder).current
    now = datetime.now(UTC)
    with reading(config.database_path) as tx:
        unmet = service.read(tx, now, days=days)
    shelf = service.given(knowledge, demo=config.demo_on)
    found = group(unmet, knowledge.index, today=local_day(now), shelf=shelf)
    if as_json:
        print(json.dumps([_gap(one) for one in found], ensure_ascii=False))
    elif not found:
        print(plain("gaps.none", days=days))
    else:
        for one in found:
            _print_gap(one, knowledge)
    return 0


def _gap(gap: Gap) -> dict[str, object]:
    return {
        "question": gap.question,
        "people": gap.people,
        "times": gap.times,
        "last": gap.last.isoformat(),
        "wordings": list(gap.wordings),
        "nearest": [gap.nearest, round(gap.score, 2)] if gap.nearest else None,
        "cases": list(gap.cases),
    }


def _print_gap(gap: Gap, knowledge: Snapshot) -> None:
    print(f"{gap.people}\t{gap.question}\t{service.nearest_words(gap, knowledge)}")
    for wording in gap.wordings[1:]:
        print(f"\t{wording}")


def review(config: Config, folder: Path, *, as_json: bool) -> int:
    """Print what needs an editor, with file and line; 1 if something is expired or overdue."""
    entries = Library(folder).current.entries.values()
    with reading(config.database_path) as tx:
        record = gapbook.record(tx)
    today = local_day(datetime.now(UTC))
    found = look(entries, today=today, record=record)
    if as_json:
        print(json.dumps([_finding(one) for one in found], ensure_ascii=False))
    else:
        _print_findings(found, short=not record.is_long(today))
    return int(any(one.matter in PRESSING for one in found))


def _finding(one: Finding) -> dict[str, object]:
    file, _, line = one.entry.where.rpartition(":")
    return {
        "matter": one.matter,
        "entry": one.entry.id,
        "question": one.entry.question,
        "file": file,
        "line": int(line),
        "date": None if one.day is None else one.day.isoformat(),
    }


def _print_findings(found: Sequence[Finding], *, short: bool) -> None:
    for one in found:
        day = "" if one.day is None else plain("review.day", date=one.day)
        matter = plain(f"review.{one.matter}")
        print(f"{one.entry.where}: {matter}{day} {one.entry.id} {one.entry.question}")
    if not found:
        print(plain("review.none"))
    if short:
        print(plain("review.short_record"))
