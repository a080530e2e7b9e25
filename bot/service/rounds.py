"""Periodic work: each round asks the database what is due, so restarts and downtime neither lose nor repeat anything.

Floor 3. A round that raises is told in the log and tried again at its next turn; the others go on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errors import DatabaseBusy
from bot.service import gaps, upkeep
from bot.service.job import Office

log = logging.getLogger(__name__)
LOOK_S = 1.0  # how often it is seen whether a round's turn has come
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Round:
    """One kind of periodic work; `do` finds out itself whether anything is due."""

    name: str
    do: Callable[[Office], Awaitable[None]]
    every: timedelta = MINUTE


ROUNDS = (
    Round("gap lists", gaps.answer_requests, every=timedelta(seconds=1)),
    Round("monthly notes", upkeep.send_notes),
)


class Rounds:
    """Runs the rounds, each at its own pace."""

    def __init__(self, office: Office, rounds: Sequence[Round] = ROUNDS) -> None:
        self._office = office
        self._rounds = tuple(rounds)
        self._next: dict[str, datetime] = {}

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            await self.tick()
            await asyncio.sleep(LOOK_S)

    async def tick(self) -> None:
        """Do every round whose turn has come. A clock that jumps back does not stop them."""
        for one in self._rounds:
            now = self._office.clock()
            turn = self._next.get(one.name, now)
            if turn - now > one.every:
                turn = now
            if now < turn:
                continue
            self._next[one.name] = now + one.every
            await self._do(one)

    async def _do(self, one: Round) -> None:
        try:
            await one.do(self._office)
        except DatabaseBusy:
            log.warning("round waits for the database", extra={"round": one.name})
        except Exception:
            log.exception("round failed", extra={"round": one.name})
