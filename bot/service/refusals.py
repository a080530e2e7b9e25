"""A file that was promised and cannot be kept: whatever counted it, counts it no more, and says so.

Floor 3. A file is written down with the update and looked at afterwards, so a draft may count it, or a case may
already have it, when it turns out to be no picture.
"""

from datetime import timedelta

from bot.core.dialogue import without_file
from bot.core.texts import plain, say
from bot.core.turn import Button, Outgoing
from bot.service import notices
from bot.service.job import Job
from bot.storage import attachments, casebook, outbox, store
from bot.storage.attachments import Attachment
from bot.storage.outbox import Parcel

BEHIND = timedelta(seconds=0.5)


def refuse(job: Job, attachment: Attachment, key: str) -> None:
    """Mark a file as not taken and say so: to the parent, and to the staff where a case has it already."""
    attachments.mark_refused(job.tx, attachment.id, key)
    now = attachments.by_token(job.tx, attachment.token) or attachment  # submitted meanwhile?
    if now.case_id is None:
        _from_draft(job, now, key)
    else:
        _from_case(job, now, now.case_id, key)


def _from_draft(job: Job, attachment: Attachment, key: str) -> None:
    """Take the file out of what is being filled in, and say how many are left there."""
    person = store.person_by_id(job.tx, attachment.person_id)
    dialogue = store.dialogue_of(job.tx, person.id)
    html = say(key, person.language)
    found = without_file(dialogue, attachment.draft)
    if found is not None:
        after, left = found
        store.save_dialogue(job.tx, person.id, after)
        html += say("file_left" if left else "file_none_left", person.language, files=left)
    held = outbox.queued_in_slot(job.tx, person.channel, person.chat, f"draft:{attachment.draft}")
    # what is held back for the rest of an album counts this file too: it must not come after
    after_it = held.not_before + BEHIND if held and held.not_before else None
    job.owe(Parcel(person.channel, person.chat, Outgoing(html), not_before=after_it))


def _from_case(job: Job, attachment: Attachment, case_id: int, key: str) -> None:
    """Write it into the history of the case, and ask the parent to send it there again."""
    case = casebook.by_id(job.tx, case_id, job.now)
    person = store.person_by_id(job.tx, attachment.person_id)
    casebook.add_event(
        job.tx, case.id, "file_refused", job.now, actor="system", data={"reason": key}
    )
    html = say(key, person.language) + say("file_of_case", person.language, number=case.number)
    button = Button(plain("file_add", person.language), f"k:add:{case.number}")
    message = Outgoing(html, ((button,),))
    job.owe(Parcel(person.channel, person.chat, message, case_id=case.id))
    notices.tell_staff(job, case, "file_refused")
