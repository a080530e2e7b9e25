"""The numbers of schools: plan, quota, score line, fee, posts - of the school, year and part that were asked for.

Floor 0; pure. A row that was not asked for is never used: a school that is not in a table, a year that is not out and
a batch that does not exist are each said as such, and nothing near is given instead.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from rapidfuzz import fuzz

from knowledge.figure_answers import Amount, Answer, Ask, Card, Found, Missing, NoSuch, NotYet
from knowledge.figure_words import figure_words, fold
from knowledge.shelf import Sheet, Shelf
from knowledge.wish import WITH_YEAR, Wish

MOST_CHOICES = 8
EVERY = "s:*"


def answer_by_school(shelf: Shelf, wish: Wish) -> Answer:
    """Answer a wish for the numbers of schools."""
    if wish.odd_part:
        known = dict.fromkeys(part for sheet in shelf.sheets[wish.kind] for part in sheet.parts)
        return NoSuch(wish, Missing.PART, wish.odd_part, known=tuple(known))
    if wish.doubtful:
        return Ask(wish, Missing.SCHOOL, school_choices(wish.doubtful))
    if not wish.schools and not wish.every:
        there = candidates(shelf, wish)
        if wish.unknown:
            near = nearest(shelf, wish.unknown[0], there)
            return NoSuch(wish, Missing.SCHOOL, wish.unknown[0], school_choices(near, "S"))
        return Ask(wish, Missing.SCHOOL, (*school_choices(there), EVERY))
    return _of_years(shelf, wish)


def _of_years(shelf: Shelf, wish: Wish) -> Answer:
    """Settle the years, then take the figures; a picture of one school shows all its years."""
    published = shelf.years(wish.kind)
    own = [
        year
        for year in published
        if wish.every or any(_rows(shelf, wish, one, year) for one in wish.schools)
    ]
    over_time = wish.trend or (wish.picture and not wish.every and len(wish.schools) == 1)
    wanted = wish.years
    if not wanted:
        if over_time:
            wanted = tuple(sorted(own))
        elif len(own) > 1 and wish.kind in WITH_YEAR and not wish.every:
            return Ask(wish, Missing.YEAR, tuple(f"y:{year}" for year in own[:4]))
        else:
            wanted = tuple(own[:1]) or published[:1]
    there = tuple(year for year in wanted if year in published)
    lacking = tuple(year for year in wanted if year not in published)
    if lacking and not there:
        return _unpublished(shelf, wish, lacking[0], published)
    if wish.picture and over_time and len(wanted) == 1 and wanted[0] in own:
        there = tuple(sorted(own))
    found = _take(shelf, wish, there)
    if not lacking or not isinstance(found, Found):
        return found
    coming = tuple(year for year in lacking if year > published[0])
    return replace(found, gone=tuple(one for one in lacking if one not in coming), coming=coming)


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
        each = (candidates(shelf, replace(wish, years=(year,))) for year in reversed(years or (0,)))
        schools = tuple(dict.fromkeys(school for own in each for school in own))
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
        cards.sort(
            key=lambda card: -(card.year or 0)
        )  # a sort keeps the schools' order within a year
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
            known = tuple(dict.fromkeys(there))
            parts = tuple(f"p:{fold(part)}" for part in known)
            return NoSuch(wish, Missing.PART, name, parts[:MOST_CHOICES], known)
    others = [
        f"y:{year}"
        for year in shelf.years(wish.kind)
        for one in schools
        if _rows(shelf, wish, one, year)
    ]
    if others:
        return NoSuch(wish, Missing.YEAR, str(years[-1]), tuple(dict.fromkeys(others))[:4], (name,))
    return no_row(shelf, wish, name)


def no_row(shelf: Shelf, wish: Wish, name: str) -> NoSuch:
    """Say that a school is not in these tables, and which schools are."""
    near = nearest(shelf, name, candidates(shelf, replace(wish, stage="")))
    return NoSuch(wish, Missing.ROW, name, school_choices(near, "S"), named_choices(shelf, near))


def _rows(shelf: Shelf, wish: Wish, school: str, year: int) -> list[tuple[Sheet, int]]:
    """Give the rows of a school in a year, in the parts that are asked for, or what it has in their place."""
    there = [
        (sheet, row, fold(sheet.cell(row, "part")))
        for sheet in shelf.sheets[wish.kind]
        for row in sheet.rows_of(school, year or None)
    ]
    instead = figure_words().instead
    other = tuple(one for part in wish.parts for one in instead.get(part, ()))
    own = [(sheet, row) for sheet, row, part in there if not wish.parts or part in wish.parts]
    return own or [(sheet, row) for sheet, row, part in there if part in other]


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


def candidates(shelf: Shelf, wish: Wish) -> tuple[str, ...]:
    """Give the schools that may be asked for: of the stage, and with the part that is named."""
    kinds = figure_words().kinds_of_stage.get(wish.stage, ())
    published = shelf.years(wish.kind)
    newest = published[:1]
    year = next((one for one in reversed(wish.years) if one in published), *newest or (None,))
    return tuple(
        one.id
        for one in shelf.schools_in(wish.kind, year)
        if (not kinds or not one.kind or one.kind in kinds)
        and _rows(shelf, wish, one.id, year or 0)
    )


def nearest(shelf: Shelf, name: str, schools: Sequence[str]) -> tuple[str, ...]:
    """Order schools by how much they are called like a name; other numbers are not nearer for it."""

    def likeness(school: str) -> float:
        one = shelf.by_id[school]
        return max(fuzz.ratio(name, each) for each in (one.name, *one.aliases))

    return tuple(sorted(schools, key=lambda one: -likeness(one)))


def named_choices(shelf: Shelf, schools: Sequence[str]) -> tuple[str, ...]:
    """Give the names of the schools that `school_choices` offers."""
    return tuple(shelf.by_id[one].name for one in schools[:MOST_CHOICES])


def school_choices(schools: Sequence[str], kind: str = "s") -> tuple[str, ...]:
    """Give the choices that stand for schools, as many as fit under a message; `S` takes the place of those named."""
    return tuple(f"{kind}:{one}" for one in schools[:MOST_CHOICES])
