"""What the archive says was changed in a span of time: snapshots that went live, and the entries they touched.

Floor 3. Entries are compared as they were written, so a corrected comma counts as a change and a moved line does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.service.archive_reading import Reader, Said, Sort
from bot.storage import archive
from bot.storage.archive import Recorded
from bot.storage.db import Tx
from bot.storage.quarterbook import Span
from knowledge.fields import is_yes

State = Mapping[tuple[Sort, str], Said]


class What(StrEnum):
    """What became of an entry or a table over the whole span."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    RESTORED = "restored"  # changed, and changed back
    PASSING = "passing"  # neither there before nor after


@dataclass(frozen=True, slots=True)
class Step:
    """One snapshot that went live, with how many entries and tables it added, changed and removed."""

    snapshot: Recorded
    added: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry or table that was touched, how often, and when for the last time."""

    sort: Sort
    id: str
    title: str
    what: What
    times: int
    last_at: datetime


@dataclass(slots=True)
class _Track:
    """An id on its way through the span."""

    before: Said | None
    after: Said | None
    times: int
    last_at: datetime


def changes(tx: Tx, span: Span, *, samples: bool) -> tuple[tuple[Step, ...], tuple[Changed, ...]]:
    """Return the snapshots of the span and what they changed; without `samples` those are passed over.

    The first snapshot of the archive is where counting begins: what stands in it was published before.
    """
    reader, steps, tracks = Reader(tx), list[Step](), dict[tuple[Sort, str], _Track]()
    state: State | None = None
    for snapshot in archive.all_snapshots(tx):
        if snapshot.live_at >= span.ends:
            break
        before, state = state, _state(reader, tx, snapshot, samples)
        if snapshot.live_at >= span.starts:
            steps.append(_step(snapshot, state if before is None else before, state, tracks))
    found = [_changed(key, track) for key, track in tracks.items()]
    return tuple(steps), tuple(sorted(found, key=lambda one: (one.last_at, one.sort, one.id)))


def live_at_end(tx: Tx, span: Span) -> Recorded | None:
    """Return the snapshot that was live when the span ended; None when the archive is younger."""
    before = [one for one in archive.all_snapshots(tx) if one.live_at < span.ends]
    return before[-1] if before else None


def _state(reader: Reader, tx: Tx, snapshot: Recorded, samples: bool) -> State:
    everything = reader.everything(archive.files_of(tx, snapshot))
    if samples:
        return everything
    return {
        key: said for key, said in everything.items() if not is_yes(str(said.get("sample", "")))
    }


def _step(
    snapshot: Recorded, before: State, after: State, tracks: dict[tuple[Sort, str], _Track]
) -> Step:
    counts = {What.ADDED: 0, What.CHANGED: 0, What.REMOVED: 0}
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        counts[_became(old, new)] += 1
        track = tracks.setdefault(key, _Track(old, new, 0, snapshot.live_at))
        track.after, track.times, track.last_at = new, track.times + 1, snapshot.live_at
    return Step(snapshot, counts[What.ADDED], counts[What.CHANGED], counts[What.REMOVED])


def _became(old: Said | None, new: Said | None) -> What:
    if old is None:
        return What.ADDED if new is not None else What.PASSING
    if new is None:
        return What.REMOVED
    return What.CHANGED if old != new else What.RESTORED


def _changed(key: tuple[Sort, str], track: _Track) -> Changed:
    sort, name = key
    said = track.after or track.before or {}
    title = said.get("question" if sort is Sort.ENTRY else "title", name)
    what = _became(track.before, track.after)
    return Changed(sort, name, str(title), what, track.times, track.last_at)
