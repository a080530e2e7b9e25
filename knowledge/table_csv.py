"""The text of a CSV as programs save it: UTF-8, GB18030 or UTF-16; commas, semicolons or tabs; a title above.

Floor 0; pure. How a file is cut into cells is decided by its heading alone, which must hold every wanted column.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Protocol

from knowledge.messages import say
from knowledge.table_cells import heading
from knowledge.workbook import Refusal, Sheet, Value

DELIMITERS = (",", ";", "\t")
_HEADING_WITHIN = 10  # rows in which a heading is looked for, to say where it is
_SEP = "sep="  # Excel's own first line: which sign stands between the cells


def decode_csv(data: bytes) -> str | int:
    """Read UTF-8 (with or without BOM), GB18030, or UTF-16 with its mark; else give the first byte that fits none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            return error.start
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError as error:
            return error.start


class Cells:
    """The rows of a CSV, cell by cell. Raises csv.Error while it is read."""

    def __init__(self, text: str, wanted: Sequence[str]) -> None:
        """Read the heading; `wanted` are the columns that it should hold."""
        first = text.split("\n", 1)[0].strip()
        self._text = text
        self.delimiter = _delimiter(first, wanted)
        self._reader = _reader(text, self.delimiter)
        if first.lower().startswith(_SEP):
            self.delimiter = first[len(_SEP) :][:1] or ","
            self._reader = _reader(text, self.delimiter)
            next(self._reader)
        header = [heading(cell) for cell in next(self._reader, [])]
        self.header = tuple(_trimmed(header, 0))

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Give the rows below the heading, without empty cells beyond it, each with the line where it ends."""
        reader, width = self._reader, len(self.header)
        for row in reader:
            yield reader.line_num, row if len(row) <= width else _trimmed(row, width)

    def missing(self, wanted: Sequence[str]) -> str:
        """Tell which columns the heading lacks or has twice, and the likely cause; nothing if it has each once."""
        lacking = [name for name in wanted if name not in self.header]
        if not lacking:
            double = next((name for name in wanted if self.header.count(name) > 1), "")
            return say("csv_double_heading", name=double) if double else ""
        shown = ", ".join(self.header)[:80]
        told = say("csv_header", names=", ".join(lacking), header=shown)
        if any("，" in name and lacking[0] in name for name in self.header):
            return told + say("csv_wide_comma")
        like = next((name for name in self.header if name.startswith(lacking[0])), "")
        if like:
            return told + say("csv_heading_like", like=like, name=lacking[0])
        for number, row in enumerate(_reader(self._text, self.delimiter, strict=False), start=1):
            if {heading(cell) for cell in row} >= set(wanted):
                return told + say("csv_heading_below", line=number)
            if number >= _HEADING_WITHIN:
                break
        return told

    def open_quote(self) -> int:
        """Give the line, from 1, whose quotation mark is never closed."""
        opened, is_open = 1, False
        for number, line in enumerate(self._text.splitlines(), start=1):
            if line.count('"') % 2:
                is_open, opened = not is_open, number if not is_open else opened
        return opened if is_open else max(self._reader.line_num, 1)


class _Reader(Protocol):
    """What is used of the csv module's reader, whose type has no public name."""

    @property
    def line_num(self) -> int:
        """Return how many lines were read."""

    def __next__(self) -> list[str]: ...

    def __iter__(self) -> Iterator[list[str]]: ...


def read_as_sheets(data: bytes, name: str) -> tuple[Sheet, ...] | Refusal:
    """Read a CSV as a workbook of one sheet, once for every sign that may stand between its cells.

    Only one of them has the heading that a table looks for. Never raises for what is in it.
    """
    text = decode_csv(data)
    if isinstance(text, int):
        return _refusal(say("bad_encoding", position=text + 1))
    first, _, rest = text.partition("\n")
    if first.lower().startswith(_SEP):
        text = "\n" + rest  # the rows keep their numbers
    try:
        return tuple(Sheet(name, tuple(_rows(text, sign))) for sign in DELIMITERS)
    except csv.Error:
        return _refusal(say("csv_broken"))


def _refusal(message: str) -> Refusal:
    return Refusal("problem", data=(("message", message),))


def _rows(text: str, sign: str) -> Iterator[tuple[int, tuple[Value, ...]]]:
    for number, row in enumerate(_reader(text, sign, strict=sign == DELIMITERS[0]), start=1):
        cells = tuple(Value(cell.strip()) for cell in row)
        if any(cell.text for cell in cells):
            yield number, cells


def _reader(text: str, delimiter: str, *, strict: bool = True) -> _Reader:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _delimiter(first: str, wanted: Sequence[str]) -> str:
    """Choose the sign by which the first line falls into the wanted columns; a comma where none does."""
    for sign in DELIMITERS:
        if {heading(one.strip('"')) for one in first.split(sign)} >= set(wanted):
            return sign
    return ","


def _trimmed(row: list[str], width: int) -> list[str]:
    """Take off the empty cells at the end of a row, down to the width of the heading."""
    while len(row) > width and not row[-1].strip():
        row.pop()
    return row
