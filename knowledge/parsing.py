"""All of an index that takes long to make: word lists read, phrasings parsed, their words looked up by sound.

What did not change since the last time is taken over. Floor 0; pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.entry import Entry
from knowledge.indexed import Indexed, index_entry, key_of
from knowledge.lexicon import Lexicon
from knowledge.parse import Parser
from knowledge.repair import Repairs
from knowledge.text import is_latin, normalise


@dataclass(frozen=True, slots=True)
class Parsing:
    """The entries of an index, parsed."""

    lexicon: Lexicon
    latin: bool  # most of the entries are English
    items: tuple[Indexed, ...]
    numbering: dict[str, int]  # of the tokens in the items' bags
    repairs: Repairs


def parse_entries(
    entries: Sequence[Entry], lexicon: Lexicon, before: Parsing | None = None
) -> Parsing:
    """Parse entries, but for those whose phrasings were parsed `before` with the same word lists."""
    questions = [is_latin(normalise(entry.question)) for entry in entries]
    latin = 2 * sum(questions) > len(questions)
    if before is not None and not (before.lexicon is lexicon and before.latin is latin):
        before = None
    plain = Parser(lexicon, glossary=not latin)
    known = {} if before is None else {item.key: item for item in before.items}
    numbering = {} if before is None else dict(before.numbering)
    items = tuple(
        item.of(entry)
        if (item := known.get(key_of(entry))) is not None
        else index_entry(entry, plain, numbering)
        for entry in entries
    )
    words = frozenset().union(*(item.words for item in items))
    same = before is not None and before.repairs.known == words
    repairs = before.repairs if before is not None and same else Repairs(lexicon, words)
    return Parsing(lexicon, latin, items, numbering, repairs)
