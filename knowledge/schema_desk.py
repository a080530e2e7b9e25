"""What may stand in routing.yaml, calendar.yaml and schools.yaml: who answers, until when, and which schools there are.

Floor 0. Only the shape of the files; what the values can do is in `routing`, `calendar` and `schools`.
"""

from typing import Annotated, Literal

from pydantic import Field

from knowledge.fields import (
    LIST,
    MAYBE,
    Day,
    Flag,
    Id,
    Line,
    Lines,
    Loose,
    MaybeDay,
    Row,
    Year,
    whole_number,
)

KINDS = ("question", "complaint", "report", "suggestion", "opinion")
Workdays = Annotated[int, whole_number(1, 250)]
Phone = Annotated[str, Field(pattern=r"^[0-9+ ()/-]{0,40}$")]


class DepartmentRow(Row):
    """A section of the bureau that answers cases."""

    id: Id
    name: Line
    name_en: Loose = ""
    phone: Phone = ""
    sample: Flag = False


class LimitRow(Row):
    """Within how many working days a kind of case is answered, and why."""

    workdays: Workdays
    basis: Loose = ""
    sample: Flag = False


class LimitsRow(Row):
    """A time limit for every kind of case."""

    question: LimitRow
    complaint: LimitRow
    report: LimitRow
    suggestion: LimitRow
    opinion: LimitRow


class CategoryRow(Row):
    """What a matter is about, in parents' words."""

    id: Id
    label: Line
    label_en: Loose = ""
    department: Id
    under: Annotated[Id | None, MAYBE] = None
    hints: Lines = ()
    urgency: Literal["normal", "priority", "urgent"] = "normal"
    confidential: Flag = False
    limit_workdays: Annotated[Workdays | None, MAYBE] = None


class HotlineRow(Row):
    """A number that people in need are given."""

    number: Line
    title: Line
    title_en: Loose = ""
    sample: Flag = False


class EmergencyRow(Row):
    """Words that mean danger.

    Inside a `soft` phrase a word is only a reason to have a look, inside an `innocent` one it is none; a `calm`
    word makes a message a question about rules, unless it tells of somebody's own child.
    """

    id: Id
    title: Line
    title_en: Loose = ""
    urgent: Flag = True
    words: Annotated[Lines, Field(min_length=1)]
    soft: Lines = ()
    innocent: Lines = ()
    calm: Lines = ()
    hotlines: Lines


class WordsRow(Row):
    """Words by which a message plainly is of a kind, and words that make it a question after all.

    `words` count anywhere, `starts` only at the beginning and where none of `question_words` is in the message.
    """

    kind: Literal["complaint", "report", "suggestion", "opinion"]
    words: Lines = ()
    starts: Lines = ()
    unless: Lines = ()


class RoutingRow(Row):
    """routing.yaml."""

    departments: tuple[DepartmentRow, ...] = Field(min_length=1)
    limits: LimitsRow
    categories: tuple[CategoryRow, ...] = Field(min_length=1)
    hotlines: Annotated[tuple[HotlineRow, ...], LIST] = ()
    emergencies: Annotated[tuple[EmergencyRow, ...], LIST] = ()
    personal: Lines = ()
    plain_words: Annotated[tuple[WordsRow, ...], LIST] = ()
    question_words: Lines = ()


class HolidayRow(Row):
    """One holiday as the notice has it: days off from .. until, and the weekends worked for it."""

    name: Line
    start: Day
    end: Day
    work: Annotated[tuple[Day, ...], LIST] = ()


class YearRow(Row):
    """One year of calendar.yaml; provisional until the State Council's notice is entered."""

    year: Year
    notice: Line
    date: MaybeDay = None
    provisional: Flag = False
    holidays: tuple[HolidayRow, ...] = Field(min_length=1)
    local_off: Annotated[tuple[Day, ...], LIST] = ()


class CalendarRow(Row):
    """calendar.yaml."""

    years: tuple[YearRow, ...] = Field(min_length=1)


class SchoolRow(Row):
    """One school, kindergarten or office of schools.yaml."""

    id: Id
    name: Line
    aliases: Lines = ()
    kind: Literal["kindergarten", "primary", "junior", "senior", "nine_year", "special", "office"]
    ownership: Literal["public", "private"] = "public"
    sample: Flag = False
