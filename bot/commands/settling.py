"""What `serve` puts right in the database before it says `ready`: who works here, and what there is to look at.

Floor 5.
"""

import logging

from bot.core.config import Config
from bot.core.duties import unknown_departments
from bot.core.people import Role
from bot.core.texts import plain
from bot.service import demo
from bot.service.content_state import department_names
from bot.service.job import Job
from bot.storage import staffbook
from knowledge.library import Library

log = logging.getLogger(__name__)


def settle(job: Job, config: Config) -> None:
    """Write the configured people down; a demo that nobody has used yet gets cases to look at."""
    _settle_staff(job, config)
    if config.is_played_with:
        demo.furnish(job)


def _settle_staff(job: Job, config: Config) -> None:
    """Write the configured people down; in demo, with nobody configured, three to play with."""
    for one in config.staff:
        staffbook.put_staff(
            job.tx,
            one.name,
            one.role,
            departments=one.departments,
            telegram=str(one.telegram or ""),
            now=job.now,
        )
    if config.demo_on and not config.staff:
        departments = tuple(job.knowledge.routing.departments)
        people = ((Role.STAFF, departments), (Role.SUPERVISOR, ()), (Role.ADMIN, ()))
        for role, duties in people:
            name = plain(f"demo_{role}")
            staffbook.put_staff(job.tx, name, role, departments=duties, now=job.now)


def warn_of_duties(config: Config, library: Library) -> None:
    """Say which staff are in no department. No reason to stay down: the bureau may edit its departments any time."""
    for one in unknown_departments(config, department_names(library.current)):
        meant = f"; did you mean {one.near}?" if one.near else ""
        log.warning("%s: no department %s%s", one.place, one.department, meant)
