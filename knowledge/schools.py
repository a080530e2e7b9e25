"""The bureau's schools, and which of them a parent means. A name is never guessed silently.

Floor 0. A hit needs a name or alias that stands in the text as it is and can mean only one school; whatever
is merely like a name (实脸小学), could be several (实验小学 with two campuses) or is part of a longer unknown
name (光明实验小学) becomes a question with candidates.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from knowledge.entry import Outcome
from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.reading import Rows
from knowledge.schema_desk import SchoolRow
from knowledge.sound import Key, shipped_sounds
from knowledge.text import simplified

_DATA = yaml.load(  # safe loader
    Path(__file__).with_name("school_names.yaml").read_text(encoding="utf-8"),
    Loader=yaml.CSafeLoader,
)
_NUMERALS: str = _DATA["numerals"]
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_BEFORE = frozenset(_DATA["before"])
_BEHIND = re.compile(_DATA["behind"])
_LEVEL = re.compile(_DATA["level"])
_OWN_LEVEL = re.compile(_DATA["own_level"])
_ANY_SCHOOL = frozenset(_DATA["any_school"])
_NO_NAME: tuple[str, ...] = tuple(_DATA["no_name"])
_LETTERS = re.compile("[a-z]+")
_FUZZY = 75.0
_SHORT = 16  # a longer text is a story, and only names that stand in it count


@dataclass(frozen=True, slots=True)
class School:
    """A school, kindergarten or office; `kind` and `ownership` as in schools.yaml."""

    id: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    ownership: str
    sample: bool


@dataclass(frozen=True, slots=True)
class SchoolMatch:
    """The one school that is meant (hit), those that may be meant (unsure), or none (miss)."""

    outcome: Outcome
    schools: tuple[School, ...] = ()


def find_schools(schools: Sequence[School], text: str, limit: int = 3) -> SchoolMatch:
    """Find the school that a text names; several named schools are candidates, not a hit."""
    wanted = key_of(text)
    if not wanted:
        return SchoolMatch(Outcome.MISS)
    named, doubtful = _named(schools, wanted)
    if len(named) == 1 and not doubtful:
        return SchoolMatch(Outcome.HIT, named)
    if named or doubtful:
        return SchoolMatch(Outcome.UNSURE, _once((*named, *doubtful))[:limit])
    like = _alike(schools, wanted, limit)
    return SchoolMatch(Outcome.UNSURE if like else Outcome.MISS, like)


def mentioned_schools(schools: Sequence[School], text: str) -> tuple[School, ...]:
    """Give the schools that a text plainly names, in the text's order (一中二中去年分数线)."""
    return _named(schools, key_of(text))[0]


def named_schools(
    schools: Sequence[School], text: str
) -> tuple[tuple[School, ...], tuple[School, ...]]:
    """Give the schools that stand in a text for certain, and those that perhaps do, in its order."""
    return _named(schools, key_of(text))


def is_called(school: School, text: str) -> bool:
    """Tell whether the whole text is a name of the school, not a longer name or a sentence around it."""
    return key_of(text) in names_of(school)


@lru_cache(maxsize=1024)
def key_of(text: str) -> str:
    """Bring a name into the form in which names are compared: 第一中学, 一中 and 1中 are one."""
    folded = simplified(unicodedata.normalize("NFKC", text).lower())
    folded = re.sub(r"[^\w]+", "", folded)
    folded = re.sub(r"(\d+)(?=[中小幼])", lambda found: _chinese_number(found.group()), folded)
    folded = re.sub(rf"第(?=[{_NUMERALS}]+[中小幼])", "", folded)
    return re.sub(r"中学(?![生校])", "中", folded)


def _chinese_number(digits: str) -> str:
    number = int(digits)
    if len(digits) > 2 or number == 0:
        return digits
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else ("十" if tens == 1 else f"{tens}十".translate(_DIGITS))
    return ten + ("" if ones == 0 else str(ones).translate(_DIGITS))


class _Names:
    """Every name of some schools, ready to be looked for in a text."""

    def __init__(self, schools: tuple[School, ...]) -> None:
        self.owners: dict[str, tuple[School, ...]] = {}
        self.longer: dict[
            str, tuple[School, ...]
        ] = {}  # 实验小学 -> those that go on: 实验小学东校区
        for school in schools:
            for key in dict.fromkeys(names_of(school)):
                self.owners[key] = (*self.owners.get(key, ()), school)
                for end in range(1, len(key)):
                    self.longer[key[:end]] = (*self.longer.get(key[:end], ()), school)
        self.lengths = sorted({len(key) for key in self.owners}, reverse=True)
        self.marked = [(key, _marks(key), own) for key, own in self.owners.items() if key]
        self.heard: dict[Key, tuple[str, ...]] = {}  # how names sound: yi zhong -> 一中
        for key in self.owners:
            sound = _sound(key)
            self.heard[sound] = (*self.heard.get(sound, ()), key)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Find names in the text, the longest first and none inside another, in the text's order."""
        taken: list[tuple[int, int]] = []
        for length in self.lengths:
            for start in range(len(text) - length + 1 if length else 0):
                end = start + length
                if text[start:end] in self.owners and all(
                    end <= left or right <= start for left, right in taken
                ):
                    taken.append((start, end))
        return iter(sorted(taken))

    def ends(self, before: str) -> bool:
        """Tell whether a text ends with a name."""
        return any(length and before[-length:] in self.owners for length in self.lengths)


