"""YAML as editors write it: every scalar stays text, and every value keeps its line and column.

Floor 0. Theory of operation: libyaml hands over events; we put the values together ourselves, in one
pass. So nothing is converted by accident (0510210600, 8:30, on, 2025-06-01 stay as typed), equal keys
are seen, nesting is bounded, and anchors, aliases and tags - which cut text silently and can grow a
small file into gigabytes - are refused with the line that is meant. A file whose syntax is broken is
read again entry by entry, so that the editor learns of every broken entry and not only of the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from knowledge import traps
from knowledge.traps import Note

Plain = str | list["Plain"] | dict[str, "Plain"]
Where = tuple[str | int, ...]

MAX_DEPTH = 16
_BROKEN_LIMIT = 200  # broken items that are told of one file
_LONG_TEXTS = frozenset({"answer", "answer_en"})
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Document:
    r"""A file's value, where each part of it stands (line and column from 1), and what was noticed.

    `marks` are keyed by path; a key's own mark is under the path with "\\0" put behind it. `whole` is
    False when part of the file could not be read, so that nothing may be concluded from what is absent.
    """

    value: Plain
    lines: list[str]
    marks: dict[Where, tuple[int, int]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    whole: bool = True

    def mark(self, where: Where) -> tuple[int, int]:
        """Give the place of `where`, or of the nearest thing around it that is there."""
        while where and where not in self.marks:
            where = where[:-1]
        return self.marks.get(where, (1, 1))

    def line(self, number: int) -> str:
        """Give the text of a line, counted from 1; empty behind the end."""
        return self.lines[number - 1] if number <= len(self.lines) else ""

    def key_mark(self, where: Where) -> tuple[int, int]:
        """Give the place of the key that leads to `where`."""
        return self.marks.get((*where, "\0")) or self.mark(where)


def parse(text: str, keys: frozenset[str] = frozenset()) -> Document:
    """Read one YAML document; `keys` are the keys it may hold, to recognise a mistyped line by."""
    lines = text.splitlines()
    document = Document("", lines)
    control = _CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        col = control.start() - (text.rfind("\n", 0, control.start()) + 1) + 1
        note = Note("control_character", line, col, {"code": f"U+{ord(control.group()):04X}"})
        return Document("", lines, notes=[note], whole=False)
    document.notes.extend(traps.scan(lines, keys))
    try:
        document.value = _Composer(document, 0).compose(text)
    except (yaml.MarkedYAMLError, _TooDeepError) as error:
        _recover(document, error)
    return document


def _recover(document: Document, error: "_Broken") -> None:
    """Read a list item by item, to tell every broken one; what is not a list has the one error."""
    document.whole = False
    document.marks.clear()
    document.notes[:] = [note for note in document.notes if note.scanned]
    items: list[Plain] = []
    broken = 0
    for first, chunk in _items(document.lines):
        composer = _Composer(document, first, at=(len(items),))
        try:
            value = composer.compose("\n".join(chunk) + "\n")
        except (yaml.MarkedYAMLError, _TooDeepError) as inner:
            broken += 1
            _note_broken(document, inner, first)
        else:
            items.extend(value if isinstance(value, list) else [])
        if broken >= _BROKEN_LIMIT:
            break
    if not broken:  # no list, or what is wrong is outside its items
        _note_broken(document, error, 0)
    document.value = items


def _note_broken(document: Document, error: "_Broken", offset: int) -> None:
    """Explain why a part cannot be read, unless a trap that was already told stands on that very line."""
    if isinstance(error, yaml.MarkedYAMLError):
        note = traps.explain(document.lines, error, offset)
    else:
        note = Note("too_deep", *error.place, {"depth": MAX_DEPTH})
    told = {known.line for known in document.notes if known.error}
    if not told & {note.line, note.line - 1}:
        document.notes.append(note)


def _items(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    starts = [number for number, line in enumerate(lines) if line == "-" or line.startswith("- ")]
    for start, end in pairwise([*starts, len(lines)]):
        yield start, lines[start:end]


class _TooDeepError(Exception):
    def __init__(self, place: tuple[int, int]) -> None:
        self.place = place
        super().__init__("nested too deep")


_Broken = yaml.MarkedYAMLError | _TooDeepError


class _Composer:
    """Puts one document's events together; `at` is the path of the first item of a list read in parts.

    Events are `Any`: PyYAML's types leave out their anchors and tags, and call every mark optional.
    """

    def __init__(self, document: Document, offset: int, at: Where = ()) -> None:
        self._document = document
        self._offset = offset
        self._first = at

    def compose(self, text: str) -> Plain:
        self._parser = yaml.CSafeLoader(text)
        try:
            self._next()  # stream start
            if self._parser.check_event(yaml.StreamEndEvent):
                return ""
            self._next()  # document start
            value = self._value(self._next(), (), 0)
            self._next()  # document end
            if not self._parser.check_event(yaml.StreamEndEvent):
                self._note("second_document", self._parser.peek_event())
            return value
        finally:
            self._parser.dispose()

    def _next(self) -> Any:
        return self._parser.get_event()

    def _value(self, event: Any, where: Where, depth: int) -> Plain:
        line, col = event.start_mark.line + self._offset + 1, event.start_mark.column + 1
        self._document.marks[where] = (line, col)
        if depth > MAX_DEPTH:
            raise _TooDeepError((line, col))
        if isinstance(event, yaml.AliasEvent):
            self._note_text("special_start", event)
            return ""
        if event.anchor is not None or event.tag not in (None, "!"):
            self._note_text("special_start", event)
        if isinstance(event, yaml.ScalarEvent):
            if not event.style:  # plain, without quotes
                self._look_behind(event, where)
                self._look_across(event, where)
            return str(event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(where, depth, in_brackets=bool(event.flow_style))
        return self._mapping(where, depth)

    def _sequence(self, where: Where, depth: int, *, in_brackets: bool) -> list[Plain]:
        items: list[Plain] = []
        start = self._first[0] if depth == 0 and self._first else 0
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, (*where, int(start) + len(items)), depth + 1))
            plain = isinstance(event, yaml.ScalarEvent) and not event.style
            if in_brackets and plain and "，" in event.value:
                self._note_wide_comma(event)
        return items

    def _mapping(self, where: Where, depth: int) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, where, depth)
            line, col = event.start_mark.line + self._offset + 1, event.start_mark.column + 1
            inner = (*where, key)
            if key in found:
                shown = traps.told(self._document.line(line), "")
                data = {"key": key, "first": lines[key], **shown}
                self._document.notes.append(Note("duplicate_key", line, col, data))
                inner = (*where, "\0duplicate")
            value = self._value(self._next(), inner, depth + 1)
            if key not in found:
                found[key], lines[key] = value, line
                self._document.marks[(*inner, "\0")] = (line, col)
        return found

    def _key(self, event: Any, where: Where, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None or event.tag not in (None, "!"):
                self._note_text("special_start", event)
            return str(event.value)
        self._note("strange_key", event)
        self._value(event, (*where, "\0strange"), depth + 1)
        return "\0strange"

    def _look_behind(self, event: Any, where: Where) -> None:
        """Notice unquoted text that a ` #` cuts short; whether it matters depends on the field."""
        end = event.end_mark
        if not event.value:  # nothing at all: the mark stands behind the colon
            end = event.start_mark
        number = end.line + self._offset
        rest = (
            self._document.lines[number][end.column :] if number < len(self._document.lines) else ""
        )
        if rest.lstrip().startswith("#"):
            line = self._document.lines[number]
            col = end.column + len(rest) - len(rest.lstrip()) + 1
            data = traps.told(line, traps.quoted(line))
            note = Note("cut_comment", number + 1, col, data, error=not event.value, where=where)
            self._document.notes.append(note)

    def _look_across(self, event: Any, where: Where) -> None:
        """Notice an answer over several lines without a bar: YAML makes one line of it."""
        key = next((part for part in reversed(where) if isinstance(part, str)), "")
        if (
            key in _LONG_TEXTS
            and event.start_mark.line != event.end_mark.line
            and "\n" not in event.value
        ):
            line, col = event.start_mark.line + self._offset + 1, event.start_mark.column + 1
            told = {"key": key, "fixed": f"{key}: |"}
            self._document.notes.append(
                Note("folded_lines", line, col, told, error=False, where=where)
            )

    def _note_wide_comma(self, event: Any) -> None:
        mark = event.start_mark
        line = self._document.lines[mark.line + self._offset]
        fixed = line[: mark.column] + line[mark.column :].replace("，", ", ")
        place = (mark.line + self._offset + 1, mark.column + 1 + event.value.index("，"))
        self._document.notes.append(
            Note("wide_comma", *place, traps.told(line, fixed), error=False)
        )

    def _note(self, code: str, event: Any) -> None:
        mark = event.start_mark
        line = self._document.lines[mark.line + self._offset]
        data = traps.told(line, "")
        place = (mark.line + self._offset + 1, mark.column + 1)
        self._document.notes.append(Note(code, *place, data))

    def _note_text(self, code: str, event: Any) -> None:
        mark = event.start_mark
        line = self._document.lines[mark.line + self._offset]
        data = {"sign": line[mark.column : mark.column + 1], **traps.told(line, traps.quoted(line))}
        place = (mark.line + self._offset + 1, mark.column + 1)
        self._document.notes.append(Note(code, *place, data))
