"""What goes wrong on purpose: faults scripted per method and nth call, and flood control.

A fault counts the calls that match it from the moment it was added. `before` faults answer without
doing anything; `after` faults do the work first, so the caller cannot know.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.botapi.wire import flood


class FaultKind(StrEnum):
    REFUSE = "refuse"  # a JSON answer with `code` and `text`; 429 takes retry_after
    BAD_GATEWAY = "bad_gateway"  # 502 with an HTML page, as proxies send
    BAD_JSON = "bad_json"  # 200, the work is done, the body is cut
    HANG_BEFORE = "hang_before"  # no answer for wait_s, nothing done
    HANG_AFTER = "hang_after"  # done, then no answer for wait_s
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    SLOW = "slow"  # right answer, wait_s late


@dataclass(frozen=True, slots=True)
class Fault:
    """Hits calls number nth … nth+times-1 of `method` ("*": every method, "send*": a prefix)."""

    kind: FaultKind
    method: str = "*"
    nth: int = 1
    times: int = 1
    chat: int | None = None
    code: int = 500
    text: str = "Internal Server Error"
    retry_after: int | None = None
    wait_s: float = 3600.0

    @classmethod
    def refusal(cls, method: str, text: str, *, nth: int = 1, times: int = 1) -> Fault:
        """A refusal by its text, e.g. "Bad Request: chat not found"; the code follows from it."""
        codes = {"Bad Request": 400, "Unauthorized": 401, "Forbidden": 403, "Conflict": 409}
        code = codes.get(text.partition(":")[0], 500)
        return cls(FaultKind.REFUSE, method, nth, times, code=code, text=text)

    @classmethod
    def flood(cls, method: str, retry_after: int, *, nth: int = 1) -> Fault:
        text = f"Too Many Requests: retry after {retry_after}"
        return cls(FaultKind.REFUSE, method, nth, code=429, text=text, retry_after=retry_after)

    def matches(self, method: str, chat: int | None) -> bool:
        named = (
            method.startswith(self.method[:-1])
            if self.method.endswith("*")
            else method == self.method
        )
        return named and self.chat in (None, chat)


@dataclass(slots=True)
class FaultPlan:
    """The scripted faults and how often each was met."""

    waiting: list[tuple[Fault, int]] = field(default_factory=list)
    struck: list[tuple[str, Fault]] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        self.waiting += [(fault, 0) for fault in faults]

    def clear(self) -> None:
        self.waiting.clear()

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """Count this call on every matching fault; return the first whose turn it is."""
        chosen: Fault | None = None
        left: list[tuple[Fault, int]] = []
        for fault, seen in self.waiting:
            met = seen + fault.matches(method, chat)
            if met > seen and met >= fault.nth and chosen is None:
                chosen = fault
            if met < fault.nth + fault.times - 1:
                left.append((fault, met))
        self.waiting = left
        if chosen is not None:
            self.struck.append((method, chosen))
        return chosen


@dataclass(frozen=True, slots=True)
class Limits:
    """Telegram's flood control. A chat may burst a little; a refusal silences the whole bot."""

    overall_per_s: int = 30
    chat_per_s: float = 1.0
    chat_burst: int = 4
    group_per_min: int = 20


@dataclass(slots=True)
class FloodControl:
    """Counts sends and answers 429; asking again while silenced gets the seconds that are left."""

    clock: Callable[[], float]
    limits: Limits | None = None
    silent_until: float = 0.0
    refused: int = 0
    _overall: deque[float] = field(default_factory=deque)
    _chats: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def count(self, chat: int) -> None:
        """Take one message to `chat` into account, or refuse it."""
        if self.limits is None:
            return
        now = self.clock()
        wait = self.silent_until - now
        if wait <= 0:
            wait = max(
                _wait(self._overall, now, self.limits.overall_per_s, 1.0),
                self._chat_wait(chat, now),
            )
        if wait > 0:
            self.refused += 1
            seconds = math.ceil(wait)
            self.silent_until = max(self.silent_until, now + seconds)
            raise flood(seconds)
        self._overall.append(now)
        self._chats[chat].append(now)

    def _chat_wait(self, chat: int, now: float) -> float:
        assert self.limits is not None
        if chat < 0:
            return _wait(self._chats[chat], now, self.limits.group_per_min, 60.0)
        burst = self.limits.chat_burst
        return _wait(self._chats[chat], now, burst, burst / self.limits.chat_per_s)


def _wait(times: deque[float], now: float, most: int, span_s: float) -> float:
    while times and times[0] <= now - span_s:
        times.popleft()
    return times[0] + span_s - now if len(times) >= most else 0.0
