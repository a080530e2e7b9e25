"""Which years a question names: 2025 年, 去年, 2024 到 2026 年, 近三年.

Floor 0; pure.
"""

import re
from collections.abc import Sequence
from datetime import date

from knowledge.catchment import read_number
from knowledge.figure_words import figure_words

_RELATIVE = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_FROM_TO = re.compile(r"(20\d\d)年?(?:到|至|之)(20\d\d)")
_LAST_FEW = re.compile(r"(?:最近|近|这|过去)([0-9]{1,2}|[一二两三四五六七八九十]{1,2})年")
_MOST = 12  # years; a longer span is a slip of the finger


def year_words(text: str) -> list[str]:
    """Give the words of a text that name a year or a few."""
    return figure_words().year_like.findall(text)


def years_of(text: str, today: date, published: Sequence[int] = ()) -> tuple[int, ...]:
    """Give the years that a text names, oldest first; the last few are those of the `published` ones, newest first."""
    found = set()
    for word in year_words(text):
        if word in _RELATIVE:
            found.add(today.year + _RELATIVE[word])
        elif word[:4].isdigit():
            found.add(int(word[:4]))
    for span in _FROM_TO.finditer(text):
        first, last = int(span.group(1)), int(span.group(2))
        found.update(range(first, last) if last - first <= _MOST else ())
    for few in _LAST_FEW.finditer(text):
        count = read_number(few.group(1).replace("两", "二"))
        found.update(published[: count or 0])
    return tuple(sorted(found))
