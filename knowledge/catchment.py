"""Which school an address belongs to: by street and number, odd or even, or by estate.

Floor 0; pure. A number outside every range, or a street that is split and asked for without a number, belongs to
no school: that is said, never guessed.
"""

import re
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from knowledge.figure_words import figure_words, holds
from knowledge.shelf import Sheet, Shelf
from knowledge.stretches import Stretch, read_stretches

_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(
    r"^(\d+|[零一二三四五六七八九十百]+)(?:之[一二三四五六七八九十\d]+|-\d+)?(?:号|弄|$)"
)
_NUMERAL = re.compile(
    "(?:[一二三四五六七八九]百(?:零[一二三四五六七八九]|[一二三四五六七八九]十[一二三四五六七八九]?)?"
    "|[一二三四五六七八九]?十[一二三四五六七八九]?|[零一二三四五六七八九])"
)
_TAKEN = "|"  # stands where an address was found
MOST = 4  # addresses in one message
_LIKE = 60.0


@dataclass(frozen=True, slots=True)
class Address:
    """A street with a number (None: not said), or an estate. `known` is False where no table has the name."""

    name: str
    number: int | None = None
    known: bool = True


def find_address(shelf: Shelf, text: str) -> Address | None:
    """Find the address in a folded text: a street or estate that is published, or what looks like one."""
    found = _found(shelf, text)
    return found.addresses[0] if found is not None else None


def find_addresses(shelf: Shelf, text: str) -> tuple[Address, ...]:
    """Find every address in a folded text, in their order: 幸福路12号和30号, 人民路3号.

    Beside the first only what is published or has a number is taken for one.
    """
    found: list[_Found] = []
    while len(found) < MOST and (one := _found(shelf, text)) is not None:
        if found and not any(each.known or each.number is not None for each in one.addresses):
            break
        found.append(one)
        text = text[: one.start] + _TAKEN * (one.end - one.start) + text[one.end :]
    found.sort(key=lambda one: one.start)
    return tuple(dict.fromkeys(each for one in found for each in one.addresses))[:MOST]


@dataclass(frozen=True, slots=True)
class _Found:
    """Addresses of one street, several where it is followed by several numbers, and where they stand."""

    addresses: tuple[Address, ...]
    start: int
    end: int


def _found(shelf: Shelf, text: str) -> _Found | None:
    published = _published(shelf, text)
    if published:
        return _at(text, published)
    words = figure_words()
    street = words.address_like.search(text)
    name = _plain(street.group(1), text[: street.start()]) if street is not None else ""
    if street is not None and street.group(2):
        number = read_number(street.group(2))
        return _Found((Address(name, number, known=False),), street.start(), street.end())
    estate = words.estate_like.search(text)
    if estate is not None:
        called = _plain(estate.group(), text[: estate.start()])
        if not _vague(called):
            return _Found((Address(called, known=False),), estate.start(), estate.end())
    if street is None or not name or _vague(name):
        return None
    return _Found((Address(name, known=False),), street.start(), street.end())


def _at(text: str, name: str) -> _Found:
    """Read the numbers behind a published name; 阳光花园三期 need not belong where 阳光花园 does."""
    start = text.index(name)
    after = text[start + len(name) :]
    phase = figure_words().phase_like.match(after)
    if phase is not None:
        called = name + phase.group().removeprefix("小区")
        return _Found((Address(called, known=False),), start, start + len(name) + phase.end())
    rest = after.removeprefix("小区")
    number, numbers = _NUMBER.match(rest), []
    while number is not None:
        numbers.append(read_number(number.group(1)))
        rest = rest[number.end() :]
        number = figure_words().also_like.match(rest)
    addresses = tuple(Address(name, one) for one in numbers or (None,))
    return _Found(addresses, start, len(text) - len(rest))


def rows_at(sheet: Sheet, address: Address) -> tuple[int, ...]:
    """Give the rows that hold an address; without a number only those that are the whole street or estate."""
    rows = sheet.streets.get(address.name, ())
    if address.number is None:
        return tuple(row for row in rows if any(one.is_whole for one in _stretches(sheet, row)))
    number = address.number
    return tuple(row for row in rows if any(one.holds(number) for one in _stretches(sheet, row)))


def rows_of_street(sheet: Sheet, address: Address) -> tuple[int, ...]:
    """Give every row of a street, whatever the number."""
    return sheet.streets.get(address.name, ())


def like_streets(shelf: Shelf, name: str, limit: int = 3) -> tuple[str, ...]:
    """Give the published streets and estates with names like this one, the likest first."""
    found = [
        (score, known)
        for sheet in shelf.sheets.get("catchment", ())
        for known, score, _ in process.extract(
            name, sheet.streets.keys(), scorer=fuzz.ratio, limit=limit, score_cutoff=_LIKE
        )
    ]
    return tuple(dict.fromkeys(known for _, known in sorted(found, reverse=True)))[:limit]


def read_number(text: str) -> int | None:
    """Read a house number in figures or Chinese numerals (二百零三); None where it is neither."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if not _NUMERAL.fullmatch(text):  # 十二十四 is two numbers that ran together
        return None
    total, digit = 0, 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        else:
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
    return total + digit


def _stretches(sheet: Sheet, row: int) -> tuple[Stretch, ...]:
    return read_stretches(sheet.cell(row, "numbers")) or ()


def _published(shelf: Shelf, text: str) -> str:
    """Give the longest published street or estate that stands in the text as a name of its own."""
    return max((shelf.places.at(text, start) for start in range(len(text))), key=len, default="")


def _plain(name: str, before: str = "") -> str:
    """Take what is said before an address off it: 我家住在光明路 is 光明路, and 和平路 is 和平路.

    Behind another address what joins the two is taken off as well.
    """
    joining = figure_words().joining if before.endswith(_TAKEN) else ()
    words = (
        *(word for word in figure_words().noise if len(word) > 1),
        *figure_words().living,
        *joining,
    )
    changed = True
    while changed:
        changed = False
        for word in words:
            if name.startswith(word) and len(name) > len(word) + 1:
                name, changed = name[len(word) :], True
    return name


def _vague(name: str) -> bool:
    return len(name) < 3 or bool(holds(name, figure_words().vague))
