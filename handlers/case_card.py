"""How a parent sees a case of their own: a line in the list, a card with what may be done now.

Floor 2: pure. Which buttons there are is asked of the one table of rules, `cases.RULES`.
"""

from markupsafe import Markup

from bot.core.cases import (
    WAITING,
    Action,
    CaseView,
    Rating,
    Status,
    is_overdue,
    parent_allowed,
    possible,
)
from bot.core.texts import plain, say
from bot.core.turn import Button, Outgoing, Rows, Turn
from bot.core.workdays import local_day, workdays_between
from handlers.saying import EMPTY_LINE, NEW_LINE, button
from handlers.when import day_words

SHOWN = 10  # cases in the list
_BUTTONS = 6  # of them with a button


def case_list(turn: Turn) -> Outgoing:
    """List the person's own cases, newest first, each with a button that shows it."""
    shown = turn.cases[:SHOWN]
    head = say("own.list", turn.language, count=len(turn.cases))
    html = EMPTY_LINE.join((head, *(_line(turn, one) for one in shown)))
    rows = tuple(
        (Button(plain("own.more", turn.language, number=one.number), f"k:show:{one.number}"),)
        for one in shown[:_BUTTONS]
    )
    return Outgoing(html, (*rows, (button("own.look_up", turn, "k:lookup:new"),)))


def card(turn: Turn, case: CaseView) -> Outgoing:
    """Show a case in full: where it stands, who answers, until when; with the buttons that may act now."""
    lines = [
        say(
            "own.card",
            turn.language,
            number=case.number,
            kind=plain(f"kind_{case.kind}", turn.language),
            title=title(turn, case),
            status=status(turn, case),
            department=department(turn, case),
        ),
        due_line(turn, case),
        say("own.urgent", turn.language) if case.urgent and case.status in WAITING else Markup(),
        say("own.redone", turn.language) if case.redone else Markup(),
        _provisional(turn, case),
        _replied(turn, case),
        _rated(turn, case),
    ]
    html = NEW_LINE.join(line for line in lines if line)
    return Outgoing(html, _rows(turn, case))


def title(turn: Turn, case: CaseView) -> str:
    """Return what a case is about: its category, and the school or office."""
    category = turn.knowledge.routing.categories.get(case.category)
    if category is None:
        return case.title or case.category
    label = (category.label_en or category.label) if turn.language == "en" else category.label
    return f"{label} · {case.subject_name}" if case.subject_name else label


def status(turn: Turn, case: CaseView) -> str:
    """Return where a case stands, in words."""
    return plain(f"status_{case.status}", turn.language)


def department(turn: Turn, case: CaseView) -> str:
    """Return who answers a case."""
    found = turn.knowledge.routing.departments.get(case.department)
    if found is None:
        return turn.desk.bureau
    return (found.name_en or found.name) if turn.language == "en" else found.name


def due_line(turn: Turn, case: CaseView) -> Markup:
    """Say until when the answer is owed and how long that is; nothing once none is owed any more."""
    if case.status not in WAITING:
        return Markup()
    last, today = local_day(case.due_at), local_day(turn.now)
    date = day_words(last, turn.language)
    calendar = turn.knowledge.calendar
    if is_overdue(case, turn.now):
        late = workdays_between(last, today, calendar)
        return say("own.late", turn.language, date=date, days=late)
    if last == today:
        return say("own.due_today", turn.language, date=date)
    return say("own.due", turn.language, date=date, days=workdays_between(today, last, calendar))


def rate_row(turn: Turn, case: CaseView) -> tuple[Button, ...]:
    """Return the buttons that rate the answer to a case."""
    return tuple(button(f"own.rating_{one}", turn, f"k:{one}:{case.number}") for one in Rating)


def may_rate(turn: Turn, case: CaseView) -> bool:
    """Tell whether this person may rate the answer now; once only."""
    proven = case.number in turn.dialogue.proven
    return case.rating is None and parent_allowed(turn.person.id, case, Action.RATE, proven=proven)


def _line(turn: Turn, case: CaseView) -> Markup:
    said = say(
        "own.line",
        turn.language,
        number=case.number,
        title=title(turn, case),
        status=status(turn, case),
        department=department(turn, case),
    )
    due = due_line(turn, case)
    return said + say("own.line_due", turn.language, due=due) if due else said


def _provisional(turn: Turn, case: CaseView) -> Markup:
    if not case.provisional or case.status not in WAITING:
        return Markup()
    return say("own.provisional", turn.language, year=local_day(case.due_at).year)


def _replied(turn: Turn, case: CaseView) -> Markup:
    """Quote what was answered, so that it can be read from any account with number and code."""
    if not case.reply:
        return Markup()
    key = "own.declined" if case.status is Status.DECLINED else "own.reply"
    return say(key, turn.language, reply=case.reply)


def _rated(turn: Turn, case: CaseView) -> Markup:
    if case.rating is not None:
        rating = plain(f"own.rating_{case.rating}", turn.language)
        return say("own.rated", turn.language, rating=rating)
    return say("own.rate", turn.language) if may_rate(turn, case) else Markup()


def _rows(turn: Turn, case: CaseView) -> Rows:
    rows: list[tuple[Button, ...]] = []
    if may_rate(turn, case):
        rows.append(rate_row(turn, case))
    acts = [
        button(key, turn, f"k:{action}:{case.number}")
        for action, key in ((Action.ADD, "button.add"), (Action.WITHDRAW, "button.withdraw"))
        if possible(case, action)
    ]
    return (*rows, tuple(acts)) if acts else tuple(rows)
