"""Times as they are stored: UTC text of fixed width, so that text order is time order.

Floor 3.
"""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=8)  # most of what a turn writes bears the same two times
def stamp(at: datetime) -> str:
    """Write an aware time for storage. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a naive time")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse(text: str) -> datetime:
    """Read a stored time."""
    return datetime.fromisoformat(text)
