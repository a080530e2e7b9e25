"""Read an Excel workbook without trusting it: a zip that unpacks to gigabytes, formulas without values, merged cells.

Floor 0. Cells become the text that a person sees in them; what cannot be read as such is refused with its sheet
and cell. openpyxl is loaded by the one command that needs it.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MOST_BYTES = 20_000_000
MOST_UNPACKED = 50_000_000
MOST_RATIO = 100
MOST_MEMBERS = 1_000
MOST_COLUMNS = 100
# What openpyxl raises for broken parts: whatever the missing piece happens to cause (ParseError is a SyntaxError).
_BROKEN = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, EOFError, OSError,
    zipfile.BadZipFile,
)  # fmt: skip
_FIGURES_KEPT = 10**15  # Excel keeps fifteen figures of a number and makes the rest zeros
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_BOUNDS = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")


class _Cell(Protocol):
    """What is used of any of openpyxl's cells."""

    @property
    def value(self) -> object: ...

    @property
    def data_type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong, as a code of the catalogue, and where; `cell` like B7, empty for the whole sheet or file."""

    code: str
    sheet: str = ""
    cell: str = ""
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """One cell: its text, whether Excel holds a date there, and what is wrong with it, if anything."""

    text: str = ""
    is_date: bool = False
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet: its rows by number, blank ones left out, and its merged areas (first and last row, name)."""

    name: str
    rows: tuple[tuple[int, tuple[Value, ...]], ...]
    merged: tuple[tuple[int, int, str], ...] = ()


def read_workbook(data: bytes) -> tuple[Sheet, ...] | Refusal:
    """Read every visible sheet of an xlsx file, or say why not. Never raises for what is in it."""
    refusal = guard(data)
    if refusal is not None:
        return refusal
    import openpyxl

    try:
        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        return tuple(_sheets(values, formulas, _merged(data)))
    except (
        Exception
    ):  # openpyxl raises whatever a broken part happens to cause (KeyError, ParseError, ...)
        return Refusal("unreadable")


def guard(data: bytes) -> Refusal | None:
    """Refuse what is no xlsx, is encrypted, or would unpack to far more than a table needs.

    The sizes that a zip declares may lie, so what comes out is counted too.
    """
    if len(data) > MOST_BYTES:
        return Refusal("too_big", data=(("limit", f"{MOST_BYTES // 1_000_000}"),))
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return Refusal("old_or_locked")  # .xls, or an xlsx with a password
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or _unpacked(archive, members, len(data)) is None:
                return Refusal("bomb")
            if "xl/workbook.xml" not in archive.namelist():
                return Refusal("not_xlsx")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return Refusal("not_xlsx")
    return None


def _unpacked(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], packed: int
) -> int | None:
    """Count what the members unpack to; None as soon as that is too much."""
    limit = min(MOST_UNPACKED, max(packed * MOST_RATIO, 1_000_000))
    if sum(member.file_size for member in members) > limit:
        return None
    total = 0
    for member in members:
        with archive.open(member) as opened:
            while chunk := opened.read(1 << 16):
                total += len(chunk)
                if total > limit:
                    return None
    return total


def _sheets(
    values: "Workbook", formulas: "Workbook", merged: dict[str, tuple[tuple[int, int, str], ...]]
) -> Iterator[Sheet]:
    for shown, written in zip(values.worksheets, formulas.worksheets, strict=True):
        if shown.sheet_state != "visible":
            continue
        rows = []
        pairs = zip(
            shown.iter_rows(max_col=MOST_COLUMNS),
            written.iter_rows(max_col=MOST_COLUMNS),
            strict=True,
        )
        for number, (cells, sources) in enumerate(pairs, start=1):
            row = tuple(_value(cell, source) for cell, source in zip(cells, sources, strict=True))
            if any(one.text or one.wrong for one in row):
                rows.append((number, row))
        yield Sheet(shown.title, tuple(rows), merged.get(shown.title, ()))


def _value(cell: "_Cell", source: "_Cell") -> Value:
    """Read a cell as a person sees it: 45 and not 45.0, 2026-05-12 and not 46154."""
    value = cell.value
    if value is None:
        return Value(wrong="formula") if source.data_type == "f" else Value()
    if cell.data_type == "e":
        return Value(str(value), wrong="error_value")
    if isinstance(value, bool):
        return Value(str(value).upper(), wrong="yes_no")
    if isinstance(value, datetime):
        day = value.date().isoformat()
        return Value(day, is_date=True) if value.time() == time() else Value(f"{day} {value:%H:%M}")
    if isinstance(value, date):
        return Value(value.isoformat(), is_date=True)
    if isinstance(value, int | float):
        if abs(value) >= _FIGURES_KEPT:
            return Value(f"{value:.0f}", wrong="long_number")
        return Value(str(int(value)) if value == int(value) else repr(round(value, 10)))
    return Value(str(value).strip())


def _merged(data: bytes) -> dict[str, tuple[tuple[int, int, str], ...]]:
    """Find the merged areas of every sheet, which reading row by row does not tell."""
    found: dict[str, tuple[tuple[int, int, str], ...]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        targets = {
            _attribute(one, "Id"): _attribute(one, "Target") for one in _RELATION.findall(relations)
        }
        workbook = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        for sheet in _SHEET.findall(workbook):
            target = targets.get(_attribute(sheet, r"\w+:id"), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            areas = _MERGED.findall(archive.read(path)) if path in names else []
            found[_unescaped(_attribute(sheet, "name"))] = tuple(
                _rows_of(area.decode()) for area in areas
            )
    return found


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)


def _rows_of(area: str) -> tuple[int, int, str]:
    bounds = _BOUNDS.fullmatch(area)
    first, last = (bounds.group(2), bounds.group(4) or bounds.group(2)) if bounds else ("0", "0")
    return int(first), int(last), area
