"""Read a cell of house numbers (1-99 号(单号)、101 号以上) into stretches of a street; refuse what is not plain.

Floor 0; pure. A number that is read wrongly sends a child to another school, so nothing is guessed: a cell that is
not understood to its last character is no stretch at all, and the table that holds it is refused.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from knowledge.figure_words import figure_words

_ANY_FIGURE = re.compile(r"\d")
_SIDES = {"单": "odd", "奇": "odd", "双": "even", "偶": "even"}  # 单双 is both


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a street: numbers from, to (None: to its ends), of one side or both."""

    first: int | None
    last: int | None
    side: str = ""  # odd | even | ""

    def holds(self, number: int) -> bool:
        """Tell whether a number lies on it."""
        if self.side and (number % 2 == 1) != (self.side == "odd"):
            return False
        return (self.first is None or self.first <= number) and (
            self.last is None or number <= self.last
        )

    @property
    def is_whole(self) -> bool:
        """Tell whether it is the whole street."""
        return self.first is None and self.last is None and not self.side


@lru_cache(maxsize=100_000)
def read_stretches(text: str) -> tuple[Stretch, ...] | None:
    """Read a cell; an empty one is the whole street, and None is a cell that cannot be understood."""
    plain = "".join(unicodedata.normalize("NFKC", text).split(" ")).strip()
    words = figure_words()
    plain = words.range_like.sub("-", plain)
    if not plain:
        return (Stretch(None, None),)
    pieces = [piece for piece in words.between_like.split(plain) if piece]
    if len(pieces) > 1 and any(not _ANY_FIGURE.search(piece) for piece in pieces):
        return None  # the side stands apart from its numbers: (单号)1-99 is not every odd number
    found = [_stretch(piece) for piece in pieces]
    there = tuple(one for one in found if one is not None)
    return there if there and len(there) == len(found) else None


def _stretch(piece: str) -> Stretch | None:
    words = figure_words()
    plain = words.whole_like.sub("", piece, count=1)
    said = words.house_like.fullmatch(plain)
    if said is None or (plain != piece and said["first"]):
        return None
    sides = {_SIDES.get(one, "") for one in (said["before"], said["after"]) if one}
    if len(sides) > 1:
        return None
    side = next(iter(sides), "")
    if not said["first"]:
        return Stretch(None, None, side)
    first, last = int(said["first"]), said["last"]
    if last is not None:  # 12-3 is an annex or was typed the wrong way round
        return Stretch(first, int(last), side) if first <= int(last) else None
    if said["open"]:
        upwards = said["open"].endswith(("上", "起"))
        return Stretch(first, None, side) if upwards else Stretch(None, first, side)
    return None if side and (first % 2 == 1) != (side == "odd") else Stretch(first, first)
