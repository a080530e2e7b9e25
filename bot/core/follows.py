"""What a person asked to be told of, and who may do what with an announcement in which state.

Floor 1: frozen values and one table. The console shows, and the service allows, what the table says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.people import Role, Staff
from knowledge.subjects import Subject


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure as it was shown: table, key of the row, heading of the column, value with its unit."""

    table: str
    key: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Follow:
    """A subject that somebody follows; `title` is what it was called then. `shown`: for corrections."""

    subject: Subject
    title: str
    shown: tuple[Shown, ...] = ()


class State(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # waits for a second person
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    DROPPED = "dropped"  # never sent


class Deed(StrEnum):
    """What staff do with an announcement."""

    SUBMIT = "submit"
    GIVE_BACK = "give_back"
    CONFIRM = "confirm"
    STOP = "stop"
    DROP = "drop"
    REPEAT = "repeat"  # send once more to those of whom nobody knows whether it arrived


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may, in which states, and what it leads to."""

    roles: frozenset[Role]
    states: frozenset[State]
    leads_to: State
    second: bool = False  # never the person who submitted it


PREPARERS = frozenset({Role.EDITOR, Role.ADMIN})
READERS = frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN})
_WAITING, _OVER = frozenset({State.SUBMITTED}), frozenset({State.DONE})

RULES: Mapping[Deed, Rule] = {
    Deed.SUBMIT: Rule(PREPARERS, frozenset({State.DRAFT}), State.SUBMITTED),
    Deed.GIVE_BACK: Rule(READERS, _WAITING, State.DRAFT),
    Deed.CONFIRM: Rule(READERS, _WAITING, State.SENDING, second=True),
    Deed.STOP: Rule(READERS, frozenset({State.SENDING}), State.STOPPED),
    Deed.DROP: Rule(PREPARERS, frozenset({State.DRAFT, State.SUBMITTED}), State.DROPPED),
    Deed.REPEAT: Rule(READERS, _OVER, State.SENDING, second=True),
}


def may(staff: Staff, deed: Deed, state: State, *, submitted_by: int | None) -> bool:
    """Tell whether somebody may do that now."""
    rule = RULES[deed]
    if not staff.active or staff.role not in rule.roles or state not in rule.states:
        return False
    return not rule.second or staff.id != submitted_by
