"""A lane: the rows that must leave in order, usually one chat's.

Floor 3, pure. Moments are seconds of a monotonic clock.
"""

from collections import deque
from dataclasses import dataclass, field

from bot.storage.outbox import Parcel


@dataclass(slots=True, eq=False)
class Row:
    """A row of the outbox in the sender's hand; it must not leave before `due`."""

    parcel: Parcel
    due: float

    def is_held(self, now: float) -> bool:
        """Tell whether it is held back on purpose (a slot); one that failed before holds its place."""
        return bool(self.parcel.slot) and not self.parcel.attempts and self.due > now


@dataclass(slots=True, eq=False)
class Lane:
    """Rows in order; `ticket` is that of the one heap entry that counts, `busy` while a send is under way."""

    line: str
    limited: bool
    rows: deque[Row] = field(default_factory=deque)
    busy: bool = False
    ticket: int = 0

    def is_replaced(self, row: Row) -> bool:
        """Tell whether a newer message took the place of a row in its slot: it is sent no more."""
        slot, number = row.parcel.slot, row.parcel.id
        return bool(slot) and any(
            other.parcel.slot == slot and other.parcel.id > number for other in self.rows
        )

    def head(self, now: float) -> Row:
        """Return the row to send next: held ones let the rows behind them pass."""
        for row in self.rows:
            if not row.is_held(now):
                return row
        return min(self.rows, key=lambda row: row.due)
