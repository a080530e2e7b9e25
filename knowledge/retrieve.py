"""Find the entries a question may mean, and measure how alike they are in several ways.

Three sparse channels (ideas, grams, sounds), each weighted by how few entries have a token, give every phrasing a
cosine; the best entries are then compared in detail, by rapidfuzz among others. Floor 0; pure.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance.LCSseq import similarity

from knowledge.entry import Entry
from knowledge.parse import Parsed, Weights
from knowledge.slots import Slots

CANDIDATES = 16
_QUICK = (1.0, 1.0, 0.5)  # weights of the channels when candidates are chosen
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
    phrasings: tuple[Parsed, ...]
    slots: Slots
    ideas: frozenset[str]
    grams: frozenset[str]
    aspects: frozenset[str]
    core: Weights  # ideas in at least half of the phrasings, with their share


class Channel:
    """One kind of token: idf by entry, and for each token the phrasings that have it."""

    __slots__ = ("_postings", "idf", "unseen")

    def __init__(self, bags: Sequence[Weights], owners: Sequence[int]) -> None:
        total = len(set(owners))
        having: dict[str, set[int]] = {}
        for bag, owner in zip(bags, owners, strict=True):
            for token in bag:
                having.setdefault(token, set()).add(owner)
        self.unseen = math.log(1 + 2 * (total + 1))
        self.idf = {
            token: math.log(1 + (total + 1) / (len(found) + 0.5)) for token, found in having.items()
        }
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, bag in enumerate(bags):
            length = self.length(bag) or 1.0
            for token, weight in bag.items():
                share = weight * self.idf[token] / length
                self._postings.setdefault(token, []).append((number, share))

    def length(self, bag: Weights) -> float:
        """Return the Euclidean length of a bag of tokens, unseen ones included."""
        idf, unseen = self.idf, self.unseen
        return math.sqrt(sum((weight * idf.get(token, unseen)) ** 2 for token, weight in bag.items()))

    def cosines(self, bag: Weights) -> dict[int, float]:
        """Return the cosine of a bag with every phrasing that shares a token with it."""
        length = self.length(bag)
        found: dict[int, float] = {}
        for token, weight in bag.items():
            postings = self._postings.get(token)
            if postings is not None:
                share = weight * self.idf[token] / length
                for number, other in postings:
                    found[number] = found.get(number, 0.0) + share * other
        return found

    def masses(self, bag: Weights) -> dict[str, float]:
        """Return what each token of a bag weighs, unseen ones as much as the rarest."""
        idf, unseen = self.idf, self.unseen
        return {token: weight * idf.get(token, unseen) for token, weight in bag.items()}


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate with its part scores, in the order of `FEATURES`."""

    number: int  # of the entry
    parts: tuple[float, ...]
    clashes: tuple[str, ...] = ()  # families of slots in which the question names something else

    @property
    def excluded(self) -> bool:
        """Tell whether no score may make this entry the answer (may / may not only bars a direct one)."""
        return any(family != "may" for family in self.clashes)


