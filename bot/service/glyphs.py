"""Which characters a font can draw: read from the font file itself, as a box in a picture says nothing to anybody.

Floor 3. Reads what every font of many thousand characters has, a `cmap` of format 12 (OpenType specification, 'cmap').
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

_COLLECTION = b"ttcf"
_BY_GROUPS = 12


class Unreadable(ValueError):
    """The file is no font, or one without the table that is read here."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a font, as stretches of code points, lowest first."""

    first: tuple[int, ...]
    last: tuple[int, ...]

    def holds(self, character: str) -> bool:
        """Tell whether the font has a glyph for a character."""
        code = ord(character)
        place = bisect_right(self.first, code) - 1
        return place >= 0 and code <= self.last[place]

    def missing(self, text: str) -> str:
        """Return the characters of a text that the font cannot draw, each once."""
        return "".join(dict.fromkeys(one for one in text if not self.holds(one)))


def read_glyphs(font: Path) -> Glyphs:
    """Read the characters of a font, of a collection the first one. Raises OSError, Unreadable."""
    data = font.read_bytes()
    try:
        groups = sorted(_groups(data, _cmap(data, _start(data))))
    except (struct.error, StopIteration):
        raise Unreadable(font.name) from None
    return Glyphs(tuple(one[0] for one in groups), tuple(one[1] for one in groups))


def _start(data: bytes) -> int:
    """Return where the first font begins."""
    return int(struct.unpack_from(">I", data, 12)[0]) if data[:4] == _COLLECTION else 0


def _cmap(data: bytes, font: int) -> int:
    """Return where the font's table of characters begins."""
    [count] = struct.unpack_from(">H", data, font + 4)
    records = (struct.unpack_from(">4sIII", data, font + 12 + 16 * at) for at in range(count))
    return next(int(offset) for tag, _, offset, _ in records if tag == b"cmap")


def _groups(data: bytes, cmap: int) -> list[tuple[int, int]]:
    [count] = struct.unpack_from(">H", data, cmap + 2)
    places = (cmap + struct.unpack_from(">HHI", data, cmap + 4 + 8 * at)[2] for at in range(count))
    table = next(one for one in places if struct.unpack_from(">H", data, one)[0] == _BY_GROUPS)
    [many] = struct.unpack_from(">I", data, table + 12)
    read = (struct.unpack_from(">III", data, table + 16 + 12 * at) for at in range(many))
    # glyph 0 is the box; a group that begins with it lacks its first character
    return [(first + (glyph == 0), last) for first, last, glyph in read]
