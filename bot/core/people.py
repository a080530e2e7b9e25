"""Who takes part: the person in a conversation, and the staff with their roles.

Floor 1: frozen values. A person is a conversation (channel, chat); no name is kept.
"""

from dataclasses import dataclass
from enum import StrEnum

ANONYMOUS_ADMIN = 1087968824  # telegram.constants.ChatID.ANONYMOUS_ADMIN: every one of every group


class Role(StrEnum):
    """What a staff member may do; see `cases.RULES`."""

    STAFF = "staff"
    SUPERVISOR = "supervisor"
    EDITOR = "editor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """A parent's conversation with the desk."""

    id: int
    channel: str
    chat: str
    language: str = "zh"
    reachable: bool = True
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the bureau; `telegram` is the user id, empty for console only."""

    id: int
    name: str
    role: Role
    departments: tuple[str, ...] = ()
    telegram: str = ""
    active: bool = True
