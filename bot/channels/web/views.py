"""What the console's pages show of a case, ready for the templates.

Floor 4. Nothing here names the complainant: no chat, no account, no file name, no contact.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.cases import (
    RULES,
    WAITING,
    Action,
    CaseView,
    allowed,
    is_overdue,
    permitted,
)
from bot.core.people import Person, Staff
from bot.core.texts import catalogue, plain
from bot.core.workdays import local_day, workdays_between
from bot.service.cards import category_label, department_name
from bot.service.job import Job
from bot.storage import attachments, casebook, staffbook, store
from bot.storage.attachments import Attachment
from bot.storage.casebook import Event
from knowledge.library import Snapshot

TALK = frozenset({"opened", "added", "amended", "rated", "withdrawn"})  # the parent's own words


@dataclass(frozen=True, slots=True)
class Chip:
    """How much time is left: `tone` is green, amber, red or grey."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message; `parcel` is set when it may be sent again."""

    tone: str
    text: str
    parcel: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the timeline; `ground` is parent, reply, note or event."""

    at: datetime
    ground: str
    who: str
    what: str
    text: str
    files: tuple[Attachment, ...]
    delivery: Delivery | None


@dataclass(frozen=True, slots=True)
class How:
    """How a due date was computed."""

    first_day: str
    workdays: int
    holidays: int
    made_up: int
    provisional: bool
    extended: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything on the page of one case."""

    case: CaseView
    category: str
    department: str
    assignee: Staff | None
    chip: Chip | None
    how: How | None
    entries: tuple[Entry, ...]
    files: tuple[Attachment, ...]
    person: Person
    may: frozenset[Action]
    colleagues: tuple[Staff, ...]
    departments: tuple[tuple[str, str], ...]

    @property
    def file_number(self) -> dict[str, int]:
        """Return each file's number within the case, its only name here."""
        return {file.token: place for place, file in enumerate(self.files, 1)}


def case_page(job: Job, staff: Staff, case: CaseView) -> CasePage:
    """Gather the page of a case that `staff` may see."""
    history = casebook.history(job.tx, case.id)
    files = tuple(attachments.of_case(job.tx, case.id))
    deliveries = casebook.delivery(job.tx, [event.id for event in history])
    assignee = staffbook.by_id(job.tx, case.assignee_id) if case.assignee_id else None
    entries = (_entry(job, event, files, deliveries.get(event.id)) for event in history)
    return CasePage(
        case=case,
        category=category_label(case, job.knowledge),
        department=department_name(case.department, job.knowledge),
        assignee=assignee,
        chip=chip(case, job.knowledge, job.now),
        how=_how(case, extended=any(event.kind == "extended" for event in history)),
        entries=tuple(entries),
        files=files,
        person=store.person_by_id(job.tx, case.person_id),
        may=frozenset(action for action in RULES if allowed(staff, case, action)),
        colleagues=tuple(
            one for one in staffbook.everybody(job.tx) if permitted(one, case, Action.REPLY)
        ),
        departments=tuple(
            (one.id, one.name)
            for one in job.knowledge.routing.departments.values()
            if one.id != case.department
        ),
    )


def chip(case: CaseView, knowledge: Snapshot, now: datetime) -> Chip | None:
    """Say how much time is left, in working days; None when nothing is owed any more."""
    if case.status not in WAITING:
        return None
    today, day = local_day(now), local_day(case.due_at)
    if is_overdue(case, now):
        days = workdays_between(day, today, knowledge.calendar)
        return Chip("red", plain("console.late", days=days) if days else plain("console.late_now"))
    left = workdays_between(today, day, knowledge.calendar)
    if day == today:
        return Chip("amber", plain("console.today"))
    return Chip("amber" if left <= 1 else "green", plain("console.left", days=left))


def _entry(
    job: Job, event: Event, files: tuple[Attachment, ...], delivery: tuple[str, str, int] | None
) -> Entry:
    who = {"parent": plain("console.parent"), "system": plain("console.system")}.get(event.actor)
    ground = "event"
    if event.actor == "parent" and event.kind in TALK:
        ground = "parent"
    elif event.kind in ("reply", "note"):
        ground = event.kind
    what = plain(f"event_{event.kind}") + _more(job, event)
    mine = tuple(file for file in files if file.event_id == event.id)
    state = None if delivery is None else _delivery(*delivery)
    return Entry(event.at, ground, who or event.staff_name, what, event.text, mine, state)


def _more(job: Job, event: Event) -> str:
    """Return what an event's data adds to its name."""
    data = event.data
    match event.kind:
        case "assigned":
            return f" → {data.get('to', '')}"
        case "transferred":
            return f" → {department_name(str(data.get('to', '')), job.knowledge)}"
        case "extended":
            return plain("console.by_days", days=data.get("days", ""))
        case "rated":
            return f" · {plain('rate_' + str(data.get('rating', 'fair')))}"
        case "file_refused":
            return f" · {file_reason(str(data.get('reason', '')))}"
        case "undelivered":
            return f" · {reason_words(str(data.get('reason', '')))}"
        case _:
            return ""


def _delivery(state: str, reason: str, parcel: int) -> Delivery:
    match state:
        case "sent":
            return Delivery("green", plain("console.sent"))
        case "failed":
            return Delivery("red", plain("console.failed", reason=reason_words(reason)), parcel)
        case _:
            return Delivery("amber", plain("console.queued"))


def file_reason(key: str) -> str:
    """Say in a word why a file was not taken; `key` is the sentence the parent got."""
    known = f"console.why_{key}"
    return plain(known if known in catalogue("zh") else "console.why_file_kind")


def reason_words(reason: str) -> str:
    """Say in words why a message was not taken."""
    key = f"reason_{reason}"
    return plain(key if key in catalogue("zh") else "reason_other")


def _how(case: CaseView, *, extended: bool) -> How | None:
    if not case.due_how:
        return None
    how = json.loads(case.due_how)
    day = date.fromisoformat(how["first_day"])
    weekday = plain(f"weekday_{day.isoweekday()}")
    return How(
        first_day=plain("date", month=day.month, day=day.day, weekday=weekday),
        workdays=how["workdays"],
        holidays=len(how["skipped"]),
        made_up=len(how["made_up"]),
        provisional=how["provisional"],
        extended=extended,
    )
