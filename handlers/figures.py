"""Questions for a published figure: 三中今年指标到校多少个, 幸福路12号上哪个小学, 教师招聘到哪一步了.

Floor 2: pure. Asked before the FAQ, and only for what plainly wants a figure: where a table has it, no entry gives
it. What is still to be said is asked with buttons; the dialogue keeps the question, so that a button or a typed
二中 completes it.
"""

from dataclasses import replace
from datetime import timedelta
from functools import reduce

from markupsafe import Markup

from bot.core.dialogue import Figure, Last
from bot.core.texts import plain, say
from bot.core.turn import Arrival, Asked, Button, Outcome, Turn
from bot.core.workdays import local_day
from handlers import burst, figure_chart, figure_several, figure_view, menu
from handlers.figure_parts import kind_words
from handlers.following import below_figure
from handlers.saying import NEW_LINE, answer, in_pairs, person_button, phone_line, to_person, way_on
from handlers.words import holds_personal_numbers, says_something, without_personal_numbers
from knowledge import figures
from knowledge.figure_answers import Answer, Ask, Found
from knowledge.figure_follow import read_follow_up, with_kind_of, with_schools_of
from knowledge.figure_words import figure_text
from knowledge.picture_wish import asks_for_a_picture_only, kinds_to_draw
from knowledge.shelf import Shelf
from knowledge.wish import Wish, read_wish, tells_where

LASTS = timedelta(minutes=30)  # so long 那二中呢 is read with the question before it
PRESS = "f:"
_OF = "k:"  # a button that says what a picture is wanted of


def handle(turn: Turn) -> Outcome | None:
    """Answer a question for a figure, or a button below one."""
    match turn.incoming.arrival:
        case Arrival.CHOICE if turn.incoming.choice.startswith(PRESS):
            return _pressed(turn)
        case Arrival.TEXT | Arrival.EDIT:
            return _asked(turn)
        case _:
            return None


def _asked(turn: Turn) -> Outcome | None:
    alone = turn.incoming.text.strip()
    if not says_something(alone):
        return None
    for text in dict.fromkeys((burst.joined(turn), alone)):
        question = without_personal_numbers(text).strip()
        outcome = _answer(turn, question)
        if outcome is not None:
            return _held(turn, outcome, question)
        if not turn.desk.demo and _read(turn, turn.knowledge.figures, question) is not None:
            return _only_a_sample(turn, question)
    return _followed(turn, alone) or _lent(turn, alone) or _only_a_picture(turn, alone)


def _held(turn: Turn, outcome: Outcome, question: str) -> Outcome:
    """Hold back where somebody lives belongs to which school, said alone: what is asked may follow."""
    alone = turn.incoming.arrival is Arrival.TEXT and tells_where(question)
    asks = turn.knowledge.figures.asks.search(figure_text(question))
    return burst.held(turn, outcome, question) if alone and not asks else outcome


def _answer(turn: Turn, question: str) -> Outcome | None:
    """Answer a message as a whole, or each of its questions where there are several."""
    several = figure_several.answer(turn, _shelf(turn), question)
    if several is not None:
        return several
    wish = _read(turn, _shelf(turn), question)
    if wish is None:
        return None
    if wish.more:
        return figure_several.addresses(turn, _shelf(turn), question, wish)
    before = _before(turn)
    resumed = _resumed(turn, before) if before is not None else None
    leaning = with_schools_of(_shelf(turn), wish, resumed)
    said = () if leaning == wish else figures.said_by(leaning)
    return _answered(turn, leaning, Figure(question, turn.fresh.draft, said, at=turn.now))


def _shelf(turn: Turn) -> Shelf:
    """Return the tables that may be given: samples only in the demo."""
    return turn.knowledge.figures if turn.desk.demo else turn.knowledge.real_figures


def _read(turn: Turn, shelf: Shelf, question: str) -> Wish | None:
    lexicon = turn.knowledge.index.lexicon
    return read_wish(shelf, question, today=local_day(turn.now), lexicon=lexicon)


def _before(turn: Turn) -> Figure | None:
    """Return the figure before a message, unless something else was asked since or it is long ago."""
    before, last = turn.dialogue.figure, turn.dialogue.last
    if before is None or before.at is None or turn.now - before.at > LASTS:
        return None
    return None if last is None or last.at != before.at else before


def _followed(turn: Turn, text: str) -> Outcome | None:
    """Read a short message with the figure before it."""
    before = _before(turn)
    wish = before and _resumed(turn, before)
    followed = wish and read_follow_up(_shelf(turn), text, wish, today=local_day(turn.now))
    if not before or not wish or not followed:
        return None
    return _answered(turn, followed, followed_by(turn, before, followed))


