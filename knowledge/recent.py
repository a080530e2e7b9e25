"""Results that are remembered: the values used last, by key, and what holds functools.lru_cache in its slots.

Floor 0. May be shared by threads: every step is one operation of a dict.
"""

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

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


class Remembering:
    """What remembers results in its slots, and is pickled without them."""

    __slots__: tuple[str, ...] = ()

    def remember(self) -> None:
        """Begin to remember: called by `__init__`, and when all else is unpickled."""
        raise NotImplementedError

    def __getstate__(self) -> dict[str, Any]:
        slots = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in slots.items() if not hasattr(value, "cache_info")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.remember()
