"""Departments that the configuration gives to its staff, held against those that cases can go to.

Floor 1: pure. Whoever is in a department that does not exist never sees a case, and nobody would notice.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.config import Config


@dataclass(frozen=True, slots=True)
class UnknownDepartment:
    """A department of somebody that is none: where it stands, and which one is meant if one is near."""

    place: str  # staff.0.departments: a place, since a log names nobody
    name: str  # of the person
    department: str
    near: str


def unknown_departments(config: Config, known: Mapping[str, str]) -> Iterator[UnknownDepartment]:
    """Find them; `known` maps the ids of the departments to their names."""
    for place, one in enumerate(config.staff):
        for department in one.departments:
            if department not in known:
                near = _nearest(department, known)
                yield UnknownDepartment(f"staff.{place}.departments", one.name, department, near)


def _nearest(given: str, known: Mapping[str, str]) -> str:
    """Return the id that is meant: the one of that name, or one spelled nearly so; nothing otherwise."""
    by_name = {name: key for key, name in known.items()}
    spelled = difflib.get_close_matches(given, [*known, *by_name], n=1, cutoff=0.5)
    return next((by_name.get(one, one) for one in spelled), "")
