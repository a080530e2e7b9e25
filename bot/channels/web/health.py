"""For machines: is the process alive, is the desk ready, and what does it count.

Floor 4. /readyz says why not, in English, and never anything about a person.
"""

import asyncio
import shutil
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.channels.web.site import Site
from bot.core.config import Receive
from bot.core.errors import DatabaseBusy
from bot.metrics import CONTENT_TYPE
from bot.storage import migrate, outbox, queue, store
from bot.storage.times import stamp

WRITE_S = 1.0
POLL_AGE = timedelta(seconds=90)
DISK_FREE = 0.05


async def healthz(request: Request) -> Response:
    """Say that the process answers."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Say whether everything needed works; 503 with the reasons when not."""
    site: Site = request.app.state.site
    problems = [*await _database(site), *_telegram(site), *_disk(site)]
    return JSONResponse({"ready": not problems, "problems": problems}, 200 if not problems else 503)


async def metrics(request: Request) -> Response:
    """Give the counters to Prometheus; what the database knows better is asked now."""
    site: Site = request.app.state.site
    now, counts = site.office.clock(), site.metrics
    depth, oldest = await site.office.db.read(outbox.depth)
    open_cases, overdue = await site.office.db.read(lambda tx: queue.open_and_overdue(tx, now))
    counts.outbox_depth.set(depth)
    counts.outbox_oldest_seconds.set((now - oldest).total_seconds() if oldest else 0)
    counts.cases_open.set(open_cases)
    counts.cases_overdue.set(overdue)
    polled = site.parts.last_poll() if site.parts.last_poll else None
    counts.last_poll_timestamp_seconds.set(polled.timestamp() if polled else 0)
    return Response(counts.render(), media_type=CONTENT_TYPE)


async def _database(site: Site) -> list[str]:
    """Write one fact and compare the schema."""
    now = site.office.clock()
    try:
        await asyncio.wait_for(
            site.office.db.write(lambda tx: store.set_fact(tx, "ready_probe", stamp(now))), WRITE_S
        )
    except (TimeoutError, DatabaseBusy):
        return ["the database cannot be written"]
    if await site.office.db.read(migrate.applied) != site.schema:
        return ["the schema is not the one of this release"]
    return []


def _telegram(site: Site) -> list[str]:
    """Say whether Telegram was reached at all, and, where it is polled, how long ago."""
    parts = site.parts
    if parts.signed_in is not None and not parts.signed_in():
        return ["Telegram has not been reached yet"]
    if parts.last_poll is None or parts.config.telegram.receive is Receive.WEBHOOK:
        return []
    polled = parts.last_poll()
    if polled is None:
        return ["Telegram has not been reached yet"]
    age = site.office.clock() - polled
    return [f"the last poll was {int(age.total_seconds())} s ago"] if age > POLL_AGE else []


def _disk(site: Site) -> list[str]:
    usage = shutil.disk_usage(site.office.db.path.parent)
    return ["the disk is nearly full"] if usage.free < DISK_FREE * usage.total else []