@lru_cache(maxsize=8)
def _names(schools: tuple[School, ...]) -> _Names:
    return _Names(schools)


def _named(schools: Sequence[School], text: str) -> tuple[tuple[School, ...], tuple[School, ...]]:
    """Give the schools that stand in the text for certain, and those that perhaps do."""
    names = _names(tuple(schools))
    certain: list[School] = []
    doubtful: list[School] = []
    for start, end in names.spans(text):
        key = text[start:end]
        owners = names.owners[key]
        longer = [one for one in names.longer.get(key, ()) if one not in owners]
        before, behind = text[:start], text[end:]
        if _part_of_number(before, key, behind):
            continue
        if len(owners) > 1 or longer or _BEHIND.match(behind) or _of_another(before, owners[0]):
            doubtful.extend([*owners, *longer])
        elif before and before[-1] not in _BEFORE and not names.ends(before):
            doubtful.extend(owners)
        else:
            certain.extend(owners)
    return _once(certain), _once(doubtful)


@lru_cache(maxsize=4096)
def names_of(school: School) -> tuple[str, ...]:
    """Give all that a school is called, in the form in which names are compared."""
    return tuple(key_of(name) for name in (school.name, *school.aliases))


def _of_another(before: str, school: School) -> bool:
    """Tell whether a name is said to be of the city where ours is the district's, or the other way round: 市三中."""
    said, own = _LEVEL.search(before), _OWN_LEVEL.match(school.name)
    return said is not None and own is not None and said.group(1) != own.group(1)


def _part_of_number(before: str, key: str, behind: str) -> bool:
    """Tell whether 一中 here is part of 十一中, 初一中 or 一中心 and so no name at all."""
    if key[0] in _NUMERALS and before and before[-1] in _NUMERALS + "初高":
        return True
    return key.endswith("中") and behind.startswith(_NO_NAME)


def _alike(schools: Sequence[School], text: str, limit: int) -> tuple[School, ...]:
    """Give schools with names like the text; other numbers and other stages are not alike."""
    if len(text) > _SHORT or text in _ANY_SCHOOL:
        return ()
    if heard := tuple(_heard(_names(tuple(schools)), text)):
        return _once(heard)[:limit]
    wanted = _marks(text)
    scored: dict[School, float] = {}
    for key, marks, owners in _names(tuple(schools)).marked:
        score = _likeness(text, key) if marks == wanted else 100.0 * (len(text) > 1 and text in key)
        for one in owners if score >= _FUZZY else ():
            scored[one] = max(score, scored.get(one, 0.0))
    return tuple(sorted(scored, key=lambda one: -scored[one]))[:limit]


def _heard(names: _Names, text: str) -> Iterator[School]:
    """Give schools whose name sounds as the text: 一种 and yizhong are 一中; at least half must be written so."""
    for key in names.heard.get(_sound(text), ()):
        same = sum(one == other for one, other in zip(key, text, strict=False))
        if _LETTERS.fullmatch(text) or 2 * same >= len(key):
            yield from names.owners[key]


def _sound(text: str) -> Key:
    """Spell a text in syllables; what is written in letters is taken for pinyin."""
    sounds = shipped_sounds()
    return sounds.split(text) if _LETTERS.fullmatch(text) else sounds.exactly(text)


def _likeness(text: str, key: str) -> float:
    if len(text) > 1 and text in key:
        return 100.0
    return fuzz.ratio(text, key)


def _marks(name: str) -> tuple[str, str]:
    """Give what must not differ between likes: the number in a name, and the stage."""
    number = "".join(sign for sign in name if sign in _NUMERALS)
    stage = next((word for word in ("幼儿园", "小学", "中", "小", "幼") if word in name), "")
    return number, stage[:1]


def _once(schools: Sequence[School]) -> tuple[School, ...]:
    return tuple({one.id: one for one in schools}.values())


def make_schools(rows: Rows[SchoolRow]) -> tuple[tuple[School, ...], tuple[Problem, ...]]:
    """Make the schools of a file that was read, with what is wrong between them."""
    schools = tuple(School(**row.model_dump()) for row, _ in rows.rows)
    return schools, tuple(_problems(rows))


def _problems(rows: Rows[SchoolRow]) -> Iterator[Problem]:
    ids: dict[str, int] = {}
    names: dict[str, SchoolRow] = {}
    for row, where in rows.rows:
        place = rows.place((*where, "id"))
        if row.id in ids:
            told = say("duplicate_row", id=row.id, first=ids[row.id])
            yield Problem(rows.file, *place, told)
        ids.setdefault(row.id, place[0])
        owner = names.setdefault(key_of(row.name), row)
        if owner.id != row.id:
            told = say("same_name", name=row.name, first=owner.id, second=row.id)
            yield Problem(rows.file, *place, told, error=False)
