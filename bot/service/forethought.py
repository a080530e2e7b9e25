"""What a question means, computed before its transaction: nobody waits for it in the database, nor does the loop.

Floor 3. One thread runs the embedding for one batch after the other; what needs none never stands in its queue. A
batch that would wait too long is handled by words alone, so a crowd gets plain answers rather than late ones. What
belongs to one chat keeps its order.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from bot.core.personal import without_personal_numbers
from bot.core.turn import Arrival, Incoming, Place
from bot.service.understanding import Understanding
from knowledge.match import Index
from knowledge.meaning import Floats

log = logging.getLogger(__name__)
Found = Mapping[str, Floats]
MOST_WAITING = 4  # batches in the thread's queue; whoever comes then is answered by words alone
BUDGET_S = 0.15  # what the embedding may take for one batch, the last question's time on top
PATIENCE_S = 0.4  # a batch waits so long; then words decide
_ASKING = frozenset({Arrival.TEXT, Arrival.EDIT})


class Forethought:
    """Finds the vectors that the questions of a batch take; none when that would take too long."""

    def __init__(
        self, understanding: Understanding, index: Callable[[], Index], today: Callable[[], date]
    ) -> None:
        self._understanding = understanding
        self._index = index
        self._today = today
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="forethought")
        self._waiting = 0
        self._latest: dict[tuple[str, str], asyncio.Future[None]] = {}

    async def __call__(self, batch: Sequence[Incoming]) -> Found:
        """Return the vectors for a batch; it returns only after what came before from the same chats."""
        chats = {(one.channel, one.chat) for one in batch}
        before = [self._latest[chat] for chat in chats if chat in self._latest]
        questions = [_question(one) for one in batch if _asks(one)]
        if not before and (not questions or not self._index().has_meaning):
            return {}
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._latest.update(dict.fromkeys(chats, done))
        try:
            found = await self._within_patience(questions) if questions else {}
            await asyncio.gather(*before)
            return found
        finally:
            done.set_result(None)
            for chat in chats:
                if self._latest.get(chat) is done:
                    del self._latest[chat]

    async def _within_patience(self, questions: Sequence[str]) -> Found:
        loop = asyncio.get_running_loop()
        wanted = await loop.run_in_executor(None, self._texts_of, questions)
        if not wanted or self._waiting >= MOST_WAITING:
            return {}
        self._waiting += 1
        work = loop.run_in_executor(self._thread, self._find, wanted)
        work.add_done_callback(self._finished)
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(work), PATIENCE_S)
        return {}

    def _finished(self, work: "asyncio.Future[Found]") -> None:
        self._waiting -= 1
        if not work.cancelled() and (problem := work.exception()) is not None:
            log.error("forethought failed", extra={"error": type(problem).__name__})

    def _texts_of(self, questions: Iterable[str]) -> list[tuple[str, ...]]:
        """Return the texts of each question that takes any: greetings and known questions take none."""
        index, today = self._index(), self._today()
        wanted = (index.texts_of(question, today=today) for question in questions)
        return [texts for texts in wanted if texts]

    def _find(self, wanted: Iterable[tuple[str, ...]]) -> Found:
        """Embed one question after the other, as many as there is time for; the rest is answered by words."""
        found: dict[str, Floats] = {}
        end = time.monotonic() + BUDGET_S
        for texts in wanted:
            if time.monotonic() > end:
                break
            found.update(self._understanding.vectors(texts))
        return found

    def close(self) -> None:
        """Stop the thread; what it has not begun is dropped, and content is prepared no further."""
        self._understanding.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)


def _asks(incoming: Incoming) -> bool:
    """Tell whether a message may come to be put to the index."""
    return (
        incoming.arrival in _ASKING
        and incoming.place is not Place.STAFF
        and incoming.addressed
        and not incoming.text.startswith("/")
        and bool(incoming.text.strip())
    )


def _question(incoming: Incoming) -> str:
    """Return the text as the dialogue will ask it."""
    return without_personal_numbers(incoming.text.strip()).strip()
