"""Cases to look at in the demo: made by the desk's own functions, so that every event and mark is a real one.

Floor 3. Only into a database in which nobody has written yet. What happens to them happened at moments before now,
counted so that one is due today and some are late whatever the day is; nothing of it is owed to anybody any more.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from bot.core import numbers
from bot.core.cases import CaseView, Kind
from bot.core.people import Person, Role, Staff
from bot.core.texts import plain
from bot.core.turn import Act, Fresh, OpenCase, ParentAct
from bot.core.workdays import SHANGHAI, due, local_day, workdays_between
from bot.service import desk
from bot.service.delivery import Delivered
from bot.service.job import Job
from bot.service.outcome import on_failed, on_sent
from bot.storage import staffbook, store

CHANNEL = "web"  # so that an answer to one of them is delivered, to a page that nobody has open
FARTHEST = 120  # days back in which a receipt with the due day wanted is looked for
Deed = Literal[
    "take", "assign", "note", "reply", "reply_lost", "transfer", "extend", "close", "decline",
    "add", "withdraw", "rate",
]  # fmt: skip


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))  # a comma cuts a text
class Step:
    """What somebody did, so many hours after the receipt."""

    after: float
    act: Deed
    by: Role = Role.STAFF
    text: str = ""
    to: str = ""
    days: int = 0
    rating: str = ""


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Script:
    """One case: what it says, when it came (`days_ago`, or `left` working days of its time), what happened."""

    kind: Kind
    category: str
    text: str
    days_ago: int = 0
    left: int | None = None
    subject: str = ""
    contact: str = ""
    anonymous: bool = False
    urgent: bool = False
    emergency: str = ""
    steps: tuple[Step, ...] = ()


@cache
def scripts() -> tuple[Script, ...]:
    """Read the cases."""
    source = files(__package__).joinpath("demo_cases.yaml").read_text(encoding="utf-8")
    read = yaml.load(source, Loader=yaml.CSafeLoader)  # a file of ours
    return TypeAdapter(tuple[Script, ...]).validate_python(read)


def furnish(job: Job) -> int:
    """Make the cases, unless somebody has written already; return how many were made."""
    actors = {one.role: one for one in staffbook.everybody(job.tx)}
    if not store.nobody_wrote(job.tx) or not {Role.STAFF, Role.SUPERVISOR} <= actors.keys():
        return 0
    dated = sorted(((_received(job, one), one) for one in scripts()), key=lambda pair: pair[0])
    for at, script in dated:
        _play(job, script, at, actors)
    return len(dated)


def _received(job: Job, script: Script) -> datetime:
    """Return when a case came: at ten in the morning, or an hour ago if that is still to come."""
    days_ago = script.days_ago if script.left is None else _days_ago(job, script, script.left)
    local = (job.now - timedelta(days=days_ago)).astimezone(SHANGHAI)
    return min(
        local.replace(hour=10, minute=0, second=0, microsecond=0), job.now - timedelta(hours=1)
    )


def _days_ago(job: Job, script: Script, left: int) -> int:
    """Find the day of receipt from which so many working days are left now; the nearest there is on a free day."""
    calendar, today = job.knowledge.calendar, local_day(job.now)
    limit = job.knowledge.routing.limit_days(script.kind, script.category)

    def misses_by(days_ago: int) -> tuple[bool, int]:
        last = due(job.now - timedelta(days=days_ago), limit, calendar).last_day
        is_late = last < today
        return is_late is not (left < 0), abs(workdays_between(today, last, calendar) - left)

    return min(range(1, FARTHEST), key=misses_by)


def _play(job: Job, script: Script, at: datetime, actors: dict[Role, Staff]) -> None:
    bits = job.chance.bits
    then = replace(job, now=at, owed=[])
    person, _ = store.load_person(job.tx, CHANNEL, f"{bits(256):064x}", language="zh", now=at)
    schools = {one.id: one.name for one in job.knowledge.schools}
    name = schools.get(script.subject, "")
    mark = plain("demo_mark")
    fresh = Fresh(
        numbers.make(local_day(at), bits(numbers.RANDOM_BITS)),
        f"{bits(64) % 1_000_000:06d}",
        f"{bits(32):08x}",
    )
    opened = OpenCase(
        script.kind,
        script.category,
        plain("demo_text", text=script.text),
        draft=fresh.draft,
        subject=script.subject,
        subject_name=plain("demo_subject", name=name) if name else mark,
        anonymous=script.anonymous,
        contact=script.contact,
        urgent=script.urgent,
        emergency=script.emergency,
    )
    case = desk.open_case(then, person, opened, fresh)
    if case is None:
        return
    for step in script.steps:
        moment = min(at + timedelta(hours=step.after), job.now)
        _do(replace(job, now=moment, owed=[]), person, case, step, actors)


def _do(job: Job, person: Person, case: CaseView, step: Step, actors: dict[Role, Staff]) -> None:
    """Let somebody do something, and let arrive what it owes."""
    staff, number, text = actors[step.by], case.number, step.text
    match step.act:
        case "take":
            desk.take(job, staff, number)
        case "assign":
            desk.assign(job, staff, number, actors[Role.STAFF].id)
        case "note":
            desk.note(job, staff, number, text)
        case "reply" | "reply_lost":
            desk.reply(job, staff, number, text)
        case "transfer":
            desk.transfer(job, staff, number, step.to, text)
        case "extend":
            desk.extend(job, staff, number, step.days, text)
        case "close":
            desk.close(job, staff, number)
        case "decline":
            desk.decline(job, staff, number, text)
        case "add" | "withdraw" | "rate":
            act = Act(ParentAct(step.act), number, text, rating=step.rating)
            desk.parent_act(job, person, act)
    for parcel in job.owed:
        if step.act == "reply_lost":
            on_failed(job, parcel, "blocked")
        else:
            on_sent(job, parcel, Delivered(f"demo.{parcel.id}"))
