"""The buttons 有变动通知我, 公布后通知我 and 更正时告诉我, and what they stand for.

Floor 2: pure. A button carries a subject; what that is called is looked up in what is published now.
"""

import hashlib
from collections.abc import Iterator

from bot.core.follows import Follow, Shown
from bot.core.texts import LANGUAGES, catalogue, plain
from bot.core.turn import MAX_DATA_BYTES, Button, Rows, Turn
from handlers.menu import question_of
from knowledge.entry import Entry
from knowledge.figure_answers import Answer, Card, Found, NotYet, Records, Steps, Zones
from knowledge.published import figures_shown
from knowledge.shelf import Sheet, Shelf
from knowledge.subjects import Kind, Subject, figures_of, short

PRESS = "sub:"
MARK = 4  # figures of the hash that tells whether a value is still the one that was shown


def shelf(turn: Turn) -> Shelf:
    """Return the tables that may be given: samples only in the demo."""
    return turn.knowledge.figures if turn.desk.demo else turn.knowledge.real_figures


def below_entry(turn: Turn, entry: Entry) -> tuple[Button, ...]:
    """Give the button to follow an answer."""
    return tuple(_button(turn, "button.follow_news", Subject(Kind.ENTRY, entry.id)))


def below_figure(turn: Turn, found: Answer) -> Rows:
    """Give the row of buttons to follow a figure, to be told when it is out or when it is corrected."""
    match found:
        case Found(cards=cards) if cards:
            row = tuple(_below_cards(turn, cards))
        case NotYet(wish=wish):
            row = tuple(_button(turn, "button.follow_when_out", Subject(Kind.TABLE, wish.kind)))
        case Steps(progress=progress):
            subject = Subject(Kind.ROUND, short(progress.name))
            row = tuple(_button(turn, "button.follow_news", subject))
        case Records(wish=wish) | Zones(wish=wish):
            row = tuple(_button(turn, "button.follow_news", Subject(Kind.TABLE, wish.kind)))
        case _:
            row = ()
    return (row,) if row else ()


def title_of(turn: Turn, subject: Subject, language: str = "") -> str:
    """Return what a subject is called now, in a language (that of the turn); empty when it is gone."""
    language = language or turn.language
    match subject.kind:
        case Kind.TOPIC:
            topic = next((o for o in turn.knowledge.topics if o.id == subject.target), None)
            english = topic.title_en if topic is not None and language == "en" else ""
            return english or (topic.title if topic is not None else "")
        case Kind.ENTRY:
            entry = turn.knowledge.entries.get(subject.target)
            return "" if entry is None or entry.draft else question_of(entry, language)
        case Kind.SCHOOL:
            schools = shelf(turn).schools
            return next((one.name for one in schools if short(one.id) == subject.target), "")
        case Kind.TABLE:
            return _kind_title(subject.target, language)
        case Kind.ROUND:
            return next(
                (name for name in _rounds(shelf(turn)) if short(name) == subject.target), ""
            )
        case Kind.FIGURE:
            followed = correction(turn, subject, language)
            return "" if followed is None else followed.title


def correction(turn: Turn, subject: Subject, language: str) -> Follow | None:
    """Return what following the corrections of a school's figures in a table means now; None when it is gone."""
    table, _, school = subject.target.partition(":")
    found = _sheet(shelf(turn), table)
    owner = next(
        (one for one in (found.by_school if found else ()) if short(one)[:20] == school), ""
    )
    if found is None or not owner:
        return None
    shown = tuple(Shown(found.table.id, *one) for one in figures_shown(found, owner))
    name, year = shelf(turn).by_id[owner].name, found.table.school_year
    title = f"{name} {year or ''} {_kind_title(found.kind, language)}".replace("  ", " ")
    return Follow(subject, title, shown)


def mark_of(followed: Follow) -> str:
    """Return a few figures that change when a value does."""
    values = "|".join(one.value for one in followed.shown)
    return hashlib.sha256(values.encode()).hexdigest()[:MARK]


def _below_cards(turn: Turn, cards: tuple[Card, ...]) -> Iterator[Button]:
    kind = next(
        (k for k, own in shelf(turn).sheets.items() for o in own if o.table == cards[0].table), ""
    )
    schools = {card.school.id for card in cards}
    if len(schools) > 1:
        yield from _button(turn, "button.follow_news", Subject(Kind.TABLE, kind))
        return
    [school] = schools
    yield from _button(turn, "button.follow_news", Subject(Kind.SCHOOL, short(school)))
    if len(cards) == 1:
        subject = figures_of(cards[0].table.id, school)
        followed = correction(turn, subject, turn.language)
        if followed is not None and followed.shown:
            yield from _button(turn, "button.follow_correction", subject, mark_of(followed))


def _button(turn: Turn, key: str, subject: Subject, mark: str = "") -> Iterator[Button]:
    """Make the button, unless this is followed already or fits no button."""
    data = f"{PRESS}{subject.data}" + (f":{mark}" if mark else "")
    known = any(one.subject == subject for one in turn.follows)
    if not known and len(data.encode()) <= MAX_DATA_BYTES:
        yield Button(plain(key, turn.language), data)


def _kind_title(kind: str, language: str) -> str:
    key = f"figure.kind.{kind}"
    return plain(key, language) if key in catalogue(LANGUAGES[0]) else ""


def _sheet(tables: Shelf, target: str) -> Sheet | None:
    sheets = (sheet for own in tables.sheets.values() for sheet in own)
    return next((one for one in sheets if short(one.table.id)[:20] == target), None)


def _rounds(tables: Shelf) -> tuple[str, ...]:
    rows = (
        sheet.cell(row, "round")
        for sheet in tables.sheets.get("steps", ())
        for row in range(len(sheet.table.rows))
    )
    return tuple(dict.fromkeys(rows))


def all_rounds(turn: Turn) -> tuple[str, ...]:
    """Return the rounds of hiring that are published."""
    return _rounds(shelf(turn))
