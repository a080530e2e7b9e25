"""What the content owes its editors on a given day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge.entry import Entry, Source
from knowledge.review import Finding, Matter, Record, review

TODAY = date(2026, 11, 23)
GOOD = Entry("good", "问题", "答案", source=Source("办法"), where="faq/a.yaml:3")
NO_RECORD = Record()
YEAR_OLD = Record(date(2025, 11, 23), {})


def of(entry: Entry, record: Record = NO_RECORD) -> list[Matter]:
    return [one.matter for one in review([entry], today=TODAY, record=record)]


def test_an_entry_in_its_time_with_a_source_owes_nothing() -> None:
    assert of(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "matters"),
    [
        ({"valid_until": date(2026, 11, 22)}, [Matter.EXPIRED]),
        ({"valid_until": TODAY}, []),
        ({"review_by": date(2026, 11, 22)}, [Matter.OVERDUE]),
        ({"review_by": TODAY}, [Matter.DUE]),
        ({"review_by": TODAY + timedelta(days=30)}, [Matter.DUE]),
        ({"review_by": TODAY + timedelta(days=31)}, []),
        ({"valid_until": date(2026, 1, 1), "review_by": date(2026, 1, 1)}, [Matter.EXPIRED]),
        ({"school_year": 2025}, [Matter.DUE]),
        ({"school_year": 2026}, []),
        ({"source": None}, [Matter.NO_SOURCE]),
        ({"source": None, "sample": True}, [Matter.SAMPLE]),
        ({"source": None, "draft": True, "review_by": date(2026, 1, 1)}, [Matter.DRAFT]),
        ({"sample": True, "review_by": date(2026, 1, 1)}, [Matter.OVERDUE, Matter.SAMPLE]),
    ],
)
def test_each_matter_is_found_on_its_day(changes: dict[str, object], matters: list[Matter]) -> None:
    assert of(replace(GOOD, **changes)) == matters  # type: ignore[arg-type]


def test_never_asked_needs_a_record_of_a_year() -> None:
    assert of(GOOD, YEAR_OLD) == [Matter.NEVER_ASKED]
    assert of(GOOD, Record(date(2025, 11, 24), {})) == []
    assert of(GOOD, Record()) == []


def test_an_entry_that_was_asked_for_within_the_year_is_not_listed() -> None:
    assert of(GOOD, Record(date(2020, 1, 1), {"good": date(2025, 11, 23)})) == []
    [finding] = review(
        [GOOD], today=TODAY, record=Record(date(2020, 1, 1), {"good": date(2025, 11, 22)})
    )
    assert (finding.matter, finding.day) == (Matter.NEVER_ASKED, date(2025, 11, 22))


def test_what_presses_comes_first_then_by_file_and_line() -> None:
    entries = [
        replace(GOOD, id="c", where="faq/b.yaml:2", review_by=date(2026, 1, 1)),
        replace(GOOD, id="b", where="faq/a.yaml:20", review_by=date(2026, 1, 1)),
        replace(GOOD, id="a", where="faq/a.yaml:9", review_by=date(2026, 1, 1)),
        replace(GOOD, id="d", valid_until=date(2026, 1, 1)),
        replace(GOOD, id="e", sample=True),
    ]
    found = review(entries, today=TODAY, record=Record())
    assert [one.entry.id for one in found] == ["d", "a", "b", "c", "e"]
    assert found[0] == Finding(Matter.EXPIRED, entries[3], date(2026, 1, 1))
