"""Find the entries a question may mean, and measure how alike they are in several ways.

Three sparse channels (ideas, grams, sounds), each weighted by how few entries have a token, give every phrasing a
cosine; the best entries are then compared in detail, by rapidfuzz among others. Floor 0; pure.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz.distance.LCSseq import similarity

from knowledge.entry import Entry
from knowledge.parse import Parsed, Weights
from knowledge.slots import Slots

CANDIDATES = 16
_COMMON = 300  # phrasings from which a token is left for later
_ALWAYS = 2  # the rarest tokens of a question are never left for later
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
    written: frozenset[str]  # the phrasings without punctuation
    phrasings: tuple[Parsed, ...]
    slots: Slots
    ideas: frozenset[str]
    grams: frozenset[str]
    aspects: frozenset[str]
    core: Weights  # ideas in at least half of the phrasings, with their share


Cosines = tuple[dict[int, float], dict[str, float]]


class Channel:
    """One kind of token: idf by entry, and for each token the phrasings that have it."""

    __slots__ = ("_lengths", "_postings", "idf", "unseen")

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
        self._lengths = [self._length(bag) or 1.0 for bag in bags]
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, (bag, length) in enumerate(zip(bags, self._lengths, strict=True)):
            for token, weight in bag.items():
                share = weight * self.idf[token] / length
                self._postings.setdefault(token, []).append((number, share))

    def _length(self, bag: Weights) -> float:
        """Return the Euclidean length of a bag of tokens, unseen ones included."""
        get, unseen = self.idf.get, self.unseen
        return math.sqrt(sum([(weight * get(token, unseen)) ** 2 for token, weight in bag.items()]))

    def cosines(self, bag: Weights) -> tuple[dict[int, float], dict[str, float]]:
        """Return the cosine of a bag with every phrasing that shares a telling token with it.

        Tokens that very many phrasings have tell little and cost much: they come back beside, with their share, to
        be added by `complete` for the few phrasings that matter.
        """
        length = self._length(bag)
        asked = sorted(
            (len(postings), token, weight)
            for token, weight in bag.items()
            if (postings := self._postings.get(token)) is not None
        )
        found: dict[int, float] = {}
        common: dict[str, float] = {}
        for place, (size, token, weight) in enumerate(asked):
            share = weight * self.idf[token] / length
            if size > _COMMON and place >= _ALWAYS:
                common[token] = share
                continue
            for number, other in self._postings[token]:
                found[number] = found.get(number, 0.0) + share * other
        return found, common

    def complete(
        self, found: dict[int, float], common: dict[str, float], number: int, bag: Weights
    ) -> float:
        """Return the whole cosine with one phrasing."""
        value = found.get(number, 0.0)
        for token, share in common.items():
            weight = bag.get(token)
            if weight is not None:
                value += share * weight * self.idf[token] / self._lengths[number]
        return value

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

    __slots__ = ("_first", "_owners", "_texts", "entries", "grams", "ideas", "sounds")

    def __init__(self, entries: Sequence[Indexed]) -> None:
        self.entries = tuple(entries)
        phrasings = [phrasing for item in entries for phrasing in item.phrasings]
        self._texts = tuple(phrasings)
        self._owners = [number for number, item in enumerate(entries) for _ in item.phrasings]
        sizes = (len(item.phrasings) for item in entries)
        self._first = (0, *accumulate(sizes))  # where the phrasings of each entry begin
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
        for weight, (found, _) in zip(_QUICK, cosines, strict=True):
            for number, cosine in found.items():
                quick[number] = quick.get(number, 0.0) + weight * cosine
        best: dict[int, float] = {}
        owners = self._owners
        for number, score in quick.items():
            owner = owners[number]
            if score > best.get(owner, 0.0):
                best[owner] = score
        chosen = heapq.nlargest(most, best, key=best.__getitem__)
        asked = _Asked(
            question, self.ideas.masses(question.ideas), self.grams.masses(question.grams)
        )
        return [self._compare(asked, number, cosines) for number in chosen]

    def nearest_phrasings(self, phrasing: Parsed, owner: int) -> tuple[float, int, float]:
        """Return how near the nearest other phrasing of the owner is, and the place and nearness of a stranger's."""
        likeness: dict[int, float] = {}
        for channel, bag in ((self.ideas, phrasing.ideas), (self.grams, phrasing.grams)):
            for place, cosine in channel.cosines(bag)[0].items():
                likeness[place] = likeness.get(place, 0.0) + cosine / 2
        own, stranger, nearest = 0.0, 0, 0.0
        for place, value in likeness.items():
            if self._owners[place] != owner:
                if value > nearest:
                    stranger, nearest = place, value
            elif self._texts[place] is not phrasing:
                own = max(own, value)
        return own, stranger, nearest

    def phrasing_at(self, place: int) -> tuple[str, str]:
        """Return the entry and the text of a phrasing by its place."""
        return self.entries[self._owners[place]].entry.id, self._texts[place].text

    def known_share(self, question: Parsed) -> float:
        """Return the share of the question's subjects and words, by idf, that any entry knows."""
        idf = self.ideas.idf
        masses = {
            token: mass
            for token, mass in self.ideas.masses(question.ideas).items()
            if token[0] in "SweE"
        }
        total = sum(masses.values())
        return sum(mass for token, mass in masses.items() if token in idf) / total if total else 0.0

    def _compare(self, asked: "_Asked", number: int, cosines: tuple[Cosines, ...]) -> Match:
        """Measure one entry: the part scores in the order of `FEATURES`."""
        item = self.entries[number]
        question = asked.question
        ideas, grams, sounds = self._likeness(item, self._first[number], cosines)
        closest = item.phrasings[ideas.index(max(ideas))]
        clashes = question.slots.conflicts(item.slots)
        shared = asked.aspects & item.aspects
        known = asked.ideas.keys() & item.ideas
        parts = (
            max(ideas),
            max(grams),
            max(sounds),
            sum(ideas) / len(ideas),
            *_fuzzy(question, item.phrasings),
            sum([asked.ideas[idea] for idea in known]) / asked.all_ideas,
            sum([asked.grams[gram] for gram in asked.grams.keys() & item.grams]) / asked.all_grams,
            self._shared_mass(closest.ideas, question.ideas),
            self._shared_mass(item.core, question.ideas),
            sum([asked.subjects[idea] for idea in asked.subjects.keys() - known])
            / self.ideas.unseen,
            float(bool(shared)),
            float(bool(asked.aspects and item.aspects and not shared)),
            float(question.slots.agreements(item.slots)),
            float(len(clashes)),
        )
        return Match(number, parts, clashes)

    def _likeness(
        self, item: Indexed, first: int, cosines: tuple[Cosines, ...]
    ) -> tuple[list[float], list[float], list[float]]:
        """Return the cosines with each phrasing of an entry, channel by channel."""
        (ideas, some_ideas), (grams, some_grams), (sounds, some_sounds) = cosines
        numbered = list(enumerate(item.phrasings, first))
        return (
            [self.ideas.complete(ideas, some_ideas, n, text.ideas) for n, text in numbered],
            [self.grams.complete(grams, some_grams, n, text.grams) for n, text in numbered],
            [self.sounds.complete(sounds, some_sounds, n, text.sounds) for n, text in numbered],
        )

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

    def __init__(self, question: Parsed, ideas: dict[str, float], grams: dict[str, float]) -> None:
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
