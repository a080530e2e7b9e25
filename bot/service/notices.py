"""Who is told what when a case changes: the parent in the chat, the staff in theirs.

Floor 3. Everything here goes into the outbox of the job; nothing is sent.
"""

from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import CaseView
from bot.core.texts import plain, say
from bot.core.turn import Button, Outgoing, Priority
from bot.service import cards
from bot.service.cards import local_date
from bot.service.job import Job
from bot.storage import casebook, outbox, staffbook, store, topicbook
from bot.storage.outbox import Parcel

DIGEST_SLOT = "digest"
MINUTE = timedelta(minutes=1)

__all__ = [
    "announce",
    "close_topic",
    "local_date",
    "refresh_card",
    "reopen_topic",
    "send_reply",
    "tell_parent",
    "tell_staff",
]


def tell_parent(
    job: Job, case: CaseView, key: str, /, *, event_id: int | None = None, **values: object
) -> None:
    """Push a change to the parent in the same chat; `key` is looked up as push_<key>."""
    person = store.person_by_id(job.tx, case.person_id)
    department = cards.department_name(case.department, job.knowledge)
    html = say(f"push_{key}", person.language, number=case.number, department=department, **values)
    button = Button(plain("view_case", person.language), f"k:view:{case.number}")
    _to_parent(job, case, Outgoing(html, ((button,),)), Priority.DEADLINE, event_id)


def send_reply(job: Job, case: CaseView, text: str, event_id: int) -> None:
    """Send a reply as staff wrote it, with the question whether it was good."""
    person = store.person_by_id(job.tx, case.person_id)
    html = say(
        "reply_to_parent",
        person.language,
        department=cards.department_name(case.department, job.knowledge)
        or job.settings.desk.bureau,
        number=case.number,
        text=text,
    )
    rate = tuple(
        Button(plain(f"rate_{rating}", person.language), f"k:{rating}:{case.number}")
        for rating in ("good", "fair", "bad")
    )
    _to_parent(job, case, Outgoing(html, (rate,)), Priority.REPLY, event_id)


def _to_parent(
    job: Job, case: CaseView, message: Outgoing, priority: Priority, event_id: int | None
) -> None:
    person = store.person_by_id(job.tx, case.person_id)
    job.owe(
        Parcel(person.channel, person.chat, message, priority, case_id=case.id, event_id=event_id)
    )


def announce(job: Job, case: CaseView) -> None:
    """Show a new case to the staff chat: its card, or, in a flood, one line of a digest."""
    chat = job.staff_chat
    if chat is None:
        return
    last_minute = casebook.opened_since(job.tx, job.now - MINUTE)
    if last_minute > job.settings.cards_per_minute and not case.urgent:
        _digest(job, chat, last_minute - job.settings.cards_per_minute)
        return
    topicbook.put(job.tx, topicbook.Topic(case.id, chat))
    _staff_parcel(job, case, chat, "card", _card(job, case))
    if job.settings.full_privacy:
        for event in casebook.history(job.tx, case.id):
            tell_staff(job, case, "parent_wrote", text=event.text)


def _digest(job: Job, chat: str, count: int) -> None:
    """Say how many more cases there are; the first one of a flood sets when the digest leaves."""
    waiting = outbox.queued_in_slot(job.tx, "telegram", chat, DIGEST_SLOT)
    leaves = waiting.not_before if waiting else job.now + MINUTE
    buttons: tuple[tuple[Button, ...], ...] = ()
    if job.settings.desk.web_url.startswith("https://"):
        buttons = ((Button(plain("open_console"), url=f"{job.settings.desk.web_url}/console"),),)
    message = Outgoing(say("digest", count=count), buttons)
    job.owe(
        Parcel(
            "telegram", chat, message, Priority.STAFF, kind="digest", slot=DIGEST_SLOT,
            lane=f"staff:{DIGEST_SLOT}", not_before=leaves,
        )
    )  # fmt: skip


def tell_staff(job: Job, case: CaseView, key: str, /, *, text: str = "", **values: object) -> None:
    """Tell the staff chat what a parent did (key staff_<key>); the text itself only in full privacy."""
    chat = job.staff_chat
    if chat is None or (topicbook.get(job.tx, case.id) is None and not case.urgent):
        return  # never shown there (a flood): the console has it
    quoted = (
        Markup("\n") + say("quoted", text=text) if text and job.settings.full_privacy else Markup()
    )
    html = say(f"staff_{key}", number=case.number, **values) + quoted
    _staff_parcel(job, case, chat, "message", Outgoing(html))


def refresh_card(job: Job, case: CaseView) -> None:
    """Edit the card in place; what is still waiting to be edited is replaced."""
    chat = job.staff_chat
    if chat is None or topicbook.get(job.tx, case.id) is None:
        return
    _staff_parcel(job, case, chat, "card_edit", _card(job, case), slot=f"card:{case.id}")


def close_topic(job: Job, case: CaseView) -> None:
    """Close the case's topic after whatever is still to be said in it."""
    _topic_act(job, case, "topic_close")


def reopen_topic(job: Job, case: CaseView) -> None:
    """Open the case's topic again."""
    _topic_act(job, case, "topic_reopen")


def answer_staff(job: Job, case: CaseView | None, message: Outgoing, *, chat: str) -> None:
    """Say something to staff in the case's topic, or, without a case, in the chat they wrote in."""
    if case is None:
        job.owe(Parcel("telegram", chat, message, Priority.STAFF))
    else:
        _staff_parcel(job, case, chat, "message", message)


def _topic_act(job: Job, case: CaseView, kind: str) -> None:
    topic = topicbook.get(job.tx, case.id)
    if topic is not None and job.staff_chat is not None:
        _staff_parcel(job, case, job.staff_chat, kind, Outgoing(Markup()))


def _staff_parcel(
    job: Job, case: CaseView, chat: str, kind: str, message: Outgoing, *, slot: str = ""
) -> None:
    job.owe(
        Parcel(
            "telegram", chat, message, Priority.STAFF, kind=kind, slot=slot, case_id=case.id,
            lane=f"staff:{case.id}",
        )
    )  # fmt: skip


def _card(job: Job, case: CaseView) -> Outgoing:
    assignee = staffbook.by_id(job.tx, case.assignee_id) if case.assignee_id else None
    name = assignee.name if assignee else ""
    return cards.card(case, job.knowledge, job.settings.desk, job.now, assignee=name)
