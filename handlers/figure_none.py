"""What is said where there is no figure: what is still to be said first, or what does not exist here.

Floor 2: pure.
"""

from markupsafe import Markup

from bot.core.texts import plain, say
from bot.core.turn import Turn
from knowledge.figure_answers import Ask, Missing, NoSuch

MOST_NAMED = 20
_NAMED = {
    Missing.SCHOOL: "figure.no_school",
    Missing.PLACE: "figure.no_place",
    Missing.STREET: "figure.no_street",
    Missing.NUMBER: "figure.no_number",
    Missing.OFFICE: "figure.no_office",
    Missing.ROUND: "figure.no_round",
}


def question(turn: Turn, found: Ask) -> Markup:
    """Ask for what is missing."""
    kind = plain(f"figure.kind.{found.wish.kind}", turn.language)
    return say(f"figure.ask_{found.missing}", turn.language, kind=kind)


def reason(turn: Turn, found: NoSuch) -> Markup:
    """Say what does not exist, and what there is instead."""
    values = {
        "name": found.name,
        "kind": plain(f"figure.kind.{found.wish.kind}", turn.language),
        "list": plain("when.between", turn.language).join(found.known[:MOST_NAMED]),
        "year": found.name,
    }
    match found.missing:
        case Missing.ROW:
            key = "figure.no_row" if found.choices else "figure.no_rows"
        case Missing.PART:
            key = "figure.no_batch" if found.wish.odd_part else "figure.no_part"
        case Missing.ROUND if found.choices:
            key = "figure.no_round_but"
        case Missing.YEAR if found.known:
            return say("figure.no_year_school", turn.language, **values | {"name": found.known[0]})
        case Missing.YEAR:
            key = "figure.no_year"
        case _:
            key = _NAMED[found.missing]
    return say(key, turn.language, **values)
