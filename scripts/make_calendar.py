"""Print knowledge/content/calendar.yaml, made from the chinesecalendar package (a development dependency).

Run it when the package knows a new year, look at the difference, and keep what was edited by hand:
    .venv/bin/python scripts/make_calendar.py 2024 2025 2026 > calendar.new.yaml
"""

import sys
from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import Holiday

NAMES = {
    Holiday.new_years_day: "元旦",
    Holiday.spring_festival: "春节",
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.labour_day: "劳动节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.mid_autumn_festival: "中秋节",
    Holiday.national_day: "国庆节",
}
DAY = timedelta(days=1)


def main(years: list[int]) -> None:
    """Print the years as calendar.yaml has them, without notices: those are written by hand."""
    print("years:")
    for year in years:
        print(f'  - year: {year}\n    notice: ""\n    holidays:')
        for name, start, end, work in holidays(year):
            line = f"{{name: {name}, start: {start}, end: {end}"
            line += f", work: [{', '.join(map(str, work))}]" if work else ""
            print(f"      - {line}}}")


def holidays(year: int) -> Iterator[tuple[str, date, date, list[date]]]:
    """Give each holiday of the year with its first and last day and the weekends worked for it."""
    runs: list[tuple[list[str], list[date]]] = []
    for day in days(year):
        name = holiday_name(day)
        if name is None:
            continue
        if not runs or runs[-1][1][-1] != day - DAY:
            runs.append(([], []))
        names, free = runs[-1]
        names.extend([name] if name not in names else [])
        free.append(day)
    made_up = [day for day in days(year) if day.weekday() >= 5 and chinese_calendar.is_workday(day)]
    for names, free in runs:
        work = [day for day in made_up if worked_for(day) in names]
        yield "、".join(names), free[0], free[-1], work


def holiday_name(day: date) -> str | None:
    """Name the holiday that a free day belongs to; None for working days and plain weekends."""
    free, name = chinese_calendar.get_holiday_detail(day)
    if not free or name is None:
        return None
    return NAMES[Holiday(name)]


def worked_for(day: date) -> str:
    """Name the holiday for which a weekend day is worked."""
    return NAMES[Holiday(chinese_calendar.get_holiday_detail(day)[1])]


def days(year: int) -> Iterator[date]:
    """Give every day of the year."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += DAY


if __name__ == "__main__":
    main([int(year) for year in sys.argv[1:]])
