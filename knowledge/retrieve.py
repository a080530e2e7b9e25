"""Find the entries a question may mean, and measure how alike they are in several ways.

Two sparse channels (ideas, grams), weighted by how few entries have a token, and what the words mean give every
phrasing a cosine; the best entries are then compared in detail, by rapidfuzz among others. All texts of a message go
through together, in one pass of array operations. Floor 0; pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
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
from knowledge.senses import NO_ROWS, Senses, Vectors

CANDIDATES = 16
FEATURES = (
    "ideas", "grams",  # cosine with the best phrasing
    "ideas_mean",  # cosine of ideas, averaged over the phrasings
    "ratio",  # rapidfuzz, best phrasing
    "common",  # longest common subsequence, as a share of the phrasing
    "ideas_covered", "grams_covered",  # share of the question that the entry's phrasings know, by idf
    "phrasing_covered",  # share of the best phrasing's ideas that the question has
    "core_covered",  # share of the ideas in half of the phrasings and more
    "subjects_missing",  # idf of subjects in the question that the entry never names
    "aspect_match", "aspect_clash",  # what is asked about it
    "slots_agree", "slots_clash",
    "sense", "sense_mean",  # cosine of what the words mean, with the best phrasing and averaged
)  # fmt: skip
_PLAIN, _SUBJECT, _ASPECT, _GRAM = range(4)  # kinds of tokens that entries are looked through for
_KINDS = 4
_KIND_OF_IDEA = {"S": _SUBJECT, "A": _ASPECT}
_TELLING = frozenset("SweE")  # first letters of the ideas that say what a text is about


class Match(NamedTuple):
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
    """All entries in three channels; frozen once built.

    The postings have four tables: the cosines with the phrasings, the shares of the phrasings' ideas, the entries
    that have a token, and the shares of the entries' cores.
    """

    __slots__ = (
        "_amounts", "_aspects", "_letters", "_places", "_postings", "_rarity", "_senses", "_starts",
        "_told", "_wide", "entries", "tokens",
    )  # fmt: skip

    def __init__(
        self, entries: Sequence[Indexed], numbering: Mapping[str, int], senses: Senses
    ) -> None:
        """Take the entries with the numbering that their bags were packed with."""
        self.entries = tuple(entries)
        self._amounts = np.array([len(item.texts) for item in entries], np.int64)
        self._starts = np.concatenate(([0], self._amounts.cumsum()))
        self._wide = int(self._starts[-1]) + 1  # one empty column: what fills up entries with few
        self._places = _padded(self._starts)
        self._letters = Letters(self.entries)
        self._aspects = [item.has_aspect for item in entries]
        held = joined_numbers([item.held for item in entries])
        found = np.bincount(held, minlength=len(numbering))
        self.tokens = Tokens(numbering, found, entries=len(entries))
        self._postings = Postings(self._tables(held), count=len(numbering))
        self._senses = senses
        self._rarity = senses.weights([item.meant for item in entries])
        told = [rows for item in entries for rows in item.senses]
        self._told = senses.added([*told, NO_ROWS], self._rarity).T

    def _tables(self, held: Ints) -> Iterator[Table]:
        """Yield the tables of the postings, one at a time as they are large."""
        bags = joined([item.bags for item in self.entries])
        masses = bags.weights * self.tokens.idf[bags.tokens]
        phrasings = bags.owners // CHANNELS
        yield Table(bags.tokens, phrasings, _by_length(masses, bags.owners))
        ideas = bags.owners % CHANNELS == 0
        yield Table(bags.tokens[ideas], phrasings[ideas], _by_sum(masses[ideas], phrasings[ideas]))
        having = np.arange(len(self.entries)).repeat([len(item.held) for item in self.entries])
        yield Table(held, having, np.ones(len(held)))
        core = joined([item.core for item in self.entries])
        of_core = _by_sum(core.weights * self.tokens.idf[core.tokens], core.owners)
        yield Table(core.tokens, core.owners, of_core)

    def find_all(
        self,
        questions: Sequence[Parsed],
        *,
        most: int = CANDIDATES,
        also: Sequence[Sequence[int]] = (),
    ) -> list[list[Match]]:
        """Return for each of several texts the most promising entries, at most so many, and those in `also`."""
        if not self.entries or not questions:
            return [[] for _ in questions]
        count, wide, narrow = len(questions), self._wide, len(self.entries)
        ends = self._ends(count)
        query = Query()
        totals = [self._ask(query, one, row, ends) for row, one in enumerate(questions)]
        flat = self._postings.sums(query, ends[-1])
        cosines = flat[: ends[1]].reshape(count, CHANNELS, wide)
        cover, found, core = (
            flat[start:end].reshape(count, -1, width)
            for (start, end), width in zip(pairwise(ends[1:]), (wide, narrow, narrow), strict=True)
        )
        likeness = self._by_sense(questions)
        chosen = self._chosen(cosines[:, 0] + cosines[:, 1] + likeness, most)
        for own, more in zip(chosen, also, strict=False):
            own += [number for number in more if number not in own]
        rows = np.arange(count).repeat([*map(len, chosen)])
        entries = np.array([number for own in chosen for number in own], np.int64)
        places = self._places[entries]
        near = cosines[rows[:, None], :, places]  # text and entry, phrasing, channel
        alike = likeness[rows[:, None], places]
        ideas = near[:, :, 0]
        closest = places[np.arange(len(rows)), ideas.argmax(axis=1)]
        measured = map(
            _Measured,
            entries.tolist(),
            near.max(axis=1).tolist(),
            (ideas.sum(axis=1) / self._amounts[entries]).tolist(),
            self._letters.likeness(questions, chosen, places).tolist(),
            found[rows, :, entries].tolist(),
            cover[rows, 0, closest].tolist(),
            core[rows, 0, entries].tolist(),
            np.stack((alike.max(axis=1), alike.sum(axis=1) / self._amounts[entries]), 1).tolist(),
        )
        return [
            [self._match(question, total, next(measured)) for _ in own]
            for question, total, own in zip(questions, totals, chosen, strict=True)
        ]

    def _ends(self, count: int) -> list[int]:
        """Return where the cells of each table begin and end, when so many texts are asked for."""
        wide, narrow = self._wide, len(self.entries)
        sizes = (CHANNELS * wide, wide, _KINDS * narrow, narrow)
        return [0, *accumulate(count * size for size in sizes)]

    def senses_of(self, questions: Sequence[Parsed]) -> Vectors:
        """Give of each text what its words mean together; the product of two is their likeness."""
        words = self._senses.rows([question.told for question in questions])
        return self._senses.added(words, self._rarity)

    def _by_sense(self, questions: Sequence[Parsed]) -> Vectors:
        """Compare each text with each phrasing by what their words mean."""
        return self.senses_of(questions) @ self._told

    def _ask(
        self, query: Query, question: Parsed, row: int, starts: Sequence[int]
    ) -> tuple[float, ...]:
        """Ask for the tokens of one text; return what they weigh in all, by kind."""
        tokens, step, narrow = self.tokens, self._postings.step, len(self.entries)
        having = starts[2] + row * _KINDS * narrow
        totals = [0.0] * _KINDS
        for channel, bag in enumerate((question.ideas, question.grams)):
            numbers = tokens.numbers(bag)
            masses = tokens.weighed(bag, numbers)
            length = sum([mass * mass for mass in masses]) ** 0.5
            cell = starts[0] + (row * CHANNELS + channel) * self._wide
            query.add(numbers, cell, [mass / length for mass in masses])
            if channel == 0:
                ones = [1.0] * len(numbers)
                query.add([one + step for one in numbers], starts[1] + row * self._wide, ones)
                query.add([one + 3 * step for one in numbers], starts[3] + row * narrow, ones)
                kinds = [_KIND_OF_IDEA.get(idea[0], _PLAIN) for idea in bag]
                for kind, mass in zip(kinds, masses, strict=True):
                    totals[kind] += mass
                query.tokens += [one + 2 * step for one in numbers]
                query.rows += [having + kind * narrow for kind in kinds]
                query.factors += masses
            elif channel == 1:
                totals[_GRAM] = sum(masses)
                query.add([one + 2 * step for one in numbers], having + _GRAM * narrow, masses)
        return tuple(totals)

    def nearest_phrasings(self, number: int) -> Iterator[tuple[float, int, float]]:
        """Yield for each phrasing of an entry the nearness of its own next one, and a stranger's place and nearness."""
        own = slice(int(self._starts[number]), int(self._starts[number + 1]))
        bags = self.entries[number].bags
        query = Query()
        query.tokens, query.rows = bags.tokens.tolist(), (bags.owners * self._wide).tolist()
        masses = bags.weights * self.tokens.idf[bags.tokens]
        query.factors = _by_length(masses, bags.owners).tolist()
        cosines = self._postings.sums(query, len(bags.sizes) * self._wide).reshape(-1, self._wide)
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

    def _match(self, question: Parsed, totals: Sequence[float], measured: "_Measured") -> Match:
        """Put together what was measured of one entry, in the order of `FEATURES`."""
        number, cosines, ideas_mean, letters, found, cover, core, sense = measured
        plain, subjects, aspects, grams = found
        of_plain, of_subjects, of_aspects, of_grams = totals
        agreements = 0
        clashes: tuple[str, ...] = ()
        if question.slots.values:
            agreements, clashes = question.slots.compared(self.entries[number].slots)
        parts = (
            *cosines,
            ideas_mean,
            *letters,
            (plain + subjects + aspects) / (of_plain + of_subjects + of_aspects or 1.0),
            grams / (of_grams or 1.0),
            cover,
            core,
            (of_subjects - subjects) / self.tokens.unseen,
            1.0 if aspects else 0.0,
            1.0 if of_aspects and not aspects and self._aspects[number] else 0.0,
            float(agreements),
            float(len(clashes)),
            *sense,
        )
        return Match(number, parts, clashes)


class _Measured(NamedTuple):
    """What was measured of one entry for one text."""

    number: int
    cosines: Sequence[float]
    ideas_mean: float
    letters: Sequence[float]  # ratio, common
    found: Sequence[float]  # what the entry has of the text, by kind
    cover: float
    core: float
    sense: Sequence[float]  # best, mean


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
