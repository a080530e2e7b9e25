"""What a wish for a figure comes to: the figure, what is still to be asked, or why there is none.

Floor 0: frozen values, made by `figures` and shown by the dialogues.
"""

from dataclasses import dataclass
from enum import StrEnum

from knowledge.catchment import Address
from knowledge.progress import Progress
from knowledge.schools import School
from knowledge.tables import Column, Table
from knowledge.wish import Wish


class Missing(StrEnum):
    """What is not there, or still to be said."""

    SCHOOL = "school"
    YEAR = "year"
    PART = "part"
    ROW = "row"  # the school is not in this table
    PLACE = "place"  # another place's figure
    STREET = "street"
    NUMBER = "number"
    OFFICE = "office"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure of a school in a year; `before` is the year before's, empty where there is none."""

    part: str
    column: str
    value: str
    unit: str
    before: str = ""
    note: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A school's figures in one table and year; `total` where its parts add up."""

    school: School
    table: Table
    year: int | None
    amounts: tuple[Amount, ...]
    total: Amount | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The figures, school by school; `unknown` are names that no school has, `absent` schools without a row.

    `gone` are years that are not published here, `coming` those that are not out yet.
    """

    wish: Wish
    cards: tuple[Card, ...]
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    gone: tuple[int, ...] = ()
    coming: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """Whole rows of a table, for what is not a number: offices, results, projects, a school's area."""

    wish: Wish
    table: Table
    rows: tuple[tuple[tuple[Column, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """A school that an address belongs to."""

    stage: str
    school: str
    stretch: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Zones:
    """What an address belongs to; with `split` the number is still to be said."""

    wish: Wish
    address: Address
    table: Table
    zones: tuple[Zone, ...]
    split: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Something is still to be said. `choices`: s:<school id>, y:<year>, o:<office>, r:<round>."""

    wish: Wish
    missing: Missing
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotYet:
    """The year is not out; `last` are the newest figures there are."""

    wish: Wish
    year: int
    last: "Found | Zones | None" = None


@dataclass(frozen=True, slots=True)
class NoSuch:
    """What was asked for does not exist here; `choices` are the nearest that do."""

    wish: Wish
    missing: Missing
    name: str
    choices: tuple[str, ...] = ()
    known: tuple[str, ...] = ()  # what there is instead, in words


@dataclass(frozen=True, slots=True)
class Steps:
    """Where hiring stands."""

    wish: Wish
    table: Table
    progress: Progress


Answer = Found | Records | Zones | Ask | NotYet | NoSuch | Steps
