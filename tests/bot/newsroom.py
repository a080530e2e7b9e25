"""A bureau whose content changes, and people who follow it: the ground of the tests of announcements."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.core.follows import Deed, Follow, Shown
from bot.core.people import Role, Staff
from bot.service import announcing, newsroom
from bot.service.announcing import Wish, carry_out
from bot.service.job import Job
from bot.storage import announcements, recipients, subscriptions
from bot.storage.announcements import Announcement
from bot.storage.db import Tx
from knowledge.library import SHIPPED, Library
from knowledge.subjects import Kind, Subject
from tests.bot.bureau import Bureau

ENTRY = """\
- id: meals
  question: 学校食堂的餐费怎么收
  answer: {answer}
  source: {{title: 办事指南, date: 2026-01-05}}
- id: tuition
  question: 公办小学收学费吗
  answer: 不收学费和杂费。
  source: {{title: 办事指南}}
"""
TABLE = """\
title: 指标到校分配表
kind: quota
school_year: 2026
source: {title: 招生计划, number: 教基5号, date: 2026-05-12}
file: quota.csv
columns: [{name: 初中, required: true}, {name: 名额, type: number, unit: 个}]
key: [初中]
"""
ANSWER = "按实际用餐收取。"
SCHOOL = "示例区第三中学"
QUOTA = Subject(Kind.TABLE, "quota")
THIRD = Subject(Kind.SCHOOL, "ms-third")
MEALS = Subject(Kind.ENTRY, "meals")
FEES = Subject(Kind.TOPIC, "fees")
FIGURE = Subject(Kind.FIGURE, "quota:ms-third")


@dataclass
class Newsroom:
    """The bureau, its content folder, an editor and a second person."""

    bureau: Bureau
    folder: Path
    editor: Staff
    second: Staff

    def publishes(self, *, answer: str = ANSWER, quota: int = 42) -> int:
        """Write the content and let the newsroom look at it; return how many drafts that made or changed."""
        self.writes(answer=answer, quota=quota)
        return asyncio.run(newsroom.look(self.bureau.office))

    def writes(self, *, answer: str = ANSWER, quota: int = 42) -> None:
        """Make other content live."""
        (self.folder / "faq" / "fees.yaml").write_text(ENTRY.format(answer=answer), "utf-8")
        rows = f"初中,名额\n{SCHOOL},{quota}\n示例区第四中学,26\n"
        (self.folder / "tables" / "quota.csv").write_text(rows, "utf-8")
        self.bureau.office.library = Library(self.folder)

    def person(self, chat: str, *subjects: Subject, shown: str = "") -> int:
        """Meet somebody who follows subjects, for corrections after having been shown a value."""
        person = self.bureau.parent(chat)
        for one in subjects:
            figures = (Shown("quota", SCHOOL, "名额", shown),) if one.kind is Kind.FIGURE else ()
            wanted = Follow(one, f"题目{one.target}", figures)

            def follow(job: Job, wanted: Follow = wanted) -> None:
                subscriptions.follow(job.tx, person.id, wanted, job.now)

            self.bureau.do(follow)
        return person.id

    def drafts(self) -> list[Announcement]:
        return sorted(self.bureau.office.db.read_now(announcements.listed), key=lambda one: one.id)

    def does(
        self, staff: Staff, deed: Deed, draft: Announcement, headline: str = ""
    ) -> Announcement:
        """Let somebody do something with an announcement as they see it."""
        wish = Wish(staff, deed, draft.id, draft.revision, headline)
        return self.bureau.do(lambda job: carry_out(job, wish))

    def confirms(self, draft: Announcement) -> Announcement:
        """Let the one submit and the other confirm."""
        submitted = self.does(self.editor, Deed.SUBMIT, draft)
        return self.does(self.second, Deed.CONFIRM, submitted)

    def queues(self, draft: Announcement) -> int:
        """Queue one chunk."""
        return self.bureau.do(lambda job: announcing.queue_chunk(job, draft.id))

    def states(self, draft: Announcement) -> dict[str, int]:
        """Count the recipients by state."""

        def look(tx: Tx) -> dict[tuple[str, str], int]:
            return recipients.counts(tx, draft.id)

        found = self.bureau.office.db.read_now(look)
        return {"/".join(part for part in key if part): count for key, count in found.items()}

    def state(self, draft: Announcement) -> str:
        return next(one.state for one in self.drafts() if one.id == draft.id)


def open_newsroom(bureau: Bureau, folder: Path) -> Newsroom:
    """Furnish the content folder and let the newsroom see it once."""
    for name in ("faq", "tables"):
        (folder / name).mkdir(parents=True)
    for name in ("routing.yaml", "calendar.yaml", "schools.yaml"):
        shutil.copy(SHIPPED / name, folder / name)
    (folder / "tables" / "quota.yaml").write_text(TABLE, "utf-8")
    editor = bureau.hires("林编辑", Role.EDITOR)
    room = Newsroom(bureau, folder, editor, bureau.hires("钱主任", Role.SUPERVISOR))
    assert room.publishes() == 0
    return room
