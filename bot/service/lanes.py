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
    replaced: bool = False  # a newer message took its place in its slot: it is sent no more

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

    def add(self, row: Row) -> None:
        """Put a row behind the others; of those in a slot only the one written last is still to be sent."""
        slot = row.parcel.slot
        for other in self.rows if slot else ():
            if other.parcel.slot == slot:
                older = min(row, other, key=lambda one: one.parcel.id)
                older.replaced = True
        self.rows.append(row)

    def head(self, now: float) -> Row:
        """Return the row to send next: held ones let the rows behind them pass."""
        for row in self.rows:
            if not row.is_held(now):
                return row
        return min(self.rows, key=lambda row: row.due)
