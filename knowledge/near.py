"""The concepts nearest to words that have none of their own, looked up in the file's own sorted lines.

As Python objects the table takes twelve times the memory of the file, and few of its lines are ever asked for.
Floor 0; pure but for reading the file once.
"""

from pathlib import Path

Nearest = tuple[tuple[str, float], ...]


class NearConcepts:
    """Lines `word concept=closeness …`, sorted by word (made by benchmarks/neighbours.py). Frozen."""

    __slots__ = ("_lines",)

    def __init__(self, path: Path) -> None:
        self._lines = path.read_bytes()

    def of(self, word: str) -> Nearest:
        """Return the concepts nearest to a word with their closeness; nothing for an unknown word."""
        wanted = word.encode() + b" "
        low, high = 0, len(self._lines)
        while low < high:
            start = self._lines.rfind(b"\n", 0, (low + high) // 2) + 1
            end = self._lines.find(b"\n", start)
            end = len(self._lines) if end < 0 else end
            if self._lines.startswith(wanted, start, end):
                return _pairs(self._lines[start + len(wanted) : end].decode())
            if self._lines[start:end] < wanted:
                low = end + 1
            else:
                high = start
        return ()


def _pairs(line: str) -> Nearest:
    split_pairs = (pair.rpartition("=") for pair in line.split(" "))
    return tuple((concept, float(value)) for concept, _, value in split_pairs)
