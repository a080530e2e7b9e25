"""When an answer is due: working days and natural days, counted as the law counts them.

Floor 1: pure. The day of receipt is not counted, the day after it is the first (民法典第 201 条); a period
ends at midnight of its last day, and a natural-day period whose last day is free ends on the next working day
(第 203 条). Days are days in Asia/Shanghai.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from knowledge.calendar import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Due:
    """A due date with how it came about, so that anyone can check it.

    `at` is the last second of the last day, in UTC. `first_day` is the first day that counts. `skipped` are the
    holidays passed over (plain weekends are not listed), `made_up` the weekend days that were worked and count.
    `provisional` when a year on the way has no official calendar yet.
    """

    at: datetime
    first_day: date
    skipped: tuple[date, ...]
    made_up: tuple[date, ...]
    workdays: int
    provisional: bool
    calendar_version: str

    @property
    def last_day(self) -> date:
        """Give the last day on which the answer is in time."""
        return local_day(self.at)


def local_day(at: datetime) -> date:
    """Give the day in Asia/Shanghai; refuses a time that does not know its zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone names no day")
    return at.astimezone(SHANGHAI).date()


def due(received_at: datetime, workdays: int, calendar: Calendar) -> Due:
    """Count `workdays` (at least 1) working days from the day after receipt."""
    if workdays < 1:
        raise ValueError("a time limit is at least one working day")
    received = local_day(received_at)
    day, first, left = received, None, workdays
    while left:
        day += _DAY
        if calendar.is_workday(day):
            first = first or day
            left -= 1
    return _due(received, first or day, day, calendar)


def due_natural(received_at: datetime, days: int, calendar: Calendar) -> Due:
    """Count `days` (at least 1) natural days; a free last day moves to the next working day."""
    if days < 1:
        raise ValueError("a time limit is at least one day")
    received = local_day(received_at)
    last = received + days * _DAY
    while not calendar.is_workday(last):
        last += _DAY
    return _due(received, received + _DAY, last, calendar)


def _due(received: date, first: date, last: date, calendar: Calendar) -> Due:
    on_the_way = [received + number * _DAY for number in range(1, (last - received).days + 1)]
    return Due(
        at=datetime.combine(last, _END_OF_DAY, SHANGHAI).astimezone(UTC),
        first_day=first,
        skipped=tuple(day for day in on_the_way if day in calendar.off - calendar.work),
        made_up=tuple(day for day in on_the_way if day in calendar.work),
        workdays=sum(calendar.is_workday(day) for day in on_the_way),
        provisional=not all(calendar.has_year(day.year) for day in on_the_way),
        calendar_version=calendar.version,
    )


def workdays_between(start: date, end: date, calendar: Calendar) -> int:
    """Count the working days after `start` up to and with `end`; below zero when `end` is earlier."""
    if end < start:
        return -workdays_between(end, start, calendar)
    days = (start + number * _DAY for number in range(1, (end - start).days + 1))
    return sum(calendar.is_workday(day) for day in days)
