"""Keep what goes live: each snapshot with its files, who edited it, and what it changes.

Floor 3. A snapshot is recorded before it answers anything: whatever was live is in the archive. Killed between the
two, the desk finds the same files at its next start, and a snapshot equal to the last one is not recorded again.
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from bot.core.clean import clean_text
from bot.service.authorship import LONGEST, author_of
from bot.service.filediff import diff_files
from bot.storage import archive
from bot.storage.archive import Fresh
from bot.storage.db import Database, Tx
from knowledge.assemble import digest_of
from knowledge.files import Found


class Archive:
    """Records the snapshots of one content folder."""

    def __init__(self, db: Database, folder: Path, *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._folder = folder
        self._clock = clock

    def keep(self, found: Found) -> bool:
        """Record what is about to go live; False when it is what was live last. Raises DatabaseBusy."""
        fresh = self._db.read_now(lambda tx: prepare(tx, found, self._folder))
        if fresh is None:
            return False
        now = self._clock()
        return self._db.write_now(lambda tx: archive.record(tx, fresh, now))


def prepare(tx: Tx, found: Found, folder: Path) -> Fresh | None:
    """Work out what is to be recorded, outside of the writer's transaction; None when nothing is."""
    data = dict(found.data)
    names = {name: sha256_of(each) for name, each in data.items()}
    last = archive.newest(tx)
    before = archive.files_of(tx, last) if last is not None else {}
    if last is not None and before == names:
        return None
    changed = [name for name in sorted(names) if before.get(name) != names[name]]
    gone = sorted(before.keys() - names.keys())
    old = {name: archive.blob(tx, before[name]) for name in (*changed, *gone) if name in before}
    new = {name: data[name] for name in changed}
    since = last.live_at if last is not None else None
    signed = archive.signers(tx, ((name, names[name]) for name in changed), since)
    author = author_of(folder, [name for name in changed if name not in signed])
    return Fresh(
        hash=digest_of(found),
        files=names,
        packed={
            names[name]: zlib.compress(data[name])
            for name in changed
            if not archive.has_blob(tx, names[name])
        },
        diff=diff_files(old, new),
        editor="、".join(dict.fromkeys(filter(None, (*signed.values(), author.editor)))),
        commit=author.commit,
    )


def sign(tx: Tx, files: Mapping[str, bytes], editor: str, now: datetime) -> None:
    """Note, before these files are written into the content folder, whose edit it is.

    Names are relative to the folder. The archive then names the editor instead of the owner of the file.
    """
    for name, data in files.items():
        archive.sign(tx, name, sha256_of(data), clean_text(editor, limit=LONGEST), now)


def sha256_of(data: bytes) -> str:
    """Return the hash under which the bytes are kept."""
    return hashlib.sha256(data).hexdigest()
