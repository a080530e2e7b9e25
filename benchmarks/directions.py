"""Make knowledge/directions.npz: in which directions of the embedding entries differ, and phrasings of one do not.

A development command; needs the extra `[semantic]`. Learned from the phrasings of the shipped content alone, so that
the labelled sets stay unseen: within an entry two phrasings mean the same, so what differs there is noise (linear
discriminant analysis, with the noise pulled towards a ball as there are few phrasings for 384 directions).
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.embedded import vector_file
from knowledge.library import SHIPPED, Library
from knowledge.meaning import DIRECTIONS

Array = NDArray[np.float64]
_KEPT = 128  # directions; bureau and domain are about as good with 96 to 192
_PULL = 0.5  # towards a ball; about as good with 0.2 to 0.6


def directions(rows: Array, owners: NDArray[np.intp], *, kept: int = _KEPT) -> Array:
    """Return the directions as columns, the most telling first."""
    means = np.array([rows[owners == owner].mean(axis=0) for owner in range(owners.max() + 1)])
    noise = rows - means[owners]
    within = noise.T @ noise / len(rows)
    size = len(within)
    within = (1 - _PULL) * within + _PULL * np.trace(within) / size * np.eye(size)
    spread, axes = np.linalg.eigh(within)
    whitened = axes / np.sqrt(spread)
    apart = (means - rows.mean(axis=0)) @ whitened
    telling, turned = np.linalg.eigh(apart.T @ apart / len(means))
    found = whitened @ turned[:, np.argsort(-telling)[:kept]]
    result: Array = found / np.linalg.norm(found, axis=0).mean()
    return result


def main() -> None:
    """Embed the shipped phrasings and write the table."""
    file = vector_file()
    if file is None:
        raise SystemExit("the extra is not installed: see docs/operating.md")
    index = Library(SHIPPED).current.index
    sizes = [len(item.texts) for item in index.retriever.entries]
    rows = file.of(index.phrasing_texts()).astype(np.float64)
    found = directions(rows, np.repeat(np.arange(len(sizes)), sizes))
    np.savez(
        DIRECTIONS, model=np.array("multilingual-e5-small"), directions=found.astype(np.float16)
    )


if __name__ == "__main__":
    main()
