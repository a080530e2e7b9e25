"""Who is listening: the open event streams of the chat page, woken when a conversation has something new.

Floor 4. Nothing is carried here: a woken stream reads what it lacks from the transcript, so nothing can be lost.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

PER_CONVERSATION = 5
OVERALL = 500


class TooManyStreams(Exception):
    """No place for another stream; try again later."""


class Streams:
    """The listeners of every conversation, bounded in number."""

    def __init__(self, *, per_conversation: int = PER_CONVERSATION, overall: int = OVERALL) -> None:
        self._per_conversation = per_conversation
        self._overall = overall
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._count = 0
        self.closed = False

    @contextmanager
    def listen(self, chat: str) -> Iterator[asyncio.Event]:
        """Yield an event that is set whenever the conversation has news. Raises TooManyStreams."""
        mine = self._listeners.get(chat, set())
        if self.closed or self._count >= self._overall or len(mine) >= self._per_conversation:
            raise TooManyStreams(chat)
        event = asyncio.Event()
        self._listeners.setdefault(chat, set()).add(event)
        self._count += 1
        try:
            yield event
        finally:
            self._count -= 1
            self._listeners[chat].discard(event)
            if not self._listeners[chat]:
                del self._listeners[chat]

    def wake(self, chat: str) -> None:
        """Tell the listeners of a conversation to look."""
        for event in self._listeners.get(chat, ()):
            event.set()

    def close(self) -> None:
        """End every stream now and take no new one: the desk is stopping."""
        self.closed = True
        for chat in self._listeners:
            self.wake(chat)
