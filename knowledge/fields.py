"""The kinds of fields that content is made of: text that becomes a date, a flag, a number - by schema only.

Floor 0. Every scalar arrives as text; these types convert it or refuse it with the code of a Chinese sentence.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

ANSWER_LIMIT = 3500  # Telegram takes 4,096; source, date and the note about samples need room
_NOTHING = frozenset({"", "~", "null"})
_YES = frozenset({"true", "yes", "on", "是"})
_NO = frozenset({"false", "no", "off", "否", ""})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SOME_DAY = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"
# For editors, to whom a year alone is a number and nothing at all a null.
_SOME_DAY_AS_TYPED = {"type": ["string", "integer", "null"], "pattern": _SOME_DAY}
_FIRST = "2000-01-01"  # what a shorter date leaves out


class Row(BaseModel):
    """A mapping in a content file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _day(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        try:
            return date.fromisoformat(text) if _DAY.fullmatch(text) else _refuse("bad_date", value)
        except ValueError:
            return _refuse("bad_date", value)
    return value


def _some_day(value: Any) -> Any:
    """Take a day, a month or a year: of many documents no more is known."""
    if not isinstance(value, str) or value.strip() in _NOTHING:
        return "" if isinstance(value, str) else value
    text = value.strip()
    try:
        date.fromisoformat(text + _FIRST[len(text) :])
    except ValueError:
        return _refuse("bad_some_date", value)
    return text if re.fullmatch(_SOME_DAY, text) else _refuse("bad_some_date", value)


def _maybe(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip() in _NOTHING else value


def is_yes(written: str) -> bool:
    """Tell whether a flag, as it is written, means yes."""
    return written.strip().lower() in _YES


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        known = is_yes(value) or value.strip().lower() in _NO
        return is_yes(value) if known else _refuse("bad_flag", value)
    return value


def _refuse(code: str, value: str, **data: object) -> Any:
    raise PydanticCustomError(code, "{value}", {"value": value, **data})


def whole_number(minimum: int, maximum: int) -> BeforeValidator:
    """Make a validator for plain digits between the two, both included (no 1_000, no 0x10)."""

    def convert(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = value.strip()
        if re.fullmatch(r"-?[0-9]{1,9}", text) and minimum <= int(text) <= maximum:
            return int(text)
        return _refuse("bad_number", value, minimum=minimum, maximum=maximum)

    return BeforeValidator(convert)


def _year(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        fits = re.fullmatch(r"[0-9]{4}", text) and 1990 <= int(text) <= 2100
        return int(text) if fits else _refuse("bad_year", value)
    return value


def _id(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[a-z0-9-]+", value):
        return _refuse("bad_id", value)
    return value


def _url(value: Any) -> Any:
    if isinstance(value, str) and value and not re.fullmatch(r"https?://\S+", value):
        return _refuse("bad_url", value)
    return value


def _list(value: Any) -> Any:
    """Read a key with nothing behind it as an empty list."""
    return [] if isinstance(value, str) and value.strip() in _NOTHING else value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Answer = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=ANSWER_LIMIT)
]
Loose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]  # may be empty
LooseAnswer = Annotated[str, StringConstraints(strip_whitespace=True, max_length=ANSWER_LIMIT)]
Id = Annotated[
    str,
    StringConstraints(min_length=1, max_length=56, pattern=r"^[a-z0-9-]+$"),
    BeforeValidator(_id),
]
Url = Annotated[str, StringConstraints(max_length=500), BeforeValidator(_url)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_day)]
MaybeDay = Annotated[date | None, BeforeValidator(_day), BeforeValidator(_maybe)]
SomeDay = Annotated[str, Field(json_schema_extra=_SOME_DAY_AS_TYPED), BeforeValidator(_some_day)]
MaybeYear = Annotated[int | None, BeforeValidator(_year), BeforeValidator(_maybe)]
Year = Annotated[int, BeforeValidator(_year)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(_list)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_list)]
MAYBE = BeforeValidator(_maybe)
LIST = BeforeValidator(_list)
