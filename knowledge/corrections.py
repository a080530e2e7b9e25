"""The line as it should be, where what is wrong with a value leaves only one thing it can mean.

Floor 0; pure. A date in another spelling, a Chinese word for an English choice, a list on one line: the message says
what is wrong, and these add the corrected line. What could mean two things gets none.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from knowledge import traps
from knowledge.messages import chinese_choices, say
from knowledge.table_cells import tidy

_ITEM = re.compile(r"^(\s*(?:- +)+)(.*)$")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_YEAR = re.compile(r"\D*((?:19|20)\d\d)\D*", re.ASCII)
_MONTH = re.compile(r"((?:19|20)\d\d)\s*[年./-]\s*(\d{1,2})\s*月?", re.ASCII)
_MONTHS = 12
_COMMAS = re.compile(r"[,，、]\s*")
_WORD = 12  # characters; what is longer is a sentence and may hold a comma
_STOPS, _DASHES = re.compile("[。.,,、]+$"), re.compile("[—–－]+")
_TRUE, _FALSE = frozenset("对真有y1√"), frozenset("错假无n0×")


def text_for_mapping(line: str, col: int) -> str:
    """Correct text that became a mapping because of a colon in it: - 家长问: 要钱吗; empty where it is none."""
    value = line[col - 1 :]
    if value.startswith(("{", "[")) or ":" not in value:
        return ""
    found = _ITEM.match(line)
    if found is None or found.end(1) != col - 1:
        return ""
    text = found.group(2).strip()
    quoted = (
        f'"{text}"' if '"' not in text and "\\" not in text else "'" + text.replace("'", "''") + "'"
    )
    return say("colon_inside", **traps.told(line, found.group(1) + quoted))


def corrected(kind: str, value: object, line: str, key: str, data: Mapping[str, Any]) -> str:
    """Give the sentence with the corrected line for an error of the schema; empty where it cannot be known."""
    make = _MAKERS.get(kind)
    if make is None or not isinstance(value, str) or value not in line:
        return ""
    meant = make(value.strip(), key, data)
    if not meant or meant == value:
        return ""
    place = line.rindex(value)
    fixed = line[:place] + meant + line[place + len(value) :]
    return say("corrected", **traps.told(line, fixed))


def visible_key(key: str) -> str:
    """Give a key without the signs in it that nobody sees."""
    return _INVISIBLE.sub("", key).strip()


def _day(value: str, key: str, data: Mapping[str, Any]) -> str:
    meant = tidy(_DASHES.sub("-", _STOPS.sub("", value)), "date")
    try:
        return date.fromisoformat(meant).isoformat()
    except ValueError:
        return ""


def _some_day(value: str, key: str, data: Mapping[str, Any]) -> str:
    month = _MONTH.fullmatch(value)
    if month is not None and 1 <= int(month.group(2)) <= _MONTHS:
        return f"{month.group(1)}-{int(month.group(2)):02}"
    return _day(value, key, data) or _year(value, key, data)


def _year(value: str, key: str, data: Mapping[str, Any]) -> str:
    found = _YEAR.fullmatch(value)  # 2026-2027 could be either
    return found.group(1) if found else ""


def _flag(value: str, key: str, data: Mapping[str, Any]) -> str:
    if value.lower() in _TRUE:
        return "true"
    return "false" if value.lower() in _FALSE else ""


def _id(value: str, key: str, data: Mapping[str, Any]) -> str:
    meant = re.sub(r"[\s_./]+", "-", visible_key(value).lower()).strip("-")
    return meant if re.fullmatch(r"[a-z0-9-]+", meant) else ""


def _url(value: str, key: str, data: Mapping[str, Any]) -> str:
    fits = re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?", value, re.ASCII)
    return f"https://{value}" if fits else ""


def _choice(value: str, key: str, data: Mapping[str, Any]) -> str:
    allowed = re.findall(r"[a-z_]+", str(data.get("expected", "")))
    meant = chinese_choices().get(value, value.lower())
    return next(iter(difflib.get_close_matches(meant, allowed, n=1, cutoff=0.7)), "")


def _list(value: str, key: str, data: Mapping[str, Any]) -> str:
    parts = _COMMAS.split(value)
    if len(parts) > 1 and all(0 < len(one) <= _WORD for one in parts):
        return f"[{', '.join(parts)}]"
    return f"⏎ - {value}"


def _source(value: str, key: str, data: Mapping[str, Any]) -> str:
    return f"{{title: {value}}}" if key == "source" and not re.search(r"[,:{}\[\]#]", value) else ""


_MAKERS: Mapping[str, Callable[[str, str, Mapping[str, Any]], str]] = {
    "bad_date": _day,
    "bad_some_date": _some_day,
    "bad_year": _year,
    "bad_flag": _flag,
    "bad_id": _id,
    "bad_url": _url,
    "literal_error": _choice,
    "enum": _choice,
    "list_type": _list,
    "tuple_type": _list,
    "dict_type": _source,
    "model_type": _source,
    "model_attributes_type": _source,
}
