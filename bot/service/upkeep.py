"""The monthly note: once a month every editor who can be reached is told what the content owes.

Floor 3. A note is owed once a month and editor; the key is written in the transaction of the note.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import groupby

from markupsafe import Markup

from bot.core.people import Role, Staff
from bot.core.texts import plain, say
from bot.core.turn import Outgoing, Priority
from bot.core.workdays import SHANGHAI, local_day
from bot.service.job import Job, Office
from bot.storage import editbook, gapbook, staffbook, store
from bot.storage.db import Tx
from bot.storage.outbox import Parcel
from knowledge.library import Snapshot
from knowledge.review import PRESSING, Finding, review

CHANNEL = "telegram"
AT = time(9, 0)  # on the first of the month, in the bureau's time zone
NAMED = 5  # entries named of a pressing matter; the others are counted


def findings(tx: Tx, knowledge: Snapshot, today: date) -> tuple[Finding, ...]:
    """Return what the content owes its editors today."""
    return review(knowledge.entries.values(), today=today, record=gapbook.record(tx))


async def send_notes(office: Office) -> None:
    """Owe this month's note to whoever has not had it."""
    now = office.clock()
    month = month_of(now)
    if month is None:
        return
    if not await office.db.read(lambda tx: _waiting(tx, month)):
        return
    knowledge, today = office.library.current, local_day(now)
    found = await office.db.read(lambda tx: findings(tx, knowledge, today))
    message = Outgoing(note(found, month))

    def owe(job: Job) -> None:
        for staff in _waiting(job.tx, month):
            if editbook.first_time(job.tx, _key(month, staff), job.now):
                job.owe(Parcel(CHANNEL, staff.telegram, message, Priority.STAFF))

    await office.run(owe)


def month_of(now: datetime) -> date | None:
    """Return the first of the month whose note is due by now; None on the first before nine."""
    local = now.astimezone(SHANGHAI)
    if local.day == 1 and local.time() < AT:
        return None
    return local.date().replace(day=1)


def note(found: Sequence[Finding], month: date) -> Markup:
    """Write the note: every matter with its count, the pressing ones with the first entries."""
    lines = [say("review.note_head", year=month.year, month=month.month)]
    for matter, own in groupby(found, key=lambda one: one.matter):
        several = list(own)
        label = plain(f"review.{matter}")
        lines.append(say("review.note_line", matter=label, count=len(several)))
        if matter not in PRESSING:
            continue
        lines.extend(_entry_line(one) for one in several[:NAMED])
        if len(several) > NAMED:
            lines.append(say("review.note_more", count=len(several) - NAMED))
    if not found:
        lines.append(say("review.note_none"))
    return Markup("\n").join((*lines, say("review.note_foot")))


def _entry_line(one: Finding) -> Markup:
    day = "" if one.day is None else plain("review.day", date=one.day)
    _, _, where = one.entry.where.rpartition("/")
    return say("review.note_entry", question=one.entry.question, day=day, where=where)


def _waiting(tx: Tx, month: date) -> list[Staff]:
    """Return who is owed the note of a month: editors who were there before it began and can be reached.

    Where there is no editor, the admins look after the content.
    """
    everybody = staffbook.everybody(tx)
    editors = [one for one in everybody if one.role is Role.EDITOR]
    keepers = editors or [one for one in everybody if one.role is Role.ADMIN]
    began = datetime.combine(month, AT, SHANGHAI)
    return [
        one
        for one in keepers
        if staffbook.since(tx, one.id) < began
        and _is_reachable(tx, one)
        and not editbook.is_done(tx, _key(month, one))
    ]


def _is_reachable(tx: Tx, staff: Staff) -> bool:
    person = store.find_person(tx, CHANNEL, staff.telegram) if staff.telegram else None
    return person is not None and person.reachable


def _key(month: date, staff: Staff) -> str:
    return f"review:{month:%Y-%m}:{staff.id}"
