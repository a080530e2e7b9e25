"""Vectors of published texts on disk, so that a start need not embed the whole content again.

Floor 3. One file for each version of the embedding, keyed by the hash of the text; written whole beside itself and
renamed. What cannot be read or is not what it should be counts as absent: it is made again, never an error. Only
published texts are kept here, never what people ask.
"""

import contextlib
import hashlib
import io
import logging
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.meaning import Embedder, Floats

log = logging.getLogger(__name__)
MOST = 100_000  # vectors in a file, those just used first: 77 MB at 384 numbers each
_BATCH = (
    64  # texts embedded in one call: enough for all cores; in between, questions get their turn
)
_KEY_BYTES = 16


class VectorFile:
    """The vectors of one version of an embedding. Used by one thread at a time."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        name = hashlib.sha256(embedder.version.encode()).hexdigest()[:16]
        self.path = folder / f"vectors-{name}.npz"
        self._known: dict[bytes, Floats] | None = None

    def of(self, texts: Sequence[str]) -> Floats:
        """Return a row for each text, embedding what the file lacks. Raises what the embedding raises."""
        if self._known is None:
            self._known = _read(self.path)
        keys = [_key(text) for text in texts]
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in self._known
        }
        # texts of one length side by side: a batch takes as long as its longest
        order = sorted(missing, key=lambda key: len(missing[key]))
        try:
            for start in range(0, len(order), _BATCH):
                batch = order[start : start + _BATCH]
                rows = rounded(self._embedder.embed([missing[key] for key in batch]))
                self._known.update(zip(batch, rows, strict=True))
        finally:  # what was computed before something failed, or was told to stop, is kept
            if self._known and missing:
                self._write(self._known, keys)
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([self._known[key] for key in keys])

    def _write(self, known: Mapping[bytes, Floats], used: Sequence[bytes]) -> None:
        kept = [key for key in dict.fromkeys([*used, *known]) if key in known][:MOST]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.stem)
        except OSError as error:
            log.warning("vectors are not kept", extra={"error": error.strerror})
            return
        try:
            with os.fdopen(handle, "wb") as file:
                rows = np.stack([known[key] for key in kept]).astype(np.float16)
                np.savez(file, keys=np.frombuffer(b"".join(kept), dtype=np.uint8), rows=rows)
            Path(beside).replace(self.path)
        except OSError as error:
            log.warning("vectors are not kept", extra={"error": error.strerror})
            with contextlib.suppress(OSError):
                Path(beside).unlink()


def rounded(rows: Floats) -> Floats:
    """Round vectors as the file does, so that a decision is the same before and after it was written."""
    result: Floats = np.asarray(rows).astype(np.float16).astype(np.float32)
    if result.ndim != 2 or not np.isfinite(result).all():
        raise ValueError("the embedding gave no rows of numbers")
    return result


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]


def _read(path: Path) -> dict[bytes, Floats]:
    """Read what a file holds; nothing if it is not there or not what this module wrote."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as data:
            keys = data["keys"].astype(np.uint8).tobytes()
            rows = rounded(data["rows"])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        log.warning("vectors on disk are damaged", extra={"error": type(error).__name__})
        return {}
    if len(keys) != _KEY_BYTES * len(rows):
        return {}
    places = range(0, len(keys), _KEY_BYTES)
    return {keys[at : at + _KEY_BYTES]: row for at, row in zip(places, rows, strict=True)}
