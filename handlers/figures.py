"""Questions for a published figure: 三中今年指标到校多少个, 幸福路12号上哪个小学, 教师招聘到哪一步了.

Floor 2: pure. Asked before the FAQ, and only for what plainly wants a figure: where a table has it, no entry gives
it. What is still to be said is asked with buttons; the dialogue keeps the question, so that a button or a typed
二中 completes it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import reduce

from markupsafe import Markup

from bot.core.dialogue import Figure, Last
from bot.core.texts import plain, say
from bot.core.turn import Arrival, Asked, Button, Outcome, Rows, Turn
from bot.core.workdays import local_day
from handlers import answers, burst, faq, figure_chart, figure_view, menu
from handlers.figure_parts import kind_words
from handlers.following import below_figure
from handlers.saying import NEW_LINE, answer, in_pairs, person_button, phone_line, way_on
from handlers.words import holds_personal_numbers, says_something, without_personal_numbers
from knowledge import entry as known
from knowledge import figures
from knowledge.clauses import is_asking
from knowledge.figure_answers import Answer, Ask, Found
from knowledge.figure_words import fold
from knowledge.picture_wish import asks_for_a_picture_only, kinds_to_draw
from knowledge.shelf import BY_SCHOOL, Shelf
from knowledge.wish import Wish, read_follow_up, read_wish

LASTS = timedelta(minutes=30)  # so long 那二中呢 is read with the question before it
PRESS = "f:"
_OF = "k:"  # a button that says what a picture is wanted of
_SHORT = 8  # characters of a question that leans on the one before it: 怎么报名
_SENTENCES = re.compile(r"[?？。!！;；\n]+")
_CLAUSES = re.compile(r"[?？。!！;；\n,，]+")


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
            return outcome
        if not turn.desk.demo and _read(turn, turn.knowledge.figures, question) is not None:
            return _only_a_sample(turn, question)
    return _followed(turn, alone) or _only_a_picture(turn, alone)


def _answer(turn: Turn, question: str) -> Outcome | None:
    """Answer a message as a whole, or each of its questions where there are several."""
    clauses, sentences = _pieces(_CLAUSES, question), _pieces(_SENTENCES, question)
    wishes = _wishes(turn, clauses) if len(clauses) > 1 else []
    if len(wishes) > 1:
        return _several(turn, question, wishes, clauses)
    told = _wishes(turn, sentences) if len(sentences) > 1 else []
    if told and any(_asks(turn, one) for one in sentences if one != told[0][0]):
        return _several(turn, question, told, sentences)
    whole = _read(turn, _shelf(turn), question)
    if whole is not None:
        return _answered(turn, whole, Figure(question, turn.fresh.draft, at=turn.now))
    return _several(turn, question, wishes, clauses) if wishes else None


def _pieces(ends: re.Pattern[str], question: str) -> list[str]:
    return [piece.strip() for piece in ends.split(question) if says_something(piece)]


def _wishes(turn: Turn, pieces: list[str]) -> list[tuple[str, Wish]]:
    return [(piece, wish) for piece in pieces if (wish := _read(turn, _shelf(turn), piece))]


def _asks(turn: Turn, piece: str) -> bool:
    return is_asking(fold(piece), turn.knowledge.index.lexicon)


def _several(
    turn: Turn, question: str, wishes: list[tuple[str, Wish]], pieces: list[str]
) -> Outcome:
    """Answer each question for a figure, and of the rest what the FAQ knows for certain."""
    figure = Figure(wishes[-1][0], turn.fresh.draft, at=turn.now)
    parts: list[Markup] = []
    rows: Rows = way_on(turn)
    named: tuple[str, ...] = ()
    for _, wish in wishes:
        if wish.kind in BY_SCHOOL and not (wish.schools or wish.doubtful or wish.unknown):
            wish = replace(wish, schools=() if wish.every else named)
        named = wish.schools or named
        found = figures.answer(_shelf(turn), wish, today=local_day(turn.now))
        html, rows = figure_view.told(turn, _shelf(turn), found, figure.token)
        parts.append(html)
    asking = {piece for piece, _ in wishes}
    for piece in pieces:
        if piece not in asking:
            parts.extend(_beside(turn, piece))
    if len(wishes) > 1:
        rows = way_on(turn)  # a button could not say which of the questions it completes
    after = replace(turn.dialogue, figure=figure, last=Last(question, "", turn.now))
    outcome = answer(turn, *parts, buttons=rows, dialogue=after)
    return outcome.and_do(Asked(question, "hit", f"table:{wishes[0][1].kind}"))


def _beside(turn: Turn, piece: str) -> Iterator[Markup]:
    """Answer what is asked beside a figure; 怎么报名 leans on it and is not guessed, 我家在城东 asks nothing."""
    decision = faq.decide(turn, piece)
    if decision.small is not None or not _asks(turn, piece):
        return
    if decision.outcome is known.Outcome.HIT and len(piece) >= _SHORT:
        yield from (answers.body(turn, entry) for entry in faq.found(turn, decision))
    else:
        yield say("figure.rest", turn.language, part=piece)


def _shelf(turn: Turn) -> Shelf:
    """Return the tables that may be given: samples only in the demo."""
    return turn.knowledge.figures if turn.desk.demo else turn.knowledge.real_figures


def _read(turn: Turn, shelf: Shelf, question: str) -> Wish | None:
    lexicon = turn.knowledge.index.lexicon
    return read_wish(shelf, question, today=local_day(turn.now), lexicon=lexicon)


def _followed(turn: Turn, text: str) -> Outcome | None:
    """Read a short message with the figure before it, unless something else was asked since."""
    before, last = turn.dialogue.figure, turn.dialogue.last
    if before is None or before.at is None or turn.now - before.at > LASTS:
        return None
    if last is None or last.at != before.at:
        return None
    wish = _resumed(turn, before)
    followed = wish and read_follow_up(_shelf(turn), text, wish, today=local_day(turn.now))
    if not followed:
        return None
    return _answered(turn, followed, replace(before, said=figures.said_by(followed), at=turn.now))


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
    next_step = say("faq.local_next", turn.language, bureau=turn.desk.bureau)
    lines = (say("faq.local", turn.language), next_step, phone_line(turn))
    html = NEW_LINE.join(line for line in lines if line)
    return answer(turn, html, buttons=way_on(turn), dialogue=after).and_do(Asked(question, "miss"))
