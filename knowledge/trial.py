"""What would become of the content if its files held something else: read as a whole, before anything is written.

Floor 0. A golden question that is broken already stands in nobody's way; any other error does, whoever made it, since
nothing would go live.
"""

from dataclasses import dataclass
from pathlib import Path

from knowledge import files
from knowledge.assemble import Snapshot, broken_golden, in_order, load_parts
from knowledge.files import Found
from knowledge.problem import Problem


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change came to: the snapshot it would make, and the errors that stand in its way."""

    snapshot: Snapshot | None
    errors: tuple[Problem, ...]


def content_of(folder: Path, name: str) -> bytes | None:
    """Return a content file's bytes, read as the library reads them; None where it cannot be read."""
    return files.load(folder).get(name)


def try_out(folder: Path, name: str, data: bytes) -> Trial:
    """Read the folder as if the file `name` (faq/x.yaml) held `data`. Takes a second: not for the event loop."""
    found = files.load(folder)
    changed = tuple((known, data if known == name else old) for known, old in found.data)
    return compare(folder, found, Found(changed, found.problems))


def compare(folder: Path, before: Found, after: Found) -> Trial:
    """Read what a folder would hold, and hold it against what it holds before: only what is new stands in the way."""
    loaded = load_parts(folder, after)
    if loaded.snapshot is None:
        return Trial(None, tuple(one for one in loaded.problems if one.error))
    breaks = broken_golden(loaded.snapshot)
    if breaks:
        now = load_parts(folder, before).snapshot
        known = broken_golden(now) if now is not None else {}
        breaks = {question: one for question, one in breaks.items() if question not in known}
    return Trial(loaded.snapshot, in_order(tuple(breaks.values())))
