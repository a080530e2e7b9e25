"""One entry as the matcher keeps it: its phrasings parsed, packed, and summed up.

An entry that did not change is taken over by the next index as it is. Floor 0; pure.
"""

from collections import Counter
from dataclasses import dataclass, replace
from sys import intern

import numpy as np
from numpy.typing import NDArray

from knowledge.channel import Bags, pack
from knowledge.entry import Entry, Stage
from knowledge.parse import Parser
from knowledge.senses import Rows
from knowledge.slots import Slots, entry_slots
from knowledge.text import bare

CHANNELS = 2  # ideas, grams
_CORE = frozenset("SweE")  # first letters of the ideas that may be an entry's core


Key = tuple[tuple[str, ...], Stage | None, int | None]


def key_of(entry: Entry) -> Key:
    """Return all of an entry that is parsed."""
    return entry.all_phrasings, entry.stage, entry.school_year


@dataclass(frozen=True, slots=True)
class Indexed:
    """One entry with its phrasings."""

    entry: Entry
    written: frozenset[str]  # the phrasings without punctuation
    texts: tuple[str, ...]  # the phrasings as they are compared
    glossed: tuple[bool, ...]  # which of them are English
    words: frozenset[str]
    slots: Slots
    about: frozenset[
        str
    ]  # the places and offices, where half of the phrasings name any: these are ours
    ideas: frozenset[str]
    bags: Bags  # two a phrasing: ideas, grams
    odd: frozenset[int]  # places of phrasings that contradict a slot of the entry itself
    held: NDArray[np.int32]  # all tokens of the bags, each once
    senses: tuple[Rows, ...]  # of each phrasing: the words whose meaning is known
    meant: Rows  # all of these, each once
    core: Bags  # one: the ideas in at least half of the phrasings, with their share

    @property
    def key(self) -> Key:
        """Return what the rest was made from."""
        return key_of(self.entry)

    def of(self, entry: Entry) -> "Indexed":
        """Return the same for an entry whose phrasings are the same, whatever else was edited in it."""
        return self if self.entry is entry else replace(self, entry=entry)

    def renumbered(self, numbers: NDArray[np.int32]) -> "Indexed":
        """Return the same with other numbers for its tokens, as it came from another process."""
        return replace(
            self,
            bags=replace(self.bags, tokens=numbers[self.bags.tokens]),
            held=np.sort(numbers[self.held]),
            core=replace(self.core, tokens=numbers[self.core.tokens]),
            words=frozenset(map(intern, self.words)),
            ideas=frozenset(map(intern, self.ideas)),
        )

    @property
    def has_aspect(self) -> bool:
        """Tell whether the phrasings ask something about their subject."""
        return any(idea[0] == "A" for idea in self.ideas)


def index_entry(entry: Entry, parser: Parser, numbering: dict[str, int]) -> Indexed:
    """Parse an entry's phrasings and join what they say; tokens without a number are given one."""
    cleaned = [parser.clean(text)[0] for text in entry.all_phrasings]
    phrasings = tuple(parser.parse(text) for text in cleaned)
    ideas = Counter(idea for phrasing in phrasings for idea in phrasing.ideas)
    elsewhere = [phrasing.slots.elsewhere for phrasing in phrasings if phrasing.slots.elsewhere]
    half = len(phrasings) / 2
    slots = entry_slots(entry, tuple(phrasing.slots for phrasing in phrasings))
    bags = pack([bag for one in phrasings for bag in (one.ideas, one.grams)], numbering)
    senses = tuple(parser.lexicon.senses.rows([one.told for one in phrasings]))
    core = {
        idea: count / len(phrasings)
        for idea, count in ideas.items()
        if count >= half and idea[0] in _CORE
    }
    return Indexed(
        entry=entry,
        written=frozenset(bare(text) for text in cleaned),
        texts=tuple(phrasing.text for phrasing in phrasings),
        glossed=tuple(bool(phrasing.gloss) for phrasing in phrasings),
        words=frozenset(intern(word) for phrasing in phrasings for word in phrasing.words),
        slots=slots,
        about=frozenset().union(*elsewhere) if len(elsewhere) >= half else frozenset(),
        ideas=frozenset(ideas),
        bags=bags,
        odd=frozenset(n for n, one in enumerate(phrasings) if one.slots.conflicts(slots)),
        held=np.array(sorted(set(bags.tokens.tolist())), np.int32),
        senses=senses,
        meant=np.array(sorted(set(np.concatenate(senses).tolist())), np.int32),
        core=pack([core], numbering),
    )
