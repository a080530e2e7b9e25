"""What can be done to a case from the console: each deed is one call of the desk in one transaction.

Floor 4. What leaves the house is confirmed first, with a preview made by doing the deed and undoing it, so that it
shows exactly what would leave. A form carries a key (sent twice it has one effect) and the version it was made for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.web.auth import Form
from bot.core.cases import Action, CaseView
from bot.core.errors import UnknownCase
from bot.core.people import Staff
from bot.core.turn import Outgoing
from bot.service import desk
from bot.service.job import Job
from bot.storage import casebook, outbox, queue, store

DOOR = "console"  # where the keys of these forms are recorded


@dataclass(frozen=True, slots=True)
class Order:
    """One deed that somebody asks for."""

    staff: Staff
    number: str
    form: Form

    @property
    def text(self) -> str:
        """Return what was written: the reply, the note or the reason."""
        return self.form.text("text")

    @property
    def version(self) -> int:
        """Return the version of the case the form was made for; -1 fits none."""
        version = self.form.number("version")
        return -1 if version is None else version


Do = Callable[[Job, Order], object]


@dataclass(frozen=True, slots=True)
class Deed:
    """How a deed is done; `outward`: confirmed with a preview; `wordy`: needs a text."""

    do: Do
    outward: bool = False
    wordy: bool = False


class Preview(Exception):
    """Carries what a deed would send to the parent; raised to undo the deed."""

    def __init__(self, messages: tuple[Outgoing, ...]) -> None:
        self.messages = messages
        super().__init__("a preview")


class SameKey(Exception):
    """The key of a form came with another body before."""


def carry_out(job: Job, order: Order, deed: Deed) -> None:
    """Do it, once for a key. Raises CaseError, SameKey."""
    prefix = f"{order.staff.id}:{order.form.text('key')}:"
    mine = prefix + order.form.digest
    before = store.updates_like(job.tx, DOOR, prefix)
    if before and mine not in before:
        raise SameKey(prefix)
    if store.first_use(job.tx, DOOR, mine, job.now):
        deed.do(job, order)


def preview(job: Job, order: Order, deed: Deed) -> None:
    """Do it, note what it would send to the parent, and undo all of it. Raises Preview, CaseError."""
    deed.do(job, order)
    case = casebook.by_number(job.tx, order.number, job.now)
    if case is None:
        raise UnknownCase(order.number)
    person = store.person_by_id(job.tx, case.person_id)
    to_parent = (
        parcel.message
        for parcel in job.owed
        if (parcel.channel, parcel.chat) == (person.channel, person.chat)
    )
    raise Preview(tuple(to_parent))


def _note(job: Job, order: Order) -> CaseView:
    return desk.note(job, order.staff, order.number, order.text)


def _reply(job: Job, order: Order) -> CaseView:
    return desk.reply(job, order.staff, order.number, order.text, version=order.version)


def _take(job: Job, order: Order) -> CaseView:
    return desk.take(job, order.staff, order.number, version=order.version)


def _assign(job: Job, order: Order) -> CaseView:
    to_staff_id = order.form.number("to") or 0
    return desk.assign(job, order.staff, order.number, to_staff_id, version=order.version)


def _transfer(job: Job, order: Order) -> CaseView:
    department = order.form.text("to")
    return desk.transfer(
        job, order.staff, order.number, department, order.text, version=order.version
    )


def _extend(job: Job, order: Order) -> CaseView:
    days = order.form.number("days") or 0
    return desk.extend(job, order.staff, order.number, days, order.text, version=order.version)


def _close(job: Job, order: Order) -> CaseView:
    return desk.close(job, order.staff, order.number, version=order.version)


def _decline(job: Job, order: Order) -> CaseView:
    return desk.decline(job, order.staff, order.number, order.text, version=order.version)


def _resend(job: Job, order: Order) -> None:
    """Queue a message that was given up once more; whoever may write here may, in any status."""
    case = desk.access(job, order.staff, order.number, Action.NOTE)
    parcel_id = order.form.number("parcel")
    if parcel_id is None or not queue.owes(job.tx, parcel_id, case.id):
        raise UnknownCase(order.number)
    parcel = outbox.send_again(job.tx, parcel_id, job.now)
    if parcel is not None:
        job.owed.append(parcel)
        casebook.add_event(
            job.tx, case.id, "resent", job.now, actor="staff", staff_id=order.staff.id
        )


DEEDS: dict[str, Deed] = {
    "note": Deed(_note, wordy=True),
    "reply": Deed(_reply, outward=True, wordy=True),
    "take": Deed(_take),
    "assign": Deed(_assign),
    "transfer": Deed(_transfer, outward=True, wordy=True),
    "extend": Deed(_extend, outward=True, wordy=True),
    "close": Deed(_close, outward=True),
    "decline": Deed(_decline, outward=True, wordy=True),
    "resend": Deed(_resend),
}
