"""What staff do with an announcement, and how a confirmed one gets into the outbox.

Floor 3. Somebody prepares, a second person confirms; then the outbox gets one row a recipient, in chunks, so that
the writer is never held up and the stop button takes back nearly everything. Every chunk is a transaction, and a
process that died goes on where the last one was committed.
"""

import asyncio
import contextlib
from dataclasses import dataclass

from markupsafe import Markup

from bot.core.errors import CaseError, DatabaseBusy, NotAllowed
from bot.core.follows import RULES, Deed, State, may
from bot.core.people import Person, Staff
from bot.core.texts import plain, say
from bot.core.turn import Button, Outgoing, Priority
from bot.service.job import Job, Office
from bot.storage import announcements, recipients, subscriptions
from bot.storage.announcements import Announcement
from bot.storage.outbox import Parcel
from knowledge.changes import Change, Sort
from knowledge.subjects import Kind, Subject

CHUNK = 200  # rows a transaction
AHEAD = 600  # rows in the outbox and not sent: beyond that the rest waits, and can be stopped
TICK_S = 0.5
LISTED = 8  # changes that a message lists
MOST_SOURCES = 3
QUOTED = 100  # characters of a label or a value
LONGEST_HEADLINE = 120


class Outdated(CaseError):
    """Somebody changed the announcement since the form was made."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A deed that somebody asks for, made on a page that showed `revision`."""

    staff: Staff
    deed: Deed
    announcement_id: int
    revision: int
    headline: str = ""


def carry_out(job: Job, wish: Wish) -> Announcement:
    """Do it; once more by the same person it has no effect. Raises NotAllowed, Outdated, LookupError."""
    known = announcements.get(job.tx, wish.announcement_id)
    if known is None:
        raise LookupError(wish.announcement_id)
    if _is_done(known, wish):
        return known
    if not may(wish.staff, wish.deed, known.state, submitted_by=known.submitted_by):
        raise NotAllowed(known.state, wish.deed)
    if known.revision != wish.revision:
        raise Outdated(wish.announcement_id)
    if wish.deed is Deed.SUBMIT and wish.headline:
        announcements.write_headline(job.tx, known.id, wish.headline[:LONGEST_HEADLINE])
    to = RULES[wish.deed].leads_to
    announcements.move(job.tx, known, to, deed=wish.deed, staff_id=wish.staff.id, now=job.now)
    if wish.deed is Deed.STOP:
        recipients.stop(job.tx, known.id)
    if wish.deed is Deed.REPEAT:
        recipients.wait_again(job.tx, known.id)
    return announcements.get(job.tx, known.id) or known


def _is_done(known: Announcement, wish: Wish) -> bool:
    """Tell whether this very person has done this already: a button pressed twice."""
    by = {
        Deed.SUBMIT: known.submitted_by,
        Deed.CONFIRM: known.confirmed_by,
        Deed.STOP: known.ended_by,
        Deed.DROP: known.ended_by,
    }
    is_next = known.revision == wish.revision + 1
    return (
        is_next and known.state is RULES[wish.deed].leads_to and by.get(wish.deed) == wish.staff.id
    )


def message(known: Announcement, language: str) -> Outgoing:
    """Return what a recipient gets: the first line, what changed, the source, why, and how to stop it."""
    lines = [_line(change, language) for change in known.changes[:LISTED]]
    hidden = len(known.changes) - len(lines) + known.more
    if hidden:
        lines.append(say("news.more", language, count=hidden))
    sources = tuple(dict.fromkeys(one.source for one in known.changes[:LISTED] if one.source))
    origin = [say("news.source", language, source=one) for one in sources[:MOST_SOURCES]]
    why = "news.why_figure" if known.subject.kind is Kind.FIGURE else "news.why"
    own_words = known.headline != headline(known.subject, known.title, "zh")
    first = known.headline if own_words else headline(known.subject, known.title, language)
    parts = (
        say("news.headline_line", language, headline=first),
        Markup("\n").join(lines),
        Markup("\n").join([*origin, say(why, language, title=known.title)]),
    )
    stop = Button(plain("button.unfollow", language), f"unsub:{known.subject.data}")
    answers = [one for one in known.changes if one.sort is Sort.ANSWER and one.new][:1]
    look = tuple(
        (Button(one.label[:30], f"faq:{one.id.removeprefix('answer:')}"),) for one in answers
    )
    return Outgoing(Markup("\n\n").join(part for part in parts if part), (*look, (stop,)))


def headline(subject: Subject, title: str, language: str) -> str:
    """Return the first line of a draft, until an editor writes another."""
    return str(say(f"news.headline_{subject.kind}", language, title=title).unescape())


def _line(change: Change, language: str) -> Markup:
    what = change.sort.value if change.sort in (Sort.ANSWER, Sort.TABLE) else ""
    how = "changed" if change.old and change.new else "appeared" if change.new else "gone"
    key = f"news.{what}_{how}" if what else f"news.{how}"
    label, old, new = (_cut(text) for text in (change.label, change.old, change.new))
    return say(key, language, label=label, old=old, new=new)


def _cut(text: str) -> str:
    """Shorten what a message quotes: eight changes fit into one message."""
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"


class Broadcaster:
    """Feeds the outbox with what is confirmed. `run` until cancelled."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def run(self) -> None:
        """Feed, a chunk a tick and announcement."""
        while True:
            with contextlib.suppress(DatabaseBusy):
                await self.feed()
            await asyncio.sleep(TICK_S)

    async def feed(self) -> int:
        """Queue the next chunks of everything that is being sent; return how many rows were settled."""
        settled = 0
        for announcement_id in await self._office.db.read(announcements.sending):
            while True:

                def chunk(job: Job, announcement_id: int = announcement_id) -> int:
                    return queue_chunk(job, announcement_id)

                count = await self._office.run(chunk)
                settled += count
                if not count:
                    break
        return settled


def queue_chunk(job: Job, announcement_id: int) -> int:
    """Queue the next recipients of an announcement, or finish it; return how many rows were settled."""
    known = announcements.get(job.tx, announcement_id)
    if known is None or known.state is not State.SENDING:
        return 0
    waiting, on_their_way = recipients.unsent(job.tx, known.id)
    if not waiting and not on_their_way:
        announcements.finish(job.tx, known.id, job.now)
    if not waiting or on_their_way > AHEAD - CHUNK:
        return 0
    elsewhere = announcements.told_by(job.tx, known)
    messages = {language: message(known, language) for language in ("zh", "en")}
    people = recipients.waiting(job.tx, known, CHUNK)
    for person, follows in people:
        if not follows:
            recipients.settle(job.tx, known.id, person.id, "unsubscribed")
        elif not person.reachable:
            recipients.settle(job.tx, known.id, person.id, "blocked")
        elif recipients.was_told(job.tx, person.id, elsewhere):
            recipients.settle(job.tx, known.id, person.id, "told")
        else:
            _queue(job, known, person, messages["en" if person.language == "en" else "zh"])
    return len(people)


def _queue(job: Job, known: Announcement, person: Person, told: Outgoing) -> None:
    """Owe it in a lane of its own: a reply to the same person never waits behind it."""
    lane = f"news:{person.channel}:{person.chat}"
    job.owe(Parcel(person.channel, person.chat, told, Priority.BROADCAST, lane=lane))
    recipients.settle(job.tx, known.id, person.id, "queued", job.owed[-1].id)
    for change in known.changes if known.subject.kind is Kind.FIGURE else ():
        if change.where is not None:
            subscriptions.corrected(job.tx, person.id, change.where, change.new)
