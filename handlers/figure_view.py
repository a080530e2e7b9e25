"""How a published figure is shown: the number first and bold, last year's beside it, its document and day below.

Floor 2: pure. Several schools become a list in columns: a full-width blank is as wide as a Chinese character.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from markupsafe import Markup

from bot.core.texts import plain, say
from bot.core.turn import MAX_DATA_BYTES, Button, Rows, Turn
from handlers import figure_chart, figure_none, figure_steps
from handlers.figure_parts import (
    bases,
    before,
    kind_words,
    missing,
    origin,
    value,
    year_words,
)
from handlers.menu import cut
from handlers.saying import EMPTY_LINE, NEW_LINE, button, in_pairs, person_button
from knowledge.figure_answers import (
    Amount,
    Answer,
    Ask,
    Card,
    Found,
    NoSuch,
    NotYet,
    Records,
    Steps,
    Zone,
    Zones,
)
from knowledge.figure_words import figure_words
from knowledge.school_figures import EVERY
from knowledge.shelf import BY_SCHOOL, Shelf
from knowledge.tables import Column

MOST_CARDS = 40
MOST_LINES = 20
SHORT_CELL, LONGEST_CELL = 30, 200  # characters; a message holds 4,096
MOST_RECORDS = 3  # of more, each takes one line
_BLANK = "　"


def told(turn: Turn, shelf: Shelf, found: Answer, token: str) -> tuple[Markup, Rows]:
    """Say an answer, with its buttons."""
    match found:
        case Found():
            html = EMPTY_LINE.join(_found(turn, found))
        case NotYet():
            html = EMPTY_LINE.join(_not_yet(turn, found))
        case Records():
            html = EMPTY_LINE.join((_records(turn, found), origin(turn, [found.table])))
        case Zones():
            html = EMPTY_LINE.join((_zones(turn, found), origin(turn, [found.table])))
        case Steps():
            html = EMPTY_LINE.join(
                (figure_steps.progress(turn, found), origin(turn, [found.table]))
            )
        case Ask():
            html = figure_none.question(turn, found)
        case NoSuch():
            html = figure_none.reason(turn, found)
    return html, _buttons(turn, shelf, found, token)


def _found(turn: Turn, found: Found) -> list[Markup]:
    """Say the figures, what could not be found, and where they come from."""
    shown = found.cards[:MOST_CARDS]
    parts = [_card(turn, found, shown[0])] if len(shown) == 1 else [_list(turn, found, shown)]
    if len(found.cards) > len(shown):
        parts.append(say("figure.more", turn.language, count=len(found.cards) - len(shown)))
    parts += [*missing(turn, found), *bases(turn, shown)]
    parts.append(origin(turn, [card.table for card in shown]))
    return parts


def _card(turn: Turn, found: Found, card: Card) -> Markup:
    """Say one school's figures: one in the headline, or the sum there and its parts below."""
    year = year_words(turn, card.year)
    head = card.total or (card.amounts[0] if len(card.amounts) == 1 else None)
    if head is None:
        lines = [
            say(
                "figure.head",
                turn.language,
                school=card.school.name,
                year=year,
                what=kind_words(turn, found.wish.kind),
            )
        ]
        lines += [_line(turn, card, one) for one in card.amounts]
        return NEW_LINE.join(lines)
    lines = [
        say(
            "figure.one",
            turn.language,
            school=card.school.name,
            year=year,
            what=f"{head.part}{head.column}",
            value=value(turn, head.value, head.unit),
            before=before(turn, card, head),
        )
    ]
    if card.total is not None:
        parts = say("figure.comma", turn.language).join(
            _line(turn, card, one) for one in card.amounts
        )
        lines.append(say("figure.of_it", turn.language, list=parts))
    elif head.note:
        lines.append(Markup("{}").format(head.note))
    return NEW_LINE.join(lines)


def _list(turn: Turn, found: Found, cards: Sequence[Card]) -> Markup:
    """Say several cards: one line each, under a headline for each year."""
    pieces = []
    wide = max(len(card.school.name) for card in cards)
    is_one = len({card.school.id for card in cards}) == 1
    for year, group in groupby(cards, key=lambda card: card.year):
        own = list(group)
        if is_one:
            pieces.append(_card(turn, found, own[0]))
            continue
        head = say(
            "figure.several",
            turn.language,
            year=year_words(turn, year),
            what=_title(turn, found, own),
        )
        rows = (_row(turn, card, wide, single=_is_single(own)) for card in own)
        pieces.append(NEW_LINE.join((head, *rows)))
    return (NEW_LINE if is_one else EMPTY_LINE).join(pieces)


