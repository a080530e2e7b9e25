"""The site's shared ground: its parts, and how a page is made.

Floor 4. Templates escape every value; sentences come from the text catalogue or stand in the templates.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from weakref import WeakValueDictionary

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.channels.telegram.webhook import Webhook
from bot.channels.web.channel import WebChannel
from bot.channels.web.pace import Pace
from bot.channels.web.views import file_reason
from bot.core.config import Config
from bot.core.texts import catalogue, say
from bot.core.workdays import SHANGHAI
from bot.metrics import Metrics
from bot.service.cards import local_date
from bot.service.engine import Engine
from bot.service.files import FileStore
from bot.service.job import Office
from bot.storage import migrate

HERE = Path(__file__).parent
STATIC = HERE / "static"
THEMES = frozenset({"light", "dark"})


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the web is made of.

    `last_poll` says when Telegram was last asked, where it is polled, `signed_in` whether it knows us yet; None
    where there is no Telegram.
    """

    office: Office
    engine: Engine
    files: FileStore
    channel: WebChannel
    config: Config
    webhook: Webhook | None = None
    last_poll: Callable[[], datetime | None] | None = None
    signed_in: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """The parts and the templates."""

    parts: WebParts
    metrics: Metrics
    templates: Environment
    schema: Mapping[int, str]  # number -> hash of the migrations this release came with
    pace: Pace = field(default_factory=Pace)
    # one form of a conversation at a time; a lock goes when nobody holds it
    locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @property
    def office(self) -> Office:
        """Return the office every change goes through."""
        return self.parts.office

    @property
    def public_url(self) -> str:
        """Return the configured public address, or an empty one."""
        return self.parts.config.web.public_url

    def secure(self, request: Request) -> bool:
        """Tell whether the browser reaches us by https (directly or through a proxy that says so)."""
        return self.public_url.startswith("https://") or request.url.scheme == "https"

    def fresh_key(self) -> str:
        """Return a key for one form, so that the form sent twice has one effect."""
        return f"{self.office.chance.bits(64):016x}"

    def page(
        self,
        request: Request,
        template: str,
        *,
        language: str = "zh",
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """Render a page."""
        theme = request.cookies.get("theme", "")
        html = self.templates.get_template(template).render(
            t=partial(_sentence, language),
            language=language,
            theme=theme if theme in THEMES else "",
            bureau=self.parts.config.bureau,
            demo=self.parts.config.demo_on,
            **values,
        )
        return HTMLResponse(html, status)

    def fragment(self, template: str, *, language: str, **values: object) -> str:
        """Render a part of a page."""
        return self.templates.get_template(template).render(
            t=partial(_sentence, language), language=language, **values
        )


def make_site(parts: WebParts) -> Site:
    """Set the templates up."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["static"] = _static
    templates.filters["day"] = local_date
    templates.filters["moment"] = moment
    templates.filters["clock"] = clock
    templates.filters["why"] = file_reason
    schema = {step.number: step.sha256 for step in migrate.shipped()}
    return Site(parts, parts.office.metrics, templates, schema)


def moment(at: datetime) -> str:
    """Write a time of day with its date: 6月18日(周四) 09:05."""
    return f"{local_date(at)} {clock(at)}"


def clock(at: datetime) -> str:
    """Write a time of day."""
    return f"{at.astimezone(SHANGHAI):%H:%M}"


def done_words(request: Request) -> str:
    """Return the sentence for what was just done, as the address names it; '' for anything else."""
    key = f"console.done_{request.query_params.get('done', '')}"
    return catalogue("zh").get(key, "")


def wants_json(request: Request) -> bool:
    """Tell a script of ours from a browser that shows a page."""
    return "application/json" in request.headers.get("accept", "")


def refusal(
    site: Site, request: Request, status: int, key: str, *, kept: str = "", **values: object
) -> Response:
    """Say in words why a request is not carried out: a page, or one sentence for our script.

    `kept` is what somebody had written and would lose with the form.
    """
    language = "zh"
    if wants_json(request):
        return JSONResponse({"error": str(say(key, language, **values).striptags())}, status)
    return site.page(
        request, "refusal.html", status=status, language=language,
        words=say(key, language, **values), console=request.url.path.startswith("/console"),
        kept=kept,
    )  # fmt: skip


def _sentence(language: str, key: str, **values: object) -> str:
    return say(key, language, **values)


@cache
def _static(name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"
