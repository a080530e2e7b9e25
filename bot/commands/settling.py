"""What `serve` puts right in the database before it says `ready`: who works here, and what there is to look at.

Floor 5.
"""

import logging

from bot.core.config import Config, Employee
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
    """Write the configured people down; in demo, with nobody configured, three to play with.

    Whoever was among them at the last start and is no more is let go: the settings are what an operator reads.
    """
    people = config.staff
    if config.demo_on and not people:
        departments = tuple(job.knowledge.routing.departments)
        people = tuple(
            Employee(
                name=plain(f"demo_{role}"),
                role=role,
                departments=departments if role is Role.STAFF else (),
            )
            for role in (Role.STAFF, Role.SUPERVISOR, Role.ADMIN)
        )
    for one in people:
        staffbook.put_staff(
            job.tx,
            one.name,
            one.role,
            departments=one.departments,
            telegram=str(one.telegram or ""),
            now=job.now,
        )
    if gone := staffbook.keep_named(job.tx, (one.name for one in people)):
        log.warning("no longer in the settings, so no longer staff", extra={"count": len(gone)})


def warn_of_duties(config: Config, library: Library) -> None:
    """Say which staff are in no department. No reason to stay down: the bureau may edit its departments any time."""
    for one in unknown_departments(config, department_names(library.current)):
        meant = f"; did you mean {one.near}?" if one.near else ""
        log.warning("%s: no department %s%s", one.place, one.department, meant)
