"""From a file's text to values: decode, parse, validate, and tell every problem at once in Chinese.

Floor 0. A problem is told once: what the parser noticed about a line silences what the schema would say of it.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from knowledge import traps, yamlio
from knowledge.corrections import corrected, text_for_mapping, visible_key
from knowledge.entry import Entry
from knowledge.fields import Row
from knowledge.messages import chinese_keys, say
from knowledge.problem import Problem
from knowledge.schema import EntryRow
from knowledge.traps import Note
from knowledge.yamlio import Document, Where

R = TypeVar("R", bound=Row)

PROBLEMS_LIMIT = 200  # of one file; who has more has opened the wrong file

# Where these hold a '#', nothing of what people read was lost.
_NO_TEXT = frozenset(
    [
        "id",
        "stage",
        "valid_from",
        "valid_until",
        "school_year",
        "checked_on",
        "review_by",
        "sample",
        "status",
        "related",
        "entry",
        "date",
        "url",
    ]
)


@dataclass(frozen=True, slots=True)
class Rows(Generic[R]):
    """The rows of a file that are right, each with its place, and all that is wrong with the others.

    `whole` is False when part of the file could not be read or a row was refused.
    """

    file: str
    rows: tuple[tuple[R, Where], ...]
    document: Document
    problems: tuple[Problem, ...]
    whole: bool

    def place(self, where: Where) -> tuple[int, int]:
        """Give line and column of a part of the file."""
        return self.document.mark(where)


def decode(data: bytes) -> str | Note:
    """Read UTF-8 with or without BOM; anything else is refused, since a wrong guess publishes garbage."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Note("utf16", 1, 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Note("not_utf8", line, 1, {"position": error.start + 1})


def read_rows(file: str, data: bytes, model: type[R]) -> Rows[R]:
    """Read a file that holds a list of `model`; the rows that are right are given, whatever the others are."""
    reading = _Reading(file, model, _document(data, model))
    value = reading.document.value
    if isinstance(value, list):
        for number, item in enumerate(value):
            if len(reading.problems) <= PROBLEMS_LIMIT:
                reading.take(item, (number,))
    elif reading.document.whole:
        reading.tell_no_list() if value else reading.tell((), "empty_file")
    return reading.rows()


def read_one(file: str, data: bytes, model: type[R]) -> Rows[R]:
    """Read a file that holds one mapping of `model`."""
    reading = _Reading(file, model, _document(data, model))
    if reading.document.whole:
        if reading.document.value:
            reading.take(reading.document.value, ())
        else:
            reading.tell((), "empty_file")
    return reading.rows()


def read_entries(file: str, data: bytes, topic: str) -> tuple[Rows[EntryRow], tuple[Entry, ...]]:
    """Read one faq file; the entries stand in the file's order and know their line."""
    rows = read_rows(file, data, EntryRow)
    entries = tuple(row.value(topic, f"{file}:{rows.place(where)[0]}") for row, where in rows.rows)
    return rows, entries


def _document(data: bytes, model: type[Row]) -> Document:
    text = decode(data)
    if isinstance(text, Note):
        return Document("", [], notes=[text], whole=False)
    return yamlio.parse(text, frozenset(_all_keys(model)))


@dataclass(slots=True)
class _Reading(Generic[R]):
    """One file while it is read: the rows so far, and what was wrong with the others."""

    file: str
    model: type[R]
    document: Document
    problems: list[Problem] = field(default_factory=list)
    taken: list[tuple[R, Where]] = field(default_factory=list)

    def tell(self, where: Where, code: str) -> None:
        self.problems.append(Problem(self.file, *self.document.mark(where), say(code)))

    def tell_no_list(self) -> None:
        """Tell that a file is no list, with its first line as an item where that is all that lacks."""
        self.tell((), "not_a_list")
        line, _ = self.document.mark(())
        shown = self.document.line(line)
        if shown.lstrip().startswith("id:"):
            told = say("corrected", **traps.told(shown, f"- {shown.strip()}"))
            self.problems[-1] = replace(self.problems[-1], message=self.problems[-1].message + told)

    def take(self, item: Any, where: Where) -> None:
        """Make a row of the item, or tell what is wrong with it."""
        if not isinstance(item, dict):
            self.tell(where, "not_a_mapping")
            return
        try:
            self.taken.append((self.model.model_validate(item), where))
        except ValidationError as error:
            entry = item.get("id")
            found = error.errors(include_url=False)[: PROBLEMS_LIMIT + 1]
            for details in _without_echo(found, self.model):
                problem = self._problem(details, where)
                self.problems.append(
                    replace(problem, entry=entry if isinstance(entry, str) else "")
                )

    def _problem(self, details: ErrorDetails, where: Where) -> Problem:
        path = (*where, *details["loc"])
        key = next((part for part in reversed(details["loc"]) if isinstance(part, str)), "")
        if details["type"] == "missing":
            return Problem(self.file, *self.document.mark(path[:-1]), say("missing", key=key))
        if details["type"] == "extra_forbidden":
            place = self.document.key_mark(path)
            known = keys_at(self.model, details["loc"][:-1])
            message = _key_message(key, known, self.document.line(place[0]), place[1])
            return Problem(self.file, *place, message)
        place = self.document.mark(path)
        shown = self.document.line(place[0])
        message = _value_message(details, key, shown, place[1]) + corrected(
            details["type"], details["input"], shown, key, details.get("ctx") or {}
        )
        return Problem(self.file, *place, with_line(message, shown))

    def rows(self) -> Rows[R]:
        """Close the file: what the parser noticed about a line silences the schema on that line."""
        broken = any(note.error for note in self.document.notes)
        noted = [
            Problem(self.file, note.line, note.col, say(note.code, **note.data), error=note.error)
            for note in self.document.notes
            if note.code != "cut_comment" or _loses_text(note)
            if note.code != "folded_lines" or not broken
        ]
        told = {problem.line for problem in noted if problem.error}
        kept = [problem for problem in self.problems if problem.line not in told]
        found = tuple(dict.fromkeys(sorted([*noted, *kept], key=lambda one: (one.line, one.col))))
        whole = self.document.whole and not any(problem.error for problem in found)
        if len(found) > PROBLEMS_LIMIT:
            more = Problem(self.file, 1, 1, say("more_problems", limit=PROBLEMS_LIMIT))
            found = (more, *found[:PROBLEMS_LIMIT])
        return Rows(self.file, tuple(self.taken), self.document, found, whole)


