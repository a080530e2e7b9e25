"""The list of gaps for editors: what is read, what it comes to, and the list somebody asked for in a chat.

Floor 3. Only editors and admins get it; for anybody else the command does not exist. Making the list takes about a
millisecond a question, so it never happens in a transaction: a request is written down and answered by a round.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from markupsafe import Markup

from bot.core.people import Role, Staff
from bot.core.personal import without_personal_numbers
from bot.core.texts import plain, say
from bot.core.turn import Button, Incoming, Outgoing, Priority, Rows
from bot.core.workdays import local_day
from bot.service.job import Job, Office
from bot.storage import gapbook
from bot.storage.db import Tx
from bot.storage.outbox import Parcel
from knowledge.gaps import Gap, Unmet, gaps
from knowledge.library import Snapshot
from knowledge.shelf import Shelf

EDITORS = frozenset({Role.EDITOR, Role.ADMIN})
DAYS = 30
ROWS = 20_000  # newest questions that are read
MOST = 1000  # different ones of them that are looked at: a few seconds' work
SHOWN = 10  # gaps in a chat; the console has them all
WIDTH = 60  # characters of a question in a chat


def may_edit(staff: Staff) -> bool:
    """Tell whether somebody may see the gaps and change content."""
    return staff.active and staff.role in EDITORS


def read(tx: Tx, now: datetime, *, days: int = DAYS) -> tuple[Unmet, ...]:
    """Return what was asked in vain in the last days, without personal numbers: the newest different questions."""
    kept: dict[str, list[Unmet]] = {}
    for one in gapbook.unmet(tx, since=now - timedelta(days=days), most=ROWS):
        question = masked(one.question)
        if question in kept or len(kept) < MOST:
            kept.setdefault(question, []).append(replace(one, question=question))
    return tuple(one for same in kept.values() for one in same)


def masked(text: str) -> str:
    """Leave personal numbers out, and blanks at the ends."""
    return without_personal_numbers(text).strip()


async def look(office: Office, *, days: int = DAYS) -> tuple[Gap, ...]:
    """Make the list as of now, outside any transaction."""
    now = office.clock()
    unmet = await office.db.read(lambda tx: read(tx, now, days=days))
    knowledge = office.library.current
    shelf = given(knowledge, demo=office.settings.desk.demo)
    return await asyncio.to_thread(gaps, unmet, knowledge.index, today=local_day(now), shelf=shelf)


def given(knowledge: Snapshot, *, demo: bool) -> Shelf:
    """Return the tables that may be given: samples only in the demo."""
    return knowledge.figures if demo else knowledge.real_figures


def ask(job: Job, staff: Staff, incoming: Incoming) -> None:
    """Take the command /gaps from a chat; what came of it follows from `answer_requests`."""
    if may_edit(staff):
        place = (incoming.channel, incoming.chat, incoming.thread)
        gapbook.request(job.tx, staff.id, place, job.now)
    else:
        message = Outgoing(say("menu.unknown_command"))
        job.owe(Parcel(incoming.channel, incoming.chat, message, thread=incoming.thread))


async def answer_requests(office: Office) -> None:
    """Answer every list that is owed; a restart in between changes nothing."""
    if not await office.db.read(gapbook.requests):
        return
    found = await look(office)

    def answer(job: Job) -> None:
        for request in gapbook.requests(job.tx):
            gapbook.settle(job.tx, request.id)
            if not may_edit(request.staff):
                continue
            told = _told(found, job.knowledge, job.settings.desk.web_url)
            job.owe(
                Parcel(request.channel, request.chat, told, Priority.STAFF, thread=request.thread)
            )

    await office.run(answer)


def _told(found: Sequence[Gap], knowledge: Snapshot, web_url: str) -> Outgoing:
    if not found:
        return Outgoing(say("gaps.none", days=DAYS))
    head = say("gaps.head", days=DAYS, count=len(found), shown=min(SHOWN, len(found)))
    lines = (
        say("gaps.line", number=number, question=_cut(gap.question), people=gap.people,
            nearest=nearest_words(gap, knowledge))
        for number, gap in enumerate(found[:SHOWN], start=1)
    )  # fmt: skip
    rows: Rows = ()
    if web_url.startswith("https://"):
        rows = ((Button(plain("gaps.open"), url=f"{web_url}/console/gaps"),),)
    return Outgoing(Markup("\n").join((head, *lines, say("gaps.foot"))), rows)


def nearest_words(gap: Gap, knowledge: Snapshot) -> str:
    """Name the entry that comes nearest, with its score, or say that none does."""
    entry = knowledge.entries.get(gap.nearest)
    if entry is None or gap.score < 1:
        return plain("gaps.nothing_near")
    return plain("gaps.near", question=entry.question, id=entry.id, score=round(gap.score))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
