"""The console's page of gaps: what nobody could be answered, and the two ways to close a gap.

Floor 4. A change of the content is shown as a diff first and written only when it is confirmed; whether it may be
done is decided in the service.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.auth import Form, signed_in, staff_form
from bot.channels.web.site import Site, done_words, refusal
from bot.core.texts import plain
from bot.core.workdays import local_day
from bot.service import editing, gaps, upkeep
from bot.service.editing import Proposal, Refused
from bot.storage import editbook, gapbook
from bot.storage.db import Tx
from bot.storage.editbook import Edit
from bot.storage.staffbook import Session
from knowledge.review import Finding

SHOWN = 50
FIELDS = ("question", "entry", "topic", "case", "wordings")


@dataclass(frozen=True, slots=True)
class _Below:
    """What stands below the gaps: what the content owes, and who wrote what."""

    findings: tuple[Finding, ...]
    edits: list[Edit]


@signed_in
async def page(site: Site, request: Request, session: Session) -> Response:
    """Show the gaps with their two buttons, what is due for review, and the last edits."""
    if not gaps.may_edit(session.staff):
        return refusal(site, request, 403, "console.upkeep_only")
    knowledge = site.office.library.current
    today = local_day(site.office.clock())

    def look(tx: Tx) -> _Below:
        return _Below(upkeep.findings(tx, knowledge, today), editbook.latest(tx, most=10))

    below = await site.office.db.read(look)
    found = await gaps.look(site.office)
    titles = {topic.id: topic.title for topic in knowledge.topics}
    return site.page(
        request, "gaps.html", session=session, days=gaps.DAYS, count=len(found),
        gaps=[(gap, gaps.nearest_words(gap, knowledge)) for gap in found[:SHOWN]],
        entries=[one for one in knowledge.entries.values() if not one.draft],
        topics=[(one, titles.get(one, one)) for one in _files_of(site)],
        topic_of={one.id: one.topic for one in knowledge.entries.values()},
        findings=_by_matter(below.findings), edits=below.edits, said=done_words(request),
    )  # fmt: skip


def _files_of(site: Site) -> list[str]:
    """Return the topics by their files, those with nothing but drafts included."""
    entries = site.office.library.current.entries.values()
    return list(dict.fromkeys(entry.topic for entry in entries))


def _by_matter(findings: tuple[Finding, ...]) -> Mapping[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(plain(f"review.{one.matter}"), []).append(one)
    return found


@staff_form
async def phrasing(site: Site, request: Request, session: Session, form: Form) -> Response:
    """Add a question to an entry: the diff first, written when confirmed."""
    return await _change(site, request, session, form)


@staff_form
async def draft(site: Site, request: Request, session: Session, form: Form) -> Response:
    """Begin a draft entry from the answer staff gave: the diff first, written when confirmed."""
    return await _change(site, request, session, form)


async def _change(site: Site, request: Request, session: Session, form: Form) -> Response:
    if not gaps.may_edit(session.staff):
        return refusal(site, request, 403, "console.upkeep_only")
    if form.text("back"):
        return RedirectResponse("/console/gaps", 303)
    kind = request.url.path.rpartition("/")[2]
    basis, key = form.text("basis"), form.text("key")
    done = RedirectResponse(f"/console/gaps?done={kind}", 303)
    if form.text("confirmed"):
        was_done = await asyncio.to_thread(
            editing.is_done, site.office, session.staff, basis=basis, key=key
        )
        if was_done:
            return done
    try:
        proposal = await _proposal(site, kind, form)
    except Refused as refused:
        return _page_of(site, request, session, form, refused=refused)
    if not form.text("confirmed"):
        return _page_of(site, request, session, form, proposal=proposal)
    try:
        await asyncio.to_thread(
            editing.carry_out, site.office, session.staff, proposal, basis=basis, key=key
        )
    except Refused as refused:
        return _page_of(site, request, session, form, proposal=proposal, refused=refused)
    return done


async def _proposal(site: Site, kind: str, form: Form) -> Proposal:
    """Work the change out anew from the files as they are now. Raises Refused."""
    library, today = site.office.library, local_day(site.office.clock())
    question = form.text("question")
    if kind == "phrasing":
        return await asyncio.to_thread(
            editing.propose_phrasing, library.folder, library.current, form.text("entry"),
            question, today=today,
        )  # fmt: skip
    number = form.text("case")
    answered = await site.office.db.read(lambda tx: gapbook.answered(tx, number))
    if answered is None:
        raise Refused("gaps.no_case")
    topic = form.text("topic")
    if topic not in _files_of(site):  # never a path of somebody's own making
        raise Refused("gaps.no_file")
    wordings = tuple(form.text("wordings").splitlines())
    return await asyncio.to_thread(
        editing.propose_draft, library.folder, topic, question, answered.reply,
        wordings=wordings, today=today,
    )  # fmt: skip


def _page_of(
    site: Site,
    request: Request,
    session: Session,
    form: Form,
    *,
    proposal: Proposal | None = None,
    refused: Refused | None = None,
) -> Response:
    """Show the diff to be confirmed, or why nothing was written."""
    words = "" if refused is None else plain(refused.key, reason=refused.words)
    problems = (refused.problems if refused else ()) or (proposal.problems if proposal else ())
    if problems and not words:
        words = plain("gaps.refused")
    return site.page(
        request, "gaps_confirm.html", session=session, proposal=proposal, words=words,
        problems=problems, key=site.fresh_key(), status=409 if refused is not None else 200,
        action=request.url.path, fields={name: form.text(name) for name in FIELDS},
    )  # fmt: skip


ROUTES = (
    Route("/console/gaps", page, methods=["GET"]),
    Route("/console/gaps/phrasing", phrasing, methods=["POST"]),
    Route("/console/gaps/draft", draft, methods=["POST"]),
)
