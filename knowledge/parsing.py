"""All of an index that takes long to make: word lists read, phrasings parsed, their words looked up by sound.

What did not change since the last time is taken over. Floor 0; pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.entry import Entry
from knowledge.forked import beside
from knowledge.indexed import Indexed, index_entry, key_of
from knowledge.lexicon import Lexicon
from knowledge.parse import Parser
from knowledge.repair import Repairs
from knowledge.text import is_latin, normalise

_MANY = 1000  # phrasings, from which it pays to parse half of them in another process


@dataclass(frozen=True, slots=True)
class Parsing:
    """The entries of an index, parsed."""

    lexicon: Lexicon
    latin: bool  # most of the entries are English
    items: tuple[Indexed, ...]
    numbering: dict[str, int]  # of the tokens in the items' bags
    repairs: Repairs


def _parsed(
    entries: Sequence[Entry], parser: Parser, numbering: dict[str, int]
) -> Sequence[Indexed]:
    """Parse entries; of many, every other one in a copy of this process."""
    if sum(len(entry.all_phrasings) for entry in entries) < _MANY:
        return _one_by_one(entries, parser, numbering)
    other = beside(lambda: _numbered(entries[1::2], parser))
    items: list[Indexed] = [*entries]  # type: ignore[list-item]  # each is put in its place below
    items[::2] = _one_by_one(entries[::2], parser, numbering)
    theirs, found = other()
    numbers = np.array([numbering.setdefault(token, len(numbering)) for token in found], np.int32)
    items[1::2] = [item.renumbered(numbers) for item in theirs]
    return items


def _numbered(entries: Sequence[Entry], parser: Parser) -> tuple[list[Indexed], tuple[str, ...]]:
    """Parse entries with a numbering of their own; return it as the tokens in their order."""
    numbering: dict[str, int] = {}
    return _one_by_one(entries, parser, numbering), tuple(numbering)


def _one_by_one(
    entries: Sequence[Entry], parser: Parser, numbering: dict[str, int]
) -> list[Indexed]:
    return [index_entry(entry, parser, numbering) for entry in entries]


def parse_entries(
    entries: Sequence[Entry], lexicon: Lexicon, before: Parsing | None = None
) -> Parsing:
    """Parse entries, but for those whose phrasings were parsed `before` with the same word lists."""
    questions = [is_latin(normalise(entry.question)) for entry in entries]
    latin = 2 * sum(questions) > len(questions)
    if before is not None and not (before.lexicon is lexicon and before.latin is latin):
        before = None
    known = {} if before is None else {item.key: item for item in before.items}
    numbering = {} if before is None else before.numbering
    fresh = [entry for entry in entries if key_of(entry) not in known]
    if fresh:
        numbering = dict(numbering)  # that of before may be in use
        parsed = _parsed(fresh, Parser(lexicon, glossary=not latin), numbering)
        known |= {item.key: item for item in parsed}
    items = tuple(known[key_of(entry)].of(entry) for entry in entries)
    words = frozenset().union(*(item.words for item in items))
    same = before is not None and before.repairs.known == words
    repairs = before.repairs if before is not None and same else Repairs(lexicon, words)
    return Parsing(lexicon, latin, items, numbering, repairs)
