"""Write into a content file for an editor: one more phrasing, or a new draft; every other byte stays.

Floor 0; text in, text out. Only the lines of the one key are given to ruamel.yaml, which keeps their comments and
their style; what stands around them is never parsed and written again, so it cannot change.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from knowledge import yamlio
from knowledge.messages import say
from knowledge.reading import decode

if TYPE_CHECKING:  # large, and needed by few: loaded with the first edit
    from ruamel.yaml import YAML

_BOM = b"\xef\xbb\xbf"
_DASH = re.compile(r"( *)-( +)(?=\S)")
_ENDLESS = 1 << 20  # columns: a line is never folded
_Value = str | date | list[str]


class CannotAmend(Exception):
    """The file is laid out so that it cannot be changed without touching more; the text tells an editor why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be: what a parent asked and staff answered. Its source is left to the editor."""

    id: str
    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Style:
    """How lists are indented: the column of the dash and of what follows it, from the key."""

    dash: int = 2
    item: int = 4


def add_phrasing(data: bytes, entry_id: str, phrasing: str) -> bytes:
    """Return the file with one more phrasing at the end of the entry's list. Raises CannotAmend."""
    text = _Text.of(data)
    number, entry = text.entry(entry_id)
    known = entry.get("phrasings", [])
    if not isinstance(known, list):  # the key with nothing behind it
        raise CannotAmend(say("amend_by_hand", id=entry_id, text=phrasing))
    key = (number, "phrasings" if "phrasings" in entry else "question")
    lines, column = text.block(key), text.column(key)
    if "phrasings" in entry:
        changed = text.replaced(lines, _more(text.cut(lines, column), phrasing), column)
    else:
        block = _dumped({"phrasings": [phrasing]}, text.style())
        changed = text.replaced(range(lines.stop, lines.stop), block, column)
    meant = list(text.values)
    meant[number] = {**entry, "phrasings": [*known, phrasing]}
    if _Text.of(changed).values != meant:
        raise CannotAmend(say("amend_by_hand", id=entry_id, text=phrasing))
    return changed


def add_draft(data: bytes, draft: Draft) -> bytes:
    """Return the file with a draft behind its last entry. Raises CannotAmend."""
    text = _Text.of(data)
    column = text.column((0,)) - 2  # of the dash
    if column < 0 or not text.lines[text.document.mark((0,))[0] - 1][column:].startswith("- "):
        raise CannotAmend(say("amend_no_list"))
    fields: dict[str, _Value] = {"id": draft.id, "question": draft.question}
    if draft.phrasings:
        fields["phrasings"] = list(draft.phrasings)
    answer = draft.answer.strip()
    fields["answer"] = answer + "\n" if "\n" in answer else answer
    if draft.checked_on is not None:
        fields["checked_on"] = draft.checked_on
    fields["status"] = "draft"
    body = _dumped(fields, text.style())
    remark = [f"# {line}" for line in say("amend_draft_remark").strip().splitlines()]
    first, *rest = body
    end = range(len(text.lines), len(text.lines))
    block = [*remark, f"- {first}", *(f"  {line}" if line else "" for line in rest)]
    changed = text.replaced(end, ["", *block] if text.lines[-1].strip() else block, column)
    if _Text.of(changed).values[:-1] != text.values:
        raise CannotAmend(say("amend_no_list"))
    return changed


