"""The console's page of one case: its history, the forms that do something to it, its files, its contact.

Floor 4. Every right is checked in the desk, inside the transaction. What somebody typed comes back with every
refusal, so nothing has to be written twice.
"""

import functools
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.auth import Form, signed_in, staff_form
from bot.channels.web.deeds import DEEDS, Deed, Order, Preview, SameKey, carry_out, preview
from bot.channels.web.sent import SHOWN_INLINE, response
from bot.channels.web.site import Site, done_words, moment, refusal
from bot.channels.web.views import CasePage, case_page
from bot.core.cases import Action
from bot.core.errors import CaseError, NotAllowed, Stale, UnknownCase
from bot.core.texts import plain
from bot.service import desk
from bot.service.job import Job
from bot.storage import attachments, casebook
from bot.storage.staffbook import Session

LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Typed:
    """What is shown again after a refusal: the sentence why, which form, and its fields."""

    words: str = ""
    deed: str = ""
    form: Form | None = None

    def field(self, deed: str, name: str) -> str:
        """Return what was typed in a form's field, '' in any other form."""
        return self.form.text(name) if self.form is not None and self.deed == deed else ""


@signed_in
async def show(site: Site, request: Request, session: Session) -> Response:
    """Show a case."""
    return await _show(site, request, session, said=done_words(request))


async def _show(
    site: Site,
    request: Request,
    session: Session,
    *,
    typed: Typed | None = None,
    said: str = "",
    contact: str | None = None,
    status: int = 200,
) -> Response:
    number = request.path_params["number"]

    def gather(job: Job) -> CasePage:
        case = desk.access(job, session.staff, number, Action.VIEW)
        return case_page(job, session.staff, case)

    try:
        page, _ = await site.office.db.read(site.office.bind(gather))
    except UnknownCase:
        kept = typed.form.text("text") if typed is not None and typed.form is not None else ""
        return refusal(site, request, 404, "console.no_case", kept=kept)
    return site.page(
        request, "case.html", status=status, page=page, session=session, said=said,
        typed=typed or Typed(), contact=contact, longest=LONGEST, inline=SHOWN_INLINE,
        fresh_key=site.fresh_key, key=site.fresh_key(),
    )  # fmt: skip


async def _do(name: str, site: Site, request: Request, session: Session, form: Form) -> Response:
    """Do a deed, or show first what it would send."""
    deed, order = DEEDS[name], Order(session.staff, request.path_params["number"], form)
    if deed.wordy and not order.text:
        return await _refuse(site, request, session, Typed(plain("console.no_text"), name, form))
    if len(order.text) > LONGEST:
        return await _refuse(site, request, session, Typed(plain("console.too_long"), name, form))
    if deed.outward and form.text("back"):
        return await _show(site, request, session, typed=Typed("", name, form))
    try:
        return await _run(site, request, session, name, order)
    except UnknownCase:
        return refusal(site, request, 404, "console.no_case", kept=order.text)
    except SameKey:
        return refusal(site, request, 409, "console.same_key", kept=order.text)
    except (NotAllowed, Stale) as error:
        words = await _words(site, session, order.number, error)
        return await _refuse(site, request, session, Typed(words, name, form))


async def _run(site: Site, request: Request, session: Session, name: str, order: Order) -> Response:
    deed: Deed = DEEDS[name]
    if deed.outward and order.form.text("confirmed") != "1":
        try:
            await site.office.run(lambda job: preview(job, order, deed))
        except Preview as made:
            return site.page(
                request, "confirm.html", session=session, number=order.number, name=name,
                messages=made.messages, fields=order.form.fields, key=site.fresh_key(),
            )  # fmt: skip
    await site.office.run(lambda job: carry_out(job, order, deed))
    # a transferred case may be out of sight for whoever transferred it
    where = "/console?" if name == "transfer" else f"/console/case/{order.number}?"
    return RedirectResponse(f"{where}done={name}#said", 303)


async def _refuse(site: Site, request: Request, session: Session, typed: Typed) -> Response:
    return await _show(site, request, session, typed=typed, status=409)


async def _words(site: Site, session: Session, number: str, error: CaseError) -> str:
    """Say why not; for a stale form, who was faster and with what."""

    def look(job: Job) -> str:
        page = case_page(job, session.staff, desk.access(job, session.staff, number, Action.VIEW))
        if isinstance(error, NotAllowed) and error.status in desk.WHY:
            return plain(f"staff_{error.status}")
        if isinstance(error, NotAllowed):
            return plain("console.not_allowed", status=plain(f"status_{page.case.status}"))
        last = [entry for entry in page.entries if entry.ground != "note"][-1]
        return plain("console.stale", who=last.who, at=moment(last.at), what=last.what)

    words, _ = await site.office.db.read(site.office.bind(look))
    return words


@staff_form
async def reveal(site: Site, request: Request, session: Session, form: Form) -> Response:
    """Show once how the complainant may be reached; the look and its reason stay in the history."""
    number, reason = request.path_params["number"], form.text("text")
    if not reason or len(reason) > LONGEST:
        key = "console.too_long" if reason else "console.no_text"
        return await _refuse(site, request, session, Typed(plain(key), "reveal", form))
    try:
        contact = await site.office.run(lambda job: desk.reveal(job, session.staff, number, reason))
    except UnknownCase:
        return refusal(site, request, 404, "console.no_case", kept=reason)
    except NotAllowed as error:
        words = await _words(site, session, number, error)
        return await _refuse(site, request, session, Typed(words, "reveal", form))
    return await _show(site, request, session, contact=contact)


@signed_in
async def file(site: Site, request: Request, session: Session) -> Response:
    """Give a file of a case to somebody who may see the case."""
    token = request.path_params["token"]

    def find(job: Job) -> tuple[str, str, int]:
        found = attachments.by_token(job.tx, token)
        if found is None or found.case_id is None or found.state != "stored":
            raise UnknownCase(token)
        number = casebook.by_id(job.tx, found.case_id, job.now).number
        desk.access(job, session.staff, number, Action.VIEW)
        place = [one.token for one in attachments.of_case(job.tx, found.case_id)].index(token) + 1
        return number, found.media.mime, place

    try:
        (number, mime, place), _ = await site.office.db.read(site.office.bind(find))
        path = site.parts.files.path(token)
        content = await site.office.db.read(lambda tx: path.read_bytes())
    except (UnknownCase, FileNotFoundError):
        return refusal(site, request, 404, "console.no_case")
    return response(content, mime, f"{number}-{place}")


@signed_in
async def reopen(site: Site, request: Request, session: Session) -> Response:
    """Lead from the address of a deed, which only a form has, back to its case: a page opened anew."""
    return RedirectResponse(f"/console/case/{request.path_params['number']}", 303)


ROUTES = (
    Route("/console/case/{number}", show, methods=["GET"]),
    *(Route(f"/console/case/{{number}}/{n}", reopen, methods=["GET"]) for n in (*DEEDS, "reveal")),
    Route("/console/case/{number}/reveal", reveal, methods=["POST"]),
    *(
        Route(
            f"/console/case/{{number}}/{name}",
            staff_form(functools.partial(_do, name)),
            methods=["POST"],
        )
        for name in DEEDS
    ),
    Route("/console/file/{token}", file, methods=["GET"]),
)
