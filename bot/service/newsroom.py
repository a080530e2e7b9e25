"""Looks for changes of the content and prepares a draft for every subject that somebody follows.

Floor 3. Nothing is sent from here. What was compared last is stored in the same transaction as the drafts, so an
edit is noticed once, also one that was made while the program was down.
"""

import asyncio
import contextlib
import logging
import zlib

from bot.core.errors import DatabaseBusy
from bot.core.texts import plain, say
from bot.core.turn import Button, Outgoing, Priority, Rows
from bot.service.announcing import headline
from bot.service.job import Job, Office
from bot.storage import announcements, recipients, subscriptions
from bot.storage.announcements import News
from bot.storage.outbox import Parcel
from knowledge import changes, published
from knowledge.changes import Change
from knowledge.library import Snapshot
from knowledge.published import Published
from knowledge.subjects import Subject

log = logging.getLogger(__name__)
LOOK_S = 1.0
ZH = "zh"  # editors read Chinese
FORMAT = "1:"  # of what is stored; what another release stored otherwise is not compared


async def watch(office: Office) -> None:
    """Look for changes whenever other content is live, until cancelled; the first time a little after the start."""
    seen: Snapshot | None = None
    while True:
        await asyncio.sleep(LOOK_S)
        current = office.library.current
        if current is not seen:
            with contextlib.suppress(DatabaseBusy):
                await look(office)
                seen = current


async def look(office: Office) -> int:
    """Compare what is live with what was compared last; return how many drafts were made or changed."""
    snapshot, samples = office.library.current, office.settings.desk.demo
    last = await office.db.read(announcements.last_published)
    version = _version(snapshot, samples=samples)
    if last is not None and last[0] == version:
        return 0
    now = await asyncio.to_thread(published.publish, snapshot, samples=samples)
    body = await asyncio.to_thread(_pack, now)
    known = last is not None and last[0].startswith(FORMAT)
    before = await asyncio.to_thread(_unpack, last[1]) if last and known else None
    found = None if before is None else await asyncio.to_thread(changes.compare, before, now)

    def write(job: Job) -> int:
        announcements.set_published(job.tx, version, body)
        if found is None:
            return 0
        news, figures = found
        drafted = _draft_news(job, news, version) + _draft_corrections(job, figures, version)
        if drafted:
            _tell_staff(job)
        return drafted

    count = await office.run(write)
    if count:
        log.info("announcements drafted", extra={"count": count})
    return count


def _tell_staff(job: Job) -> None:
    """Say in the staff chat how many announcements wait for somebody; an unsent notice gives way to the new one."""
    chat = job.staff_chat
    if chat is None:
        return
    count = len(announcements.open_titles(job.tx))
    buttons: Rows = ()
    if job.settings.desk.web_url.startswith("https://"):
        address = f"{job.settings.desk.web_url}/console/announcements"
        buttons = ((Button(plain("open_console"), url=address),),)
    told = Outgoing(say("news.staff", count=count), buttons)
    slot = "news"
    job.owe(Parcel("telegram", chat, told, Priority.STAFF, slot=slot, lane=f"staff:{slot}"))


def _draft_news(job: Job, news: changes.News, version: str) -> int:
    followed = subscriptions.followed(job.tx) | announcements.open_titles(job.tx)
    drafted = 0
    for subject in sorted(news.keys() & followed.keys()):
        title = followed[subject]
        draft = announcements.draft(
            job.tx,
            News(subject, title, headline(subject, title, ZH), news[subject]),
            version,
            job.now,
        )
        if draft is not None:
            recipients.add_followers(job.tx, draft, subject)
            drafted += 1
    return drafted


def _draft_corrections(job: Job, figures: tuple[Change, ...], version: str) -> int:
    """Draft a correction for each school and table whose figures somebody was shown and that changed since."""
    subscriptions.forget_old_figures(job.tx, job.now)
    wrong: dict[Subject, dict[str, Change]] = {}
    people: dict[Subject, set[int]] = {}
    for change in figures:
        for one in subscriptions.shown(job.tx, change.where, job.now) if change.where else ():
            wrong.setdefault(one.subject, {})[change.id] = change
            if one.value != change.new:
                people.setdefault(one.subject, set()).add(one.person_id)
    being_drafted = announcements.open_titles(job.tx)
    titles = subscriptions.followed(job.tx) | being_drafted
    wrong = {one: own for one, own in wrong.items() if one in people or one in being_drafted}
    for subject, own in wrong.items():
        title = titles.get(subject, "")
        news = News(subject, title, headline(subject, title, ZH), tuple(own.values()))
        draft = announcements.draft(job.tx, news, version, job.now)
        if draft is not None:
            recipients.add_people(job.tx, draft, sorted(people.get(subject, ())))
    return len(wrong)


def _version(snapshot: Snapshot, *, samples: bool) -> str:
    """Return what tells two states of the published apart: going out of the demo takes the samples away."""
    return f"{FORMAT}{snapshot.hash}{'' if samples else '-real'}"


def _pack(state: Published) -> bytes:
    return zlib.compress(published.to_lines(state), 1)


def _unpack(body: bytes) -> Published:
    return published.from_lines(zlib.decompress(body))
