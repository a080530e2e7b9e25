"""Answer a question for a published figure, from the row that was asked for and from no other.

Floor 0; pure. `read_wish` decides whether a question is one at all; here is what each kind of table answers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rapidfuzz import fuzz

from knowledge.catchment import Address, like_streets, rows_at, rows_of_street
from knowledge.figure_answers import (
    Answer,
    Ask,
    Found,
    Missing,
    NoSuch,
    NotYet,
    Records,
    Steps,
    Zone,
    Zones,
)
from knowledge.figure_words import figure_words, fold, holds
from knowledge.lexicon import Lexicon
from knowledge.offices import all_offices, find_offices, like_offices
from knowledge.progress import Progress, find_progress, round_names
from knowledge.school_figures import (
    MOST_CHOICES,
    answer_by_school,
    named_choices,
    nearest,
    no_row,
    school_choices,
)
from knowledge.shelf import BY_SCHOOL, Sheet, Shelf
from knowledge.tables import Column
from knowledge.wish import Wish, read_wish


def choose(wish: Wish, choice: str) -> Wish:
    """Return the wish with one more thing said. Raises ValueError for what is no choice.

    s: this school too (s:* every school) · S: these schools · y: these years · t: every year · p: these parts ·
    v: as a picture (v:text in words) ·
    a: this street or estate · n: this house number · g: this stage · o: this office · r: this round of hiring ·
    K: another kind of figure of the same schools.
    """
    kind, mark, value = choice.partition(":")
    several = tuple(value.split(",")) if value else ()
    match kind:
        case "s" if value == "*":
            return replace(wish, every=True, schools=(), doubtful=(), unknown=(), stage="")
        case "s":
            schools = tuple(dict.fromkeys((*wish.schools, value)))
            return replace(wish, schools=schools, doubtful=(), unknown=(), place="")
        case "S":
            return replace(wish, schools=several, doubtful=(), unknown=(), place="", every=False)
        case "y":
            return replace(wish, years=tuple(int(one) for one in several), trend=False)
        case "t":
            return replace(wish, years=(), trend=True)
        case "v" if value in ("", "text"):
            return replace(wish, picture=not value)
        case "p":
            return replace(wish, parts=several)
        case "K" if value in BY_SCHOOL:
            return replace(wish, kind=value, parts=(), odd_part="", stage="")
        case "a":
            number = wish.address.number if wish.address is not None else None
            return replace(wish, address=Address(value, number), more=())
        case "u" if value:
            return replace(wish, address=Address(value, None, known=False), more=())
        case "g":
            return replace(wish, stage=value)
        case "n" if wish.address is not None:
            return replace(
                wish, address=replace(wish.address, number=int(value) if value else None)
            )
        case "o" if mark:
            return replace(wish, office=value)
        case "r" if mark:
            return replace(wish, office=value, years=(), stage="")
        case _:
            raise ValueError(choice)


def said_by(wish: Wish) -> tuple[str, ...]:
    """Return the choices that make this wish of the question it came from."""
    said = [f"S:{','.join(wish.schools)}"] if wish.kind in BY_SCHOOL else []
    if wish.every:
        said.append("s:*")
    if wish.years:
        said.append(f"y:{','.join(map(str, wish.years))}")
    if wish.trend:
        said.append("t:")
    if wish.picture:
        said.append("v:")
    if wish.parts:
        said.append(f"p:{','.join(wish.parts)}")
    if wish.kind == "steps" and wish.stage:
        said.append(f"g:{wish.stage}")
    if wish.address is not None:
        number = "" if wish.address.number is None else wish.address.number
        mark = "a" if wish.address.known else "u"
        said += [f"g:{wish.stage}", f"{mark}:{wish.address.name}", f"n:{number}"]
    return tuple(said)


def is_given(found: Answer) -> bool:
    """Tell whether an answer gives what was asked for."""
    return isinstance(found, Found | Records | Zones | Steps)


def answers(shelf: Shelf, question: str, *, today: date, lexicon: Lexicon) -> bool:
    """Tell whether a question gets its figure, with nothing left to be said."""
    wish = read_wish(shelf, question, today=today, lexicon=lexicon)
    return wish is not None and is_given(answer(shelf, wish, today=today))


def answer(shelf: Shelf, wish: Wish, *, today: date) -> Answer:
    """Answer a wish."""
    if wish.place:
        return NoSuch(wish, Missing.PLACE, wish.place)
    if wish.kind in BY_SCHOOL:
        return answer_by_school(shelf, wish)
    match wish.kind:
        case "catchment":
            return _catchment(shelf, wish)
        case "duty":
            return _duty(shelf, wish)
        case "steps":
            return _steps(shelf, wish, today)
        case _:
            return _records(shelf, wish)


def _catchment(shelf: Shelf, wish: Wish) -> Answer:
    """Say where an address belongs; for a year that is not out, where it belonged in the newest one."""
    found = _newest_catchment(shelf, wish)
    published = shelf.years("catchment")
    wanted = max(wish.years, default=0)
    if isinstance(found, Zones) and published and wanted > published[0]:
        return NotYet(wish, wanted, found)
    return found


def _newest_catchment(shelf: Shelf, wish: Wish) -> Answer:
    sheet = shelf.sheets["catchment"][0]
    if wish.address is None:
        return _area_of_school(sheet, shelf, wish)
    if not wish.address.known:
        near = tuple(f"a:{name}" for name in like_streets(shelf, wish.address.name))
        return NoSuch(wish, Missing.STREET, wish.address.name, near)
    rows = _of_stage(sheet, wish.stage, rows_at(sheet, wish.address))
    zones = _zones(sheet, _of_stage(sheet, wish.stage, rows_of_street(sheet, wish.address)))
    if wish.address.number is None and len(rows) < len(zones):
        return Zones(wish, wish.address, sheet.table, zones, split=True)
    if rows:
        return Zones(wish, wish.address, sheet.table, _zones(sheet, rows))
    stretches = tuple(f"{one.stage} {one.school}: {one.stretch}".strip() for one in zones)
    return NoSuch(wish, Missing.NUMBER, wish.address.name, known=stretches)


def _area_of_school(sheet: Sheet, shelf: Shelf, wish: Wish) -> Answer:
    if wish.doubtful:
        return Ask(wish, Missing.SCHOOL, school_choices(wish.doubtful))
    if not wish.schools:  # a button of another question, or a forged one, took the school away
        return Ask(wish, Missing.SCHOOL, school_choices(tuple(sheet.by_school)))
    rows = tuple(row for one in wish.schools for row in sheet.rows_of(one, None))
    if rows:
        return Records(wish, sheet.table, tuple(_record(sheet, row) for row in rows))
    return no_row(shelf, wish, shelf.by_id[wish.schools[0]].name)


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
    found = all_offices(shelf) if wish.every else find_offices(shelf, wish.office)
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
    halves = figure_words().halves
    half = next((said for one in halves.values() if (said := holds(wish.text, one))), "")
    found = find_progress(
        sheet,
        today,
        sort=wish.stage,
        years=wish.years,
        named=wish.office,
        step=wish.parts,
        half=half,
    )
    if isinstance(found, Progress):
        return Steps(wish, sheet.table, found)
    if found:
        return Ask(wish, Missing.ROUND, tuple(f"r:{name}" for name in found))
    if wish.years and wish.years[-1] > max(sheet.years, default=0):
        return NotYet(wish, wish.years[-1])
    there = tuple(f"r:{name}" for name in round_names(sheet))[:MOST_CHOICES]
    return NoSuch(wish, Missing.ROUND, str(wish.years[-1]) if wish.years else "", there)


def _records(shelf: Shelf, wish: Wish) -> Answer:
    """Give the rows of results and projects that a wish names by year, stage and school."""
    sheets = shelf.sheets[wish.kind]
    if wish.doubtful:
        return Ask(wish, Missing.SCHOOL, school_choices(wish.doubtful))
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
        told = _likest(shelf, wish, rows) if wish.schools else _of_sort(wish, rows)
        return Records(wish, rows[0][0].table, tuple(_record(*one) for one in told))
    if wish.schools or wish.unknown:
        name = shelf.by_id[wish.schools[0]].name if wish.schools else wish.unknown[0]
        there = nearest(shelf, name, [one.id for one in shelf.schools_in(wish.kind)])
        missing = Missing.ROW if wish.schools else Missing.SCHOOL
        known = named_choices(shelf, there)
        return NoSuch(wish, missing, name, school_choices(there, "S"), known)
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


def _of_sort(wish: Wish, rows: Sequence[tuple[Sheet, int]]) -> Sequence[tuple[Sheet, int]]:
    """Keep the rows of a sort that the question names, 重大事项 or 工程; all where it names none or every one."""
    named = [
        (sheet, row) for sheet, row in rows if fold(sheet.cell(row, "sort") or " ") in wish.text
    ]
    return named or rows


def _likest(
    shelf: Shelf, wish: Wish, rows: Sequence[tuple[Sheet, int]]
) -> Sequence[tuple[Sheet, int]]:
    """Keep of a school's rows those whose names share most with the question (教学楼, 操场); all if none does."""
    names = (fold(each) for one in wish.schools for each in (shelf.by_id[one].name, "中学"))
    own = {gram for name in names for gram in _grams(name)}
    asked = _grams(wish.text) - own
    shared = [len(asked & _grams(fold(sheet.cell(row, "name")))) for sheet, row in rows]
    return [one for one, count in zip(rows, shared, strict=True) if count == max(shared)]


def _grams(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
