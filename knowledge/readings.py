"""A message read as a whole and clause by clause, and what of it is given to the semantic layer.

Floor 0; pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.clauses import is_asking, split
from knowledge.lexicon import Lexicon
from knowledge.meaning import shortened
from knowledge.parse import Parsed, Parser

_MOST_ASKING = 2  # clauses that are embedded


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, the whole message or a clause, parsed."""

    text: str
    parsed: Parsed


def read(repaired: str, parser: Parser, today: date) -> list[Reading]:
    """Parse a message and its clauses; a clause without a subject is lent the one before."""
    whole, parts = split(repaired, parser.lexicon)
    readings = [Reading(whole, parser.parse(whole, today=today))]
    subject = ""
    for part in parts:
        parsed = parser.parse(part, today=today)
        own = _subject_of(parsed, parser.lexicon)
        if subject and not own:
            parsed = parser.parse(f"{subject},{part}", today=today)
        subject = own or subject
        readings.append(Reading(part, parsed))
    return readings


def embedded(readings: Sequence[Reading], lexicon: Lexicon) -> tuple[str, ...]:
    """Return for a message and each of its clauses the text whose meaning counts: a vector takes time.

    Only the last clauses that ask something have a meaning of their own; the others share that of the message.
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


def _subject_of(parsed: Parsed, lexicon: Lexicon) -> str:
    """Return the words of a clause that the next clause may lean on."""
    concepts = lexicon.concepts
    kept = [
        word
        for word in parsed.words
        if len(word) > 1
        and any(c[0] == "S" and c[2:] not in lexicon.abroad.shared for c in concepts.get(word, ()))
    ]
    return "".join(kept[:4])
