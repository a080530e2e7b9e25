"""Where bytes from the chat page wait until the fetcher has checked and stored them.

Floor 4. Names are random, nothing a person typed; a file goes when it was stored or refused, or after a day when
no conversation kept it.
"""

import errno
import hashlib
import re
import time
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

_ID = re.compile(r"[0-9a-f]{32}")
_CHUNK = 256 * 1024
DAY_S = 86_400.0
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Uploads:
    """The folder. Everything in it is temporary."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, file_id: str) -> Path:
        """Return where the bytes of an id are. Raises ValueError for what is no id."""
        if not _ID.fullmatch(file_id):
            raise ValueError("not an upload")
        return self._folder / file_id

    def save(self, file_id: str, source: BinaryIO) -> str:
        """Write the bytes whole or not at all; return their sha256."""
        path, digest = self.path(file_id), hashlib.sha256()
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
            part.replace(path)
        except OSError:  # a full disk needs the room
            part.unlink(missing_ok=True)
            raise
        return digest.hexdigest()

    def load(self, file_id: str) -> bytes:
        """Read the bytes. Raises FileNotFoundError."""
        return self.path(file_id).read_bytes()

    def listed(self) -> list[str]:
        """Return the ids of all that waits here."""
        return [path.name for path in self._folder.iterdir() if _ID.fullmatch(path.name)]

    def sweep(self, done: Collection[str], wanted: Collection[str]) -> int:
        """Delete what is done with, and after a day what nobody wants; return how many went."""
        gone = 0
        for path in self._folder.iterdir():
            old = time.time() - path.stat().st_mtime > DAY_S
            if path.name in done or (old and path.name not in wanted):
                path.unlink(missing_ok=True)
                gone += 1
        return gone
