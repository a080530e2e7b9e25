"""The archive of what was published: the SQL behind snapshots, their files and who edited them.

Floor 3. Every function takes the transaction it runs in. Nothing here is ever changed or deleted; triggers refuse it.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.storage.db import Tx, row_id
from bot.storage.times import parse, stamp

_SNAPSHOT = "SELECT id, hash, live_at, editor, commit_hash FROM snapshots "

Files = Mapping[str, str]  # name relative to the content folder -> sha256 of its bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """A snapshot that was live from `live_at` until the next one; editor and commit may be empty."""

    id: int
    hash: str
    live_at: datetime
    editor: str
    commit: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """A snapshot to be recorded: `packed` are the compressed bytes of the files that may be new."""

    hash: str
    files: Files
    packed: Mapping[str, bytes]
    diff: str
    editor: str
    commit: str


def is_there(tx: Tx) -> bool:
    """Tell whether this database has an archive; one of an earlier release has none yet."""
    row = tx.execute("SELECT 1 FROM sqlite_master WHERE name = 'snapshots'").fetchone()
    return row is not None


def newest(tx: Tx) -> Recorded | None:
    """Return the snapshot that went live last."""
    found = _snapshots(tx, "ORDER BY id DESC LIMIT 1")
    return found[0] if found else None


def all_snapshots(tx: Tx) -> list[Recorded]:
    """Return every snapshot, the oldest first."""
    return _snapshots(tx, "ORDER BY id")


def by_hash(tx: Tx, prefix: str) -> list[Recorded]:
    """Return the snapshots whose hash begins so (hex digits), the oldest first."""
    return _snapshots(tx, "WHERE substr(hash, 1, length(:prefix)) = :prefix ORDER BY id", prefix)


def files_of(tx: Tx, snapshot: Recorded) -> dict[str, str]:
    """Return name -> sha256 of a snapshot's files, by name."""
    rows = tx.execute(
        "SELECT name, sha256 FROM snapshot_files WHERE snapshot_id = ? ORDER BY name",
        (snapshot.id,),
    )
    return {row["name"]: row["sha256"] for row in rows}


def diff_of(tx: Tx, snapshot: Recorded) -> str:
    """Return the unified diff of a snapshot to the one before."""
    row = tx.execute("SELECT diff FROM snapshots WHERE id = ?", (snapshot.id,)).fetchone()
    return zlib.decompress(row["diff"]).decode()


def blob(tx: Tx, sha256: str) -> bytes:
    """Return the bytes with this hash. Raises KeyError when they were never kept."""
    row = tx.execute("SELECT data FROM blobs WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        raise KeyError(sha256)
    return zlib.decompress(row["data"])


def has_blob(tx: Tx, sha256: str) -> bool:
    """Tell whether the bytes with this hash are kept."""
    found = tx.execute("SELECT 1 FROM blobs WHERE sha256 = ?", (sha256,)).fetchone()
    return found is not None


def record(tx: Tx, fresh: Fresh, now: datetime) -> bool:
    """Keep a snapshot; False when it is the one that went live last, file by file."""
    before = newest(tx)
    if before is not None and files_of(tx, before) == dict(fresh.files):
        return False
    tx.executemany(
        "INSERT INTO blobs (sha256, data) VALUES (?, ?) ON CONFLICT DO NOTHING",
        fresh.packed.items(),
    )
    cursor = tx.execute(
        "INSERT INTO snapshots (hash, live_at, editor, commit_hash, diff) VALUES (?, ?, ?, ?, ?)",
        (
            fresh.hash,
            stamp(now),
            fresh.editor,
            fresh.commit,
            zlib.compress(fresh.diff.encode()),
        ),
    )
    number = row_id(cursor)
    tx.executemany(
        "INSERT INTO snapshot_files (snapshot_id, name, sha256) VALUES (?, ?, ?)",
        [(number, name, sha256) for name, sha256 in fresh.files.items()],
    )
    return True


def sign(tx: Tx, name: str, sha256: str, editor: str, now: datetime) -> None:
    """Note who is about to write a file with these bytes into the content folder."""
    tx.execute(
        "INSERT INTO signed_edits (name, sha256, editor, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name, sha256) DO UPDATE SET editor = excluded.editor, at = excluded.at",
        (name, sha256, editor, stamp(now)),
    )


def signers(tx: Tx, changed: Iterable[tuple[str, str]], since: datetime | None) -> dict[str, str]:
    """Return file name -> who signed it with these bytes after a moment, for the (name, sha256) given."""
    found = {}
    after = stamp(since) if since is not None else ""
    for name, sha256 in changed:
        row = tx.execute(
            "SELECT editor FROM signed_edits WHERE name = ? AND sha256 = ? AND at >= ?",
            (name, sha256, after),
        ).fetchone()
        if row is not None:
            found[name] = str(row["editor"])
    return found


def _snapshots(tx: Tx, rest: str, prefix: str = "") -> list[Recorded]:
    rows = tx.execute(
        _SNAPSHOT + rest,
        {"prefix": prefix},
    )
    return [
        Recorded(row["id"], row["hash"], parse(row["live_at"]), row["editor"], row["commit_hash"])
        for row in rows
    ]
