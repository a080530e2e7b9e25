"""The console around the cases: the queue with its saved views, the search, dead letters, the state of the content.

Floor 4. Lists show what the desk would let somebody open, and nothing else.
"""

import logging
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.auth import Form, signed_in, staff_form
from bot.channels.web.site import Site, done_words, refusal
from bot.channels.web.views import chip, reason_words
from bot.core import numbers
from bot.core.cases import RULES, Action
from bot.core.people import Role, Staff
from bot.core.texts import plain
from bot.core.workdays import SHANGHAI, local_day
from bot.service.cards import category_label, department_name
from bot.service.job import STAFF_CHAT_TROUBLE
from bot.storage import queue, store
from bot.storage.db import Tx
from bot.storage.queue import Asking, Listed, View
from bot.storage.staffbook import Session

log = logging.getLogger(__name__)
HEADS = RULES[Action.VIEW].roles
READERS = frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN})
MOST_PROBLEMS = 200
MOST_WORDS = 8


@signed_in
async def cases(site: Site, request: Request, session: Session) -> Response:
    """Show a view of the queue; people without any case rights see the state of the content instead."""
    staff = session.staff
    if staff.role is Role.EDITOR:
        return RedirectResponse("/console/content", 303)
    given, now, query = _views(staff), site.office.clock(), request.query_params
    view = next((one for one in given if one == query.get("view")), given[0])
    page = _page_number(query.get("page", ""))
    routing = site.office.library.current.routing
    department = query.get("department", "")
    department = department if department in routing.departments else ""
    asking = Asking(staff, now, _tonight(now), department)
    return _list(
        site, request, session, await _look(site, asking, view, page), view=view,
        departments=[(one.id, one.name) for one in routing.departments.values()],
        heading=plain(f"console.view_{view}"), department=department,
        address=lambda **more: _address(view, department, more),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list: of how many cases in all, and how many each saved view holds."""

    counts: Mapping[View, int]
    count: int
    page: int
    rows: Sequence[Listed]


async def _look(site: Site, asking: Asking, view: View, page: int) -> Shown:
    everything = replace(asking, words=())  # what is looked for does not change what the views hold

    def look(tx: Tx) -> Shown:
        count = queue.counts(tx, asking)[view]
        shown = min(page, max(1, -(-count // queue.PAGE)))  # a list may have become shorter
        rows = queue.listed(tx, asking, view, page=shown)
        return Shown(queue.counts(tx, everything), count, shown, rows)

    return await site.office.db.read(look)


def _list(
    site: Site,
    request: Request,
    session: Session,
    shown: Shown,
    *,
    heading: str,
    address: Callable[..., str],
    view: View | None = None,
    departments: Sequence[tuple[str, str]] = (),
    department: str = "",
) -> Response:
    """Show a list beside the saved views; `departments` are what it can be narrowed to."""
    knowledge, now = site.office.library.current, site.office.clock()
    return site.page(
        request,
        "queue.html",
        session=session,
        views=[
            (one, plain(f"console.view_{one}"), shown.counts[one]) for one in _views(session.staff)
        ],
        view=view,
        heading=heading,
        rows=[
            (row, chip(row.case, knowledge, now), category_label(row.case, knowledge),
             department_name(row.case.department, knowledge))
            for row in shown.rows
        ],
        departments=departments,
        department=department,
        page=shown.page,
        pages=max(1, -(-shown.count // queue.PAGE)),
        address=address,
        said=done_words(request),
    )  # fmt: skip


def _views(staff: Staff) -> Sequence[View]:
    """Return the views in the order they are offered; the first is where one lands."""
    order = list(View)
    if staff.role in HEADS:
        order.remove(View.DEPARTMENT)
        order.insert(0, order.pop(order.index(View.UNASSIGNED)))
    else:
        order.remove(View.UNHAPPY)
    return order


def _tonight(now: datetime) -> datetime:
    return datetime.combine(local_day(now), time.max, SHANGHAI)


def _page_number(given: str) -> int:
    usable = given.isascii() and given.isdigit() and len(given) < 6
    return max(1, int(given)) if usable else 1


def _address(view: View, department: str, more: dict[str, object]) -> str:
    values = {"view": view.value, "department": department, **more}
    return "/console?" + urlencode({key: value for key, value in values.items() if value})


@signed_in
async def find(site: Site, request: Request, session: Session) -> Response:
    """Go to the case a number names, or list the cases that hold what was typed in their number or subject."""
    asked = unicodedata.normalize("NFKC", request.query_params.get("number", "")).strip()
    if not asked:
        return RedirectResponse("/console", 303)
    number = numbers.find(asked)
    if number is not None:
        return RedirectResponse(f"/console/case/{number}", 303)
    words = tuple(one for one in asked.split()[:MOST_WORDS] if numbers.part(one))
    now = site.office.clock()
    asking = Asking(session.staff, now, _tonight(now), words=words)
    shown = await _look(site, asking, View.ALL, _page_number(request.query_params.get("page", "")))
    if not words or not shown.rows:
        return refusal(site, request, 404, "console.no_case")
    if shown.count == 1:
        return RedirectResponse(f"/console/case/{shown.rows[0].case.number}", 303)

    def address(**more: object) -> str:
        view = more.pop("view", None)
        if view is not None:
            return f"/console?view={view}"
        return "/console/find?" + urlencode({"number": asked, **more})

    heading = plain("console.found", words=asked, count=shown.count)
    return _list(site, request, session, shown, heading=heading, address=address)


@signed_in
async def failures(site: Site, request: Request, session: Session) -> Response:
    """Show the dead letters and whether the staff chat takes messages."""
    if session.staff.role is not Role.ADMIN:
        return refusal(site, request, 403, "console.admins_only")

    def look(tx: Tx) -> tuple[list[store.Failure], str]:
        return store.failures(tx), store.get_fact(tx, STAFF_CHAT_TROUBLE) or ""

    found, trouble = await site.office.db.read(look)
    return site.page(
        request, "failures.html", session=session, failures=found, trouble=trouble and reason_words(trouble),
        said=done_words(request),
    )  # fmt: skip


@staff_form
async def replay(site: Site, request: Request, session: Session, form: Form) -> Response:
    """Handle a dead letter once more."""
    if session.staff.role is not Role.ADMIN:
        return refusal(site, request, 403, "console.admins_only")
    reference = request.path_params["reference"]
    try:
        known = await site.parts.engine.replay(reference)
    except (
        Exception
    ):  # whatever made it a dead letter is still there: told in words, kept in the list
        log.exception("replay failed", extra={"reference": reference})
        return refusal(site, request, 409, "console.still_failing")
    if not known:
        return refusal(site, request, 404, "console.no_replay")
    return RedirectResponse("/console/failures?done=replayed", 303)


@signed_in
async def content(site: Site, request: Request, session: Session) -> Response:
    """Show what is live, and what is wrong with it or with the edit that was refused."""
    if session.staff.role not in READERS:
        return refusal(site, request, 403, "console.editors_only")
    kept = site.office.library
    problems = kept.refused or kept.problems
    return site.page(
        request, "content.html", session=session, version=kept.current.hash[:12],
        entries=len(kept.current.entries), refused=bool(kept.refused),
        problems=problems[:MOST_PROBLEMS], count=len(problems),
    )  # fmt: skip


ROUTES = (
    Route("/console", cases, methods=["GET"]),
    Route("/console/find", find, methods=["GET"]),
    Route("/console/failures", failures, methods=["GET"]),
    Route("/console/failures/{reference}/replay", replay, methods=["POST"]),
    Route("/console/content", content, methods=["GET"]),
)
