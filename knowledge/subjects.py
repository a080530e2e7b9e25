"""What somebody may ask to be told of: a topic, a school, a kind of table, a round of hiring, an entry, a figure.

Floor 0: frozen values. A subject travels in a button's data, so its target is short plain text: a long or Chinese
name stands there as the beginning of its hash.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 40  # characters of a target; with verb and kind it fits the 64 bytes of a button


class Kind(StrEnum):
    """The kinds of things that people follow."""

    TOPIC = "topic"
    SCHOOL = "school"
    TABLE = "table"  # a kind of table over all its years: so 公布后通知我 works before the table is there
    ROUND = "round"  # of hiring
    ENTRY = "entry"
    FIGURE = "figure"  # the corrections of what was shown; `target` is table:school


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One thing that can be followed."""

    kind: Kind
    target: str

    @property
    def data(self) -> str:
        """Return it as a button carries it."""
        return f"{self.kind}:{self.target}"


def short(name: str) -> str:
    """Return a name as a target: itself where it is short and plain, else twelve figures of its hash."""
    if name.isascii() and name.replace("-", "").replace("_", "").isalnum() and len(name) <= LONGEST:
        return name
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def read_subject(data: str) -> Subject | None:
    """Read what a button carried; None for what no button of ours carries."""
    kind, _, target = data.partition(":")
    if kind not in {*Kind} or not target:
        return None
    return Subject(Kind(kind), target)


def figures_of(table: str, school: str) -> Subject:
    """Name the figures of one school in one table."""
    return Subject(Kind.FIGURE, f"{short(table)[:20]}:{short(school)[:20]}")