def _without_echo(found: Sequence[ErrorDetails], model: type[Row]) -> Iterator[ErrorDetails]:
    """Leave out a key that is missing only because it is mistyped: its own line says so."""
    meant = set()
    for details in found:
        if details["type"] == "extra_forbidden":
            known = keys_at(model, details["loc"][:-1])
            key = visible_key(str(details["loc"][-1]))
            near = key if key in known else meant_by(key, known)
            meant.add((*details["loc"][:-1], near))
    for details in found:
        if details["type"] != "missing" or details["loc"] not in meant:
            yield details


def with_line(message: str, line: str) -> str:
    """Add the line that a message is about, unless it shows it already."""
    shown = say("shown", shown="") in message
    return message if shown else message + say("shown", **traps.told(line, ""))


def corrected_word(line: str, col: int, word: str, meant: str) -> str:
    """Show a line, and how it should be with another word at a column; without one the line alone."""
    if not meant or not line[col - 1 :].startswith(word):
        return with_line("", line)
    return say(
        "corrected", **traps.told(line, line[: col - 1] + meant + line[col - 1 + len(word) :])
    )


def _key_message(key: str, known: Sequence[str], line: str, col: int) -> str:
    """Tell of a key that no model has, with the line as it should be where one is near."""
    seen = visible_key(key)
    hidden = seen != key and seen in known
    told = (
        say("invisible_key", key=seen)
        if hidden
        else say("unknown_key", key=key, nearest=nearest(key, known))
    )
    return told + corrected_word(line, col, key, seen if hidden else meant_by(key, known))


def _near(name: str, known: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), "")


def _loses_text(note: Note) -> bool:
    keys = [part for part in note.where if isinstance(part, str)]
    return bool(keys) and keys[-1] not in _NO_TEXT


def _value_message(details: ErrorDetails, key: str, shown: str, col: int) -> str:
    """Tell what is wrong with the value at a column of the line `shown`, by the type pydantic gives its errors."""
    data: Mapping[str, Any] = details.get("ctx") or {}
    kind = details["type"]
    match kind:
        case "string_type" if isinstance(details["input"], dict | list):
            if col == traps.start_of(shown) and shown[col - 1 :].startswith(("{", "[")):
                return say("braces", **traps.told(shown, traps.quoted(shown)))
            return text_for_mapping(shown, col) or say("text_expected", key=key)
        case "tuple_type" | "list_type":
            return say("list_expected", key=key)
        case "dict_type" | "model_type" | "model_attributes_type":
            return say("mapping_expected", key=key)
        case "string_too_short":
            return say("empty", key=key)
        case "string_too_long":
            length = len(str(details["input"]).strip())
            return say("too_long", key=key, length=length, limit=data["max_length"])
        case "too_short":
            return say("too_short", key=key, minimum=data["min_length"])
        case "literal_error" | "enum":
            allowed = str(data["expected"]).replace("'", "").replace(" or ", ", ")
            return say("bad_choice", key=key, value=details["input"], allowed=allowed)
        case (
            "bad_date"
            | "bad_some_date"
            | "bad_flag"
            | "bad_number"
            | "bad_year"
            | "bad_id"
            | "bad_url"
        ):
            return say(kind, key=key, **data)
        case _:
            return say("bad_value", key=key)


def nearest(name: str, known: Sequence[str]) -> str:
    """Say which known name is meant, or which there are when none is near."""
    meant = meant_by(name, known)
    if meant:
        return say("nearest", name=meant)
    return say("known", names=", ".join(known)) if 0 < len(known) <= 24 else ""


def meant_by(name: str, known: Sequence[str]) -> str:
    """Give the known name that is meant, by its Chinese word or by likeness; nothing when none is near."""
    meant = chinese_keys().get(name, "")
    return meant if meant in known else _near(name, known)


def keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> tuple[str, ...]:
    """List the keys that may stand at `loc` below `model`."""
    current: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, str) and current is not None:
            info = current.model_fields.get(part)
            current = _model_in(info.annotation) if info else None
    return tuple(current.model_fields) if current is not None else ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _all_keys(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield name
        inner = _model_in(info.annotation)
        if inner is not None:
            yield from _all_keys(inner)
