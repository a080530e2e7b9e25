"""5,000 subscribers, one edit, and kill -9 while they are being told: each is told once, and nobody twice.

Of the sends under way at a kill nobody knows the end: they are listed as unknown, at most one for each slot.
"""

import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import pytest

from bot.core.follows import Deed, Follow
from bot.core.people import Role
from bot.service.announcing import Wish, carry_out
from bot.service.job import Job, Office, Settings
from bot.service.sender import SLOTS
from bot.storage import announcements, staffbook, store, subscriptions
from bot.storage.db import Database
from knowledge.library import Library
from knowledge.subjects import Kind, Subject
from tests.bot.bureau import Dice
from tests.botapi.remote import Remote
from tests.crash.campaign import wait_until
from tests.crash.product import SHIPPED, Home, Warm, is_alive

CROWD = 5000
KILLS = 3
QUOTA = Follow(Subject(Kind.TABLE, "quota"), "指标到校名额")
NEWS = "30 个 → 31 个"
START_S, TOLD_S = 30.0, 60.0


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk that is started and killed again and again, and looked at while it runs."""

    home: Home
    forks: Warm
    pids: list[int]

    def starts(self) -> None:
        self.pids.append(self.forks.start(self.home, "serve"))

    def dies(self) -> None:
        assert is_alive(self.pids[-1]), self.home.log.read_text()
        self.forks.kill(self.pids[-1])

    def count(self, sql: str) -> int:
        if not self.home.database.exists():
            return 0
        with closing(sqlite3.connect(f"{self.home.database.as_uri()}?mode=ro", uri=True)) as db:
            try:
                return int(db.execute(sql).fetchone()[0])
            except sqlite3.OperationalError:  # the schema is still being made
                return 0

    def waits_for(self, sql: str, timeout_s: float) -> None:
        wait_until(lambda: self.count(sql), timeout_s)


@pytest.mark.crash
@pytest.mark.timeout(240)
def test_five_thousand_subscribers_are_told_once_each_through_kills(
    home: Home, telegram: Remote, forks: Warm, chance: Random
) -> None:
    _publish_tables(home)
    desk = Desk(home, forks, [])
    desk.starts()
    desk.waits_for("SELECT count(*) FROM published", START_S)
    desk.dies()
    crowd = telegram.users("家长", CROWD)
    _subscribe(home, crowd)
    _edit(home)
    desk.starts()
    desk.waits_for("SELECT count(*) FROM announcements WHERE state = 'draft'", START_S)
    desk.dies()
    chats = telegram.state()["chats"]
    assert not any(chats[str(one)] for one in crowd)  # nothing is sent by itself
    _confirm(home)
    for target in sorted(chance.sample(range(CROWD // 20, CROWD * 9 // 10), KILLS)):
        desk.starts()
        _wait_until_told(telegram, target)
        desk.dies()
    desk.starts()
    desk.waits_for("SELECT count(*) FROM announcements WHERE state = 'done'", TOLD_S)
    time.sleep(0.5)  # whatever would still be sent twice
    desk.dies()
    _judge(home, telegram, crowd)


def _wait_until_told(telegram: Remote, count: int) -> None:
    wait_until(lambda: telegram.count()["sent"] >= count, TOLD_S)


def _judge(home: Home, telegram: Remote, crowd: Sequence[int]) -> None:
    chats = telegram.state()["chats"]
    heard = {
        one: sum(NEWS in message.get("text", "") for message in chats[str(one)]) for one in crowd
    }
    assert max(heard.values()) == 1, "somebody was told twice"
    with closing(sqlite3.connect(home.database)) as db:
        rows = db.execute(
            "SELECT p.chat, r.state FROM announcement_recipients r JOIN people p ON p.id = r.person_id"
        ).fetchall()
    became = Counter(state for _, state in rows)
    assert set(became) <= {"sent", "unknown"}
    assert became.total() == CROWD
    assert became["unknown"] <= KILLS * SLOTS
    untold = {str(one) for one, times in heard.items() if times == 0}
    assert untold <= {chat for chat, state in rows if state == "unknown"}


def _publish_tables(home: Home) -> None:
    (home.content / "tables").mkdir()
    for name in ("quota-2026.yaml", "quota-2026.csv"):
        shutil.copy(SHIPPED / "tables" / name, home.content / "tables" / name)
    description = home.content / "tables" / "quota-2026.yaml"
    text = description.read_text("utf-8")
    description.write_text(text.replace("sample: true", "sample: false"), "utf-8")


def _edit(home: Home) -> None:
    rows = home.content / "tables" / "quota-2026.csv"
    text = rows.read_text("utf-8-sig")
    assert "示例区第三中学,第一批,30" in text
    rows.write_text(text.replace("第三中学,第一批,30", "第三中学,第一批,31"), "utf-8")


def _office(home: Home) -> Office:
    db, library = Database(home.database), Library(home.content)
    settings = Settings()
    return Office(db, library, settings=settings, clock=lambda: datetime.now(UTC), chance=Dice())


def _subscribe(home: Home, crowd: Sequence[int]) -> None:
    def follow(job: Job) -> None:
        for chat in crowd:
            person, _ = store.load_person(job.tx, "telegram", str(chat), language="zh", now=job.now)
            subscriptions.follow(job.tx, person.id, QUOTA, job.now)

    _run(home, follow)


def _confirm(home: Home) -> None:
    def confirm(job: Job) -> None:
        [draft] = announcements.listed(job.tx)
        editor = staffbook.put_staff(job.tx, "林编辑", Role.EDITOR, now=job.now)
        second = staffbook.put_staff(job.tx, "钱主任", Role.SUPERVISOR, now=job.now)
        submitted = carry_out(job, Wish(editor, Deed.SUBMIT, draft.id, draft.revision))
        carry_out(job, Wish(second, Deed.CONFIRM, draft.id, submitted.revision))

    _run(home, confirm)


def _run(home: Home, work: Callable[[Job], None]) -> None:
    office = _office(home)
    try:
        office.db.write_now(office.bind(work))
    finally:
        office.db.close()
