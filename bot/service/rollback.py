"""Put an archived snapshot back into the content folder: looked at as a whole first, then written file by file.

Floor 3. The running desk takes it over like any other edit. A file that the archive does not hold is never lost:
what is overwritten is kept beside it, and what no snapshot covers is left alone.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.service.archive import sha256_of
from bot.storage import archive
from bot.storage.archive import Recorded
from bot.storage.db import Tx
from knowledge import files
from knowledge.files import Found
from knowledge.problem import Problem
from knowledge.trial import compare


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rollback would do. `loose` are the files whose bytes are in no snapshot: kept aside."""

    target: Recorded
    live: Mapping[str, bytes]  # what answers now, as far as the archive knows
    wanted: Mapping[str, bytes]  # the target's files
    present: Mapping[str, bytes]  # what stands in the folder
    loose: frozenset[str]

    @property
    def writes(self) -> dict[str, bytes]:
        """Return the files that are to be written."""
        return {name: data for name, data in self.wanted.items() if self.present.get(name) != data}

    @property
    def removes(self) -> tuple[str, ...]:
        """Return the files that are to go: live now, not in the target, and held by the archive."""
        gone = self.live.keys() - self.wanted.keys()
        return tuple(sorted(name for name in gone & self.present.keys() if name not in self.loose))

    @property
    def result(self) -> dict[str, bytes]:
        """Return what the folder will hold."""
        removed = frozenset(self.removes)
        kept = {**self.present, **self.wanted}
        return {name: kept[name] for name in sorted(kept.keys() - removed)}


def plan(tx: Tx, target: Recorded, folder: Path) -> Plan:
    """Hold a snapshot against what is live and what stands in the folder."""
    newest = archive.newest(tx)
    live = _bytes_of(tx, newest) if newest is not None else {}
    present = dict(files.load(folder).data)
    loose = {name for name, data in present.items() if not archive.has_blob(tx, sha256_of(data))}
    return Plan(target, live, _bytes_of(tx, target), present, frozenset(loose))


def problems(planned: Plan, folder: Path) -> tuple[Problem, ...]:
    """Return what would keep the result from going live: errors, and golden questions it newly breaks."""
    return compare(folder, _found(planned.live), _found(planned.result)).errors


def write(planned: Plan, folder: Path, now: datetime) -> tuple[str, ...]:
    """Carry a plan out; return the names under which loose files were kept.

    Everything is on the disk before the first file is replaced, so the moment in which old and new files stand
    side by side is as short as it can be, and a killed rollback is finished by doing it again.
    """
    kept = []
    for name in sorted(planned.loose & planned.writes.keys()):
        aside = f"{name}.{now:%Y%m%dT%H%M%S}.bak"
        _stage(folder / aside, planned.present[name]).replace(folder / aside)
        kept.append(aside)
    staged = {name: _stage(folder / name, data) for name, data in planned.writes.items()}
    for name, path in staged.items():
        path.replace(folder / name)
    for name in planned.removes:
        (folder / name).unlink(missing_ok=True)
    for parent in {(folder / name).parent for name in (*staged, *planned.removes)}:
        _flush(parent)
    return tuple(kept)


def _stage(path: Path, data: bytes) -> Path:
    """Write the bytes beside where they belong, under a name that the content reader passes over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(prefix=".rollback-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    staged = Path(name)
    staged.chmod(mode)
    return staged


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _found(data: Mapping[str, bytes]) -> Found:
    return Found(tuple(sorted(data.items())), ())


def _bytes_of(tx: Tx, snapshot: Recorded) -> dict[str, bytes]:
    found = archive.files_of(tx, snapshot)
    return {name: archive.blob(tx, sha256) for name, sha256 in found.items()}
