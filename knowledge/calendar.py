"""The working days of each year: holidays and made-up working days as the State Council's notice has them.

Floor 0. A year without a notice counts Monday to Friday less the statutory days it knows, and says that it
is provisional; nothing is ever invented and no year raises.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.reading import Rows
from knowledge.schema_desk import CalendarRow, YearRow
from knowledge.yamlio import Where

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class YearPlan:
    """One year: its days off and made-up working days, and the notice they come from."""

    year: int
    notice: str
    off: frozenset[date]
    work: frozenset[date]
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every known year. `version` changes with any change of a day, and with nothing else."""

    years: Mapping[int, YearPlan]
    off: frozenset[date]
    work: frozenset[date]
    version: str

    def is_workday(self, day: date) -> bool:
        """Tell whether the bureau works on `day`."""
        if day in self.work:
            return True
        return day.weekday() < _SATURDAY and day not in self.off

    def has_year(self, year: int) -> bool:
        """Tell whether the year's official notice is entered; without it its days are provisional."""
        return year in self.years and not self.years[year].provisional


def make_calendar(rows: Rows[CalendarRow]) -> tuple[Calendar, tuple[Problem, ...]]:
    """Make the calendar of a file that was read, with what is wrong between its days."""
    row = rows.rows[0][0]
    problems = tuple(_problems(rows, row))
    plans = {year.year: _plan(year) for year in row.years}
    off = frozenset().union(*(plan.off for plan in plans.values()))
    work = frozenset().union(*(plan.work for plan in plans.values()))
    said = ",".join(
        [*(f"-{day}" for day in sorted(off)), *(f"+{day}" for day in sorted(work))]
        + [f"?{plan.year}" for plan in plans.values() if plan.provisional]
    )
    version = hashlib.sha256(said.encode()).hexdigest()[:12]
    return Calendar(MappingProxyType(plans), off, work, version), problems


def _plan(row: YearRow) -> YearPlan:
    off = frozenset(day for holiday in row.holidays for day in days(holiday.start, holiday.end))
    work = frozenset(day for holiday in row.holidays for day in holiday.work)
    return YearPlan(row.year, row.notice, off | frozenset(row.local_off), work, row.provisional)


def days(start: date, end: date) -> Iterator[date]:
    """Give every day from start to end, both included."""
    for number in range((end - start).days + 1):
        yield start + number * _DAY


def _problems(rows: Rows[CalendarRow], row: CalendarRow) -> Iterator[Problem]:
    first: dict[int, int] = {}
    for number, year in enumerate(row.years):
        where: Where = ("years", number)
        line = rows.place(where)[0]
        if year.year in first:
            yield _at(rows, where, say("duplicate_row", id=year.year, first=first[year.year]))
        first.setdefault(year.year, line)
        seen: set[date] = set()
        for index, holiday in enumerate(year.holidays):
            place = (*where, "holidays", index)
            if holiday.end < holiday.start:
                yield _at(rows, place, say("holiday_reversed", name=holiday.name))
            for day in (*days(holiday.start, holiday.end), *holiday.work):
                if day in seen:
                    yield _at(rows, place, say("day_twice", day=day))
                seen.add(day)
            yield from _wrong_days(rows, place, year, index)


def _wrong_days(
    rows: Rows[CalendarRow], where: Where, year: YearRow, index: int
) -> Iterator[Problem]:
    holiday = year.holidays[index]
    for day in (holiday.start, holiday.end):
        if abs(day.year - year.year) > 1 or year.year not in (holiday.start.year, holiday.end.year):
            yield _at(rows, where, say("day_wrong_year", day=day, year=year.year))
    for number, day in enumerate(holiday.work):
        if day.weekday() < _SATURDAY:
            yield _at(rows, (*where, "work", number), say("work_on_weekday", day=day))
        elif abs((day - holiday.start).days) > 60:
            yield _at(
                rows, (*where, "work", number), say("day_wrong_year", day=day, year=year.year)
            )


def _at(rows: Rows[CalendarRow], where: Where, message: str) -> Problem:
    return Problem(rows.file, *rows.place(where), message)
