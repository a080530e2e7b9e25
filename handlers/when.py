"""Days as people read them: 6月18日(周四), Thu 18 Jun; several in a row as from - to.

Floor 2: pure. Which day an instant falls on is for `bot.core.workdays` to say.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.core.texts import plain

_DAY = timedelta(days=1)


def day_words(day: date, language: str = "zh") -> str:
    """Write a day for a person, with its weekday."""
    weekday = plain("when.weekdays", language).split()[day.weekday()]
    return plain("when.day", language, date=_short(day, language), weekday=weekday)


def days_words(days: Sequence[date], language: str = "zh") -> str:
    """Write several days in order, neighbours as one stretch."""
    stretches: list[tuple[date, date]] = []
    for day in days:
        if stretches and stretches[-1][1] + _DAY == day:
            stretches[-1] = (stretches[-1][0], day)
        else:
            stretches.append((day, day))
    words = [_stretch(first, last, language) for first, last in stretches]
    return plain("when.between", language).join(words)


def _stretch(first: date, last: date, language: str) -> str:
    if first == last:
        return _short(first, language)
    ends = {"first": _short(first, language), "last": _short(last, language)}
    return plain("when.stretch", language, **ends)


def _short(day: date, language: str) -> str:
    month = plain("when.months", language).split()[day.month - 1]
    return plain("when.short", language, month=month, day=day.day)
