"""How often one conversation may write: so many messages in a minute, counted in memory.

Floor 4. A restart forgets the counts, which harms nobody.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
PER_MINUTE = 30
REMEMBERED = 10_000


@dataclass(slots=True)
class Pace:
    """The last minute of every conversation."""

    per_minute: int = PER_MINUTE
    _sent: dict[str, deque[datetime]] = field(default_factory=dict)

    def allows(self, chat: str, now: datetime) -> bool:
        """Count a message, or tell that it is one too many."""
        times = self._sent.setdefault(chat, deque())
        while times and now - times[0] >= MINUTE:
            times.popleft()
        if len(times) >= self.per_minute:
            return False
        times.append(now)
        if len(self._sent) > REMEMBERED:
            self._sent = {c: t for c, t in self._sent.items() if t and now - t[-1] < MINUTE}
        return True
