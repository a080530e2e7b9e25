"""The console's pages of announcements: what is drafted, what exactly would leave and to how many, who said so.

Floor 4. Every right is checked in the service, inside the transaction. Nobody's name, chat or text is shown.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.auth import Form, signed_in, staff_form
from bot.channels.web.site import Site, done_words, refusal
from bot.core.errors import NotAllowed
from bot.core.follows import READERS, Deed, State, may
from bot.core.people import Staff
from bot.core.turn import Outgoing
from bot.service import announcing
from bot.service.announcing import LONGEST_HEADLINE, Outdated, Wish
from bot.service.job import Job
from bot.storage import announcements, recipients, staffbook
from bot.storage.announcements import Announcement
from bot.storage.db import Tx
from bot.storage.recipients import Sample
from bot.storage.staffbook import Session

HOME = "/console/announcements"
_BEFORE = frozenset({State.DRAFT, State.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Shown:
    """One announcement as its page shows it; `deeds` are those that this person may do now."""

    announcement: Announcement
    message: Outgoing
    prospects: dict[str, int]
    counts: dict[tuple[str, str], int]
    samples: list[Sample]
    names: dict[str, str]
    deeds: frozenset[Deed]

    @property
    def will_get_it(self) -> int:
        """Return how many would get it if it were sent now."""
        left_out = ("blocked", "unsubscribed")
        return sum(count for what, count in self.prospects.items() if what not in left_out)


@signed_in
async def overview(site: Site, request: Request, session: Session) -> Response:
    """List the announcements, those that wait for somebody first."""
    if session.staff.role not in READERS:
        return refusal(site, request, 403, "console.news_readers_only")

    def look(tx: Tx) -> list[tuple[Announcement, int]]:
        found = announcements.listed(tx)
        return [(one, sum(recipients.counts(tx, one.id).values())) for one in found]

    rows = await site.office.db.read(look)
    return site.page(
        request, "announcements.html", session=session, rows=rows, said=done_words(request)
    )


@signed_in
async def show(site: Site, request: Request, session: Session) -> Response:
    """Show one announcement."""
    return await _show(site, request, session)


async def _show(
    site: Site, request: Request, session: Session, *, refused: str = "", status: int = 200
) -> Response:
    if session.staff.role not in READERS:
        return refusal(site, request, 403, "console.news_readers_only")
    number = _number(request)
    shown = await site.office.db.read(lambda tx: _gather(tx, number, session.staff))
    if shown is None:
        return refusal(site, request, 404, "console.no_news")
    return site.page(
        request, "announcement.html", status=status, session=session, shown=shown,
        said=done_words(request), refused=refused, longest=LONGEST_HEADLINE,
    )  # fmt: skip


def _gather(tx: Tx, number: int, staff: Staff) -> Shown | None:
    known = announcements.get(tx, number)
    if known is None:
        return None
    people = {
        "submitted": known.submitted_by,
        "confirmed": known.confirmed_by,
        "ended": known.ended_by,
    }
    return Shown(
        announcement=known,
        message=announcing.message(known, "zh"),
        prospects=recipients.prospects(tx, known),
        counts=recipients.counts(tx, known.id),
        samples=recipients.samples(tx, known) if known.state in _BEFORE else [],
        names={what: staffbook.name_of(tx, who) for what, who in people.items()},
        deeds=frozenset(
            deed for deed in Deed if may(staff, deed, known.state, submitted_by=known.submitted_by)
        ),
    )


def _number(request: Request) -> int:
    """Return the number in the address; 0, which nothing has, for one that no database takes."""
    given: int = request.path_params["id"]
    return given if given < 1 << 62 else 0


@staff_form
async def act(site: Site, request: Request, session: Session, form: Form) -> Response:
    """Do something with an announcement, or say why not."""
    if request.path_params["deed"] not in {*Deed}:
        return refusal(site, request, 404, "web.http_404")
    wish = Wish(
        session.staff,
        Deed(request.path_params["deed"]),
        _number(request),
        form.number("revision") or 0,
        " ".join(form.text("headline").split()),
    )

    def do(job: Job) -> Announcement:
        return announcing.carry_out(job, wish)

    try:
        await site.office.run(do)
    except LookupError:
        return refusal(site, request, 404, "console.no_news")
    except NotAllowed:
        return await _show(site, request, session, refused="console.news_not_allowed", status=409)
    except Outdated:
        return await _show(site, request, session, refused="console.news_outdated", status=409)
    where = f"{HOME}/{wish.announcement_id}"
    return RedirectResponse(f"{where}?done=news_{wish.deed}#said", 303)


ROUTES = (
    Route(HOME, overview, methods=["GET"]),
    Route(HOME + "/{id:int}", show, methods=["GET"]),
    Route(HOME + "/{id:int}/{deed}", act, methods=["POST"]),
)
