"""Which schools a question names: for certain, perhaps, and names that no school here has.

Floor 0; pure.
"""

import re
from dataclasses import dataclass

from knowledge.figure_words import FigureWords, figure_words
from knowledge.schools import School, find_schools, key_of, named_schools
from knowledge.shelf import Shelf

_NAME = "※"  # stands for the name of a school that was found
_NUMBERED = re.compile(r"[零一二三四五六七八九十]{1,3}[中小幼]")


@dataclass(frozen=True, slots=True)
class Named:
    """Schools by id, and unknown names as they were written."""

    certain: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.certain or self.doubtful or self.unknown)


def schools_of(shelf: Shelf, text: str) -> tuple[Named, str]:
    """Find the schools of a text, and give what is left of it beside them and polite noise."""
    words = figure_words()
    text = without(text, words.greeting)
    certain, doubtful = named_schools(shelf.schools, text)
    rest = without_schools(shelf, text, _ids((*certain, *doubtful)), mark=_NAME)
    for word in words.noise:
        rest = rest.replace(word, "的")
    pieces = [piece for piece in re.split(f"的|{_NAME}", rest) if piece]
    left = [piece for piece in pieces if piece not in words.not_school]
    if any(f"{piece}{_NAME}" in rest for piece in left if len(piece) > 1):
        certain, doubtful = (), (*doubtful, *certain)  # 光明一中 is another school than 一中
    unknown: list[str] = []
    for piece in left:
        like = find_schools(shelf.schools, piece, limit=4).schools if len(piece) > 1 else ()
        doubtful = (*doubtful, *like)
        numbered = _NUMBERED.search(piece)
        if not like and numbered:
            unknown.append(_as_written(text, numbered.group()))
        elif not like and words.school_like.fullmatch(piece) and not _is_any(piece, words):
            unknown.append(piece)
    kept = _ids(certain)
    named = Named(
        kept, tuple(one for one in _ids(doubtful) if one not in kept), tuple(dict.fromkeys(unknown))
    )
    return named, "".join(left)


def _as_written(text: str, key: str) -> str:
    """Give a name as it stands in the text: 第九小学, not 九小."""
    found = re.search(rf"第?{key[:-1]}{key[-1]}(?:学)?", text)
    return found.group() if found else key


def _is_any(piece: str, words: FigureWords) -> bool:
    """Tell whether a piece means schools in general: 私立初中, 念高中."""
    for word in sorted(words.any_kind, key=len, reverse=True):
        piece = piece.replace(word, "")
    return not piece or piece in words.not_school or piece in ("中", "小", "园")


def without_schools(shelf: Shelf, text: str, schools: tuple[str, ...], *, mark: str = "的") -> str:
    """Take schools out of a text, so that 幸福路小学 is not taken for a street."""
    rest = key_of(text)
    for one in schools:
        school = shelf.by_id[one]
        for name in sorted(map(key_of, (school.name, *school.aliases)), key=len, reverse=True):
            rest = rest.replace(name, mark)
    return rest


def _ids(schools: tuple[School, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in schools))


def without(text: str, taken: "list[str] | tuple[str, ...]") -> str:
    """Take words out of a text, the longest first."""
    for word in sorted(taken, key=len, reverse=True):
        text = text.replace(word, "的")
    return text
