"""Three months of a bureau for the quarterly check: what was asked and owed, and content that went live on given days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.service.archive import Archive
from bot.service.quarter import Quarter, gather, period_of
from bot.service.quarter_sections import Section, sections
from bot.storage.times import stamp
from knowledge.files import Found
from tests.bot.bureau import Bureau, small_library

OCTOBER = datetime(2026, 10, 5, 2, tzinfo=UTC)
JANUARY = datetime(2027, 1, 10, 2, tzinfo=UTC)


def people(bureau: Bureau, count: int, *, first: int = 0) -> list[int]:
    return [bureau.parent(f"p{first + number}").id for number in range(count)]


def puts(bureau: Bureau, table: str, **values: Any) -> None:
    """Write a row straight into a table: what the desk itself would write takes months here."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    bureau.office.db.write_now(lambda tx: tx.execute(sql, tuple(values.values())))


def asks(
    bureau: Bureau,
    person: int,
    question: str,
    outcome: str,
    entry: str = "",
    *,
    at: datetime = OCTOBER,
) -> None:
    puts(
        bureau,
        "asked",
        at=stamp(at),
        person_id=person,
        question=question,
        outcome=outcome,
        entry_id=entry,
    )


def case(bureau: Bureau, person: int, number: str, *, due: datetime, **parts: Any) -> None:
    values = {
        "code_hash": "", "kind": "complaint", "category": "other", "department": "jicai",
        "status": "answered", "received_at": stamp(due - timedelta(days=10)), "due_how": "{}", **parts,
    }  # fmt: skip
    puts(bureau, "cases", number=number, person_id=person, due_at=stamp(due), **values)


def counted(
    bureau: Bureau, text: str = "2026Q4", now: datetime = JANUARY, *, samples: bool = True
) -> Quarter:
    library = small_library()
    return bureau.office.db.read_now(
        lambda tx: gather(
            tx, period_of(text, now), lambda: library.current, samples=samples, now=now
        )
    )


def section(found: Quarter, title: str) -> Section:
    return next(one for one in sections(found, small_library().current) if one.title == title)


ENTRY = (
    "- id: {id}\n  question: {id} 怎么办理呢\n  answer: {answer}\n  source: {{title: 办法}}\n{more}"
)


class Archived:
    """A content folder whose states go live on days of our choosing."""

    def __init__(self, bureau: Bureau, folder: Path) -> None:
        self.bureau, self.folder = bureau, folder
        (folder / "faq").mkdir(parents=True)

    def goes_live(self, at: datetime, *entries: str) -> None:
        text = "\n".join(entries)
        found = Found((("faq/one.yaml", text.encode()),), ())
        Archive(self.bureau.office.db, self.folder, clock=lambda: at).keep(found)


def entry(name: str, answer: str = "去窗口办。", more: str = "") -> str:
    return ENTRY.format(id=name, answer=answer, more=more)
