"""Find the entries a question may mean, and measure how alike they are in several ways.

Three sparse channels (ideas, grams, sounds), each weighted by how few entries have a token, give every phrasing a
cosine; the best entries are then compared in detail, by rapidfuzz among others. Floor 0; pure.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat

from rapidfuzz.distance.LCSseq import similarity

from knowledge.channel import Channel, Cosines
from knowledge.entry import Entry
from knowledge.parse import Parsed, Weights
from knowledge.slots import Slots

CANDIDATES = 16
_OF_SOUNDS = 0.5  # what sounds count when candidates are chosen, beside ideas and grams
FEATURES = (
    "ideas", "grams", "sounds",  # cosine with the best phrasing
    "ideas_mean",  # cosine of ideas, averaged over the phrasings
    "ratio",  # rapidfuzz, best phrasing
    "common",  # longest common subsequence, as a share of the phrasing
    "ideas_covered", "grams_covered",  # share of the question that the entry's phrasings know, by idf
    "phrasing_covered",  # share of the best phrasing's ideas that the question has
    "core_covered",  # share of the ideas in half of the phrasings and more
    "subjects_missing",  # idf of subjects in the question that the entry never names
    "aspect_match", "aspect_clash",  # what is asked about it
    "slots_agree", "slots_clash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indexed:
    """One entry with its phrasings, parsed."""

    entry: Entry
    written: frozenset[str]  # the phrasings without punctuation
    phrasings: tuple[Parsed, ...]
    slots: Slots
    ideas: frozenset[str]
    grams: frozenset[str]
    aspects: frozenset[str]
    core: Weights  # ideas in at least half of the phrasings, with their share


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate with its part scores, in the order of `FEATURES`."""

    number: int  # of the entry
    parts: tuple[float, ...]
    clashes: tuple[str, ...] = ()  # families of slots in which the question names something else
    near: tuple[float, ...] = ()  # more part scores, by the semantic layer (`meaning.NEAR`)

    @property
    def excluded(self) -> bool:
        """Tell whether no score may make this entry the answer (may / may not only bars a direct one)."""
        return any(family != "may" for family in self.clashes)


class Retriever:
    """All entries in three channels; frozen once built."""

    __slots__ = (
        "_all_cores",
        "_all_ideas",
        "_letters",
        "_owners",
        "_spans",
        "entries",
        "grams",
        "ideas",
        "sounds",
    )

    def __init__(self, entries: Sequence[Indexed]) -> None:
        self.entries = tuple(entries)
        phrasings = [phrasing for item in entries for phrasing in item.phrasings]
        self._owners = [number for number, item in enumerate(entries) for _ in item.phrasings]
        ends = tuple(accumulate(len(item.phrasings) for item in entries))
        self._spans = tuple(map(slice, (0, *ends), ends))  # where the phrasings of each entry are
        self.ideas = Channel([phrasing.ideas for phrasing in phrasings], self._owners)
        self.grams = Channel([phrasing.grams for phrasing in phrasings], self._owners)
        self.sounds = Channel([phrasing.sounds for phrasing in phrasings], self._owners)
        self._all_ideas = tuple(self.ideas.mass(phrasing.ideas) for phrasing in phrasings)
        self._all_cores = tuple(self.ideas.mass(item.core) for item in entries)
        self._letters = tuple(_Letters(item.phrasings) for item in entries)

    def find(
        self, question: Parsed, *, most: int = CANDIDATES, also: Sequence[int] = ()
    ) -> list[Match]:
        """Return the most promising entries, and those in `also`, with their part scores, in no particular order."""
        quick = [0.0] * len(self._owners)
        cosines = (
            self.ideas.cosines(question.ideas, quick, share=1.0),
            self.grams.cosines(question.grams, quick, share=1.0),
            self.sounds.cosines(question.sounds, quick, share=_OF_SOUNDS),
        )
        best = list(map(max, map(quick.__getitem__, self._spans)))
        chosen = heapq.nlargest(most, filter(best.__getitem__, range(len(best))), best.__getitem__)
        chosen = list(dict.fromkeys((*chosen, *also)))
        known = self.ideas.known(question.ideas)
        asked = _Asked(question, cosines[0].masses, cosines[1].masses, known)
        return [self._compare(asked, number, cosines) for number in chosen]

    def nearest_phrasings(self, phrasing: Parsed, owner: int) -> tuple[float, int, float]:
        """Return how near the nearest other phrasing of the owner is, and the place and nearness of a stranger's."""
        likeness = [0.0] * len(self._owners)
        self.ideas.cosines(phrasing.ideas, likeness, share=0.5)
        self.grams.cosines(phrasing.grams, likeness, share=0.5)
        span = self._spans[owner]
        own = max(
            (
                likeness[place]
                for place, other in enumerate(self.entries[owner].phrasings, span.start)
                if other is not phrasing
            ),
            default=0.0,
        )
        likeness[span] = [0.0] * (span.stop - span.start)
        nearest = max(likeness)
        return own, likeness.index(nearest) if nearest else 0, nearest

    def phrasing_at(self, place: int) -> tuple[str, str]:
        """Return the entry and the text of a phrasing by its place."""
        owner = self._owners[place]
        item = self.entries[owner]
        return item.entry.id, item.phrasings[place - self._spans[owner].start].text

    def known_share(self, question: Parsed) -> float:
        """Return the share of the question's subjects and words, by idf, that any entry knows."""
        ideas = self.ideas
        masses = {
            token: mass
            for token, mass in ideas.masses(question.ideas).items()
            if token[0] in "SweE"
        }
        total = sum(masses.values())
        known = sum([mass for token, mass in masses.items() if token in ideas])
        return known / total if total else 0.0

    def _compare(self, asked: "_Asked", number: int, cosines: tuple[Cosines, ...]) -> Match:
        """Measure one entry: the part scores in the order of `FEATURES`."""
        item = self.entries[number]
        question = asked.question
        span = self._spans[number]
        ideas, grams, sounds = [channel.within(span) for channel in cosines]
        best = max(ideas)
        closest = ideas.index(best)
        clashes = question.slots.conflicts(item.slots)
        shared = asked.aspects & item.aspects
        known, mine = item.ideas, item.grams
        parts = (
            best,
            max(grams),
            max(sounds),
            sum(ideas) / len(ideas),
            *self._letters[number].likeness(question),
            sum([mass for idea, mass in asked.ideas if idea in known]) / asked.all_ideas,
            sum([mass for gram, mass in asked.grams if gram in mine]) / asked.all_grams,
            asked.mass_in(item.phrasings[closest].ideas) / self._all_ideas[span.start + closest],
            asked.mass_in(item.core) / self._all_cores[number],
            sum([mass for idea, mass in asked.subjects if idea not in known]) / self.ideas.unseen,
            float(bool(shared)),
            float(bool(asked.aspects and item.aspects and not shared)),
            float(question.slots.agreements(item.slots)),
            float(len(clashes)),
        )
        return Match(number, parts, clashes)


