"""Make knowledge/lexicon/senses.npz: what common words mean, as short vectors, so that none need be embedded later.

A development command; needs the extra `[semantic]`, and about half an hour the first time. Each word by itself is put
through the sentence embedding; then turned into the directions in which the entries of the shipped content differ and
the phrasings of one do not, as `benchmarks.directions` does with whole sentences. The labelled sets stay unseen.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.directions import directions
from benchmarks.embedded import vector_file
from benchmarks.sets import DATA
from knowledge.lexicon import FOLDER, Lexicon, load_lexicon, word_counts
from knowledge.library import SHIPPED, Library
from knowledge.parse import Parser
from knowledge.senses import Rows, Senses

Array = NDArray[np.float64]
_CHARACTERS = 2500  # the commonest; rarer ones say little by themselves
_COMMON_DIRECTIONS = 2  # shared by all words, taken out
_KEPT = 64  # directions; with 96 no more strangers' questions find their entry
_ENGLISH = re.compile("[a-z]{2,15}")
_PLACE = 99.95  # percentile of the numbers that becomes the largest


def chinese_words(lexicon: Lexicon) -> tuple[list[str], list[str]]:
    """List the words and the single characters that get a vector."""
    counts = word_counts()
    common = [word for word in counts if len(word) == 1][:_CHARACTERS]
    words = dict.fromkeys([*lexicon.concepts, *counts])
    return [word for word in words if len(word) > 1 and word[0] >= "\u3400"], common


def english_words() -> list[str]:
    """List the English words of the glossary, of the shipped content and of the English sets."""
    files = [
        *(FOLDER / name for name in ("english.yaml", "same_english.yaml")),
        *sorted((SHIPPED / "faq").glob("*.yaml")),
        *sorted(DATA.glob("clinc150*.jsonl")),
        *sorted(DATA.glob("banking77*.jsonl")),
    ]
    return sorted({w for path in files for w in _ENGLISH.findall(path.read_text("utf-8").lower())})


def centred(vectors: Array, common: Array) -> Array:
    """Take out what the words of one language share, and the directions common to all; unit length."""
    vectors = vectors - vectors.mean(axis=0)
    vectors = vectors - (vectors @ common) @ common.T
    result: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return result


def embedded(groups: Sequence[Sequence[str]]) -> Array:
    """Embed groups of words, each centred by itself: a language, or characters beside words, is no meaning."""
    file = vector_file()
    if file is None:
        raise SystemExit("the extra is not installed: see docs/operating.md")
    rows = [file.of(words).astype(np.float64) for words in groups]
    first = rows[0] - rows[0].mean(axis=0)
    _, axes = np.linalg.eigh(first.T @ first)
    common = axes[:, -_COMMON_DIRECTIONS:]
    return np.concatenate([centred(each, common) for each in rows])


def turned(words: Sequence[str], vectors: Array, lexicon: Lexicon) -> Array:
    """Turn the vectors into the directions that tell the shipped entries apart."""
    parser = Parser(lexicon)
    full = Senses(*sorted_by_bytes(words, vectors), lexicon.particles)
    told: list[list[Rows]] = []
    for entry in Library(SHIPPED).current.index.entries:
        parsed = [parser.parse(parser.clean(text)[0]) for text in entry.all_phrasings]
        told.append(full.rows([one.words for one in parsed]))
    weights = full.weights([np.unique(np.concatenate(own)) for own in told])
    rows = full.added([each for own in told for each in own], weights).astype(np.float64)
    owners = np.repeat(np.arange(len(told)), [len(own) for own in told])
    result: Array = vectors @ directions(rows, owners, kept=_KEPT)
    return result


def sorted_by_bytes(words: Sequence[str], vectors: Array) -> tuple[NDArray[np.bytes_], Array]:
    """Put words and their vectors in the order that `Senses` looks them up in."""
    spelled = np.array([word.encode() for word in words])
    order = np.argsort(spelled)
    return spelled[order], vectors[order]


def main() -> None:
    """Embed the words and write the table, every number in one byte."""
    lexicon = load_lexicon()
    groups = [*chinese_words(lexicon), english_words()]
    words = [word for group in groups for word in group]
    spelled, vectors = sorted_by_bytes(words, turned(words, embedded(groups), lexicon))
    scale = 127 / np.percentile(np.abs(vectors), _PLACE)
    small = np.clip(np.round(vectors * scale), -127, 127).astype(np.int8)
    np.savez(FOLDER / "senses.npz", words=spelled, vectors=small)


if __name__ == "__main__":
    main()
