"""A message with several questions of which some are for figures: each is answered, or named where it is not.

Floor 2: pure. What one question leaves out, the one before has said: the school, the year, for a follow-up
(四中呢) all of it. The year that would be asked for is the newest: an answer names it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from bot.core.chart import Picture
from bot.core.dialogue import Dialogue, Figure, Last
from bot.core.texts import plain, say
from bot.core.turn import Asked, Effect, Outcome, Outgoing, Rows, Say, Turn
from bot.core.workdays import local_day
from handlers import answers, faq, figure_chart, figure_joined, figure_view
from handlers.menu import question_of
from handlers.saying import answer as sent
from handlers.saying import way_on
from handlers.words import says_something
from knowledge import entry as known
from knowledge import figures
from knowledge.clauses import is_asking
from knowledge.entry import Decision
from knowledge.figure_answers import Answer, Ask, Found, Missing, NoSuch
from knowledge.figure_follow import read_follow_up
from knowledge.figure_words import fold
from knowledge.shelf import BY_SCHOOL, Shelf
from knowledge.wish import WITH_YEAR, Wish, read_wish

_SHORT = 8  # characters of a question that leans on the one before it: 怎么报名
_OWN = 4  # characters of one that may be about something else, without its noise
_SENIOR = ("figure.lead.exam", ("junior", "senior"))
_LEADS = {  # by kind of figure: what a short question beside it is about, and the stages that fits
    "quota": _SENIOR,
    "plan": _SENIOR,
    "score_line": _SENIOR,
    "catchment": ("figure.lead.primary", ("primary",)),
}
_SENTENCES = re.compile(r"[?？。!！;；\n]+")
_CLAUSES = re.compile(r"[?？。!！;；\n,，]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """One question for a figure: the pieces of the message that ask it, and what they ask for."""

    pieces: tuple[str, ...]
    wish: Wish


def answer(turn: Turn, shelf: Shelf, question: str) -> Outcome | None:
    """Answer each question of a message that asks several, at least one for a figure; else None."""
    clauses, sentences = _pieces(_CLAUSES, question), _pieces(_SENTENCES, question)
    read = partial(_read, turn, shelf)
    clauses = [half for clause in clauses for half in figure_joined.halves(shelf, clause, read)]
    if len(clauses) < 2:
        return None
    parts = _parts(turn, shelf, clauses)
    if len(parts) > 1:
        return _answered(turn, shelf, question, parts, clauses)
    told = _parts(turn, shelf, sentences) if len(sentences) > 1 else []
    if told and any(_asks(turn, one) for one in sentences if one not in told[0].pieces):
        return _answered(turn, shelf, question, told, sentences)
    if not parts:
        return None
    whole = _read(turn, shelf, question)
    if whole is None or (
        replace(whole, text="") == replace(parts[0].wish, text="")
        and any(_asks_itself(turn, one) for one in clauses if one not in parts[0].pieces)
    ):
        return _answered(turn, shelf, question, parts, clauses)
    return None


def addresses(turn: Turn, shelf: Shelf, question: str, wish: Wish) -> Outcome | None:
    """Answer for each address of one question: 幸福路12号和平安路3号分别上哪个小学."""
    parts = [_Part((question,), one) for one in _each(wish)]
    return _answered(turn, shelf, question, parts, [question])


def _each(wish: Wish) -> Iterator[Wish]:
    yield replace(wish, more=())
    yield from (replace(wish, address=one, more=()) for one in wish.more)


def _pieces(ends: re.Pattern[str], question: str) -> list[str]:
    return [piece.strip() for piece in ends.split(question) if says_something(piece)]


def _read(turn: Turn, shelf: Shelf, text: str) -> Wish | None:
    lexicon = turn.knowledge.index.lexicon
    return read_wish(shelf, text, today=local_day(turn.now), lexicon=lexicon)


def _parts(turn: Turn, shelf: Shelf, pieces: Sequence[str]) -> list[_Part]:
    """Read the pieces that ask for a figure; 四中呢 is one more school of the figure before it."""
    parts: list[_Part] = []
    for piece in pieces:
        wish = _read(turn, shelf, piece)
        if wish is not None:
            parts.extend(_Part((piece,), one) for one in _each(wish))
            continue
        if not parts or not fold(piece).endswith("呢"):
            continue
        before = parts[-1]
        wish = read_follow_up(shelf, piece, before.wish, today=local_day(turn.now))
        if wish is None:
            continue
        if replace(wish, schools=before.wish.schools) == before.wish and wish.schools:
            both = tuple(dict.fromkeys((*before.wish.schools, *wish.schools)))
            wish = replace(before.wish, schools=both)
            parts[-1] = _Part((*before.pieces, piece), wish)
        else:
            parts.append(_Part((piece,), wish))
    return parts


def _asks(turn: Turn, piece: str) -> bool:
    return is_asking(fold(piece), turn.knowledge.index.lexicon)


def _asks_itself(turn: Turn, piece: str) -> bool:
    """Tell whether a piece asks something of its own: 食堂怎么样 does, 能告诉我吗 does not."""
    lexicon = turn.knowledge.index.lexicon
    text = fold(piece)
    return (
        text not in lexicon.clauses.tags
        and len(lexicon.noise.replace(text, {})) >= _OWN
        and _asks(turn, piece)
    )


def _answered(
    turn: Turn, shelf: Shelf, question: str, parts: list[_Part], pieces: list[str]
) -> Outcome | None:
    """Answer each question for a figure, and of the rest what the FAQ knows for certain."""
    asked = {piece for part in parts for piece in part.pieces}
    rest = [piece for piece in pieces if piece not in asked]
    wishes = list(_completed(part.wish for part in parts))
    if any(_asks(turn, piece) for piece in rest) and all(map(_is_any_fee, wishes)):
        return None  # 幼儿园几岁上, 学费多少: a rule, and the FAQ has it
    found = [_newest(shelf, wish, turn) for wish in wishes]
    figure = Figure(parts[-1].pieces[0], turn.fresh.draft, _said(wishes[-1]), at=turn.now)
    told: list[Markup] = []
    drawn: list[tuple[Markup, Picture]] = []
    rows: Rows = ()
    for part, wish, one in zip(parts, wishes, found, strict=True):
        html, own = figure_view.told(turn, shelf, one, figure.token)
        picture = _picture(turn, wish, one)
        if picture is not None:
            drawn.append((html, picture))
        else:
            told += [html, *_why_no_picture(turn, wish, one)]
        if not rows and (len(parts) == 1 or _is_open(one)):
            figure = replace(figure, question=part.pieces[0], said=_said(wish))
            rows = own
    for piece in rest:
        told.extend(_beside(turn, piece, wishes[-1].kind))
    after = replace(turn.dialogue, figure=figure, last=Last(question, "", turn.now))
    messages = _messages(turn, told, drawn, rows or way_on(turn), after)
    return Outcome(after, messages).and_do(Asked(question, "hit", f"table:{wishes[0].kind}"))


def _messages(
    turn: Turn,
    told: list[Markup],
    drawn: list[tuple[Markup, Picture]],
    rows: Rows,
    after: Dialogue,
) -> tuple[Effect, ...]:
    """Say all that is told in one message; a message holds one picture, so each has its own, before the rest."""
    below = drawn if told else drawn[:-1]
    pictures = [Say(Outgoing(html, picture=picture)) for html, picture in below]
    html, picture = (told[0], None) if told else drawn[-1]
    last = sent(turn, html, *told[1:], buttons=rows, dialogue=after, picture=picture)
    return (*pictures, *last.effects)


def _picture(turn: Turn, wish: Wish, found: Answer) -> Picture | None:
    """Draw a part of the message, where it asks for a picture and there is one."""
    wanted = wish.picture and turn.desk.pictures
    return figure_chart.picture(turn, found) if wanted else None


def _why_no_picture(turn: Turn, wish: Wish, found: Answer) -> Iterator[Markup]:
    """Say why words came where a picture was asked for."""
    if wish.picture and isinstance(found, Found):
        yield figure_chart.why_none(turn, found)


def _completed(wishes: Iterator[Wish]) -> Iterator[Wish]:
    """Lend each wish the schools and the years of the one before, where it names none."""
    schools: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    for wish in wishes:
        if wish.kind in BY_SCHOOL and not (wish.schools or wish.doubtful or wish.unknown):
            wish = replace(wish, schools=() if wish.every or wish.stage else schools)
        if wish.kind in WITH_YEAR and not (wish.years or wish.trend):
            wish = replace(wish, years=years)
        schools, years = wish.schools or schools, wish.years or years
        yield wish


def _is_any_fee(wish: Wish) -> bool:
    named = wish.schools or wish.doubtful or wish.unknown or wish.every
    return wish.kind == "fee" and not named


def _newest(shelf: Shelf, wish: Wish, turn: Turn) -> Answer:
    """Answer a wish; where only the year is left to be said, with the newest."""
    found = figures.answer(shelf, wish, today=local_day(turn.now))
    if isinstance(found, Ask) and found.missing is Missing.YEAR:
        wish = figures.choose(wish, found.choices[0])
        return figures.answer(shelf, wish, today=local_day(turn.now))
    return found


def _is_open(found: Answer) -> bool:
    """Tell whether buttons below an answer would complete it."""
    return isinstance(found, Ask | NoSuch) and bool(found.choices)


def _said(wish: Wish) -> tuple[str, ...]:
    """Return what completes the question of a piece: what was lent to it, but no school where none is found yet."""
    if wish.kind in BY_SCHOOL:
        return tuple(one for one in figures.said_by(wish) if one != "S:")
    return figures.said_by(wish) if wish.address is not None else ()


def _beside(turn: Turn, piece: str, kind: str) -> Iterator[Markup]:
    """Answer what is asked beside a figure of a kind; 我家在城东 asks nothing, and nothing is guessed."""
    alone = faq.decide(turn, piece)
    if alone.small is not None or not _asks(turn, piece):
        return
    is_whole = len(piece) >= _SHORT
    decision = alone if is_whole else _leaning(turn, piece, kind, alone)
    if decision is None or decision.outcome is not known.Outcome.HIT:
        yield say("figure.rest", turn.language, part=piece)
        return
    for entry in faq.found(turn, decision):
        if not is_whole:  # 怎么报名 was read as a question of its own: say as which
            yield say("figure.beside", turn.language, question=question_of(entry, turn.language))
        yield answers.body(turn, entry)


def _leaning(turn: Turn, piece: str, kind: str, alone: Decision) -> Decision | None:
    """Read a short question with what the figure beside it is about: after a quota 怎么报名 is 中考怎么报名.

    By itself it counts only where its answer is of no other stage of schooling.
    """
    lead = _LEADS.get(kind)
    if lead is None:
        return None
    about, stages = lead
    together = faq.decide(turn, plain(about, "zh") + piece)
    if together.outcome is known.Outcome.HIT:
        return together
    fits = all(entry.stage is None or entry.stage in stages for entry in faq.found(turn, alone))
    return alone if fits else None
