"""What is only wrong when entries are seen together, or seen on a given day.

Floor 0. Two live entries with one phrasing, ids twice, references to nothing, review dates gone by.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from knowledge.entry import Entry
from knowledge.messages import say
from knowledge.problem import Problem
from knowledge.reading import Rows, corrected_word, meant_by, nearest
from knowledge.schema import EntryRow
from knowledge.yamlio import Where

Faq = Sequence[tuple[Rows[EntryRow], Sequence[Entry]]]


def plain(text: str) -> str:
    """Give the letters, digits and characters of a phrasing, so that only real differences count."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign for sign in folded if sign.isalnum())


def check_together(faq: Faq) -> Iterator[Problem]:
    """Find what is wrong between entries. References are judged only when every file could be read."""
    whole = all(rows.whole for rows, _ in faq)
    places: dict[str, str] = {}
    for rows, entries in faq:
        for (_, where), entry in zip(rows.rows, entries, strict=True):
            if entry.id in places:
                told = say("duplicate_id", id=entry.id, place=places[entry.id])
                yield _at(rows, (*where, "id"), told, entry)
            places.setdefault(entry.id, entry.where)
    for rows, entries in faq:
        for (_, where), entry in zip(rows.rows, entries, strict=True):
            yield from _check_alone(rows, where, entry)
            if whole:
                yield from _check_related(rows, where, entry, tuple(places))
    yield from _same_phrasings(faq)


def _check_alone(rows: Rows[EntryRow], where: Where, entry: Entry) -> Iterator[Problem]:
    if entry.source is None and not entry.sample and not entry.draft:
        yield _at(rows, where, say("no_source"), entry, error=False)
    if entry.valid_from and entry.valid_until and entry.valid_from > entry.valid_until:
        told = say("dates_reversed", first="valid_from", second="valid_until")
        yield _at(rows, (*where, "valid_from"), told, entry)
    if entry.checked_on and entry.review_by and entry.checked_on > entry.review_by:
        told = say("dates_reversed", first="checked_on", second="review_by")
        yield _at(rows, (*where, "checked_on"), told, entry)
    if (entry.question_en or entry.phrasings_en) and not entry.answer_en:
        yield _at(rows, where, say("english_half"), entry, error=False)


def _check_related(
    rows: Rows[EntryRow], where: Where, entry: Entry, known: Sequence[str]
) -> Iterator[Problem]:
    for number, related in enumerate(entry.related):
        place = (*where, "related", number)
        if related == entry.id:
            yield _at(rows, place, say("related_self"), entry, error=False)
        elif related not in known:
            told = say("unknown_related", id=related, nearest=nearest(related, known))
            line, col = rows.place(place)
            meant = meant_by(related, known)
            told += corrected_word(rows.document.line(line), col, related, meant)
            yield _at(rows, place, told, entry)


def _same_phrasings(faq: Faq) -> Iterator[Problem]:
    """Find phrasings that two entries share while both may be given: one of them is never reached."""
    seen: dict[str, list[Entry]] = {}
    for rows, entries in faq:
        for (row, where), entry in zip(rows.rows, entries, strict=True):
            for place, text in _phrasings(row, where):
                owners = seen.setdefault(plain(text) or text, [])
                if entry in owners:
                    told = say("same_phrasing_own", text=text)
                    yield _at(rows, place, told, entry, error=False)
                    continue
                rival = next((other for other in owners if _overlap(entry, other)), None)
                if rival is not None:
                    told = say("same_phrasing", text=text, other=rival.id, place=rival.where)
                    yield _at(rows, place, told, entry)
                owners.append(entry)


def _phrasings(row: EntryRow, where: Where) -> Iterator[tuple[Where, str]]:
    yield (*where, "question"), row.question
    for number, text in enumerate(row.phrasings):
        yield (*where, "phrasings", number), text
    if row.question_en:
        yield (*where, "question_en"), row.question_en
    for number, text in enumerate(row.phrasings_en):
        yield (*where, "phrasings_en", number), text


def _overlap(one: Entry, other: Entry) -> bool:
    """Tell whether both may be given as current on some day."""
    if one.draft or other.draft or one.id == other.id:
        return False
    if None not in (one.school_year, other.school_year) and one.school_year != other.school_year:
        return False
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    ends = min(one.valid_until or date.max, other.valid_until or date.max)
    return starts <= ends


def check_dates(faq: Faq, today: date) -> Iterator[Problem]:
    """List what has run out by `today`, as warnings."""
    judged: Mapping[str, Callable[[Entry], date | None]] = {
        "review_by": lambda entry: entry.review_by,
        "valid_until": lambda entry: entry.valid_until,
    }
    codes = {"review_by": "review_due", "valid_until": "expired"}
    for rows, entries in faq:
        for (_, where), entry in zip(rows.rows, entries, strict=True):
            for key, day_of in judged.items():
                day = day_of(entry)
                if day is not None and day < today:
                    yield _at(rows, (*where, key), say(codes[key], date=day), entry, error=False)
            if entry.checked_on is not None and entry.checked_on > today:
                told = say("checked_in_future", date=entry.checked_on)
                yield _at(rows, (*where, "checked_on"), told, entry, error=False)


def _at(
    rows: Rows[EntryRow], where: Where, message: str, entry: Entry, *, error: bool = True
) -> Problem:
    return Problem(rows.file, *rows.place(where), message, error, entry.id)