def _is_single(cards: Sequence[Card]) -> bool:
    """Tell whether every card comes to one figure, and all to the same one."""
    heads = [card.total or card.amounts[0] for card in cards]
    one_each = all(card.total is not None or len(card.amounts) == 1 for card in cards)
    return one_each and len({(head.part, head.column) for head in heads}) == 1


def _title(turn: Turn, found: Found, cards: Sequence[Card]) -> str:
    if not _is_single(cards):
        return kind_words(turn, found.wish.kind)
    head = cards[0].total or cards[0].amounts[0]
    return f"{head.part}{head.column}"


def _row(turn: Turn, card: Card, wide: int, *, single: bool) -> Markup:
    name = card.school.name + _BLANK * (wide - len(card.school.name))
    if single:
        head = card.total or card.amounts[0]
        shown = Markup("{}{}").format(value(turn, head.value, head.unit), before(turn, card, head))
    else:
        shown = say("figure.comma", turn.language).join(
            _line(turn, card, one) for one in card.amounts
        )
    if card.total is not None and not single:
        total = value(turn, card.total.value, card.total.unit)
        shown = say("figure.with_parts", turn.language, value=total, list=shown)
    return Markup("{}{}{}").format(name, _BLANK, shown)


def _line(turn: Turn, card: Card, one: Amount) -> Markup:
    is_same = len({each.column for each in card.amounts}) == 1
    label = one.part if one.part and is_same else f"{one.part}{one.column}"
    return say(
        "figure.line",
        turn.language,
        label=label,
        value=value(turn, one.value, one.unit),
        before=before(turn, card, one),
    )


def _not_yet(turn: Turn, found: NotYet) -> Iterable[Markup]:
    """Say that a year is not out, and what is known of the newest one, marked as that."""
    kind = kind_words(turn, found.wish.kind)
    yield say("figure.not_yet", turn.language, year=found.year, kind=kind)
    match found.last:
        case Found() as last:
            newest, shown = last.cards[0].year, _found(turn, last)
        case Zones() as last:
            newest = last.table.school_year
            shown = [_zones(turn, last), origin(turn, [last.table])]
        case None:
            newest, shown = None, []
    if newest is not None:
        yield say("figure.not_yet_last", turn.language, year=newest, wanted=found.year)
        yield from shown
    yield say("figure.not_yet_after", turn.language)


def _records(turn: Turn, found: Records) -> Markup:
    if found.wish.kind == "catchment":
        return _area(turn, found)
    if len(found.rows) > MOST_RECORDS:
        lines = [_brief(turn, row) for row in found.rows[:MOST_LINES]]
        return NEW_LINE.join((*lines, *_more_rows(turn, found)))
    return EMPTY_LINE.join(NEW_LINE.join(_record(turn, row)) for row in found.rows)


def _more_rows(turn: Turn, found: Records) -> tuple[Markup, ...]:
    left = len(found.rows) - MOST_LINES
    return (say("figure.more_rows", turn.language, count=left),) if left > 0 else ()


def _record(turn: Turn, row: Sequence[tuple[Column, str]]) -> Iterable[Markup]:
    yield say("figure.record", turn.language, name=row[0][1])
    for column, cell in row[1:]:
        yield _cell(turn, column, cell)


def _brief(turn: Turn, row: Sequence[tuple[Column, str]]) -> Markup:
    values = [_short(cell) for column, cell in row[1:] if column.type == "text"]
    links = [_cell(turn, column, cell) for column, cell in row[1:] if column.type == "url"]
    name = say("figure.record", turn.language, name=_short(row[0][1]))
    return Markup(" · ").join((name, *(Markup("{}").format(one) for one in values), *links))


def _cell(turn: Turn, column: Column, cell: str) -> Markup:
    if column.type == "url" and cell.startswith(("https://", "http://")):
        return say("figure.link", turn.language, column=column.name, url=cell)
    shown = value(turn, _short(cell, LONGEST_CELL), column.unit)
    return say("figure.cell", turn.language, column=column.name, value=shown)


