"""What every answer for a figure is made of, as words or picture: a value, its year, its document, what is missing.

Floor 2: pure.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from bot.core.texts import plain, say
from bot.core.turn import Turn
from bot.core.workdays import local_day
from handlers.saying import NEW_LINE, quiet
from knowledge.figure_answers import Amount, Card, Found
from knowledge.tables import Table


def origin(turn: Turn, tables: Sequence[Table]) -> Markup:
    """Say where figures come from: title, document, day, and whether they are samples; a line a table."""
    return quiet(NEW_LINE.join(documents(turn, tables)))


def documents(turn: Turn, tables: Sequence[Table], *, samples: bool = True) -> tuple[Markup, ...]:
    """Give the line of each table; with `samples` those say so that are some."""
    each = {one.id: one for one in tables}.values()
    return tuple(dict.fromkeys(_document(turn, table, samples=samples) for table in each))


def _document(turn: Turn, table: Table, *, samples: bool) -> Markup:
    source = table.source
    parts = [Markup("{}").format(source.title if source is not None else table.title)]
    if source is not None and source.number:
        parts.append(Markup("{}").format(source.number))
    day = str(table.published_on or "") or (source.date if source is not None else "")
    if day:
        parts.append(say("figure.published", turn.language, date=day))
    if table.sample and samples:
        parts.append(say("figure.sample", turn.language))
    return Markup(" · ").join(parts)


def missing(turn: Turn, found: Found) -> Iterator[Markup]:
    """Say which of the schools and years that were asked for are not among the figures."""
    comma = plain("when.between", turn.language)
    if found.unknown:
        yield say("figure.unknown", turn.language, names=comma.join(found.unknown))
    if found.absent:
        yield say("figure.absent", turn.language, names=comma.join(found.absent))
    kind = kind_words(turn, found.wish.kind)
    for key, years in (("figure.no_years", found.gone), ("figure.no_years_yet", found.coming)):
        if years:
            listed = comma.join(map(str, years))
            yield say(key, turn.language, years=listed, kind=kind)


def bases(turn: Turn, cards: Sequence[Card]) -> Iterator[Markup]:
    """Say what fees are based on."""
    each = dict.fromkeys(one.basis for card in cards for one in card.amounts if one.basis)
    if each:
        comma = plain("when.between", turn.language)
        yield say("figure.basis", turn.language, basis=comma.join(each))


def value(turn: Turn, number: str, unit: str) -> str:
    """Write a figure with its unit."""
    return plain("figure.value", turn.language, value=number, unit=unit).strip()


def before(turn: Turn, card: Card, one: Amount) -> Markup:
    """Say the year before's figure; 去年 only of the year before this one."""
    if not one.before or card.year is None:
        return Markup("")
    shown = value(turn, one.before, one.unit)
    if card.year == local_day(turn.now).year:
        return say("figure.last_year", turn.language, value=shown)
    return say("figure.year_before", turn.language, value=shown, year=card.year - 1)


def year_words(turn: Turn, year: int | None) -> str:
    """Write a year."""
    return "" if not year else plain("figure.year", turn.language, year=year)


def kind_words(turn: Turn, kind: str) -> str:
    """Return what a kind of figure is called."""
    return plain(f"figure.kind.{kind}", turn.language)
