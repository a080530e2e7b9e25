"""Whether a text is a way to reach somebody: a mobile phone, a landline, an e-mail address.

Floor 2: pure. What is wrong is told by a key of the text catalogue, to be said with the parent's own words.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 80  # characters; a contact with a form of address (李女士 13800138000) fits easily

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?![\w@])", re.ASCII)
_RUN = re.compile(r"\+?\d[\d\s()\-–—]{2,}\d")
_IDENTITY_CARD = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_COUNTRY = re.compile(r"^(?:(?:00|\+)86|86(?=-?1[3-9]\d{9}$))")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0(?:10|2\d|[3-9]\d\d)[1-9]\d{6,7}|[2-8]\d{6,7}|400\d{7})")
_MOBILE_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Contact:
    """What was read: the contact as it is kept, or what is wrong with it."""

    kept: str = ""
    wrong: str = ""  # a key of the text catalogue
    count: int = 0  # digits that were given


def read_contact(text: str) -> Contact:
    """Read a contact; at least one valid phone or address must stand in it."""
    folded = " ".join(unicodedata.normalize("NFKC", text).split())
    if _IDENTITY_CARD.search(folded):
        return Contact(wrong="contact.identity_card")
    if _EMAIL.search(folded):
        return Contact(folded)
    digits = [_bare(run) for run in _RUN.findall(folded)]
    if any(_MOBILE.fullmatch(one) or _LANDLINE.fullmatch(one) for one in digits):
        return Contact(folded)
    if "@" in folded:
        return Contact(wrong="contact.email")
    return _wrong(digits)


def _wrong(digits: list[str]) -> Contact:
    if not digits:
        return Contact(wrong="contact.nothing")
    longest = max(digits, key=len)
    if longest.startswith("0"):
        return Contact(wrong="contact.landline", count=len(longest))
    if longest.startswith("1") and len(longest) != _MOBILE_DIGITS:
        return Contact(wrong="contact.mobile_length", count=len(longest))
    return Contact(wrong="contact.number", count=len(longest))


def _bare(run: str) -> str:
    return re.sub(r"\D", "", _COUNTRY.sub("", re.sub(r"[\s()]", "", run)))
