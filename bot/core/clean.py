"""People's text made fit for a document: what no writer, reader or printer can handle is taken out.

Floor 1: pure. One rule for every file we write, so that hostile text can neither break nor disguise it.
"""

import re
import unicodedata

# controls but tab and newline, lone surrogates, what XML does not allow, and what turns the reading direction
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")


def clean_text(text: str, *, limit: int | None = None) -> str:
    """Return text any writer takes: composed, without controls, surrogates and direction marks."""
    fit = _UNFIT.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n")))
    return fit if limit is None or len(fit) <= limit else fit[: limit - 1] + "…"


def csv_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; a number stays a number."""
    fit = clean_text(text)
    return f"'{fit}" if fit.startswith(_FORMULA) and not _NUMBER.fullmatch(fit) else fit
