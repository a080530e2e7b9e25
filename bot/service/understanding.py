"""The semantic layer at work: the content's vectors before a snapshot answers, a question's while it is asked.

Floor 3. Everything goes on by words alone when the embedding is not there, is busy, or fails; what failed is told in
the log and by `doctor`, and not tried again before the next start.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from bot.core.config import Config, Semantic
from bot.service.embedding import installed
from bot.storage.vectors import VectorFile, rounded
from knowledge.assemble import Snapshot
from knowledge.calibrate import load_meaning_models
from knowledge.meaning import Embedder, Floats, load_directions

log = logging.getLogger(__name__)
PATIENCE_S = 0.25  # a question waits so long for the embedding to be free; then words decide
_REMEMBERED = 2048  # texts of questions whose vectors are kept in memory, 1.5 KiB each
_FIRST = "?"  # embedded so that the model is loaded before anybody waits for it


def understanding_of(config: Config) -> "Understanding | None":
    """Return the semantic layer as configured; None when it is switched off or not installed."""
    if config.matching.semantic is Semantic.OFF:
        return None
    embedder = installed()
    return None if embedder is None else Understanding(embedder, config.cache_dir)


def why_unfit(embedder: Embedder) -> str:
    """Say why an embedding cannot be used with the weights there are; empty if it can."""
    wanted = {load_directions()[0], load_meaning_models()[0]}
    return "" if wanted == {embedder.model} else f"made for {sorted(wanted)}, not {embedder.model}"


class State(StrEnum):
    """How the semantic layer stands, for `doctor`."""

    OFF = "off"
    ABSENT = "absent"
    BROKEN = "broken"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Look:
    """What trying the layer came to; `problem` says why it is broken."""

    state: State
    problem: str = ""
    version: str = ""


def look_at(config: Config) -> Look:
    """Load the embedding and embed a word. Takes half a second."""
    if config.matching.semantic is Semantic.OFF:
        return Look(State.OFF)
    understanding = understanding_of(config)
    if understanding is None:
        return Look(State.ABSENT)
    understanding.vectors((_FIRST,))
    problem = understanding.trouble
    return Look(State.BROKEN if problem else State.GOOD, problem, understanding.version)


class _Stopping(Exception):
    """The desk is being stopped: nothing more is embedded."""


class Understanding:
    """One embedding with what it computed already; may be used by several threads."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._file = VectorFile(folder, self)
        self._engine = threading.Lock()  # the embedding runs one call at a time
        self._building = threading.Lock()
        self._recent: OrderedDict[str, Floats] = OrderedDict()
        self._memory = threading.Lock()
        self._stopping = False
        self.trouble = why_unfit(embedder)

    @property
    def model(self) -> str:
        """Name the model."""
        return self._embedder.model

    @property
    def version(self) -> str:
        """Name what computes the vectors."""
        return self._embedder.version

    @property
    def is_first(self) -> bool:
        """Tell whether nothing was computed yet: the first preparation takes a minute or two."""
        return not self.trouble and not self._file.path.exists()

    def embed(self, texts: Sequence[str]) -> Floats:
        """Embed when nobody else does. Raises what the embedding raises, and when the desk is being stopped."""
        if self._stopping:
            raise _Stopping
        with self._engine:
            return self._embedder.embed(texts)

    def prepare(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot with the semantic layer; as it is if that cannot be. Takes 12 ms for each new phrasing."""
        index = snapshot.index
        texts = index.phrasing_texts()
        if self.trouble or not texts:
            return snapshot
        began = time.monotonic()
        try:
            rows = self.rows_of(texts)
            settled = [one.question for one in snapshot.golden]
            index = index.with_meaning(rows, self.vectors, settled=settled)
        except _Stopping:
            return snapshot
        except Exception as problem:  # foreign code with a foreign library under it: anything
            self._gave_up(problem)
            return snapshot
        took = f"{time.monotonic() - began:.1f}"
        log.info("semantic layer is ready", extra={"phrasings": len(texts), "seconds": took})
        return replace(snapshot, index=index)

    def rows_of(self, texts: Sequence[str]) -> Floats:
        """Return a row for each published text, from the file where it has them. Raises what the embedding raises."""
        with self._building:
            self.embed([_FIRST])
            return self._file.of(texts)

    def vectors(self, texts: Sequence[str]) -> Mapping[str, Floats]:
        """Give the vectors of a question's texts, all or none; none when the embedding is busy or broken."""
        found = {text: row for text in texts if (row := self._recall(text)) is not None}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if not missing:
            return found
        if self.trouble or self._stopping or not self._engine.acquire(timeout=PATIENCE_S):
            return {}
        try:
            rows = rounded(self._embedder.embed(missing))
            found.update(zip(missing, rows, strict=True))
        except Exception as problem:  # as above
            self._gave_up(problem)
            return {}
        finally:
            self._engine.release()
        self._remember(missing, rows)
        return found

    def stop(self) -> None:
        """Let a preparation under way end with the texts it is at."""
        self._stopping = True

    def _recall(self, text: str) -> Floats | None:
        with self._memory:
            row = self._recent.get(text)
            if row is not None:
                self._recent.move_to_end(text)
            return row

    def _remember(self, texts: Sequence[str], rows: Floats) -> None:
        with self._memory:
            self._recent.update(zip(texts, rows, strict=True))
            while len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)

    def _gave_up(self, problem: Exception) -> None:
        self.trouble = type(problem).__name__
        log.error("semantic layer failed, words alone decide", extra={"error": self.trouble})
