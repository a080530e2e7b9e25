"""A bureau for tests: a real database, a clock that is set by hand, dice that are known, and people."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from bot.core import numbers
from bot.core.cases import CaseView, Kind
from bot.core.people import Person, Role, Staff
from bot.core.turn import Arrival, Fresh, Incoming, OpenCase
from bot.service import desk
from bot.service.job import STAFF_CHAT, Job, Office, Settings
from bot.storage import casebook, outbox, staffbook, store
from bot.storage.db import Database
from bot.storage.migrate import migrate
from bot.storage.outbox import Parcel
from knowledge.library import SHIPPED, Library

T = TypeVar("T")
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 9:00 in Shanghai
GROUP = "-100200"
HERE, ELSEWHERE = "bangong", "jicai"  # departments; `other` goes to the first of them
ENTRIES = {
    "primary-age": ("孩子几岁可以上小学一年级?", "年满六周岁的儿童,应当入学。"),
    "meal-fee": ("学校食堂的伙食费怎么收?", "伙食费据实收取,按月公布账目。"),
    "transfer": ("转学需要什么手续?", "由转入学校在学籍系统里发起,家长不必来回跑。"),
}


@cache
def small_library(*tables: str) -> Library:
    """Read the shipped routing, calendar and schools with three entries, once: a tenth of a second.

    `tables` are shipped ones that stand beside them, as the bureau's own and no samples.
    """
    folder = Path(tempfile.mkdtemp(prefix="content-"))
    for part in ("faq", "tables"):
        (folder / part).mkdir()
    for name in tables:
        shutil.copy(SHIPPED / "tables" / f"{name}.csv", folder / "tables")
        described = (SHIPPED / "tables" / f"{name}.yaml").read_text(encoding="utf-8")
        own = described.replace("sample: true", "sample: false")
        (folder / "tables" / f"{name}.yaml").write_text(own, encoding="utf-8")
    for name in ("routing.yaml", "calendar.yaml", "schools.yaml"):
        shutil.copy(SHIPPED / name, folder / name)
    entries = [
        {"id": key, "question": question, "answer": answer, "source": {"title": "办事指南"}}
        for key, (question, answer) in ENTRIES.items()
    ]
    faq = json.dumps(entries, ensure_ascii=False, indent=1)
    (folder / "faq" / "desk.yaml").write_text(faq, encoding="utf-8")
    library = Library(folder)
    shutil.rmtree(folder)
    return library


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Dice:
    """Chance that comes out the same every time."""

    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def bits(self, count: int) -> int:
        return self.dice.getrandbits(count)


@dataclass
class Bureau:
    office: Office
    clock: Clock
    _ids: count[int] = field(default_factory=lambda: count(1))

    # jobs

    def do(self, work: Callable[[Job], T]) -> T:
        """Run work in one transaction, as the office does, without a sender behind it."""
        result, _ = self.office.db.write_now(self.office.bind(work))
        return result

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        found = self.office.db.read_now(lambda tx: tx.execute(sql, values).fetchall())
        return [dict(row) for row in found]

    def value(self, sql: str, *values: object) -> Any:
        return next(iter(self.rows(sql, *values)[0].values()))

    def owed(self) -> list[Parcel]:
        return self.office.db.read_now(outbox.unsent)

    def owed_texts(self, chat: str) -> list[str]:
        return [str(parcel.message.html) for parcel in self.owed() if parcel.chat == chat]

    # people

    def parent(self, chat: str = "501", *, channel: str = "telegram") -> Person:
        now = self.clock.now
        return self.do(
            lambda job: store.load_person(job.tx, channel, chat, language="zh", now=now)
        )[0]

    def hires(
        self,
        name: str,
        role: Role = Role.STAFF,
        *,
        departments: tuple[str, ...] = (),
        telegram: str = "",
    ) -> Staff:
        def hire(job: Job) -> Staff:
            return staffbook.put_staff(
                job.tx, name, role, departments=departments, telegram=telegram, now=job.now
            )

        return self.do(hire)

    def has_staff_chat(self, chat: str = GROUP) -> None:
        self.do(lambda job: store.set_fact(job.tx, STAFF_CHAT, chat))

    # cases

    def opens(self, person: Person, text: str = "食堂乱收费", **parts: Any) -> CaseView:
        opened, fresh = self.opening(text, **parts), self.fresh()
        case = self.do(lambda job: desk.open_case(job, person, opened, fresh))
        assert case is not None
        return case

    def opening(self, text: str, **parts: Any) -> OpenCase:
        return OpenCase(text=text, **{"kind": Kind.COMPLAINT, "category": "other", **parts})

    def fresh(self) -> Fresh:
        number = next(self._ids)
        bits = number * 0x9E3779B97 % (1 << numbers.RANDOM_BITS)
        return Fresh(
            numbers.make(self.clock.now.date(), bits), f"{100000 + number}", f"d{number:07x}"
        )

    def case(self, number: str) -> CaseView:
        found = self.do(lambda job: casebook.by_number(job.tx, number, job.now))
        assert found is not None
        return found

    def history(self, case: CaseView) -> list[str]:
        return [event.kind for event in self.do(lambda job: casebook.history(job.tx, case.id))]

    def sends_all(self) -> None:
        """Let everything owed arrive, without a sender."""

        def deliver(job: Job) -> None:
            for parcel in outbox.unsent(job.tx):
                outbox.mark_sent(job.tx, parcel.id, str(parcel.id), job.now)

        self.do(deliver)

    # what arrives

    def text(self, text: str, *, chat: str = "501", update_id: str = "", **parts: Any) -> Incoming:
        given = {"arrival": Arrival.TEXT, "person": chat, **parts}
        number = next(self._ids)
        return Incoming(
            channel=given.pop("channel", "telegram"),
            bot=given.pop("bot", "42"),
            update_id=update_id or f"u{number}",
            chat=chat,
            sent_at=self.clock.now,
            message=given.pop("message", str(number)),
            text=text,
            **given,
        )


@cache
def empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        migrate(path)
        return path.read_bytes()


def open_bureau(path: Path, *tables: str, **settings: Any) -> Bureau:
    """Set up a bureau over a new database file, with these shipped tables; `office.db.close()` ends it."""
    path.write_bytes(empty_database())
    clock = Clock()
    db = Database(path)
    db._connection.execute("PRAGMA synchronous=NORMAL")  # no test cuts the power
    library = small_library(*tables)
    office = Office(db, library, settings=Settings(**settings), clock=clock, chance=Dice())
    return Bureau(office, clock)
