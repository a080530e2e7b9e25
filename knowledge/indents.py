"""Why YAML stumbles over a line's indentation, and how many blanks should stand before it.

Floor 0; pure. libyaml only says where it gave up; what was meant stands in the lines above.
"""

import re
from collections.abc import Iterator

_KEY = re.compile(r"^( *(?:- +)*)([A-Za-z_]+):(?: +(.*))?$")
_ITEM = re.compile(r"^( *)- ")
_BLOCK = re.compile(r"^[|>][-+0-9]*(?: *#.*)?$")
_WITHIN = 60  # lines above that are looked at
_SHOWN = 60


def cause(lines: list[str], number: int) -> tuple[str, dict[str, object]] | None:
    """Name what is wrong with the indentation of a line (counted from 0); None where the lines above do not tell."""
    line = lines[number] if number < len(lines) else ""
    if not line.strip():
        return None
    if not _KEY.match(line) and not _ITEM.match(line):
        found = _text_of(lines, number)
        if found is not None:
            return found
    columns = _columns(lines, number, _ITEM if _ITEM.match(line) else _KEY)
    got = _indent(line)
    want = min(columns, key=lambda one: (abs(one - got), one), default=got)
    return None if want == got else ("indent_count", _counted(line, want))


def meant(lines: list[str], number: int, width: int) -> int:
    """Give how many blanks belong before a line whose margin is of other signs, `width` of them wide."""
    text = lines[number].strip()
    above = next((lines[at] for at in range(number - 1, -1, -1) if lines[at].strip()), "")
    key, item = _KEY.match(above), _ITEM.match(above)
    if text.startswith("- "):
        if item is not None:
            return len(item.group(1))
        return len(key.group(1)) + 2 if key is not None and not key.group(3) else width
    if key is not None and not key.group(3) and _KEY.match(text):  # the first line of a section
        return len(key.group(1)) + 2
    like = _columns(lines, number, _KEY) if _KEY.match(text) else set()
    return min(like, key=lambda one: (abs(one - width), one), default=width)


def _text_of(lines: list[str], number: int) -> tuple[str, dict[str, object]] | None:
    """Take the line for the text of the key above: too few blanks, or a bar that is missing."""
    above = next(_keys_above(lines, number), None)
    if above is None:
        return None
    at, column, key, value = above
    text = next((one for one in lines[at + 1 : number] if one.strip()), "")
    if _BLOCK.match(value):
        want = _indent(text) if text else column + 2
        return (
            None
            if want == _indent(lines[number])
            else ("block_indent", _counted(lines[number], want))
        )
    if value.startswith(("[", "{", '"', "'")) or not re.search(r":( |$)", lines[number]):
        return None
    fixed = f"{key}: | ⏎ {value}" if value else f"{key}: |"
    shown = lines[at].strip()[:_SHOWN]
    return "needs_bar", {"key": key, "at": at + 1, "shown": shown, "fixed": fixed[:_SHOWN]}


def _keys_above(lines: list[str], number: int) -> Iterator[tuple[int, int, str, str]]:
    """Give the lines above that begin with a key, the nearest first: place, column, key, value."""
    for at in range(number - 1, max(number - _WITHIN, 0) - 1, -1):
        found = _KEY.match(lines[at])
        if found is not None:
            yield at, len(found.group(1)), found.group(2), (found.group(3) or "").strip()


def _columns(lines: list[str], number: int, like: re.Pattern[str]) -> set[int]:
    """Give the columns at which the lines above begin, those of keys or those of dashes."""
    there = (like.match(lines[at]) for at in range(max(number - _WITHIN, 0), number))
    return {len(found.group(1)) for found in there if found is not None}


def _counted(line: str, want: int) -> dict[str, object]:
    fixed = " " * want + line.strip()
    return {
        "want": want,
        "got": _indent(line),
        "shown": line.strip()[:_SHOWN],
        "fixed": fixed[:_SHOWN],
    }


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
