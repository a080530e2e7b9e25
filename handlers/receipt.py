"""The receipt: number, look-up code, who answers, until when at the latest, and how that was counted.

Floor 2: pure. It goes out in the outcome that opens the case, so it can only leave with its commit.
"""

from markupsafe import Markup

from bot.core.cases import Kind
from bot.core.texts import say
from bot.core.turn import Outgoing, Priority, Rows, Say, Turn
from bot.core.workdays import Due, due, local_day
from handlers.saying import NEW_LINE, button
from handlers.when import day_words, days_words


def receipt(turn: Turn, kind: Kind, category: str, *, below: Markup = Markup()) -> Say:
    """Say that the case under the fresh number of this turn is registered; `below` ends the message."""
    language, fresh, routing = turn.language, turn.fresh, turn.knowledge.routing
    limit = routing.limit_days(kind.value, category)
    until = due(turn.now, limit, turn.knowledge.calendar)
    office = routing.department_of(category)
    name = (office.name_en if language == "en" else "") or office.name
    lines = [
        say("receipt.head", language, number=fresh.number),
        say("receipt.code", language, code=fresh.code),
        say("receipt.due", language, department=name, date=day_words(until.last_day, language)),
        reckoning(turn, until),
        below,
    ]
    html = NEW_LINE.join(line for line in lines if line)
    return Say(Outgoing(html, case_buttons(turn, fresh.number)), Priority.RECEIPT)


def reckoning(turn: Turn, until: Due) -> Markup:
    """Return how a due date was counted, in words anyone can check against a calendar."""
    language = turn.language
    parts = []
    if until.skipped:
        parts.append(say("receipt.holidays", language, list=days_words(until.skipped, language)))
    else:
        parts.append(say("receipt.no_holidays", language))
    if until.made_up:
        parts.append(say("receipt.made_up", language, list=days_words(until.made_up, language)))
    how = say(
        "receipt.how",
        language,
        received=day_words(local_day(turn.now), language),
        start=day_words(until.first_day, language),
        days=until.workdays,
        holidays=say("receipt.comma", language).join(parts),
    )
    if not until.provisional:
        return how
    return NEW_LINE.join((how, say("receipt.provisional", language, year=until.last_day.year)))


def case_buttons(turn: Turn, number: str) -> Rows:
    """Give the buttons of a new case: add to it, see how far it is, withdraw it."""
    return (
        (
            button("button.add", turn, f"k:add:{number}"),
            button("button.progress", turn, f"k:show:{number}"),
            button("button.withdraw", turn, f"k:withdraw:{number}"),
        ),
    )
