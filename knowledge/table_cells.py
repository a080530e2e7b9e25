"""Cells as Excel leaves them, and as they are meant: 1,030 and ３０ are numbers, 2026/5/11 is a day, 30个 is neither.

Floor 0; pure. What can only mean one thing is written out; everything else is refused with what to write instead.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Protocol

from knowledge.figure_words import figure_words
from knowledge.messages import say
from knowledge.stretches import read_stretches

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_WITH_UNIT = re.compile(r"(?:约|共)?(-?[0-9][0-9,]*(?:\.[0-9]+)?)[^\d.,/%\-+()eE]{1,4}")
_DAY = re.compile(
    r"([0-9]{4})(?:[-/.](?=[0-9]{1,2}[-/.])|年)([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 0?0:00(?::00)?)?"
)
_NONE_YET = frozenset({"-", "--", "—", "——", "/", "无", "暂无", "待定", "未定", "空"})
_URL = re.compile(r"https?://\S+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])")


class ColumnLike(Protocol):
    """What is used of a described column."""

    @property
    def name(self) -> str:
        """Return its heading."""

    @property
    def type(self) -> str:
        """Return what its cells are: text, number, date, url."""

    @property
    def unit(self) -> str:
        """Return what its numbers count or measure, or nothing."""

    @property
    def required(self) -> bool:
        """Tell whether every row needs one."""


def heading(cell: str) -> str:
    """Write a heading without the blanks and line breaks that a sheet puts into it."""
    return "".join(_INVISIBLE.sub("", cell).split())


@lru_cache(maxsize=100_000)
def tidy(cell: str, kind: str) -> str:
    """Write a cell as it is meant: 1,030 as 1030, 2026/5/11 as 2026-05-11; text only loses what nobody sees."""
    cell = visible(cell)
    if not cell or kind not in ("number", "date"):
        return cell
    plain = unicodedata.normalize("NFKC", cell)
    if kind == "number":
        if _THOUSANDS.fullmatch(plain):
            return plain.replace(",", "")
        return plain if _NUMBER.fullmatch(plain) else cell
    found = _DAY.fullmatch(plain)
    return "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else cell


def visible(cell: str) -> str:
    """Take the blanks around a cell off, and the signs in it that nobody sees."""
    cell = cell.strip()
    return cell if cell.isprintable() else _INVISIBLE.sub("", cell).strip()


@dataclass(frozen=True, slots=True)
class Check:
    """What the cells of one column must be; `good` remembers those seen, as tables repeat themselves."""

    place: int
    column: ColumnLike
    needed: bool
    role: str = ""  # numbers, year, counted: what it is for, where that asks for more than its type
    good: set[str] = field(default_factory=set)

    def problem(self, cell: str) -> str:
        """Tell what is wrong with a tidied cell, or nothing."""
        if cell in self.good:
            return ""
        told = self._problem(cell)
        if not told:
            self.good.add(cell)
        return told

    def _problem(self, cell: str) -> str:
        name, kind = self.column.name, self.column.type
        if not cell:
            return say("empty", key=name) if self.needed else ""
        if kind == "number" and not _NUMBER.fullmatch(cell):
            return say("csv_number", column=name, value=cell, hint=_number_hint(cell))
        if kind == "number" and cell.startswith("-"):
            return say("csv_negative", column=name, value=cell)
        if self.role == "counted" and not float(cell).is_integer():
            return say("csv_whole", column=name, value=cell, unit=self.column.unit)
        if kind == "date" and not _is_day(cell):
            return say("csv_date", column=name, value=cell, hint=_none_hint(cell))
        if kind == "url" and not _URL.fullmatch(cell):
            return say("bad_url", value=cell)
        if self.role == "numbers" and read_stretches(cell) is None:
            return say("csv_numbers", column=name, value=cell)
        if self.role == "year" and not _YEAR.match(cell):
            return say("csv_year", column=name, value=cell)
        return ""


def checks_of(columns: Sequence[ColumnLike], key: Sequence[str], kind: str) -> Iterator[Check]:
    """Give a check for every column of a table of this kind whose cells cannot be just anything."""
    roles = figure_words().roles
    for place, column in enumerate(columns):
        needed = column.required or column.name in key
        role = ""
        if kind == "catchment" and column.name in roles["numbers"]:
            role = "numbers"
        elif column.name in roles["year"]:
            role = "year"
        elif column.type == "number" and column.unit in roles["counted"]:
            role = "counted"
        if needed or role or column.type != "text":
            yield Check(place, column, needed, role)


def span_of(columns: Sequence[ColumnLike]) -> tuple[int, int] | None:
    """Give the places of the day on which something starts and of that on which it ends."""
    roles = figure_words().roles
    names = [column.name for column in columns]
    start = next((at for at, name in enumerate(names) if name in roles["start"]), None)
    end = next((at for at, name in enumerate(names) if name in roles["end"]), None)
    return None if start is None or end is None else (start, end)


def is_reversed(start: str, end: str) -> bool:
    """Tell whether something ends before it starts; days that are not there or no days are another matter."""
    return bool(start and end) and _is_day(start) and _is_day(end) and end < start


def _number_hint(cell: str) -> str:
    plain = unicodedata.normalize("NFKC", cell).replace(" ", "")
    found = _WITH_UNIT.fullmatch(plain)
    if found:
        return say("csv_only_number", fixed=found.group(1).replace(",", ""))
    return _none_hint(cell)


def _none_hint(cell: str) -> str:
    return say("csv_leave_empty") if cell in _NONE_YET else ""


def _is_day(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False