@dataclass(frozen=True, slots=True)
class _Text:
    """A content file by lines, with the marks of its parts and all that its bytes are made of besides."""

    lines: tuple[str, ...]
    document: yamlio.Document
    bom: bool
    newline: str
    ends: bool  # with a newline

    @classmethod
    def of(cls, data: bytes) -> "_Text":
        """Read a file. Raises CannotAmend when it cannot be read, or mixes its ends of line."""
        text = decode(data)
        if not isinstance(text, str):
            raise CannotAmend(say("amend_unreadable"))
        newline = "\r\n" if "\r\n" in text else "\n"
        lines = text.split(newline)
        document = yamlio.parse(text)
        mixed = any("\r" in line or "\n" in line or len(line.splitlines()) > 1 for line in lines)
        broken = not document.whole or any(note.error for note in document.notes)
        if mixed or broken or not isinstance(document.value, list):
            raise CannotAmend(say("amend_unreadable"))
        ends = lines[-1] == ""
        return cls(tuple(lines[:-1] if ends else lines), document, data[:3] == _BOM, newline, ends)

    @property
    def values(self) -> list[yamlio.Plain]:
        """Return the entries as they were read."""
        value = self.document.value
        return value if isinstance(value, list) else []

    def entry(self, entry_id: str) -> tuple[int, Mapping[str, yamlio.Plain]]:
        """Return an entry with its place in the list. Raises CannotAmend."""
        for number, value in enumerate(self.values):
            if isinstance(value, dict) and value.get("id") == entry_id:
                return number, value
        raise CannotAmend(say("amend_gone", id=entry_id))

    def column(self, where: yamlio.Where) -> int:
        """Return the column of a key (or of a list's item), counted from 0."""
        return self.document.key_mark(where)[1] - 1

    def block(self, where: yamlio.Where) -> range:
        """Return the lines of a key with all that belongs to it, without the blank lines behind.

        Raises CannotAmend where other keys share its line.
        """
        line, column = self.document.key_mark(where)[0] - 1, self.column(where)
        before = self.lines[line][:column].replace("- ", "  ", 1)
        if before.strip():
            raise CannotAmend(say("amend_one_line", line=line + 1))
        end = last = line + 1
        for number in range(line + 1, len(self.lines)):
            if self._is_behind(number, column):
                break
            last = number + 1
            if self.lines[number].strip() and not self.lines[number].lstrip().startswith("#"):
                end = last
        return range(line, end)

    def _is_behind(self, number: int, column: int) -> bool:
        """Tell whether a line begins something else than what belongs to the key in this column."""
        line = self.lines[number]
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip() or line.lstrip().startswith("#"):
            return False
        return indent < column or (indent == column and not line[column:].startswith("- "))

    def cut(self, lines: range, column: int) -> str:
        """Return lines as a document of their own: what stands before the column is taken off."""
        found = [self.lines[number] for number in lines]
        first, rest = found[0][column:], found[1:]
        shorter = [line[min(column, len(line) - len(line.lstrip(" "))) :] for line in rest]
        return "\n".join((first, *shorter)) + "\n"

    def replaced(self, lines: range, block: list[str], column: int) -> bytes:
        """Return the file's bytes with a block, moved to the column, in the place of lines."""
        kept = self.lines[lines.start][:column] if lines else " " * column
        moved = [" " * column + line if line else "" for line in block]
        if block[0]:
            moved[0] = kept + block[0]
        whole = (*self.lines[: lines.start], *moved, *self.lines[lines.stop :])
        at_end = lines.stop >= len(self.lines)
        text = self.newline.join(whole) + (self.newline if self.ends or at_end else "")
        return (_BOM if self.bom else b"") + text.encode()

    def style(self) -> _Style:
        """Return how the first list of phrasings in block style is indented."""
        for number, _ in enumerate(self.values):
            where = (number, "phrasings", 0)
            if where not in self.document.marks:
                continue
            line, item = self.document.marks[where]
            dash = _DASH.match(self.lines[line - 1])
            key = self.column((number, "phrasings"))
            if dash is not None and dash.end() == item - 1 and len(dash.group(1)) >= key:
                return _Style(len(dash.group(1)) - key, item - 1 - key)
        return _Style()


def _more(block: str, phrasing: str) -> list[str]:
    """Add a phrasing to the lines of the key `phrasings`."""
    yaml = _yaml(_style_of(block))
    loaded = yaml.load(block)
    loaded["phrasings"].append(phrasing)
    return _lines(yaml, loaded)


def _style_of(block: str) -> _Style:
    for line in block.splitlines()[1:]:
        dash = _DASH.match(line)
        if dash is not None:
            return _Style(len(dash.group(1)), dash.end())
    return _Style()


def _dumped(fields: "Mapping[str, _Value]", style: _Style) -> list[str]:
    """Write fields as YAML; a text of several lines as a block."""
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.scalarstring import LiteralScalarString

    written = CommentedMap(
        (key, LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value)
        for key, value in fields.items()
    )
    return _lines(_yaml(style), written)


def _lines(yaml: "YAML", value: object) -> list[str]:
    stream = io.StringIO()
    yaml.dump(value, stream)
    return list(_without_end(stream.getvalue()))


def _without_end(text: str) -> Iterator[str]:
    yield from text.rstrip("\n").split("\n")


def _yaml(style: _Style) -> "YAML":
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    yaml.width = _ENDLESS
    yaml.indent(mapping=2, sequence=style.item, offset=style.dash)
    return yaml
