"""What editors read about their content: one Chinese sentence a code, kept in messages.yaml.

Floor 0. Code and logs stay English; only this catalogue knows how a problem is told.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

_FILE = Path(__file__).with_name("messages.yaml")


@cache
def catalogue() -> Mapping[str, str]:
    """Give every sentence by its code."""
    loaded = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # safe loader
    return MappingProxyType({str(code): str(text) for code, text in loaded["problems"].items()})


@cache
def chinese_keys() -> Mapping[str, str]:
    """Give the key that is meant by a Chinese word where a key belongs (问题 → question)."""
    loaded = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # safe loader
    return MappingProxyType({str(word): str(key) for word, key in loaded["keys"].items()})


@cache
def chinese_choices() -> Mapping[str, str]:
    """Give the value that is meant by a Chinese word where one of a few English ones belongs (小学 → primary)."""
    loaded = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # safe loader
    return MappingProxyType({str(word): str(value) for word, value in loaded["choices"].items()})


def say(code: str, /, **data: object) -> str:
    """Tell the problem `code` in Chinese; `data` fills the sentence and never becomes a template."""
    return catalogue()[code].format_map(data)
