"""Due dates: the table of the policy page, the notices' calendars, and a count by hand over every start day."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.workdays import due, due_natural, local_day, workdays_between
from knowledge.assemble import SHIPPED
from knowledge.calendar import Calendar, days, make_calendar
from knowledge.reading import read_one
from knowledge.schema_desk import CalendarRow


def calendar_of(data: bytes) -> Calendar:
    rows = read_one("calendar.yaml", data, CalendarRow)
    calendar, problems = make_calendar(rows)
    assert (rows.problems, problems) == ((), ())
    return calendar


CALENDAR = calendar_of((SHIPPED / "calendar.yaml").read_bytes())
DAYS = st.dates(date(2024, 1, 1), date(2027, 9, 1))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.mark.parametrize(
    ("received", "workdays", "last"),
    [
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-30", 20, "2026-06-01"),
        ("2026-09-18", 7, "2026-09-29"),
        ("2026-09-18", 20, "2026-10-22"),
        ("2026-11-23", 20, "2026-12-21"),
    ],
)
def test_working_days_end_where_the_policy_page_says(
    received: str, workdays: int, last: str
) -> None:
    found = due(noon(date.fromisoformat(received)), workdays, CALENDAR)
    assert found.last_day == date.fromisoformat(last)
    assert found.workdays == workdays
    assert not found.provisional


@pytest.mark.parametrize(
    ("received", "days", "last"),
    [
        ("2026-09-20", 15, "2026-10-08"),
        ("2026-02-01", 15, "2026-02-24"),
        ("2026-08-05", 60, "2026-10-08"),
        ("2026-11-02", 30, "2026-12-02"),
    ],
)
def test_natural_days_roll_over_a_holiday(received: str, days: int, last: str) -> None:
    assert due_natural(
        noon(date.fromisoformat(received)), days, CALENDAR
    ).last_day == date.fromisoformat(last)


def test_a_due_date_shows_how_it_was_counted() -> None:
    found = due(noon(date(2026, 2, 12)), 5, CALENDAR)
    assert found.at == datetime(2026, 2, 26, 15, 59, 59, tzinfo=UTC)
    assert found.first_day == date(2026, 2, 13)
    assert found.skipped == tuple(days(date(2026, 2, 15), date(2026, 2, 23)))
    assert found.made_up == (date(2026, 2, 14),)
    assert found.calendar_version == CALENDAR.version


def test_what_comes_late_in_the_evening_in_utc_is_received_on_the_next_day_in_shanghai() -> None:
    assert local_day(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
    late = due(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), 1, CALENDAR)
    assert late.last_day == date(2026, 11, 24)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        due(datetime(2026, 11, 22, 16, 0), 1, CALENDAR)  # noqa: DTZ001  # that is the point


@pytest.mark.parametrize("count", [due, due_natural])
@pytest.mark.parametrize("days", [0, -1])
def test_a_time_limit_of_no_days_is_refused(count: object, days: int) -> None:
    assert callable(count)
    with pytest.raises(ValueError, match="at least one"):
        count(noon(date(2026, 11, 23)), days, CALENDAR)


def test_the_shipped_calendar_is_the_library_s_day_by_day() -> None:
    for day in days(date(2024, 1, 1), date(2026, 12, 31)):
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
    assert (
        sum(CALENDAR.is_workday(day) for day in days(date(2026, 1, 1), date(2026, 12, 31))) == 248
    )


def test_a_year_without_a_notice_counts_statutory_days_and_says_so() -> None:
    assert [year for year in range(2023, 2030) if CALENDAR.has_year(year)] == [2024, 2025, 2026]
    over_new_year = due(noon(date(2026, 12, 30)), 3, CALENDAR)
    assert over_new_year.provisional
    assert over_new_year.last_day == date(2027, 1, 5)  # 31 December, 4 and 5 January
    assert over_new_year.skipped == (date(2027, 1, 1),)
    far = due(noon(date(2031, 5, 1)), 5, CALENDAR)
    assert far.provisional
    assert far.last_day == date(2031, 5, 8)


def counted_by_hand(received: date, workdays: int) -> date:
    """Walk day by day with the library's own calendar where it has one, and the known days of 2027 elsewhere."""
    statutory = {
        (1, 1),
        (2, 5),
        (2, 6),
        (2, 7),
        (2, 8),
        (4, 5),
        (5, 1),
        (5, 2),
        (6, 9),
        (9, 15),
        (10, 1),
        (10, 2),
        (10, 3),
    }
    day = received
    while workdays:
        day += timedelta(days=1)
        if day.year <= 2026:
            works = chinese_calendar.is_workday(day)
        else:
            works = day.weekday() < 5 and (day.month, day.day) not in statutory
        workdays -= works
    return day


@pytest.mark.untraced
def test_every_start_day_of_four_years_agrees_with_a_count_by_hand() -> None:
    for received in days(date(2024, 1, 1), date(2027, 9, 30)):
        for workdays in (1, 5, 20):
            assert due(noon(received), workdays, CALENDAR).last_day == counted_by_hand(
                received, workdays
            )


@given(DAYS, st.integers(1, 60))
def test_a_due_date_is_a_working_day_and_the_days_between_are_the_limit(
    received: date, workdays: int
) -> None:
    found = due(noon(received), workdays, CALENDAR)
    assert CALENDAR.is_workday(found.last_day)
    assert received < found.first_day <= found.last_day
    assert workdays_between(received, found.last_day, CALENDAR) == workdays
    assert workdays_between(found.last_day, received, CALENDAR) == -workdays


@given(DAYS, st.integers(1, 60), DAYS)
def test_one_more_day_off_never_makes_it_due_earlier(
    received: date, workdays: int, off: date
) -> None:
    more = Calendar(CALENDAR.years, CALENDAR.off | {off}, CALENDAR.work - {off}, "more")
    assert due(noon(received), workdays, more).at >= due(noon(received), workdays, CALENDAR).at


@given(DAYS, st.integers(1, 60))
def test_natural_days_are_at_least_what_the_law_gives_and_end_on_a_working_day(
    received: date, count: int
) -> None:
    found = due_natural(noon(received), count, CALENDAR)
    assert found.last_day >= received + timedelta(days=count)
    assert CALENDAR.is_workday(found.last_day)
    assert not any(
        CALENDAR.is_workday(day)
        for day in days(received + timedelta(days=count), found.last_day - timedelta(days=1))
    )
