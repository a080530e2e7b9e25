"""Embeddings for tests: one small enough to foresee, one that fails, and what they have in common with the real one."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.meaning import Floats

SIZE = 384
# As it is compared, after 咋弄 became 怎么办. What means the same has the same vector, whatever the words; everything else only shares letters.
SAME = {"娃换个地方念书怎么办": "孩子怎么转学"}


def letters(text: str) -> Floats:
    """Make a vector of the letters of a text."""
    row = np.zeros(SIZE, dtype=np.float32)
    for letter in SAME.get(text, text):
        seed = int.from_bytes(hashlib.md5(letter.encode("utf-8", "replace")).digest()[:4], "big")
        row += np.random.default_rng(seed).standard_normal(SIZE).astype(np.float32)
    length = float(np.linalg.norm(row))
    return row / length if length else row


@dataclass
class Letters:
    """Fits `knowledge.meaning.Embedder`, as a model in a file of one's own would; notes who asked for what."""

    model: str = "multilingual-e5-small"
    version: str = "letters 1"
    asked: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def embed(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        self.threads.add(threading.current_thread().name)
        return np.stack([letters(text) for text in texts])


@dataclass
class Broken(Letters):
    """Fails like a library that was built for another processor."""

    def embed(self, texts: Sequence[str]) -> Floats:
        raise OSError("Illegal instruction")
