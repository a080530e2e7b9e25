"""Short answers inside the complaint and case dialogues: 跳过, 匿名, 提交, or a button's label typed by hand.

Floor 2: pure. The words are data in spoken.yaml; the whole message must be one of them.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from knowledge.text import simplified

_NOISE = re.compile(r"[\W_]+")
_BEHIND = 4  # characters behind a beginning that say something: 补充一下 is not yet an addition
_LONGEST = 20  # characters; no short answer is longer
_LONGEST_CHANGE = 40  # characters of a wish to change a part, with what it is to be


def said(text: str, group: str) -> bool:
    """Tell whether the whole text is one of the words of a group in spoken.yaml."""
    return len(text) <= _LONGEST and fold(text) in _groups()[group]


def is_short_answer(text: str) -> bool:
    """Tell whether the whole text is a short answer to something, whatever was asked: it is no name then."""
    return len(text) <= _LONGEST and any(fold(text) in words for words in _groups().values())


def tells_a_story(text: str) -> bool:
    """Tell whether a text tells what happened rather than names a school or an office: 饭里有虫."""
    data = _data()
    return not re.search(data["name_like"][0], text) and bool(
        re.search(data["story_like"][0], text)
    )


def asks_own_progress(text: str) -> bool:
    """Tell whether a text asks how far the own matter is: 我的投诉到哪了, 我上次投诉的那个有结果没."""
    if said(text, "progress"):
        return True
    folded = fold(text) if len(text) <= 2 * _LONGEST else ""
    return any(re.fullmatch(one, folded) for one in _data()["own_progress"])


def part_to_change(text: str) -> tuple[str, str] | None:
    """Return the part of a complaint that the whole text wants changed, and to what: 学校改成三中; else None.

    学校把时间改成了周六 is a part of the story, and no wish.
    """
    found = _change().fullmatch(text.strip()) if len(text) <= _LONGEST_CHANGE else None
    if found is None:
        return None
    word = found["of"] or found["part"]
    part = next(part for part, words in _parts().items() if word in words)
    return part, (found["value"] or "").strip()


def begins(text: str, group: str) -> bool:
    """Tell whether a text begins with one of the words of a group and says something behind it."""
    folded = fold(text[: 3 * _LONGEST])
    starts = [word for word in _groups()[group] if folded.startswith(word)]
    return any(len(folded) - len(word) >= _BEHIND for word in starts)


def sounds_asked(text: str) -> bool:
    """Tell whether a text is put as a question: it holds a question mark or a question word."""
    low = unicodedata.normalize("NFKC", text).lower()
    return "?" in low or any(word in low for word in _data()["asking"])


def sounds_outraged(text: str) -> bool:
    """Tell whether what is put as a question is an outcry: 凭什么, 到底管不管."""
    return any(word in text for word in _data()["outcry"])


def asks_nothing(text: str) -> bool:
    """Tell whether a text asks nothing but in an outcry: 凭什么收钱; 到底怎么报名 does ask."""
    for word in _data()["outcry"]:
        text = text.replace(word, "")
    return not sounds_asked(text)


def without_swearing(text: str) -> str | None:
    """Return what a text says beside its swearing, folded; None where nobody swears."""
    folded = fold(text)
    rest = _swearing().sub("", folded)
    return rest if rest != folded else None


def tells_of_insult(text: str) -> bool:
    """Tell whether a text tells how somebody was insulted: 老师骂孩子傻, which is no insult of ours."""
    return any(word in text for word in _data()["insulted"])


def label_said(text: str, labels: Sequence[str]) -> int | None:
    """Return which of the labels is meant: by its words, or by its place (1, 2 …); None when none is."""
    wanted = fold(text)
    if not wanted:
        return None
    if wanted.isdecimal() and 1 <= int(wanted) <= len(labels):
        return int(wanted) - 1
    folded = [fold(label) for label in labels]
    if wanted in folded:
        return folded.index(wanted)
    near = [place for place, label in enumerate(folded) if len(wanted) > 1 and wanted in label]
    return near[0] if len(near) == 1 else None


@lru_cache(maxsize=1024)  # the same message is held against many groups
def fold(text: str) -> str:
    """Bring a text into the form in which it is compared: simplified, no width, case, blanks or punctuation."""
    return _NOISE.sub("", simplified(unicodedata.normalize("NFKC", text).lower()))


@cache
def _groups() -> dict[str, frozenset[str]]:
    return {group: frozenset(map(fold, words)) for group, words in _data().items()}


@cache
def _change() -> re.Pattern[str]:
    """Return what matches a wish to change a part: 我要改学校, 电话不对, 把学校改成三中."""
    data = _data()
    part = _any_of([word for words in _parts().values() for word in words])
    verb, wrong, to = (_any_of(data[key]) for key in ("change", "wrong", "change_to"))
    return re.compile(
        f"(?:{_any_of(data['change_before'])})*"
        f"(?:(?:{verb})(?P<of>{part})|(?P<part>{part})(?:{wrong}|{verb}|(?:{to})(?P<value>[^了].*)))"
        f"(?:{_any_of(data['change_behind'])})*"
    )


def _any_of(words: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


@cache
def _swearing() -> re.Pattern[str]:
    return re.compile(_any_of([fold(word) for word in _data()["swearing"]]))


@cache
def _parts() -> dict[str, list[str]]:
    start = "part_"
    return {
        group.removeprefix(start): words
        for group, words in _data().items()
        if group.startswith(start)
    }


@cache
def _data() -> dict[str, list[str]]:
    source = files(__package__).joinpath("spoken.yaml").read_text(encoding="utf-8")
    read: dict[str, list[str]] = yaml.load(source, Loader=yaml.CBaseLoader)  # noqa: S506 - text only
    return read
