"""Find the entries a question may mean, and measure how alike they are in several ways.

Three sparse channels (ideas, grams, sounds), each weighted by how few entries have a token, give every phrasing a
cosine; the best entries are then compared in detail, by rapidfuzz among others. All texts of a message go through
together, in one pass of array operations. Floor 0; pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from knowledge.channel import (
    Floats,
    Ints,
    Postings,
    Query,
    Table,
    Tokens,
    added,
    joined,
    joined_numbers,
)
from knowledge.indexed import CHANNELS, Indexed
from knowledge.letters import Letters
from knowledge.parse import Parsed

CANDIDATES = 16
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
_OF_SOUNDS = 0.5  # what sounds count when candidates are chosen, beside ideas and grams
_PLAIN, _SUBJECT, _ASPECT, _GRAM, _SOUND = range(5)  # kinds of tokens; the first three are ideas
_KINDS = 5
_KIND_OF_IDEA = {"S": _SUBJECT, "A": _ASPECT}
_TELLING = frozenset("SweE")  # first letters of the ideas that say what a text is about


class Match(NamedTuple):
    """One candidate with its part scores, in the order of `FEATURES`."""

    number: int  # of the entry
    parts: Sequence[float]
    clashes: tuple[str, ...] = ()  # families of slots in which the question names something else

    @property
    def excluded(self) -> bool:
        """Tell whether no score may make this entry the answer (may / may not only bars a direct one)."""
        return any(family != "may" for family in self.clashes)


class _Asked:
    """The texts of one message, their tokens weighed: what to ask of the postings."""

    __slots__ = ("queries", "totals")

    def __init__(self, questions: Sequence[Parsed], tokens: Tokens) -> None:
        found: list[int] = []
        weights: list[float] = []
        of_kind: list[int] = []
        sizes: list[int] = []
        for question in questions:
            for bag in (question.ideas, question.grams, question.sounds):
                found += tokens.numbers(bag)
                weights += bag.values()
                sizes.append(len(bag))
            of_kind += [_KIND_OF_IDEA.get(idea[0], _PLAIN) for idea in question.ideas]
            of_kind += [_GRAM] * sizes[-2] + [_SOUND] * sizes[-1]
        count, numbers, kinds = (
            len(questions),
            np.array(found, np.int64),
            np.array(of_kind, np.int64),
        )
        bags = np.arange(len(sizes)).repeat(sizes)
        rows = bags // CHANNELS
        cells = rows * _KINDS + kinds
        masses = np.array(weights) * tokens.idf[numbers]
        # What each text weighs in all, by kind.
        self.totals = added(cells, masses, count * _KINDS).reshape(count, _KINDS)
        ideas, written = kinds < _GRAM, kinds < _SOUND
        of_ideas = Query(numbers[ideas], rows[ideas], np.ones(int(ideas.sum())), count)
        self.queries = (  # of the tables of the retriever
            Query(numbers, bags, _by_length(masses, bags), count * CHANNELS),
            of_ideas,
            Query(numbers[written], cells[written], masses[written], count * _KINDS),
            of_ideas,
        )


class Retriever:
    """All entries in three channels; frozen once built."""

    __slots__ = (
        "_amounts", "_aspects", "_letters", "_places", "_postings", "_starts", "entries", "tokens",
    )  # fmt: skip

    def __init__(self, entries: Sequence[Indexed], numbering: Mapping[str, int]) -> None:
        """Take the entries with the numbering that their bags were packed with."""
        self.entries = tuple(entries)
        self._amounts = np.array([len(item.texts) for item in entries], np.int64)
        self._starts = np.concatenate(([0], self._amounts.cumsum()))
        self._places = _padded(self._starts)
        self._letters = Letters(self.entries)
        self._aspects = np.array([item.has_aspect for item in entries], bool)
        held = joined_numbers([item.held for item in entries])
        found = np.bincount(held, minlength=len(numbering))
        self.tokens = Tokens(numbering, found, entries=len(entries))
        self._postings = Postings(self._tables(held), count=len(numbering))

    def _tables(self, held: Ints) -> Iterator[Table]:
        """Yield what a token counts: in the cosines and the ideas of phrasings, in entries and in their cores."""
        # One column more than there are phrasings: what fills up the entries that have few.
        wide, narrow = int(self._starts[-1]) + 1, len(self.entries)
        bags = joined([item.bags for item in self.entries])
        masses = bags.weights * self.tokens.idf[bags.tokens]
        phrasings = bags.owners // CHANNELS
        yield Table(bags.tokens, phrasings, _by_length(masses, bags.owners), wide)
        ideas = bags.owners % CHANNELS == 0
        of_ideas = _by_sum(masses[ideas], phrasings[ideas])
        yield Table(bags.tokens[ideas], phrasings[ideas], of_ideas, wide)
        having = np.arange(narrow).repeat([len(item.held) for item in self.entries])
        yield Table(held, having, np.ones(len(held)), narrow)
        core = joined([item.core for item in self.entries])
        of_core = _by_sum(core.weights * self.tokens.idf[core.tokens], core.owners)
        yield Table(core.tokens, core.owners, of_core, narrow)

    def find(self, question: Parsed, *, most: int = CANDIDATES) -> list[Match]:
        """Return the most promising entries with their part scores, in no particular order."""
        return self.find_all([question], most=most)[0]

    def find_all(self, questions: Sequence[Parsed], *, most: int = CANDIDATES) -> list[list[Match]]:
        """Return for each of several texts the most promising entries, at most so many of them."""
        if not self.entries or not questions:
            return [[] for _ in questions]
        asked = _Asked(questions, self.tokens)
        cosines, cover, found, core = self._postings.sums(asked.queries)
        near = cosines.reshape(len(questions), CHANNELS, -1)
        quick = near[:, 0] + near[:, 1] + _OF_SOUNDS * near[:, 2]
        chosen = self._chosen(quick, most)
        rows = np.arange(len(questions)).repeat([*map(len, chosen)])
        entries = np.array([number for own in chosen for number in own], np.int64)
        places = self._places[entries]
        parts = np.zeros((len(rows), len(FEATURES)))
        near = near[rows[:, None], :, places]  # text and entry, phrasing, channel
        closest = places[np.arange(len(rows)), near[:, :, 0].argmax(axis=1)]
        parts[:, :3] = near.max(axis=1)
        parts[:, 3] = near[:, :, 0].sum(axis=1) / self._amounts[entries]
        parts[:, 4:6] = self._letters.likeness(questions, chosen, places)
        parts[:, 6:8], parts[:, 10:13] = self._words(asked, found, rows, entries)
        parts[:, 8], parts[:, 9] = cover[rows, closest], core[rows, entries]
        rest = iter(parts.tolist())
        return [
            [self._match(question, number, next(rest)) for number in own]
            for question, own in zip(questions, chosen, strict=True)
        ]

    def _words(
        self, asked: _Asked, found: Floats, rows: Ints, entries: Ints
    ) -> tuple[Floats, Floats]:
        """Measure what an entry has of a text, kind by kind: the shares covered; subjects missing, aspects."""
        has = found.reshape(len(asked.totals), _KINDS, -1)[rows, :, entries]
        whole = asked.totals[rows]
        sides = [
            np.column_stack((one[:, :_GRAM].sum(axis=1), one[:, _GRAM])) for one in (has, whole)
        ]
        missing = (whole[:, _SUBJECT] - has[:, _SUBJECT]) / self.tokens.unseen
        agrees = has[:, _ASPECT] > 0
        clashes = (whole[:, _ASPECT] > 0) & self._aspects[entries] & ~agrees
        covered = sides[0] / np.where(sides[1] > 0, sides[1], 1.0)
        return covered, np.column_stack((missing, agrees, clashes))

    def nearest_phrasings(self, number: int) -> Iterator[tuple[float, int, float]]:
        """Yield for each phrasing of an entry the nearness of its own next one, and a stranger's place and nearness."""
        own = slice(int(self._starts[number]), int(self._starts[number + 1]))
        bags = self.entries[number].bags
        shares = _by_length(bags.weights * self.tokens.idf[bags.tokens], bags.owners)
        nothing = Query(bags.tokens[:0], bags.owners[:0], shares[:0], 0)
        asked = Query(bags.tokens, bags.owners, shares, len(bags.sizes))
        cosines = self._postings.sums([asked, nothing, nothing, nothing])[0]
        likeness = (cosines[0::CHANNELS] + cosines[1::CHANNELS]) / 2
        for place, row in enumerate(likeness):
            mine = row[own].copy()
            mine[place] = row[own] = 0.0
            yield float(mine.max()), int(row.argmax()), float(row.max())

    def phrasing_at(self, place: int) -> tuple[str, str]:
        """Return the entry and the text of a phrasing by its place."""
        owner = int(self._starts.searchsorted(place, "right")) - 1
        item = self.entries[owner]
        return item.entry.id, item.texts[place - int(self._starts[owner])]

    def known_share(self, question: Parsed) -> float:
        """Return the share of the question's subjects and words, by idf, that any entry knows."""
        masses = self.tokens.masses(question.ideas)
        telling = {token: mass for token, mass in masses.items() if token[0] in _TELLING}
        known = sum([mass for token, mass in telling.items() if token in self.tokens])
        return known / (sum(telling.values()) or 1.0)

    def _chosen(self, quick: Floats, most: int) -> list[list[int]]:
        """Choose for each text the entries with the likeliest phrasings, of those that share anything."""
        best = np.maximum.reduceat(quick, self._starts[:-1], axis=1)
        chosen = []
        for row in best:
            likely = row.argpartition(-most)[-most:] if most < len(row) else np.arange(len(row))
            chosen.append(likely[row[likely] > 0].tolist())
        return chosen

    def _match(self, question: Parsed, number: int, parts: list[float]) -> Match:
        """Add what the slots say."""
        if not question.slots.values:
            return Match(number, parts)
        agreements, clashes = question.slots.compared(self.entries[number].slots)
        parts[13:] = float(agreements), float(len(clashes))
        return Match(number, parts, clashes)


def _padded(starts: Ints) -> Ints:
    """Return the places of each entry's phrasings in a row, filled up with the place behind all."""
    longest = int(np.diff(starts).max(initial=0))
    places = starts[:-1, None] + np.arange(longest)
    return np.where(places < starts[1:, None], places, starts[-1])


def _by_length(masses: Floats, owners: Ints) -> Floats:
    """Divide what tokens weigh by the length of their bag, so that a product of two bags is their cosine."""
    return masses / (added(owners, masses**2, 0) ** 0.5)[owners]


def _by_sum(masses: Floats, owners: Ints) -> Floats:
    """Divide what tokens weigh by what all of their owner's weigh."""
    return masses / added(owners, masses, 0)[owners]
