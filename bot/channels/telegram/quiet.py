"""The pause that Telegram asked for, by whichever call it said so: it binds the whole bot.

Floor 4. The transport hears it, the sender is told, and what the sender does not send waits here.
"""

import asyncio
import json
import time
from collections.abc import Callable


class Quiet:
    """Until when nothing but polling leaves. `told` is called with the seconds of every pause."""

    def __init__(self) -> None:
        self._until = 0.0
        self.told: Callable[[float], None] = lambda seconds: None

    @property
    def left_s(self) -> float:
        """Return how long it still is, 0 when nobody asked for a pause."""
        return max(0.0, self._until - time.monotonic())

    def hear(self, answer: bytes) -> None:
        """Take the body of a 429; one that names no seconds is not Telegram's and asks for nothing."""
        seconds = _asked(answer)
        if seconds > 0:
            self._until = max(self._until, time.monotonic() + seconds)
            self.told(seconds)

    async def over(self) -> None:
        """Return when it is over, also when it was made longer meanwhile."""
        while (left_s := self.left_s) > 0:  # noqa: ASYNC110  # a time, not an event
            await asyncio.sleep(left_s)  # the end may move while we sleep


def _asked(answer: bytes) -> float:
    try:
        return float(json.loads(answer)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError):
        return 0.0
