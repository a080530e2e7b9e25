"""The engine: one update, one transaction, confirmed after the commit.

Floor 3. Seen? -> load the turn -> respond -> apply the effects -> outbox -> commit. An update whose handling
raises becomes a dead letter in a second transaction, and the parent gets one sentence with an error number.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import assert_never

from bot.core import numbers
from bot.core.cases import Action, CaseView, possible
from bot.core.errors import CaseError
from bot.core.people import Person
from bot.core.texts import say
from bot.core.turn import (
    Act,
    Arrival,
    Asked,
    Effect,
    Feedback,
    Fresh,
    Incoming,
    KeepFile,
    OpenCase,
    Outcome,
    Outgoing,
    Place,
    Priority,
    Say,
    SetPerson,
    StaffDraft,
    StaffPress,
    Turn,
    WrongCode,
)
from bot.core.workdays import local_day
from bot.service import desk, notices, staffchat
from bot.service.job import Job, Office
from bot.storage import (
    attachments,
    casebook,
    outbox,
    staffbook,
    store,
    subscriptions,
    topicbook,
    transcript,
)
from bot.storage.outbox import Parcel
from knowledge.meaning import Floats

Respond = Callable[[Turn], Outcome]
Found = Mapping[str, Floats]  # vectors of what is asked, made before the transaction

log = logging.getLogger(__name__)
NOTHING: Found = {}
TRANSCRIBED = frozenset({"web"})  # channels that keep no history of their own


class Engine:
    """Takes what arrives on any channel, and says when it is safe to confirm it."""

    def __init__(self, office: Office, respond: Respond) -> None:
        self._office = office
        self._respond = respond
        self.forethought: Callable[[Sequence[Incoming]], Awaitable[Found]] = _none_found
        self.on_file: Callable[[], None] = lambda: (
            None
        )  # a file was written down and can be fetched

    async def receive(self, incoming: Incoming) -> bool:
        """Handle one update; True when it was new. When this returns, it is on disk.

        Raises DatabaseBusy when nothing could be written: do not confirm, try again.
        """
        return (await self.receive_all([incoming]))[0]

    async def receive_all(self, batch: Sequence[Incoming]) -> list[bool]:
        """Handle a batch in its order, committed as one, all of it or nothing; tell which were new.

        One whose handling raises is undone by itself and buried; the rest stand. Raises DatabaseBusy.
        """
        batch = [whole(incoming) for incoming in batch]
        found = await self._thought_of(batch)
        works = [partial(self._handle, incoming=incoming, found=found) for incoming in batch]
        results = await self._office.run_together(works)
        self._count(batch, results)
        return [await self._settle(*pair) for pair in zip(batch, results, strict=True)]

    async def _thought_of(self, batch: Sequence[Incoming]) -> Found:
        """Return the vectors of what is asked; a mistake there must not keep a message from being handled."""
        try:
            return await self.forethought(batch)
        except Exception as problem:
            log.error("forethought failed", extra={"error": _place_of(problem)})
            return NOTHING

    def _count(self, batch: Sequence[Incoming], results: Sequence[bool | Exception]) -> None:
        now, metrics = self._office.clock(), self._office.metrics
        for incoming, result in zip(batch, results, strict=True):
            if result is not False:  # new, or failed: a repeat is not counted
                metrics.updates.labels(incoming.channel).inc()
                metrics.inbox_lag_seconds.observe(
                    max(0.0, (now - incoming.sent_at).total_seconds())
                )

    async def _settle(self, incoming: Incoming, result: bool | Exception) -> bool:
        if isinstance(result, Exception):
            return await self.bury(incoming, _place_of(result))
        if result and incoming.media is not None:
            self.on_file()
        return result

    async def replay(self, reference: str) -> bool:
        """Handle a dead letter once more; False when it is unknown or was replayed already."""

        def again(job: Job) -> bool:
            found = [f for f in store.failures(job.tx) if f.reference == reference]
            if not found or not found[0].incoming.chat:  # unreadable: there is nothing to handle
                return False
            store.mark_replayed(job.tx, reference, job.now)
            self._turn(job, found[0].incoming)
            return True

        return await self._office.run(again)

    def _handle(self, job: Job, incoming: Incoming, found: Found) -> bool:
        if not store.first_time(job.tx, incoming, job.now):
            return False
        self._turn(job, incoming, found)
        return True

    def _turn(self, job: Job, incoming: Incoming, found: Found = NOTHING) -> None:
        if incoming.arrival is Arrival.MIGRATED:
            staffchat.follow(job, incoming.channel, incoming.chat, incoming.new_chat)
            return
        turn = seeing(load(job, incoming), found)
        if incoming.channel in TRANSCRIBED and incoming.place is Place.PRIVATE:
            transcript.add_parent(job.tx, turn.person.id, incoming, job.now)
        if incoming.place is Place.STAFF:
            _thread_on(job, turn)
        outcome = self._respond(turn)
        apply(job, turn, outcome)

    async def bury(self, incoming: Incoming, where: str) -> bool:
        """Keep what could not be handled as a dead letter, and tell the parent in one sentence."""
        reference = (
            f"E{numbers.make(self._office.clock().date(), self._office.chance.bits(40))[9:18]}"
        )
        log.error("update failed", extra={"reference": reference, "error": where})

        def bury(job: Job) -> bool:
            if not store.first_time(job.tx, incoming, job.now):
                return False
            store.record_failure(job.tx, incoming, reference=reference, error=where, now=job.now)
            if incoming.place is Place.PRIVATE:
                known = store.find_person(job.tx, incoming.channel, incoming.chat)
                language = known.language if known else _language(incoming)
                apology = Outgoing(say("failed", language, reference=reference))
                job.owe(Parcel(incoming.channel, incoming.chat, apology))
            notices.alert(job, "failed_alert", reference=reference, where=where)
            return True

        self._office.metrics.dead_letters.inc()
        return await self._office.run(bury)


def load(job: Job, incoming: Incoming) -> Turn:
    """Gather all that a handler may know."""
    person, dialogue = store.load_person(
        job.tx, incoming.channel, incoming.chat, language=_language(incoming), now=job.now
    )
    staff = None
    if incoming.channel == "telegram":
        staff = staffbook.by_telegram(job.tx, incoming.person)
    bits = job.chance.bits
    day = local_day(job.now)
    number = numbers.make(day, bits(numbers.RANDOM_BITS))
    fresh = Fresh(number, f"{bits(64) % 1_000_000:06d}", f"{bits(32):08x}")
    turn = Turn(
        incoming=incoming,
        now=job.now,
        person=person,
        dialogue=dialogue,
        knowledge=job.knowledge,
        fresh=fresh,
        desk=job.settings.desk,
        cases=casebook.of_person(job.tx, person.id, job.now),
        staff=staff,
        follows=subscriptions.of_person(job.tx, person.id, job.now),
    )
    case = _named_case(job, turn)
    hands = _same_hands(job, turn.cases if case is None else (*turn.cases, case))
    return replace(turn, case=case, same_hands=hands) if case or hands else turn


def _same_hands(job: Job, near: Sequence[CaseView]) -> frozenset[str]:
    """Return which cases, of those that may be handled again, nobody else could take."""
    again = (one for one in near if one.redone == 0 and possible(one, Action.RATE))
    return frozenset(one.number for one in again if desk.stays_with_answerer(job, one))


def seeing(turn: Turn, found: Found) -> Turn:
    """Hand the vectors in with the turn: what `respond` decides depends on nothing else, and embeds nothing."""
    index = turn.knowledge.index
    seen = index.seeing(found)
    return turn if seen is index else replace(turn, knowledge=replace(turn.knowledge, index=seen))


async def _none_found(batch: Sequence[Incoming]) -> Found:
    return NOTHING


def _named_case(job: Job, turn: Turn) -> CaseView | None:
    """Return the case that the text, button, message or open flow names.

    In the staff chat the stored thread or message alone decides: what somebody types, or quotes from a
    parent, may hold the number of another case and must not send an answer there.
    """
    incoming = turn.incoming
    if incoming.place is Place.STAFF:
        replied = incoming.reply_to or (incoming.message if incoming.choice else "")
        return topicbook.case_at(
            job.tx, incoming.chat, thread=incoming.thread, reply_to=replied, now=job.now
        )
    number = numbers.find(incoming.choice or incoming.text)
    if number is not None and (found := casebook.by_number(job.tx, number, job.now)):
        return found
    if incoming.arrival is Arrival.EDIT:
        return casebook.case_of_message(job.tx, turn.person.id, incoming.message, job.now)
    if turn.dialogue.number:
        return casebook.by_number(job.tx, turn.dialogue.number, job.now)
    return None


def _thread_on(job: Job, turn: Turn) -> None:
    """Remember what a reply in a plain group is about, so that a reply to that reply finds the same case."""
    incoming = turn.incoming
    if turn.case is not None and incoming.reply_to and not (incoming.thread or incoming.choice):
        topicbook.link(job.tx, incoming.chat, incoming.message, turn.case.id)


def apply(job: Job, turn: Turn, outcome: Outcome) -> None:
    """Save the dialogue and do what was decided, in order."""
    if outcome.dialogue != turn.dialogue:
        dialogue = replace(outcome.dialogue, updated_at=job.now)
        store.save_dialogue(job.tx, turn.person.id, dialogue)
    for effect in outcome.effects:
        _do(job, turn, effect)


def _do(job: Job, turn: Turn, effect: Effect) -> None:
    person, incoming = turn.person, turn.incoming
    match effect:
        case Say():
            _say(job, turn, effect)
        case KeepFile():
            _keep(job, turn, effect)
        case OpenCase():
            desk.open_case(job, person, effect, turn.fresh)
        case Act():
            _act(job, person, effect, incoming)
        case StaffDraft() if turn.staff is not None:
            staffchat.keep_draft(job, turn.staff, effect, incoming)
        case StaffPress() if turn.staff is not None:
            staffchat.press(job, turn.staff, effect, incoming)
        case StaffDraft() | StaffPress():
            pass  # nobody of ours: nothing happens, whatever the dialogue believed
        case Asked():
            store.record_asked(job.tx, person.id, effect, job.now)
            job.metrics.answers.labels(effect.outcome).inc()
        case Feedback():
            store.record_feedback(job.tx, person.id, effect, job.now)
        case SetPerson():
            _set_person(job, person, effect)
        case WrongCode():
            store.count_try(job.tx, f"code:{effect.number}", job.now)
        case _:
            assert_never(effect)


def _say(job: Job, turn: Turn, effect: Say) -> None:
    if turn.incoming.place is Place.STAFF:
        notices.answer_staff(job, turn.case, effect.message, turn.incoming)
        return
    person = turn.person
    not_before = job.now + timedelta(seconds=effect.hold_s) if effect.hold_s else None
    opened = None
    if (
        effect.priority is Priority.RECEIPT
    ):  # whether it arrives is told at the case it is the receipt of
        opened = casebook.by_number(job.tx, turn.fresh.number, job.now)
    job.owe(
        Parcel(
            person.channel, person.chat, effect.message, effect.priority, slot=effect.slot,
            not_before=not_before, thread=turn.incoming.thread, case_id=opened.id if opened else None,
        )
    )  # fmt: skip


def _keep(job: Job, turn: Turn, effect: KeepFile) -> None:
    case = casebook.by_number(job.tx, effect.case, job.now) if effect.case else None
    if (
        case is not None
        and case.person_id != turn.person.id
        and case.number not in turn.dialogue.proven
    ):
        case = None
    if case is not None:
        is_edit = turn.incoming.arrival is Arrival.EDIT
        if is_edit and attachments.has(job.tx, case.id, effect.media.file_id):
            return  # the words under the file are new, the file is the same
        casebook.link_message(job.tx, turn.person.id, turn.incoming.message, case.id)
    attachments.keep(
        job.tx,
        turn.person.id,
        turn.person.channel,
        effect,
        token=f"{job.chance.bits(128):032x}",
        case_id=case.id if case else None,
        event_id=None,
        now=job.now,
    )


def _act(job: Job, person: Person, effect: Act, incoming: Incoming) -> None:
    """Let the desk decide; what it refuses is said in words, since the dialogue believed otherwise."""
    try:
        desk.parent_act(job, person, effect, message=incoming.message)
    except CaseError:
        html = say("too_late", person.language, number=effect.number)
        job.owe(Parcel(person.channel, person.chat, Outgoing(html)))


def _set_person(job: Job, person: Person, effect: SetPerson) -> None:
    store.set_person(job.tx, person.id, language=effect.language, reachable=effect.reachable)
    if effect.follow is not None:
        subscriptions.follow(job.tx, person.id, effect.follow, job.now)
    if effect.unfollow is not None:
        subscriptions.unfollow(job.tx, person.id, effect.unfollow)
    if effect.reachable and not person.reachable:
        job.owed.extend(outbox.send_blocked_again(job.tx, person.channel, person.chat, job.now))


def whole(incoming: Incoming) -> Incoming:
    """Replace halves of characters (lone surrogates), which neither the database nor JSON takes."""
    media = incoming.media
    try:
        for given in (incoming.text, incoming.choice, incoming.label, media.name if media else ""):
            given.encode()
    except UnicodeEncodeError:
        return _without_halves(incoming)
    return incoming


def _without_halves(incoming: Incoming) -> Incoming:
    text, choice, label = (
        given.encode("utf-8", "replace").decode()
        for given in (incoming.text, incoming.choice, incoming.label)
    )
    media = incoming.media
    if media is not None:
        media = replace(media, name=media.name.encode("utf-8", "replace").decode())
    return replace(incoming, text=text, choice=choice, label=label, media=media)


def _language(incoming: Incoming) -> str:
    return "en" if incoming.language.lower().startswith("en") else "zh"


def _place_of(bug: Exception) -> str:
    """Name an exception by its class and where it was raised; never by its text, which may quote people."""
    traceback = bug.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return type(bug).__name__
    code = traceback.tb_frame.f_code
    return f"{type(bug).__name__} at {code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}"
