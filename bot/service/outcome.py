"""What a delivery means for the case: a reply counts as given only when sent, and staff read why one was not.

Floor 3. Called by the sender in the transaction of the mark.
"""

from dataclasses import replace

from bot.core.texts import plain, say
from bot.core.turn import Button, Priority
from bot.service import notices
from bot.service.delivery import Delivered
from bot.service.job import STAFF_CHAT_TROUBLE, Job
from bot.storage import casebook, outbox, store, topicbook
from bot.storage.outbox import Parcel

UNREACHABLE = frozenset({"blocked", "deactivated", "chat_not_found"})
# an answer that is about no case and meets one of these is nobody's mistake: the other side wants none, here or now
UNWANTED = UNREACHABLE | {"forbidden", "kicked", "no_rights", "thread_gone", "topic_closed"}


def on_sent(job: Job, parcel: Parcel, delivered: Delivered) -> None:
    """Mark a row as sent; a reply's moment goes into the case."""
    outbox.mark_sent(job.tx, parcel.id, delivered.message_id, job.now)
    if parcel.event_id is not None:
        casebook.mark_answered(job.tx, parcel.event_id, job.now)
    if parcel.line.startswith("staff:"):
        store.forget_fact(job.tx, STAFF_CHAT_TROUBLE)
        if parcel.case_id is not None and delivered.message_id:
            _sent_to_staff(job, parcel, parcel.case_id, delivered.message_id)


def _sent_to_staff(job: Job, parcel: Parcel, case_id: int, message_id: str) -> None:
    """Remember that a message of the staff chat is about a case, so that replies to it find the case."""
    topic = topicbook.get(job.tx, case_id)
    if topic is None:
        return
    topicbook.link(job.tx, topic.chat, message_id, case_id)
    if parcel.kind in ("card", "card_edit") and topic.card != message_id:
        topicbook.put(job.tx, replace(topic, card=message_id))


def on_failed(job: Job, parcel: Parcel, reason: str) -> None:
    """Give a row up: mark it, mark the channel where it is out of reach, and tell staff in words."""
    outbox.mark_failed(job.tx, parcel.id, reason)
    if reason in UNREACHABLE:
        row = store.find_person(job.tx, parcel.channel, parcel.chat)
        if row is not None:
            store.set_person(job.tx, row.id, reachable=False)
    if parcel.line.startswith("staff:"):
        store.set_fact(job.tx, STAFF_CHAT_TROUBLE, reason)
    elif parcel.case_id is not None:
        case = casebook.by_id(job.tx, parcel.case_id, job.now)
        data: dict[str, casebook.Detail] = {"reason": reason, "parcel": parcel.id}
        casebook.add_event(job.tx, case.id, "undelivered", job.now, actor="system", data=data)
        again = Button(plain("send_again"), f"s:again:{parcel.id}")
        words = plain(_reason_key(reason))
        receipt = parcel.priority is Priority.RECEIPT
        key = "undelivered_receipt" if receipt else "undelivered"
        notices.tell_staff(job, case, key, buttons=((again,),), reason=words)
    elif reason not in UNWANTED and parcel.priority is not Priority.BROADCAST:
        notices.alert(
            job, "unsent_alert", slot="unsent", parcel=parcel.id, reason=plain(_reason_key(reason))
        )


def _reason_key(reason: str) -> str:
    key = f"reason_{reason}"
    try:
        say(key)
    except KeyError:
        return "reason_other"
    return key
