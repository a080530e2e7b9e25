"""How fast we may send: overall, a chat, a group, and the pause that the other side asked for.

Floor 3, pure: time comes in as seconds of a monotonic clock. 0 for a rate means no limit.
"""

from collections import deque
from dataclasses import dataclass, field

FIRST_CALM_S, LONGEST_CALM_S = 2.0, 300.0


@dataclass(slots=True)
class Rates:
    """Telegram's limits as configured."""

    overall_per_s: float = 28.0
    chat_per_s: float = 1.0
    group_per_min: int = 18


@dataclass(slots=True)
class Limiter:
    """Says when the next message to a chat may leave. A `retry_after` stops the whole bot."""

    rates: Rates
    _paused_until: float = 0.0
    _next_overall: float = 0.0
    _next_of_chat: dict[str, float] = field(default_factory=dict)
    _group: dict[str, deque[float]] = field(default_factory=dict)
    _calm_until: float = 0.0
    _calm_s: float = FIRST_CALM_S / 2

    def pause(self, now: float, seconds: float) -> None:
        """Obey a retry_after: nothing leaves for that long."""
        self._paused_until = max(self._paused_until, now + seconds)

    def overall_at(self, now: float) -> float:
        """Return when the bot may send anything at all again."""
        return max(self._paused_until, self._next_overall, now)

    def chat_at(self, chat: str, now: float, *, group: bool) -> float:
        """Return when this chat may get its next message, the bot's own limits aside."""
        at = max(self._next_of_chat.get(chat, 0.0), now)
        if group and self.rates.group_per_min:
            sent = self._group.get(chat, deque())
            if len(sent) >= self.rates.group_per_min:
                at = max(at, sent[0] + 60.0)
        return at

    def doubt(self, now: float) -> None:
        """Note a broadcast of which nobody knows whether it arrived: hold the others back, longer each time."""
        if now >= self._calm_until:
            self._calm_s = min(self._calm_s * 2, LONGEST_CALM_S)
            self._calm_until = now + self._calm_s

    def trust(self) -> None:
        """Note a broadcast that arrived."""
        self._calm_s = FIRST_CALM_S / 2

    def broadcast_at(self, now: float) -> float:
        """Return when the next broadcast may leave."""
        return max(self._calm_until, now)

    def sent(self, chat: str, now: float, *, group: bool) -> None:
        """Count a message that leaves now."""
        if self.rates.overall_per_s:
            # a burst of at most a tenth of a second's worth, then evenly spaced
            step = 1.0 / self.rates.overall_per_s
            self._next_overall = max(self._next_overall, now - 0.1) + step
        if group and self.rates.group_per_min:
            times = self._group.setdefault(chat, deque())
            times.append(now)
            while len(times) > self.rates.group_per_min:
                times.popleft()
        elif self.rates.chat_per_s:
            self._next_of_chat[chat] = now + 1.0 / self.rates.chat_per_s
            if len(self._next_of_chat) > 50_000:
                self._next_of_chat = {c: t for c, t in self._next_of_chat.items() if t > now}