def _short(cell: str, longest: int = SHORT_CELL) -> str:
    """Cut what would make a message too long for Telegram."""
    return cell if len(cell) <= longest else f"{cell[: longest - 1]}…"


def _area(turn: Turn, found: Records) -> Markup:
    """Say what belongs to a school, a line each."""
    headings = figure_words().roles["school"]
    heads = {cell: None for row in found.rows for column, cell in row if column.name in headings}
    names = plain("when.between", turn.language).join(heads)
    lines = [say("figure.area", turn.language, school=names)]
    for row in found.rows[:MOST_LINES]:
        cells = [Markup("{}").format(_short(cell)) for _, cell in row if cell not in heads]
        lines.append(Markup(" ").join(cells))
    return NEW_LINE.join((*lines, *_more_rows(turn, found), say("figure.zone_note", turn.language)))


def _zones(turn: Turn, found: Zones) -> Markup:
    """Say which school an address belongs to, or that its number is needed first."""
    address = found.address.name
    if found.address.number is not None:
        address = plain("figure.house", turn.language, street=address, number=found.address.number)
    if found.split:
        lines = [say("figure.zone_split", turn.language, address=address)]
        shown = found.zones[:MOST_CARDS]
        return NEW_LINE.join((*lines, *(_stretch(turn, zone) for zone in shown)))
    if len(found.zones) == 1:
        [zone] = found.zones
        lines = [
            say(
                "figure.zone_one",
                turn.language,
                address=address,
                stage=zone.stage,
                school=zone.school,
            )
        ]
    else:
        lines = [say("figure.zone_several", turn.language, address=address)]
        lines += [_zone(turn, zone) for zone in found.zones]
    lines += [Markup("{}").format(zone.note) for zone in found.zones if zone.note]
    if len({zone.stage for zone in found.zones}) < len({zone.school for zone in found.zones}):
        lines.append(say("figure.zone_shared", turn.language))
    return NEW_LINE.join((*lines, say("figure.zone_note", turn.language)))


def _zone(turn: Turn, zone: Zone) -> Markup:
    if not zone.stage:
        return Markup("{}").format(zone.school)
    return say("figure.zone_line", turn.language, stage=zone.stage, school=zone.school)


def _stretch(turn: Turn, zone: Zone) -> Markup:
    return Markup("{} {}").format(_zone(turn, zone), zone.stretch)


def _buttons(turn: Turn, shelf: Shelf, found: Answer, token: str) -> Rows:
    choices = found.choices if isinstance(found, Ask | NoSuch) else ()
    made = (_choice(turn, shelf, one, token) for one in choices)
    rows = in_pairs(one for one in made if one is not None)
    more = _more(turn, shelf, found, token)
    return (*rows, *((more,) if more else ()), (person_button(turn),))


def _more(turn: Turn, shelf: Shelf, found: Answer, token: str) -> tuple[Button, ...]:
    """Give the buttons to the other schools, the other years, and to all of it as a picture."""
    if not isinstance(found, Found) or found.wish.kind not in BY_SCHOOL:
        return ()
    more = []
    if not found.wish.every and len(shelf.schools_in(found.wish.kind)) > 1:
        more.append(button("figure.compare", turn, f"f:{token}:{EVERY}"))
    if not found.wish.trend and not found.wish.every and len(shelf.years(found.wish.kind)) > 2:
        more.append(button("figure.trend", turn, f"f:{token}:t:"))
    if turn.desk.pictures and figure_chart.can_be_drawn(found):
        key, choice = ("as_text", "v:text") if found.wish.picture else ("as_picture", "v:")
        more.append(button(f"chart.{key}", turn, f"f:{token}:{choice}"))
    return tuple(more)


def _choice(turn: Turn, shelf: Shelf, choice: str, token: str) -> Button | None:
    """Make the button of a choice; a name too long for one is left out, it can be written."""
    kind, _, value = choice.partition(":")
    data = f"f:{token}:{choice}"
    if len(data.encode()) > MAX_DATA_BYTES:
        return None
    if choice == EVERY:
        return button("figure.every", turn, data)
    if kind.lower() == "s":
        return Button(cut(shelf.by_id[value].name), data)
    return Button(cut(year_words(turn, int(value)) if kind == "y" else value), data)
