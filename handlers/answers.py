"""How an entry is shown: the answer first and bold, its source and the day it was checked below.

Floor 2: pure. What is out of its time, or local and only a sample, is never given as current.
"""

from datetime import date
from functools import lru_cache

from markupsafe import Markup

from bot.core.texts import say
from bot.core.turn import Button, Rows, Turn
from bot.core.workdays import local_day
from handlers.following import below_entry
from handlers.menu import question_of
from handlers.saying import EMPTY_LINE, button, person_button, phone_line, quiet, to_person, way_on
from knowledge.entry import Entry, Source

LONGEST_LEAD = 60  # characters; of a longer first line only the first sentence is bold
RELATED = 2


def is_given(turn: Turn, entry: Entry) -> bool:
    """Tell whether an entry may be given as current on the day of this turn."""
    return not _is_local(turn, entry) and entry.is_current(local_day(turn.now))


def body(turn: Turn, entry: Entry) -> Markup:
    """Return the text of an answer, or what is said in its place."""
    today = local_day(turn.now)
    if _is_local(turn, entry):
        next_step = say(
            "faq.local_next", turn.language, bureau=turn.desk.bureau, person=to_person(turn)
        )
        return _lines(say("faq.local", turn.language), next_step, phone_line(turn))
    if entry.valid_from is not None and today < entry.valid_from:
        early = say(
            "faq.early", turn.language, date=f"{entry.valid_from:%Y-%m-%d}", person=to_person(turn)
        )
        return _lines(early, phone_line(turn))
    if entry.valid_until is not None and today > entry.valid_until:
        year = entry.school_year or entry.valid_until.year
        return _lines(
            say("faq.old", turn.language, year=year, person=to_person(turn)), phone_line(turn)
        )
    return _answer(turn, entry)


def buttons(turn: Turn, entry: Entry) -> Rows:
    """Give the buttons under one answer: did it help, what is near, a person."""
    if not is_given(turn, entry):
        return way_on(turn)
    verdict = (
        button("button.good", turn, f"good:{entry.id}"),
        button("button.poor", turn, f"poor:{entry.id}"),
    )
    known = turn.knowledge.entries
    near = [known[one] for one in entry.related if one in known and _is_offered(turn, known[one])]
    related = tuple((entry_button(turn, one),) for one in near[:RELATED])
    return (verdict, *related, (*below_entry(turn, entry), person_button(turn)))


def _is_offered(turn: Turn, entry: Entry) -> bool:
    """Tell whether an entry is published, and in a language the person reads."""
    return not entry.draft and (turn.language != "en" or bool(entry.question_en))


def entry_button(turn: Turn, entry: Entry) -> Button:
    """Make the button that asks for an entry."""
    return Button(question_of(entry, turn.language), f"faq:{entry.id}")


@lru_cache(maxsize=512)
def bold_lead(text: str) -> Markup:
    """Set the first line bold; of a long one only its first sentence."""
    lead, mark, rest = text.strip().partition("\n")
    if len(lead) > LONGEST_LEAD:
        ends = [lead.find(end) + len(end) for end in ("。", ". ") if end in lead]
        if not ends:
            return Markup("{}").format(text.strip())  # one endless sentence: bold says nothing
        rest = lead[min(ends) :] + mark + rest
        lead, mark = lead[: min(ends)], ""
    shown = lead.rstrip()
    return Markup("<b>{}</b>{}").format(shown, lead[len(shown) :] + mark + rest)


def _is_local(turn: Turn, entry: Entry) -> bool:
    """Tell whether the bureau has yet to put its own rule in the place of a sample."""
    return entry.sample and not turn.desk.demo


def _answer(turn: Turn, entry: Entry) -> Markup:
    english = turn.language == "en"
    text = (entry.answer_en if english else "") or entry.answer
    only = say("faq.chinese_only", turn.language) if english and not entry.answer_en else Markup("")
    origin = _origin(entry.source, entry.checked_on, turn.language, sample=entry.sample)
    return EMPTY_LINE.join(part for part in (only, bold_lead(text), origin) if part)


@lru_cache(maxsize=512)
def _origin(
    source: Source | None, checked_on: date | None, language: str, *, sample: bool
) -> Markup:
    """Return the line below an answer: where it comes from, when it was checked, whether it is a sample."""
    parts = []
    if source is not None:
        parts.append(_source(source, language))
    if checked_on is not None:
        parts.append(say("faq.checked", language, date=f"{checked_on:%Y-%m-%d}"))
    if sample:
        parts.append(say("faq.sample", language))
    return quiet(Markup(" · ").join(parts))


def _source(source: Source, language: str) -> Markup:
    title = source.title
    named = Markup("{}").format(title) if "《" in title else say("faq.title", title=title)
    if source.number:
        named += say("faq.number", language, number=source.number)
    named += source.article  # a Markup escapes what is added to it
    if source.url.startswith(("https://", "http://")):
        told = say("faq.source_link", language, url=source.url, source=named)
    else:
        told = say("faq.source", language, source=named)
    return Markup(" · ").join((told, Markup("{}").format(source.date))) if source.date else told


def _lines(*parts: Markup) -> Markup:
    return Markup("\n").join(part for part in parts if part)