class Retriever:
    """All entries in three channels; frozen once built."""

    __slots__ = ("_first", "_owners", "entries", "grams", "ideas", "sounds")

    def __init__(self, entries: Sequence[Indexed]) -> None:
        self.entries = tuple(entries)
        phrasings = [phrasing for item in entries for phrasing in item.phrasings]
        self._owners = [number for number, item in enumerate(entries) for _ in item.phrasings]
        self._first: list[int] = []
        for item in entries:
            self._first.append((self._first[-1] + size) if self._first else 0)
            size = len(item.phrasings)
        self.ideas = Channel([phrasing.ideas for phrasing in phrasings], self._owners)
        self.grams = Channel([phrasing.grams for phrasing in phrasings], self._owners)
        self.sounds = Channel([phrasing.sounds for phrasing in phrasings], self._owners)

    def find(self, question: Parsed, *, most: int = CANDIDATES) -> list[Match]:
        """Return the most promising entries with their part scores, in no particular order."""
        cosines = (
            self.ideas.cosines(question.ideas),
            self.grams.cosines(question.grams),
            self.sounds.cosines(question.sounds),
        )
        quick: dict[int, float] = {}
        for weight, found in zip(_QUICK, cosines, strict=True):
            for number, cosine in found.items():
                quick[number] = quick.get(number, 0.0) + weight * cosine
        best: dict[int, float] = {}
        owners = self._owners
        for number, score in quick.items():
            owner = owners[number]
            if score > best.get(owner, 0.0):
                best[owner] = score
        chosen = heapq.nlargest(most, best, key=best.__getitem__)
        asked = _Asked(question, self.ideas.masses(question.ideas), self.grams.masses(question.grams))
        return [self._compare(asked, number, cosines) for number in chosen]

    def known_share(self, question: Parsed) -> float:
        """Return the share of the question's subjects and words, by idf, that any entry knows."""
        idf = self.ideas.idf
        masses = {
            token: mass for token, mass in self.ideas.masses(question.ideas).items() if token[0] in "Swe"
        }
        total = sum(masses.values())
        return sum(mass for token, mass in masses.items() if token in idf) / total if total else 0.0

    def _compare(
        self, asked: "_Asked", number: int, cosines: tuple[dict[int, float], ...]
    ) -> Match:
        """Measure one entry: the part scores in the order of `FEATURES`."""
        item = self.entries[number]
        question = asked.question
        first = self._first[number]
        places = range(first, first + len(item.phrasings))
        ideas = [cosines[0].get(place, 0.0) for place in places]
        closest = item.phrasings[ideas.index(max(ideas))]
        clashes = question.slots.conflicts(item.slots)
        shared = asked.aspects & item.aspects
        known = asked.ideas.keys() & item.ideas
        parts = (
            max(ideas),
            max([cosines[1].get(place, 0.0) for place in places]),
            max([cosines[2].get(place, 0.0) for place in places]),
            sum(ideas) / len(ideas),
            *_fuzzy(question, item.phrasings),
            sum([asked.ideas[idea] for idea in known]) / asked.all_ideas,
            sum([asked.grams[gram] for gram in asked.grams.keys() & item.grams]) / asked.all_grams,
            self._shared_mass(closest.ideas, question.ideas),
            self._shared_mass(item.core, question.ideas),
            sum([asked.subjects[idea] for idea in asked.subjects.keys() - known]) / self.ideas.unseen,
            float(bool(shared)),
            float(bool(asked.aspects and item.aspects and not shared)),
            float(question.slots.agreements(item.slots)),
            float(len(clashes)),
        )
        return Match(number, parts, clashes)

    def _shared_mass(self, bag: Weights, ideas: Weights) -> float:
        """Return the share of an entry's bag, by idf, that the question has."""
        idf = self.ideas.idf
        total = inside = 0.0
        for idea, weight in bag.items():
            mass = weight * idf[idea]
            total += mass
            if idea in ideas:
                inside += mass
        return inside / total if total else 0.0


class _Asked:
    """A question with what is the same for every entry it is compared with."""

    __slots__ = ("all_grams", "all_ideas", "aspects", "grams", "ideas", "question", "subjects")

    def __init__(
        self, question: Parsed, ideas: dict[str, float], grams: dict[str, float]
    ) -> None:
        self.question = question
        self.ideas = ideas
        self.grams = grams
        self.all_ideas = sum(ideas.values()) or 1.0
        self.all_grams = sum(grams.values()) or 1.0
        self.aspects = frozenset(idea for idea in ideas if idea[0] == "A")
        self.subjects = {idea: mass for idea, mass in ideas.items() if idea[0] == "S"}


def _fuzzy(question: Parsed, phrasings: tuple[Parsed, ...]) -> tuple[float, float]:
    """Compare letters with rapidfuzz: the best ratio, and the best share of a phrasing found in order.

    `ratio` is twice the longest common subsequence by both lengths, so one call gives both.
    """
    text = question.gloss or question.text
    best = common = 0.0
    for phrasing in phrasings:
        mine = question.text if phrasing.gloss else text
        same = similarity(mine, phrasing.text)
        size = len(phrasing.text)
        best = max(best, 2 * same / (len(mine) + size or 1))
        common = max(common, same / (size or 1))
    return best, common
