"""What the sender asks of a channel, and what a channel may answer.

Floor 3. A channel raises DeliveryFailed with one of four kinds; the sender alone decides what follows.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.storage.outbox import Parcel


class Failing(StrEnum):
    """What a failure means for the message."""

    PERMANENT = "permanent"  # never again: blocked, chat not found, bad markup
    WAIT = "wait"  # the other side asked for a pause; bot-wide
    TRANSIENT = "transient"  # network, 5xx: try again, for as long as it takes
    BUG = "bug"  # unknown: a dead letter and an alert


class DeliveryFailed(Exception):
    """A parcel was not taken. `reason` is a short fixed word (blocked, no_rights ...), never a text."""

    def __init__(
        self,
        failing: Failing,
        reason: str,
        *,
        retry_after_s: float = 0.0,
        may_have_arrived: bool = False,
    ) -> None:
        self.failing = failing
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.may_have_arrived = may_have_arrived  # a time-out, a line that broke: nobody knows
        super().__init__(f"{failing}: {reason}")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side took it; `message_id` is its own name for the message, empty where it has none.

    `calls` says how many messages the other side counts, where one parcel took more than one.
    """

    message_id: str = ""
    calls: int = 1


class Channel(Protocol):
    """An edge that can send."""

    name: str
    limited: bool  # Telegram's limits bind

    async def deliver(self, parcel: Parcel) -> Delivered:
        """Send one parcel. Raises DeliveryFailed; anything else counts as a bug."""
        ...

    def is_group(self, chat: str) -> bool:
        """Tell whether the limit for groups binds."""
        ...