def _lent(turn: Turn, text: str) -> Outcome | None:
    """Read a message for a number of a school with what the answer before was about."""
    last = turn.dialogue.last
    if last is None or last.at is None or turn.now - last.at > LASTS:
        return None
    question = with_kind_of(_shelf(turn), text, last.question)
    return _answer(turn, question) if question else None


def followed_by(turn: Turn, before: Figure, wish: Wish) -> Figure:
    """Keep a wish that follows a figure: the question is the one before, with all that was said since."""
    first = _read(turn, _shelf(turn), before.question)
    kind = (f"K:{wish.kind}",) if first is not None and first.kind != wish.kind else ()
    return replace(before, said=(*kind, *figures.said_by(wish)), at=turn.now)


def _only_a_picture(turn: Turn, text: str) -> Outcome | None:
    """Ask what a picture is wanted of, where nothing else is said: 对比图."""
    kinds = kinds_to_draw(_shelf(turn)) if asks_for_a_picture_only(text) else ()
    if not kinds:
        return None
    figure = Figure(text, turn.fresh.draft, at=turn.now)
    after = replace(turn.dialogue, figure=figure, last=Last(text, "", turn.now))
    rows = in_pairs(
        Button(kind_words(turn, kind), f"{PRESS}{figure.token}:{_OF}{kind}") for kind in kinds
    )
    html = say("chart.ask_kind", turn.language)
    outcome = answer(turn, html, buttons=(*rows, (person_button(turn),)), dialogue=after)
    return outcome.and_do(Asked(text, "unsure"))


def _resumed(turn: Turn, figure: Figure) -> Wish | None:
    """Read the question of before again, with what was said since."""
    wish = _read(turn, _shelf(turn), figure.question)
    if wish is None:
        return None
    return reduce(figures.choose, figure.said, wish)


def _pressed(turn: Turn) -> Outcome:
    """Complete the question with the choice of a button; one of another question is stale."""
    token, _, choice = turn.incoming.choice.removeprefix(PRESS).partition(":")
    figure = turn.dialogue.figure
    if figure is None or figure.token != token:
        return menu.stale(turn)
    undone = ("s:", "S:") if choice.startswith("S:") else (choice[:2],)
    kept = tuple(one for one in figure.said if not one.startswith(undone))
    figure = replace(figure, said=(*kept, choice), at=turn.now)
    try:
        if choice.startswith(_OF):
            figure = replace(figure, question=_of_kind(choice.removeprefix(_OF)), said=())
        wish = _resumed(turn, figure)
        return menu.stale(turn) if wish is None else _answered(turn, wish, figure)
    except (KeyError, ValueError):  # a school that is gone since, a forged button
        return menu.stale(turn)


def _of_kind(kind: str) -> str:
    """Return the question that asks for a picture of a kind, as one would write it. Raises KeyError."""
    return plain("chart.question", "zh", kind=plain(f"figure.kind.{kind}", "zh"))


def _answered(turn: Turn, wish: Wish, figure: Figure) -> Outcome:
    found = figures.answer(_shelf(turn), wish, today=local_day(turn.now))
    html, rows = figure_view.told(turn, _shelf(turn), found, figure.token)
    warning = say("faq.personal", turn.language) if _is_personal(turn) else Markup("")
    after = replace(turn.dialogue, figure=figure, last=Last(figure.question, "", figure.at))
    wanted = wish.picture and isinstance(found, Found)
    picture = figure_chart.picture(turn, found) if wanted and turn.desk.pictures else None
    quiet = figure_chart.why_none(turn, found) if wanted and picture is None else Markup("")
    below = (*below_figure(turn, found), *rows)
    outcome = answer(turn, html, quiet, warning, buttons=below, dialogue=after, picture=picture)
    return outcome.and_do(Asked(figure.question, _outcome(found), f"table:{wish.kind}"))


def _is_personal(turn: Turn) -> bool:
    return holds_personal_numbers(turn.incoming.text)


def _outcome(found: Answer) -> str:
    """Name what a question came to, for the list of gaps."""
    if isinstance(found, Ask):
        return "unsure"
    return "hit" if figures.is_given(found) else "miss"


def _only_a_sample(turn: Turn, question: str) -> Outcome:
    """Say that the bureau has not put its own table in the place of the sample."""
    after = replace(turn.dialogue, last=Last(question, "", turn.now))
    next_step = say(
        "faq.local_next", turn.language, bureau=turn.desk.bureau, person=to_person(turn)
    )
    lines = (say("faq.local", turn.language), next_step, phone_line(turn))
    html = NEW_LINE.join(line for line in lines if line)
    return answer(turn, html, buttons=way_on(turn), dialogue=after).and_do(Asked(question, "miss"))
