"""Answer a wish for a published figure: the figure, what is still to be asked, or why there is none.

Floor 0; pure. A figure comes from the row that was asked for and from no other: a year that is not out, a school
that is not in the table and a batch that does not exist are each said as such.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rapidfuzz import fuzz

from knowledge.catchment import Address, like_streets, rows_at, rows_of_street
from knowledge.figure_words import figure_words, fold
from knowledge.offices import all_offices, find_offices, like_offices
from knowledge.progress import Progress, find_progress
from knowledge.schools import School
from knowledge.shelf import BY_SCHOOL, Sheet, Shelf
from knowledge.tables import Column, Table
from knowledge.wish import Wish

ASKED_YEAR = ("quota", "plan", "score_line")  # the year matters too much to be taken for granted
MOST_CHOICES = 8
EVERY = "s:*"


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
    """The figures, school by school; `unknown` are names that no school has, `absent` schools without a row."""

    wish: Wish
    cards: tuple[Card, ...]
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


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
    last: Found | None = None


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


def choose(wish: Wish, choice: str) -> Wish:
    """Return the wish with one more thing said."""
    kind, _, value = choice.partition(":")
    match kind:
        case "s" if value == "*":
            return replace(wish, every=True, schools=(), doubtful=(), unknown=(), stage="")
        case "s":
            schools = tuple(dict.fromkeys((*wish.schools, value)))
            return replace(wish, schools=schools, doubtful=(), unknown=(), place="")
        case "y":
            return replace(wish, years=(int(value),), trend=False)
        case "o":
            return replace(wish, office=value)
        case _:
            return replace(wish, office=value, stage="")


def answer(shelf: Shelf, wish: Wish, *, today: date) -> Answer:
    """Answer a wish."""
    if wish.place:
        return NoSuch(wish, Missing.PLACE, wish.place)
    if wish.kind in BY_SCHOOL:
        return _by_school(shelf, wish)
    match wish.kind:
        case "catchment":
            return _catchment(shelf, wish)
        case "duty":
            return _duty(shelf, wish)
        case "steps":
            return _steps(shelf, wish, today)
        case _:
            return _records(shelf, wish)


def _by_school(shelf: Shelf, wish: Wish) -> Answer:
    if wish.odd_part:
        known = dict.fromkeys(part for sheet in shelf.sheets[wish.kind] for part in sheet.parts)
        return NoSuch(wish, Missing.PART, wish.odd_part, known=tuple(known))
    if wish.doubtful:
        return Ask(wish, Missing.SCHOOL, _schools_first(wish.doubtful))
    if not wish.schools and not wish.every:
        there = _candidates(shelf, wish)
        if wish.unknown:
            near = _nearest(shelf, wish.unknown[0], there)
            return NoSuch(wish, Missing.SCHOOL, wish.unknown[0], _schools_first(near))
        return Ask(wish, Missing.SCHOOL, (*_schools_first(there), EVERY))
    return _of_years(shelf, wish)


def _of_years(shelf: Shelf, wish: Wish) -> Answer:
    """Settle the years, then take the figures."""
    published = shelf.years(wish.kind)
    wanted = wish.years
    if not wanted:
        own = [
            year
            for year in published
            if wish.every or any(_rows(shelf, wish, one, year) for one in wish.schools)
        ]
        if wish.trend:
            wanted = tuple(sorted(own))
        elif len(own) > 1 and wish.kind in ASKED_YEAR and not wish.every:
            return Ask(wish, Missing.YEAR, tuple(f"y:{year}" for year in own[:4]))
        else:
            wanted = tuple(own[:1]) or published[:1]
    for year in wanted:
        if year not in published:
            return _unpublished(shelf, wish, year, published)
    return _take(shelf, wish, wanted)


def _unpublished(shelf: Shelf, wish: Wish, year: int, published: tuple[int, ...]) -> Answer:
    if published and year > published[0]:
        last = _take(shelf, wish, published[:1])
        return NotYet(wish, year, last if isinstance(last, Found) else None)
    years = tuple(f"y:{one}" for one in published[:4])
    return NoSuch(wish, Missing.YEAR, str(year), years)


def _take(shelf: Shelf, wish: Wish, years: tuple[int, ...]) -> Answer:
    """Take the figures of every school and year that is asked for; the newest year first."""
    schools = wish.schools
    if wish.every:
        schools = tuple(one.id for one in shelf.schools_in(wish.kind, years[-1] if years else None))
    cards: list[Card] = []
    absent: list[str] = []
    for school in schools:
        own = [
            card
            for year in reversed(years or (0,))
            for card in _cards(shelf, wish, school, year, alone=len(years) < 2)
        ]
        cards.extend(own)
        if not own and not wish.every:
            absent.append(school)
    if cards:
        names = tuple(shelf.by_id[one].name for one in absent)
        return Found(wish, tuple(cards), wish.unknown, names)
    return _nothing(shelf, wish, schools, years)


def _nothing(shelf: Shelf, wish: Wish, schools: Sequence[str], years: tuple[int, ...]) -> Answer:
    """Say why there is no figure: not this part, not this year, or not this school."""
    name = shelf.by_id[schools[0]].name if schools else ""
    any_part = replace(wish, parts=())
    for school in schools:
        there = [
            sheet.cell(row, "part")
            for year in years
            for sheet, row in _rows(shelf, any_part, school, year)
        ]
        if there and wish.parts:
            return NoSuch(wish, Missing.PART, name, known=tuple(dict.fromkeys(there)))
    others = [
        f"y:{year}"
        for year in shelf.years(wish.kind)
        for one in schools
        if _rows(shelf, wish, one, year)
    ]
    if others:
        return NoSuch(wish, Missing.YEAR, str(years[-1]), tuple(dict.fromkeys(others))[:4], (name,))
    near = _nearest(shelf, name, _candidates(shelf, replace(wish, stage="")))
    return NoSuch(wish, Missing.ROW, name, _schools_first(near))


def _rows(shelf: Shelf, wish: Wish, school: str, year: int) -> list[tuple[Sheet, int]]:
    """Give the rows of a school in a year, in the parts that are asked for."""
    return [
        (sheet, row)
        for sheet in shelf.sheets[wish.kind]
        for row in sheet.rows_of(school, year or None)
        if not wish.parts or fold(sheet.cell(row, "part")) in wish.parts
    ]


def _cards(shelf: Shelf, wish: Wish, school: str, year: int, *, alone: bool) -> list[Card]:
    """Make a card of each table that has the school in the year; `alone`: last year stands beside it."""
    by_sheet: dict[str, tuple[Sheet, list[int]]] = {}
    for sheet, row in _rows(shelf, wish, school, year):
        by_sheet.setdefault(sheet.table.id, (sheet, []))[1].append(row)
    before = _amounts_of(shelf, wish, school, year - 1) if alone and year else []
    cards = []
    for sheet, rows in by_sheet.values():
        amounts = [
            replace(one, before=_same(before, one))
            for row in rows
            for one in _amounts(sheet, row, wish.text)
        ]
        if amounts:
            total = _total(wish.kind, amounts, before)
            table_year = year or sheet.table.school_year
            cards.append(Card(shelf.by_id[school], sheet.table, table_year, tuple(amounts), total))
    return cards


def _amounts_of(shelf: Shelf, wish: Wish, school: str, year: int) -> list[Amount]:
    return [
        one
        for sheet, row in _rows(shelf, wish, school, year)
        for one in _amounts(sheet, row, wish.text)
    ]


def _amounts(sheet: Sheet, row: int, text: str) -> list[Amount]:
    """Take the numbers of a row; a unit that is asked for (几个班) leaves the others out."""
    columns = [sheet.table.columns[place] for place in sheet.values]
    said = figure_words().columns
    wanted = [one for one in columns if any(word in text for word in said.get(one.unit, ()))]
    found = []
    for place, column in zip(sheet.values, columns, strict=True):
        value = sheet.table.rows[row][place]
        if value and (not wanted or column in wanted):
            found.append(
                Amount(
                    sheet.cell(row, "part"),
                    column.name,
                    value,
                    column.unit or sheet.cell(row, "unit"),
                    note=sheet.cell(row, "note"),
                    basis=sheet.cell(row, "basis"),
                )
            )
    return found


def _same(before: Sequence[Amount], one: Amount) -> str:
    return next((b.value for b in before if (b.part, b.column) == (one.part, one.column)), "")


def _total(kind: str, amounts: Sequence[Amount], before: Sequence[Amount]) -> Amount | None:
    """Add the parts up where they are counts of one thing."""
    first = amounts[0]
    adds_up = kind in ("quota", "posts") and first.unit in figure_words().counts
    if len(amounts) < 2 or not adds_up or any(one.column != first.column for one in amounts):
        return None
    earlier = [one for one in before if one.column == first.column]
    return Amount("", first.column, _sum(amounts), first.unit, _sum(earlier) if earlier else "")


def _sum(amounts: Sequence[Amount]) -> str:
    return f"{sum((Decimal(one.value) for one in amounts), Decimal()).normalize():f}"


def _candidates(shelf: Shelf, wish: Wish) -> tuple[str, ...]:
    """Give the schools that may be asked for: of the stage, and with the part that is named."""
    kinds = figure_words().kinds_of_stage.get(wish.stage, ())
    newest = shelf.years(wish.kind)[:1]
    year = next((one for one in wish.years if one in shelf.years(wish.kind)), *newest or (None,))
    return tuple(
        one.id
        for one in shelf.schools_in(wish.kind, year)
        if (not kinds or not one.kind or one.kind in kinds)
        and _rows(shelf, wish, one.id, year or 0)
    )


def _nearest(shelf: Shelf, name: str, schools: Sequence[str]) -> tuple[str, ...]:
    """Order schools by how much they are called like a name; other numbers are not nearer for it."""

    def likeness(school: str) -> float:
        one = shelf.by_id[school]
        return max(fuzz.ratio(name, each) for each in (one.name, *one.aliases))

    return tuple(sorted(schools, key=lambda one: -likeness(one)))


def _schools_first(schools: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"s:{one}" for one in schools[:MOST_CHOICES])


def _catchment(shelf: Shelf, wish: Wish) -> Answer:
    sheet = shelf.sheets["catchment"][0]
    if wish.address is None:
        return _area_of_school(sheet, shelf, wish)
    if not wish.address.known:
        near = like_streets(shelf, wish.address.name)
        return NoSuch(wish, Missing.STREET, wish.address.name, known=near)
    rows = _of_stage(sheet, wish.stage, rows_at(sheet, wish.address))
    if rows:
        return Zones(wish, wish.address, sheet.table, _zones(sheet, rows))
    every = _of_stage(sheet, wish.stage, rows_of_street(sheet, wish.address))
    zones = _zones(sheet, every)
    if wish.address.number is None and zones:
        return Zones(wish, wish.address, sheet.table, zones, split=True)
    stretches = tuple(f"{one.stage} {one.school}: {one.stretch}".strip() for one in zones)
    return NoSuch(wish, Missing.NUMBER, wish.address.name, known=stretches)


def _area_of_school(sheet: Sheet, shelf: Shelf, wish: Wish) -> Answer:
    if wish.doubtful:
        return Ask(wish, Missing.SCHOOL, _schools_first(wish.doubtful))
    rows = tuple(row for one in wish.schools for row in sheet.rows_of(one, None))
    if rows:
        return Records(wish, sheet.table, tuple(_record(sheet, row) for row in rows))
    near = _nearest(
        shelf, shelf.by_id[wish.schools[0]].name, _candidates(shelf, replace(wish, stage=""))
    )
    return NoSuch(wish, Missing.ROW, shelf.by_id[wish.schools[0]].name, _schools_first(near))


def _of_stage(sheet: Sheet, stage: str, rows: Sequence[int]) -> tuple[int, ...]:
    names = figure_words().stage_names
    there = [
        row for row in rows if not stage or names.get(sheet.cell(row, "stage"), stage) == stage
    ]
    return tuple(there)


def _zones(sheet: Sheet, rows: Sequence[int]) -> tuple[Zone, ...]:
    return tuple(
        Zone(
            sheet.cell(row, "stage"),
            sheet.cell(row, "school"),
            sheet.cell(row, "numbers"),
            sheet.cell(row, "note"),
        )
        for row in rows
    )


def _record(sheet: Sheet, row: int) -> tuple[tuple[Column, str], ...]:
    cells = zip(sheet.table.columns, sheet.table.rows[row], strict=True)
    return tuple((column, cell) for column, cell in cells if cell)


def _duty(shelf: Shelf, wish: Wish) -> Answer:
    found = find_offices(shelf, wish.office)
    if not found:
        like = like_offices(shelf, wish.office)
        if like:
            return Ask(wish, Missing.OFFICE, _offices(like))
        near = sorted(
            all_offices(shelf),
            key=lambda one: -fuzz.ratio(wish.office, one[0].cell(one[1], "name")),
        )
        return NoSuch(wish, Missing.OFFICE, wish.office, _offices(near[:4]))
    sheet = found[0][0]
    return Records(wish, sheet.table, tuple(_record(one, row) for one, row in found))


def _offices(rows: Sequence[tuple[Sheet, int]]) -> tuple[str, ...]:
    names = dict.fromkeys(sheet.cell(row, "name") for sheet, row in rows)
    return tuple(f"o:{name}" for name in names)[:MOST_CHOICES]


def _steps(shelf: Shelf, wish: Wish, today: date) -> Answer:
    sheet = shelf.sheets["steps"][0]
    found = find_progress(
        sheet, today, sort=wish.stage, years=wish.years, named=wish.office, step=wish.parts
    )
    if isinstance(found, Progress):
        return Steps(wish, sheet.table, found)
    if found:
        return Ask(wish, Missing.ROUND, tuple(f"r:{name}" for name in found))
    if wish.years and wish.years[-1] > max(sheet.years, default=0):
        return NotYet(wish, wish.years[-1])
    return NoSuch(wish, Missing.ROUND, str(wish.years[-1]) if wish.years else "")


def _records(shelf: Shelf, wish: Wish) -> Answer:
    """Give the rows of results and projects that a wish names by year, stage and school."""
    sheets = shelf.sheets[wish.kind]
    if wish.doubtful:
        return Ask(wish, Missing.SCHOOL, _schools_first(wish.doubtful))
    published = shelf.years(wish.kind)
    years = wish.years or published[:1]
    if published and wish.years and wish.years[-1] > published[0]:
        return NotYet(wish, wish.years[-1])
    rows = [
        (sheet, row)
        for sheet in sheets
        for row in range(len(sheet.table.rows))
        if _is_wanted(sheet, row, wish, years)
    ]
    if rows:
        return Records(wish, rows[0][0].table, tuple(_record(*one) for one in rows))
    if wish.schools or wish.unknown:
        name = shelf.by_id[wish.schools[0]].name if wish.schools else wish.unknown[0]
        there = _nearest(shelf, name, [one.id for one in shelf.schools_in(wish.kind)])
        missing = Missing.ROW if wish.schools else Missing.SCHOOL
        return NoSuch(wish, missing, name, _schools_first(there))
    return NoSuch(wish, Missing.YEAR, str(years[-1]), tuple(f"y:{one}" for one in published[:4]))


def _is_wanted(sheet: Sheet, row: int, wish: Wish, years: Sequence[int]) -> bool:
    if wish.schools:
        return any(row in sheet.by_school.get(one, ()) for one in wish.schools)
    if wish.unknown:
        return False
    if sheet.by_year is not None and not any(row in sheet.by_year.get(one, ()) for one in years):
        return False
    stage = sheet.cell(row, "stage")
    return not wish.stage or figure_words().stage_names.get(stage) == wish.stage
