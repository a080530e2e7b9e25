"""Which command a message is: /help, /help@our_bot, a plain 帮助, or a button whose data is a command.

Floor 2: pure. The words are data in words.yaml; anything that is more than the command is not a command.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from bot.core.personal import holds_personal_numbers, without_personal_numbers
from bot.core.turn import Arrival, Turn
from knowledge.text import simplified

__all__ = [
    "Command",
    "argument",
    "command",
    "command_in",
    "holds_personal_numbers",
    "is_chinese",
    "is_english",
    "is_slash",
    "says_something",
    "slash_name",
    "to_follow",
    "to_stop",
    "without_personal_numbers",
]

_SLASH = re.compile(r"/([a-z_]+)(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_NOISE = re.compile(r"[\W_]+")
_HAN = re.compile(r"[㐀-鿿]")
_LATIN_WORD = re.compile(r"[a-z]+")
_LONGEST = 60  # characters; no command is longer
_ENGLISH_WORDS = 2  # so many different ones make a text English
_CHINESE_CHARACTERS = 4


class Command(StrEnum):
    """Everything that a command or a plain word may ask for."""

    START = "start"
    HELP = "help"
    MENU = "menu"
    COMPLAIN = "complain"
    STATUS = "status"
    CANCEL = "cancel"
    RESUME = "resume"
    BACK = "back"
    DONE = "done"
    LANG = "lang"
    PRIVACY = "privacy"
    PERSON = "person"
    SUBSCRIPTIONS = "subscriptions"
    UNSUBSCRIBE = "unsubscribe"


_NAMES = {one.value: one for one in Command}


def command(turn: Turn) -> Command | None:
    """Return the command that the message of this turn is, or None; buttons and files are none."""
    return command_in(turn.incoming.text) if turn.incoming.arrival is Arrival.TEXT else None


@lru_cache(maxsize=256)  # every handler asks it of the same message
def command_in(text: str) -> Command | None:
    """Return the command that a text is as a whole: with a slash, or in plain words."""
    slash = _SLASH.fullmatch(text.strip())
    if slash is not None:
        return _NAMES.get(slash.group(1).lower())
    if len(text) > _LONGEST:
        return None
    return next(filter(None, map(_plain().get, _forms(_fold(text)))), None)


def _forms(whole: str) -> Iterator[str]:
    """Yield a folded text with ever less politeness around it: 发完了谢谢 is 发完了, before it is 发完."""
    yield whole
    for text in dict.fromkeys((whole, _polite_before().sub("", whole))):
        yield text
        rest = text
        while (behind := _polite_behind().search(rest)) is not None:
            rest = rest[: behind.start()]
            yield rest


def is_slash(text: str) -> bool:
    """Tell whether a text has the form of a command, known or not."""
    return _SLASH.fullmatch(text.strip()) is not None


def slash_name(text: str) -> str:
    """Return the name of a command with a slash, known or not, in small letters; '' for anything else."""
    slash = _SLASH.fullmatch(text.strip())
    return slash.group(1).lower() if slash is not None else ""


def argument(text: str) -> str:
    """Return what follows a command with a slash: the payload of a deep link, or nothing."""
    slash = _SLASH.fullmatch(text.strip())
    return (slash.group(2) or "").strip() if slash is not None else ""


def to_follow(text: str) -> str:
    """Return what somebody wants to be told of: 订阅 三中, subscribe to hiring; nothing for anything else."""
    return _named_behind("subscribe", text)


def to_stop(text: str) -> str:
    """Return what somebody does not want to be told of any more: 退订 三中; nothing for anything else."""
    return _named_behind("stop_subscribing", text)


def _named_behind(pattern: str, text: str) -> str:
    found = re.fullmatch(_data()[pattern], text.strip(), re.IGNORECASE)
    return next((part.strip() for part in found.groups() if part), "") if found else ""


def says_something(text: str) -> bool:
    """Tell whether there is a letter or a figure in a text; 😀 and ？ alone are none."""
    return any(character.isalnum() for character in text)


def is_english(text: str) -> bool:
    """Tell whether a text is plainly English: no Chinese, and at least two different English words."""
    if _HAN.search(text):
        return False
    known = set(_LATIN_WORD.findall(text.lower())).intersection(_data()["english"])
    return len(known) >= _ENGLISH_WORDS


def is_chinese(text: str) -> bool:
    """Tell whether a text is plainly Chinese: at least four of its characters are."""
    return len(_HAN.findall(text)) >= _CHINESE_CHARACTERS


@cache
def _data() -> dict[str, Any]:
    source = files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.load(source, Loader=yaml.CBaseLoader)  # noqa: S506 - makes text only
    return read


@cache
def _plain() -> dict[str, Command]:
    """Return every plain word with the command it is."""
    groups = _data()["commands"].items()
    return {_fold(word): Command(name) for name, said in groups for word in said}


@cache
def _polite_before() -> re.Pattern[str]:
    """Return what matches all the politeness before a word: 请帮我."""
    return re.compile(f"^(?:{_polite_words()})+")


@cache
def _polite_behind() -> re.Pattern[str]:
    """Return what matches the last word of politeness behind a word: 一下, 谢谢."""
    return re.compile(f"(?:{_polite_words()})$")


def _polite_words() -> str:
    return "|".join(sorted(map(_fold, _data()["around"]), key=len, reverse=True))


def _fold(text: str) -> str:
    return _NOISE.sub("", simplified(unicodedata.normalize("NFKC", text).lower()))