class _Asked:
    """A question with what is the same for every entry it is compared with."""

    __slots__ = (
        "all_grams",
        "all_ideas",
        "aspects",
        "grams",
        "ideas",
        "known",
        "question",
        "subjects",
    )

    def __init__(self, question: Parsed, ideas: Weights, grams: Weights, known: Weights) -> None:
        self.question = question
        self.known = tuple(known.items())  # its ideas that any entry has, with their idf
        self.ideas = tuple(ideas.items())
        self.grams = tuple(grams.items())
        self.all_ideas = sum(ideas.values()) or 1.0
        self.all_grams = sum(grams.values()) or 1.0
        self.aspects = frozenset(idea for idea in ideas if idea[0] == "A")
        self.subjects = tuple((idea, mass) for idea, mass in self.ideas if idea[0] == "S")

    def mass_in(self, bag: Weights) -> float:
        """Return what the ideas of an entry's bag weigh that the question has too."""
        return sum([bag[idea] * idf for idea, idf in self.known if idea in bag])


class _Letters:
    """The phrasings of one entry as they are compared letter by letter."""

    __slots__ = ("_glossed", "_sizes", "_texts")

    def __init__(self, phrasings: tuple[Parsed, ...]) -> None:
        self._texts = tuple(phrasing.text for phrasing in phrasings)
        self._sizes = tuple(len(text) for text in self._texts)
        self._glossed = tuple(bool(phrasing.gloss) for phrasing in phrasings)

    def likeness(self, question: Parsed) -> tuple[float, float]:
        """Compare with rapidfuzz: the best ratio, and the best share of a phrasing found in order.

        `ratio` is twice the longest common subsequence by both lengths, so one call gives both.
        """
        if not question.gloss:
            size = len(question.text)
            same = list(map(similarity, repeat(question.text), self._texts))
            ratios = [
                2 * found / (size + other or 1)
                for found, other in zip(same, self._sizes, strict=True)
            ]
        else:
            mine = [question.text if glossed else question.gloss for glossed in self._glossed]
            same = list(map(similarity, mine, self._texts))
            ratios = [
                2 * found / (len(text) + other or 1)
                for found, text, other in zip(same, mine, self._sizes, strict=True)
            ]
        shares = [found / (size or 1) for found, size in zip(same, self._sizes, strict=True)]
        return max(ratios), max(shares)
