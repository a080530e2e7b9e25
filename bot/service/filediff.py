"""The unified diff between two states of a content folder.

Floor 3: pure. Files that are equal are left out; a CSV in GB18030 is shown in characters like any other.
"""

import difflib
from collections.abc import Mapping, Sequence

from knowledge.table_csv import decode_csv

NOWHERE = "/dev/null"
SAME_WORDS = "\\ only the encoding or the line ends differ"


def diff_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """Return what changes from one state to the other, file by file in the order of their names."""
    parts = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            first = f"a/{name}" if old is not None else NOWHERE
            second = f"b/{name}" if new is not None else NOWHERE
            lines = diff_lines(lines_of(old or b""), lines_of(new or b""), first, second)
            parts.append(lines or f"--- {first}\n+++ {second}\n{SAME_WORDS}")
    return "\n".join(parts)


def diff_lines(before: Sequence[str], after: Sequence[str], first: str, second: str) -> str:
    """Return the unified diff of lines, empty when they are equal."""
    return "\n".join(difflib.unified_diff(before, after, first, second, lineterm=""))


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a file in any encoding that content may have."""
    text = decode_csv(data)
    if isinstance(text, int):  # neither; a file that was live never is
        text = data.decode("utf-8", errors="replace")
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
