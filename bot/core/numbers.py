"""Case numbers and look-up codes: 20261122-7F3K-9QXM-4 is a date, 40 random bits and a check character.

Floor 1: pure; randomness comes in as an argument. The alphabet is Crockford's base 32 (no I, L, O, U), so a
number read over the phone survives; the check character (Luhn mod 32) catches every single slip.
"""

import hashlib
import re
import unicodedata
from datetime import date

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BITS = 40
_DOUBLED = {one: sum(divmod(2 * value, 32)) for value, one in enumerate(ALPHABET)}
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_PATTERN = re.compile(
    r"(?<![0-9A-Za-z])(2[0Oo][0-9OoIiLl]{6})[\s\-_—–]*([0-9A-Za-z]{4})[\s\-_—–]*([0-9A-Za-z]{4})[\s\-_—–]*([0-9A-Za-z])(?=\d{6}(?!\d)|(?![0-9A-Za-z]))"
)  # a code may follow without a blank: 20261122-7F3K-9QXM-4482913
_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")


def make(day: date, bits: int) -> str:
    """Return the number for a day (Asia/Shanghai) and 40 random bits."""
    body = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(RANDOM_BITS - 5, -1, -5))
    stem = f"{day:%Y%m%d}{body}"
    return f"{stem[:8]}-{stem[8:12]}-{stem[12:]}-{_check(stem)}"


def find(text: str) -> str | None:
    """Return the first valid number in a text, in its canonical form, or None.

    Reads small and full-width letters, blanks for dashes, and O, I, L as the digits they are taken for.
    """
    for match in _PATTERN.finditer(_narrow(text)):
        day, first, second, check = (part.upper().translate(_READ_AS) for part in match.groups())
        stem = day + first + second
        if all(c in ALPHABET for c in stem) and _check(stem) == check:
            return f"{day}-{first}-{second}-{check}"
    return None


def part(text: str) -> str:
    """Return a piece of a number as it stands in one without its dashes; O, I and L are read as digits."""
    return re.sub(r"[\s\-_—–]", "", text).upper().translate(_READ_AS)


def looks_like(text: str) -> bool:
    """Tell whether a text holds something shaped like a number, right or mistyped."""
    return _PATTERN.search(_narrow(text)) is not None


def find_code(text: str) -> str | None:
    """Return the first six-digit code that stands by itself, or None."""
    rest = _PATTERN.sub(" ", _narrow(text))
    match = _CODE.search(rest)
    return match.group(1) if match else None


def is_code(text: str) -> bool:
    """Tell whether a text is a six-digit code and nothing else."""
    return _CODE.fullmatch(_narrow(text)) is not None


def without(text: str) -> str:
    """Return what else a text says: without numbers and codes, letters only."""
    rest = _CODE.sub(" ", _PATTERN.sub(" ", _narrow(text)))
    return re.sub(r"[\W\d_]+", "", rest)


def hash_code(number: str, code: str) -> str:
    """Return what is stored instead of the code."""
    return hashlib.sha256(f"{number}:{code}".encode()).hexdigest()


def _narrow(text: str) -> str:
    """Write full-width letters and figures as a Chinese keyboard types them in the narrow form."""
    return unicodedata.normalize("NFKC", text)


def _check(stem: str) -> str:
    """Luhn mod 32 over the stem, rightmost character doubled first."""
    doubled = sum(map(_DOUBLED.__getitem__, stem[::-2]))
    return ALPHABET[-(doubled + sum(map(ALPHABET.index, stem[-2::-2]))) % 32]
