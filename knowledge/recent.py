"""The values used last, by key: as functools.lru_cache keeps them, for values that are made several at a time.

Floor 0. May be shared by threads: every step is one operation of a dict.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """At most `most` values; the one not asked for the longest goes first."""

    __slots__ = ("_most", "_values")

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, V] = {}

    def get(self, key: Hashable) -> V | None:
        """Return the value of a key, or None."""
        value = self._values.pop(key, None)
        if value is not None:
            self._values[key] = value
        return value

    def put(self, key: Hashable, value: V) -> None:
        """Keep a value; two threads may both have made it, and either will do."""
        self._values[key] = value
        while len(self._values) > self._most:
            try:
                self._values.pop(next(iter(self._values)), None)
            except (RuntimeError, StopIteration):  # another thread has just changed it, and goes on
                return
