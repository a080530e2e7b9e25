"""The public page: everything the bureau publishes, by topic, searchable and printable, without scripts or cookies.

Floor 4. Pages depend on the snapshot, the day and the settings only, so a browser that has one asks whether it still
holds and is told by the snapshot's hash; nothing is ever shown from a cache without that question.
"""

import functools
import hashlib
from collections.abc import Callable
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web import public_view
from bot.channels.web.public_view import View
from bot.channels.web.site import HERE, STATIC, Site
from bot.core.workdays import local_day

SHARED = "public, no-cache"  # may be kept, never shown without asking
OWN = "private, no-cache"  # what somebody searched for is theirs

Shows = Callable[[Site, Request, View], Response]


def published(show: Shows) -> Callable[[Request], Response]:
    """Make a route of a page: the view of this moment, and 304 for whoever has it already.

    The route is synchronous and so runs in a thread: a search takes milliseconds of work.
    """

    @functools.wraps(show)
    def route(request: Request) -> Response:
        site: Site = request.app.state.site
        view = View(
            site.office.library.current,
            local_day(site.office.clock()),
            site.parts.config.demo_on,
        )
        tag = _tag(site, request, view)
        searched = bool(request.query_params.get("q"))
        headers = {
            "ETag": tag,
            "Cache-Control": OWN if searched else SHARED,
            "Vary": "Cookie",  # the theme
        }
        if _has(request, tag):
            return Response(status_code=304, headers=headers)
        response = show(site, request, view)
        response.headers.update(headers)
        return response

    return route


@published
def home(site: Site, request: Request, view: View) -> Response:
    """Show the topics and tables, or what a search leads to."""
    question = request.query_params.get("q", "")
    if question.strip():
        results = view.search(question)
        return site.page(request, "public_search.html", view=view, results=results)
    return site.page(request, "public.html", view=view)


@published
def topic(site: Site, request: Request, view: View) -> Response:
    """Show the entries of a topic, whole, so that one print has all of them."""
    found = view.topic(request.path_params["topic_id"])
    if found is None:
        raise HTTPException(404)
    return site.page(request, "public_topic.html", view=view, topic=found[0], entries=found[1])


@published
def entry(site: Site, request: Request, view: View) -> Response:
    """Show an entry with its source."""
    found = view.entry(request.path_params["entry_id"])
    if found is None:
        raise HTTPException(404)
    topics = {one.id: one for one, _ in view.topics()}
    return site.page(
        request, "public_entry.html", view=view, entry=found, topic=topics.get(found.topic),
        related=view.entries(found.related),
    )  # fmt: skip


@published
def table(site: Site, request: Request, view: View) -> Response:
    """Show a page of a table, or of those of its rows that contain some words."""
    found = view.table(request.path_params["table_id"])
    if found is None:
        raise HTTPException(404)
    query = request.query_params
    given = query.get("page", "")
    page = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    return site.page(
        request, "public_table.html", view=view, table=found, heading=public_view.heading,
        sheet=public_view.sheet(found, query.get("q", ""), page),
    )  # fmt: skip


@published
def table_csv(site: Site, request: Request, view: View) -> Response:
    """Give a table as a file for spreadsheets."""
    found = view.table(request.path_params["table_id"])
    if found is None:
        raise HTTPException(404)
    dated = f"{found.title}-{found.published_on}" if found.published_on else found.title
    name = quote(f"{dated}.csv", safe="")
    return Response(
        public_view.as_csv(found),
        media_type="text/csv",
        headers={"Content-Disposition": f"attachment; filename=table.csv; filename*=UTF-8''{name}"},
    )


def _tag(site: Site, request: Request, view: View) -> str:
    """Name the state of everything a page is made of."""
    made_of = (
        view.snapshot.hash,
        view.today,
        view.demo,
        site.parts.config.bureau,
        request.cookies.get("theme", ""),
        _release(),
    )
    return f'"{hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]}"'


def _has(request: Request, tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return tag in [one.strip().removeprefix("W/") for one in given.split(",")]


@functools.cache
def _release() -> str:
    """Return a hash of the templates and the stylesheet, which change with the program only."""
    files = [*sorted((HERE / "templates").glob("*.html")), STATIC / "style.css"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


ROUTES = (
    Route("/public", home),
    Route("/public/topic/{topic_id}", topic),
    Route("/public/table/{table_id}.csv", table_csv),
    Route("/public/table/{table_id}", table),
    Route("/public/{entry_id}", entry),
)
