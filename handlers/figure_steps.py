"""How a round of hiring is shown: where it stands today in the headline, every step with its days below.

Floor 2: pure.
"""

from markupsafe import Markup

from bot.core.texts import plain, say
from bot.core.turn import Turn
from handlers.saying import NEW_LINE
from handlers.when import day_words
from knowledge.figure_answers import Steps
from knowledge.progress import Progress, Step


def progress(turn: Turn, found: Steps) -> Markup:
    """Say where a round stands; the steps that were asked for come first."""
    asked = [_asked(turn, found.progress, step) for step in found.progress.asked]
    head = asked or [_head(turn, found.progress)]
    lines = [_line(turn, found.progress, step) for step in found.progress.steps]
    return NEW_LINE.join((*head, *lines))


def _head(turn: Turn, one: Progress) -> Markup:
    coming = one.next
    values = {
        "round": one.name,
        "done": one.done[-1].name if one.done else "",
        "next": coming.name if coming is not None else "",
    }
    if one.is_over:
        return say("figure.step_over", turn.language, round=one.name)
    if one.on:
        step = one.on[-1]
        return say(
            "figure.step_on", turn.language, round=one.name, step=step.name, days=_days(turn, step)
        )
    key = "figure.step_between" if one.done else "figure.step_waiting"
    days = _days(turn, coming) if coming is not None else ""
    return say(key, turn.language, days=days, **values)


def _asked(turn: Turn, one: Progress, step: Step) -> Markup:
    return say(
        "figure.step_asked",
        turn.language,
        round=one.name,
        step=step.name,
        days=_days(turn, step),
        state=_state(turn, one, step),
    )


def _line(turn: Turn, one: Progress, step: Step) -> Markup:
    line = say(
        "figure.step_line",
        turn.language,
        state=_state(turn, one, step),
        step=step.name,
        days=_days(turn, step),
        note=step.note,
    )
    return Markup(str(line).rstrip())  # noqa: S704  # made by the catalogue, its values are escaped


def _state(turn: Turn, one: Progress, step: Step) -> str:
    state = "done" if step.is_done(one.today) else "on" if step.is_on(one.today) else "next"
    return plain(f"figure.state_{state}", turn.language)


def _days(turn: Turn, step: Step) -> str:
    if step.start is None:
        return plain("figure.no_day", turn.language)
    first = day_words(step.start, turn.language)
    if step.end is None or step.end == step.start:
        return first
    last = day_words(step.end, turn.language)
    return plain("figure.span", turn.language, first=first, last=last)
