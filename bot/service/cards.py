"""What staff see in Telegram: the card of a case, the recap of a recreated topic, the digest of a flood.

Floor 3: pure functions from a case to a message. In minimal privacy a card carries no text and no name.
"""

from datetime import datetime

from markupsafe import Markup

from bot.core.cases import Action, CaseView, Status, is_overdue, possible
from bot.core.texts import plain, say
from bot.core.turn import Button, Desk, Outgoing, Rows
from bot.core.workdays import local_day, workdays_between
from knowledge.library import Snapshot

TOPIC_NAME_LIMIT = 128  # telegram.constants.ForumTopicLimit.MAX_NAME_LENGTH


def card(
    case: CaseView, knowledge: Snapshot, desk: Desk, now: datetime, *, assignee: str = ""
) -> Outgoing:
    """Return the card of a case: number, kind, category, due with days left, owner, state, buttons."""
    html = say(
        "card",
        number=case.number,
        urgent=say("card_urgent") if case.urgent else "",
        kind=plain(f"kind_{case.kind}"),
        category=category_label(case, knowledge),
        department=department_name(case.department, knowledge),
        assignee=assignee or plain("nobody"),
        due=due_line(case, knowledge, now),
        status=plain(f"status_{case.status}"),
    )
    return Outgoing(html, _buttons(case, desk))


def due_line(case: CaseView, knowledge: Snapshot, now: datetime) -> Markup:
    """Say when the answer is due and how many working days are left, or by how many it is late."""
    day = local_day(case.due_at)
    today = local_day(now)
    if case.status in (Status.CLOSED, Status.WITHDRAWN, Status.DECLINED):
        return say("due_done", date=local_date(case.due_at))
    if is_overdue(case, now):
        late = workdays_between(day, today, knowledge.calendar)
        return say("due_late", date=local_date(case.due_at), days=late)
    left = workdays_between(today, day, knowledge.calendar)
    return say("due_left", date=local_date(case.due_at), days=left)


def recap(
    case: CaseView, lines: list[Markup], knowledge: Snapshot, now: datetime, *, why: str
) -> Markup:
    """Return what a case's new place says first, so that the history is not lost with the old one.

    `why`: topic (made again), moved (out of a plain group's card), card (of a plain group that moved).
    """
    return say(
        "recap",
        why=plain(f"recap_{why}"),
        number=case.number,
        status=plain(f"status_{case.status}"),
        due=due_line(case, knowledge, now),
        lines=Markup("\n").join(lines),
    )


def topic_name(case: CaseView, knowledge: Snapshot) -> str:
    """Return a topic's name: number and category, cut to Telegram's limit."""
    return f"{case.number} {category_label(case, knowledge)}"[:TOPIC_NAME_LIMIT]


def category_label(case: CaseView, knowledge: Snapshot) -> str:
    """Return the category in words; its id where the bureau has since removed it."""
    category = knowledge.routing.categories.get(case.category)
    return category.label if category else case.category


def department_name(department: str, knowledge: Snapshot) -> str:
    """Return a department's name; its id where the bureau has since removed it."""
    found = knowledge.routing.departments.get(department)
    return found.name if found else department


def local_date(at: datetime) -> str:
    """Write a date as people here read it: 6月18日(周四)."""
    day = local_day(at)
    return plain("date", month=day.month, day=day.day, weekday=plain(f"weekday_{day.isoweekday()}"))


def _buttons(case: CaseView, desk: Desk) -> Rows:
    acts = [
        Button(plain(f"act_{action}"), f"s:{action}:{case.number}:{case.version}")
        for action in (Action.TAKE, Action.CLOSE)
        if possible(case, action)
    ]
    rows = [tuple(acts)] if acts else []
    if desk.web_url.startswith("https://"):
        rows.append(
            (Button(plain("open_console"), url=f"{desk.web_url}/console/case/{case.number}"),)
        )
    return tuple(rows)
