"""How the published content stands, in five figures, for `doctor` and the console.

Floor 3. Reads the folder anew; nothing is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge import library


@dataclass(frozen=True, slots=True)
class ContentState:
    """What a reading of the content found.

    `years` are those the calendar has a notice for; None when the errors leave nothing to look into.
    """

    errors: int
    warnings: int
    entries: int
    to_review: int
    years: frozenset[int] | None
    departments: Mapping[str, str] | None = None  # id and name; None like `years`


def look_at(folder: Path, *, today: date) -> ContentState:
    """Read and check a content folder as of `today`."""
    problems = library.check(folder, today=today)
    try:
        # As the desk itself would: a broken golden question is an error, but leaves something to answer from.
        snapshot = library.Library(folder).current
    except library.ContentError:
        snapshot = None
    entries = list(snapshot.entries.values()) if snapshot is not None else []
    errors = sum(problem.error for problem in problems)
    return ContentState(
        errors=errors,
        warnings=len(problems) - errors,
        entries=len(entries),
        to_review=sum(entry.review_by is not None and entry.review_by < today for entry in entries),
        years=frozenset(snapshot.calendar.years) if snapshot is not None else None,
        departments=department_names(snapshot) if snapshot is not None else None,
    )


def department_names(snapshot: library.Snapshot) -> dict[str, str]:
    """Return the id and the name of every department that cases can go to."""
    return {one.id: one.name for one in snapshot.routing.departments.values()}
