"""Personal numbers in what people write: they are left out of logs of questions, and of what becomes content.

Floor 1: pure. The pattern is data in personal.yaml.
"""

import re
from functools import cache
from importlib.resources import files

import yaml


def holds_personal_numbers(text: str) -> bool:
    """Tell whether a text holds what looks like an identity card or a mobile phone number."""
    return without_personal_numbers(text) != text


def without_personal_numbers(text: str) -> str:
    """Leave out what looks like an identity card or a mobile phone number, and the words before it."""
    return _pattern().sub(" ", text)


@cache
def _pattern() -> re.Pattern[str]:
    source = files(__package__).joinpath("personal.yaml").read_text(encoding="utf-8")
    read: dict[str, str] = yaml.load(source, Loader=yaml.CBaseLoader)  # noqa: S506 - makes text only
    return re.compile(read["personal"])
