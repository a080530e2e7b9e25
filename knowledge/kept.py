"""The parsed entries of a folder, kept in a file between starts: a second and a half that each would take.

The file stands beside the byte code, may be made as freely as that, and is as little a risk: who can write there can
change what runs. It is good only for the very code and word lists that made it. Floor 0.
"""

import contextlib
import hashlib
import os
import pickle
import sys
from collections.abc import Hashable
from functools import cache
from pathlib import Path

import numpy as np
import opencc

from knowledge.lexicon import FOLDER
from knowledge.parsing import Parsing

PLACE = Path(__file__).parent / "__pycache__"
_MOST = 4  # files; of other folders, and of code that was
_LEAST = 500  # phrasings that had to be parsed, for the file to be worth writing
_ENDING = ".parsed"


def recall(folder: Path, synonyms: Hashable) -> Parsing | None:
    """Return what was kept for a folder and its synonyms by this very code; None when there is nothing of use."""
    try:
        with _file(folder).open("rb") as file:
            if pickle.load(file) != (_version(), synonyms):  # noqa: S301  # as safe as the byte code beside it
                return None
            kept: Parsing = pickle.load(file)  # noqa: S301
        with contextlib.suppress(OSError):
            os.utime(_file(folder))  # the files used last are kept
        return kept
    except Exception:
        # absent, cut short, or of a class that has changed: made anew like at the first start
        return None


def keep(folder: Path, synonyms: Hashable, made: Parsing, before: Parsing | None) -> None:
    """Keep what was made, where much of it is not kept yet and byte code may be written; never raises OSError."""
    known = set() if before is None else {item.key for item in before.items}
    new = sum(len(item.texts) for item in made.items if item.key not in known)
    if new < _LEAST or sys.dont_write_bytecode:
        return
    with contextlib.suppress(OSError):  # a place nobody may write to, a full disk: no harm but time
        _write(_file(folder), ((_version(), synonyms), made))


def _write(path: Path, parts: tuple[object, ...]) -> None:
    """Replace a file whole, and delete the oldest of its kind."""
    path.parent.mkdir(exist_ok=True)
    own = path.with_suffix(f".{os.getpid()}{_ENDING}")
    try:
        with own.open("wb") as file:
            for part in parts:
                pickle.dump(part, file, pickle.HIGHEST_PROTOCOL)
        own.replace(path)
    finally:
        own.unlink(missing_ok=True)
    others = sorted(path.parent.glob(f"*{_ENDING}"), key=lambda one: -one.stat().st_mtime)
    for old in others[_MOST:]:
        old.unlink(missing_ok=True)


def _file(folder: Path) -> Path:
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return PLACE / f"{name}{_ENDING}"


@cache
def _version() -> str:
    """Return the hash of all that parsing depends on: Python, libraries, our code and the word lists."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__} {opencc.__version__}".encode())
    for path in sorted((*Path(__file__).parent.glob("*.py"), *FOLDER.iterdir())):
        data = path.read_bytes()
        digest.update(f"\0{path.name} {len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()
