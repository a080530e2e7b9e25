"""A message read as a whole and clause by clause, and what of it is given to the semantic layer.

Floor 0; pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge.clauses import is_asking, split
from knowledge.lexicon import Lexicon
from knowledge.meaning import shortened
from knowledge.parse import Parsed, Parser

_MOST_ASKING = 1  # clauses that are embedded: a second one changed no figure and took as long again
_MOST_LENT = 4  # words
_GROUND = {"stage", "ownership"}  # what holds for every clause after the one that names it


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, the whole message or a clause, parsed."""

    text: str
    parsed: Parsed


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a clause is about, in its words."""

    words: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()  # those that say by themselves what it is about: 报名 does not
    ground: tuple[str, ...] = ()  # stage and ownership
    ours: tuple[str, ...] = ()  # those that no other office deals with

    def after(self, before: "_Subject") -> "_Subject":
        """Return what holds after this clause: what it leaves out is as it was before."""
        kept = self if self.standing or self.ground or not before.words else before
        return replace(kept, ground=self.ground or before.ground)


def read(repaired: str, parser: Parser, today: date) -> list[Reading]:
    """Parse a message and its clauses; a clause is lent what it leaves out of those before it.

    After a question, one that names no subject of its own (要多久, 要什么材料) is lent the subject of that, and any the
    stage and the ownership: 民办怎么报, 学费多少 asks for the fee of a private school. What a story tells before its
    question is lent only where it is the bureau's own: 户口在外地 is not what 几岁能上 asks about.
    """
    lexicon = parser.lexicon
    whole, parts = split(repaired, lexicon)
    readings = [Reading(whole, parser.parse(whole, today=today))]
    subject, asked = _Subject(), _Subject()
    for part in parts:
        parsed = parser.parse(part, today=today)
        own = _subject_of(parsed, lexicon)
        asks = is_asking(part, lexicon)
        lent = _lent(own, subject, asked if asks else _Subject(), parsed, lexicon)
        if lent:
            parsed = parser.parse(f"{''.join(lent)},{part}", today=today)
        subject = own if own.ours else subject
        asked = own.after(asked) if asks else asked
        readings.append(Reading(part, parsed))
    return readings


def embedded(readings: Sequence[Reading], lexicon: Lexicon) -> tuple[str, ...]:
    """Return for a message and each of its clauses the text whose meaning counts: a vector takes time.

    Only the last clause that asks something has a meaning of its own; the others share that of the message.
    """
    whole = shortened(readings[0].parsed.text)
    asking = [one for one in readings[1:] if is_asking(one.text, lexicon)][-_MOST_ASKING:]
    return (
        whole,
        *(
            shortened(one.parsed.text, part=True) if one in asking else whole
            for one in readings[1:]
        ),
    )


def _subject_of(parsed: Parsed, lexicon: Lexicon) -> _Subject:
    """Find the words of a clause that the next clause may lean on."""
    found: dict[str, list[str]] = {"words": [], "standing": [], "ground": [], "ours": []}
    for word in parsed.words:
        kinds = lexicon.concepts.get(word, ()) if len(word) > 1 else ()
        subjects = {kind[2:] for kind in kinds if kind[0] == "S"}
        if not subjects:
            continue
        stands = lexicon.clauses.leaning.isdisjoint(subjects)
        asks = any(kind[0] == "A" for kind in kinds) or any(lexicon.clauses.asking.find(word))
        if stands or not asks:
            found["words"].append(word)
        if stands:
            found["standing"].append(word)
        if _families(word, lexicon) & _GROUND:
            found["ground"].append(word)
        if not subjects <= lexicon.abroad.shared:
            found["ours"].append(word)
    return _Subject(**{name: tuple(words[:_MOST_LENT]) for name, words in found.items()})


def _lent(
    own: _Subject, told: _Subject, asked: _Subject, parsed: Parsed, lexicon: Lexicon
) -> tuple[str, ...]:
    """Choose what a clause is lent, nothing that contradicts it."""
    if not asked.words:
        return () if own.ours else told.ours
    wanted = () if own.standing else asked.standing if own.words else asked.words
    return tuple(
        word
        for word in dict.fromkeys((*asked.ground, *wanted))
        if _families(word, lexicon).isdisjoint(parsed.slots.values)
    )


def _families(word: str, lexicon: Lexicon) -> set[str]:
    """Return the slots that a word fills, or one inside it: 小学报名 is of a stage."""
    found = (lexicon.slots[inside] for _, inside in lexicon.slot_words.find(word))
    return {family for filled in found for family, _ in filled}
