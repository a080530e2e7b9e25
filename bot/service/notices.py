"""Who is told what when a case changes: the parent in the chat, the staff in theirs.

Floor 3. Everything here goes into the outbox of the job; nothing is sent.
"""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from bot.core.cases import OPEN, CaseView
from bot.core.texts import plain, say
from bot.core.turn import Button, Incoming, Outgoing, Priority, Rows
from bot.service import cards
from bot.service.cards import local_date
from bot.service.job import Job
from bot.storage import casebook, outbox, staffbook, store, topicbook
from bot.storage.outbox import Parcel

DIGEST_SLOT = "digest"
PRESSING = frozenset(
    {"undelivered", "undelivered_receipt"}
)  # told also of a case that only the console shows
MINUTE = timedelta(minutes=1)

__all__ = [
    "alert",
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
    button = Button(plain("view_case", person.language), f"k:show:{case.number}")
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
        _digest(job, chat)
        return
    _show(job, case, chat)
    if job.settings.full_privacy:
        for event in casebook.history(job.tx, case.id):
            tell_staff(job, case, "parent_wrote", text=event.text)


def _show(job: Job, case: CaseView, chat: str) -> None:
    """Give a case its place in the staff chat, beginning with its card."""
    topicbook.put(job.tx, topicbook.Topic(case.id, chat))
    _staff_parcel(job, case, chat, "card", _card(job, case))


def _digest(job: Job, chat: str) -> None:
    """Say how many more cases there are; the first one of a flood sets when the digest leaves."""
    waiting = outbox.queued_in_slot(job.tx, "telegram", chat, DIGEST_SLOT)
    leaves = waiting.not_before if waiting and waiting.not_before else job.now + MINUTE
    count = topicbook.unshown_since(job.tx, leaves - MINUTE)
    buttons: Rows = ()
    if job.settings.desk.web_url.startswith("https://"):
        buttons = ((Button(plain("open_console"), url=f"{job.settings.desk.web_url}/console"),),)
    message = Outgoing(say("digest", count=count), buttons)
    job.owe(
        Parcel(
            "telegram", chat, message, Priority.STAFF, kind="digest", slot=DIGEST_SLOT,
            lane=f"staff:{DIGEST_SLOT}", not_before=leaves,
        )
    )  # fmt: skip


def tell_staff(
    job: Job, case: CaseView, key: str, /, *, text: str = "", buttons: Rows = (), **values: object
) -> None:
    """Tell the staff chat what a parent did (key staff_<key>); the text itself only in full privacy."""
    chat = job.staff_chat
    if chat is None:
        return
    if topicbook.get(job.tx, case.id) is None:
        if not case.urgent and key not in PRESSING:
            return  # never shown there (a flood): the console has it
        _show(job, case, chat)
    quoted = (
        Markup("\n") + say("quoted", text=text) if text and job.settings.full_privacy else Markup()
    )
    html = say(f"staff_{key}", number=case.number, **values) + quoted
    _in_topic(job, case, chat, Outgoing(html, buttons))


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


def alert(job: Job, key: str, /, *, slot: str = "", **values: object) -> None:
    """Tell the staff chat of something that is about no case; with a slot only the last one waits."""
    if job.staff_chat is None:
        return
    message = Outgoing(say(key, **values))
    chat, lane = job.staff_chat, "staff:alert"
    job.owe(Parcel("telegram", chat, message, Priority.STAFF, lane=lane, slot=slot))


def answer_staff(job: Job, case: CaseView | None, message: Outgoing, incoming: Incoming) -> None:
    """Say something to staff in the case's topic, or, without a case, where they wrote.

    It stands under their line or button: several people may write in one topic at a time.
    """
    message = replace(message, answers=(incoming.chat, incoming.message))
    if case is None or incoming.chat != job.staff_chat:
        place = Parcel(
            incoming.channel, incoming.chat, message, Priority.STAFF, thread=incoming.thread
        )
        job.owe(place)
    else:
        _in_topic(job, case, incoming.chat, message)


def _in_topic(job: Job, case: CaseView, chat: str, message: Outgoing) -> None:
    """Write in the case's topic; that of a case that is over is closed (again) behind it."""
    _staff_parcel(job, case, chat, "message", message)
    if case.status not in OPEN:
        close_topic(job, case)


def _topic_act(job: Job, case: CaseView, kind: str) -> None:
    """Owe the act after all that is still to be said; the last one counts."""
    topic = topicbook.get(job.tx, case.id)
    if topic is not None and job.staff_chat is not None:
        nothing = Outgoing(Markup())
        _staff_parcel(job, case, job.staff_chat, kind, nothing, slot=f"topic:{case.id}")


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
    name = staffbook.name_of(job.tx, case.assignee_id)
    return cards.card(case, job.knowledge, job.settings.desk, job.now, assignee=name)
