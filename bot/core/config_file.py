"""Read the settings: the YAML file, then the environment over it, then the schema over both.

Floor 1. Every scalar is read as text and converted by the schema, so that nothing is a date or a boolean by
accident. All problems are collected, each with the place an operator has to go to: `config.yaml:7:3`
or `BOT__WEB__PORT`.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.core.config import NOTHING, Config
from bot.core.errors import ConfigError
from bot.core.logs import redact
from knowledge import messages, yamlio

PREFIX = "BOT__"
TOKEN_VARIABLE = "BOT_TOKEN"  # noqa: S105 - the name of a variable, not a token
DEFAULT_FILE = Path("config.yaml")
Place = tuple[str | int, ...]
_NOT_UTF_8 = "is not UTF-8 text; save the file again, with UTF-8 as its encoding"


@dataclass(slots=True)
class _Draft:
    """What was read so far: the values, where each stands, and what is wrong with it."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Place, str] = field(default_factory=dict)
    keys: dict[Place, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def where(self, place: Place, *, key: bool = False) -> str:
        """Return the closest place that is known: the thing itself, or the section it is missing from."""
        if key and place in self.keys:
            return self.keys[place]
        while place and place not in self.places:
            place = place[:-1]
        return self.places.get(place, "built-in settings")


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Return the settings from `path` (None: the default file if it exists) and the environment.

    Raises ConfigError with every problem at once.
    """
    draft = _Draft()
    if path is not None or DEFAULT_FILE.exists():
        _read_file(draft, path or DEFAULT_FILE)
    _lay_environment_over(draft, environ)
    config, more = None, []
    try:
        config = Config.model_validate(draft.values)
    except ValidationError as error:
        more = [_problem(draft, detail) for detail in error.errors()]
    # A broken line makes the schema miss what stands on it: only the cause is told.
    problems = draft.problems or more
    if config is None or problems:
        raise ConfigError(*problems[0], *problems[1:])
    return config


def _read_file(draft: _Draft, path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        draft.problems.append((str(path), "no such file"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        draft.problems.append((f"{path}:{line}:1", _NOT_UTF_8))
    except OSError as error:
        draft.problems.append((str(path), f"cannot be read: {error.strerror}"))
    else:
        value = _parse(draft, text, str(path), ())
        if isinstance(value, dict):
            draft.values = value
        elif value or (value == [] and not draft.problems):
            draft.problems.append((f"{path}:1:1", "should be `key: value` lines"))


def _parse(draft: _Draft, text: str, source: str, at: Place) -> yamlio.Plain:
    """Read YAML that belongs at a place of the settings, noting where everything in it stands."""
    document = yamlio.parse(text, frozenset(_keys_under(Config)))
    for note in document.notes:
        if (
            note.error and note.code != "cut_comment"
        ):  # a comment behind an empty value is no loss here
            said = redact(messages.say(note.code, **note.data))
            draft.problems.append((f"{source}:{note.line}:{note.col}", said))
    for where, (line, column) in document.marks.items():
        is_key = bool(where) and where[-1] == "\0"
        marks = draft.keys if is_key else draft.places
        marks[(*at, *(where[:-1] if is_key else where))] = f"{source}:{line}:{column}"
    return document.value


def _lay_environment_over(draft: _Draft, environ: Mapping[str, str]) -> None:
    if environ.get(TOKEN_VARIABLE):
        _put(draft, ("telegram", "token"), environ[TOKEN_VARIABLE], TOKEN_VARIABLE)
    for name in sorted(environ):
        if name.upper().startswith(PREFIX):
            place = tuple(name[len(PREFIX) :].lower().split("__"))
            _put(draft, place, _from_variable(draft, place, name, environ[name]), name)


def _from_variable(draft: _Draft, place: Place, name: str, text: str) -> yamlio.Plain:
    """Read a list or a section as YAML; everything else is the text as it stands."""
    is_yaml = text.lstrip().startswith(("[", "{", "- "))
    return _parse(draft, text, name, place) if is_yaml else text


def _put(draft: _Draft, place: tuple[str, ...], value: Any, name: str) -> None:
    section = draft.values
    for key in place[:-1]:
        inner = section.setdefault(key, {})
        if isinstance(inner, str) and inner in NOTHING:
            inner = section[key] = {}
        if not isinstance(inner, dict):
            return  # the file has something else here, and the schema will say so
        section = inner
    section[place[-1]] = value
    draft.places[place] = draft.keys[place] = name


def _problem(draft: _Draft, detail: ErrorDetails) -> tuple[str, str]:
    """Say one problem of the schema: where, and what."""
    place: Place = detail["loc"]
    dotted = ".".join(str(part) for part in place)
    unknown = detail["type"] == "extra_forbidden"
    said = _unknown_key(place) if unknown else _said(detail)
    return draft.where(place, key=unknown), f"{dotted}: {said}" if dotted else said


def _said(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            return "is required"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "should be a section: `key: value` lines, indented"
        case "tuple_type":
            return "should be a list"
        case "int_parsing" | "int_from_float":
            return "should be a whole number"
        case "float_parsing":
            return "should be a number"
        case "bool_parsing":
            return "should be true or false"
        case "value_error":
            return str(detail["ctx"]["error"])
        case _:
            return detail["msg"].removeprefix("Input ")


def _unknown_key(place: Place) -> str:
    known = sorted(_section_at(place[:-1]).model_fields)
    near = next(iter(difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)), "")
    return "unknown setting; " + (
        f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
    )


def _section_at(place: Place) -> type[BaseModel]:
    """Return the schema of the section at a place; a list's number leads to the schema of its members."""
    section: type[BaseModel] = Config
    for part in place:
        if isinstance(part, str):
            section = next(_models_in(section.model_fields[part].annotation))
    return section


def _keys_under(section: type[BaseModel]) -> Iterator[str]:
    for key, info in section.model_fields.items():
        yield key
        for inner in _models_in(info.annotation):
            yield from _keys_under(inner)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
