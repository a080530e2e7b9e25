"""Put the entries in order for parsed texts, and give each its score from 0 to 100.

What many ask in the same words differs in its politeness, which parsing takes away: so rankings are remembered by
what is left. Floor 0; may be shared by threads.
"""

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from knowledge.calibrate import Model
from knowledge.indexed import Indexed
from knowledge.lexicon import Lexicon
from knowledge.meaning import CANDIDATES_BY_MEANING, Nearness
from knowledge.parse import Parsed
from knowledge.recent import Recent
from knowledge.retrieve import Match, Retriever
from knowledge.text import is_latin

EXACT = 100.0  # the score where a phrasing is the very question
_BESIDE_EXACT = 40.0  # and the most that any other entry has beside it
_EXPIRED = 0.6  # taken off the sum of an entry that is out of its time
RANKED = 10  # entries of a ranking that a decision is made from
_REMEMBERED = 512  # rankings, of about 1 KiB each

Ordered = list[tuple[Match, float]]


class Ranking(NamedTuple):
    """The entries for one text, the best first."""

    ranked: tuple[tuple[str, Match], ...]
    scores: tuple[float, ...]
    elsewhere: str  # the other place or office that the text is about
    by_meaning: bool = False  # the semantic layer had a part in it


class Ranker:
    """Ranks the entries of one retriever."""

    def __init__(
        self, retriever: Retriever, models: Mapping[str, Model], lexicon: Lexicon, *, latin: bool
    ) -> None:
        """Take the fitted weights, the words, and whether the entries are written in English."""
        items = retriever.entries
        self._retriever = retriever
        self._models = models
        self._meaning_models = models
        self._latin = latin
        self._exact = _exact_texts(items)
        self._dated = {number for number, item in enumerate(items) if item.entry.has_dates}
        self._named = [(item.entry.id, Match(n, ())) for n, item in enumerate(items)]
        self._own = _subjects_of(items, lexicon)
        self._remembered: Recent[Ranking] = Recent(_REMEMBERED)

    def with_meaning(self, models: Mapping[str, Model]) -> "Ranker":
        """Return this ranker with the weights for where the semantic layer has a part."""
        made = copy.copy(self)
        made._meaning_models = models
        return made

    def model_for(self, parsed: Parsed, *, by_meaning: bool = False) -> Model:
        """Choose the weights: those of English where question and entries are English, those with meaning."""
        models = self._meaning_models if by_meaning else self._models
        return models["latin" if self._latin and is_latin(parsed.text) else "han"]

    def written(self, bare_text: str) -> frozenset[int]:
        """Return the entries that have a phrasing of these very words."""
        return self._exact.get(bare_text, frozenset())

    def recall(
        self, parsed: Sequence[Parsed], written: frozenset[int], today: date
    ) -> list[Ranking]:
        """Rank like `rank`, but without the part scores, and only what was not ranked lately."""
        exact = self._exact_for(parsed, written)
        keys = [
            (one.text, one.slots.key, own, today) for one, own in zip(parsed, exact, strict=True)
        ]
        known = {place: self._remembered.get(key) for place, key in enumerate(keys)}
        missing = [place for place, ranking in known.items() if ranking is None]
        made = self._ranked(
            [parsed[place] for place in missing], [exact[place] for place in missing], today
        )
        for place, ranking in zip(missing, made, strict=True):
            slim = self._slim(ranking)
            known[place] = slim
            self._remembered.put(keys[place], slim)
        return [ranking for ranking in known.values() if ranking is not None]

    def rank(
        self,
        parsed: Sequence[Parsed],
        written: frozenset[int],
        today: date,
        near: Sequence[Nearness] = (),
    ) -> list[Ranking]:
        """Rank the entries for a whole message, which comes first, and for its clauses.

        `written` are the entries that have the very words of the whole; `near` says how near in meaning the entries
        are to each text, nothing where words alone decide.
        """
        return self._ranked(parsed, self._exact_for(parsed, written), today, near)

    def likeliest(self, parsed: Sequence[Parsed], today: date) -> list[str]:
        """Name for each text the entry nearest by likeness alone, even if a phrasing is the very text."""
        found = self._retriever.find_all(parsed)
        orders = [
            self._in_order(self.model_for(one), matches, today)
            for one, matches in zip(parsed, found, strict=True)
        ]
        return [self._id_of(order[0][0]) if order else "" for order in orders]

    def _exact_for(self, parsed: Sequence[Parsed], written: frozenset[int]) -> list[frozenset[int]]:
        """Return for each text the entries that have its very words; `written` are those of the first."""
        own = [self.written(one.text) for one in parsed]
        return [written or own[0], *own[1:]]

    def _ranked(
        self,
        parsed: Sequence[Parsed],
        exact: Sequence[frozenset[int]],
        today: date,
        near: Sequence[Nearness] = (),
    ) -> list[Ranking]:
        also = [one.nearest(CANDIDATES_BY_MEANING) for one in near]
        found = self._retriever.find_all(parsed, also=also)
        for nearness, matches in zip(near, found, strict=False):
            matches[:] = [one._replace(near=nearness.parts(one.number)) for one in matches]
        return [
            self._ranking(*one, today, by_meaning=bool(near))
            for one in zip(parsed, found, exact, strict=True)
        ]

    def _ranking(
        self,
        parsed: Parsed,
        matches: Sequence[Match],
        exact: frozenset[int],
        today: date,
        *,
        by_meaning: bool,
    ) -> Ranking:
        """Put the candidates for one text in order and give each its score."""
        model = self.model_for(parsed, by_meaning=by_meaning)
        ranked = self._in_order(model, matches, today)
        scores = model.scores(parsed, ranked, self._retriever.known_share(parsed))
        elsewhere = ""
        if exact:
            ranked, scores = _put_first(exact, ranked, scores)
        else:
            elsewhere = next((name for name in parsed.slots.elsewhere if name not in self._own), "")
        if elsewhere:
            scores = [score * model.limits.offer / 200 for score in scores]
        named = tuple((self._id_of(match), match) for match, _ in ranked)
        return Ranking(named, tuple(scores), elsewhere, by_meaning)

    def _slim(self, ranking: Ranking) -> Ranking:
        """Return what is worth remembering of a ranking: the first entries, without their part scores."""
        named = tuple(
            (key, match._replace(parts=())) if match.clashes else self._named[match.number]
            for key, match in ranking.ranked[:RANKED]
        )
        return Ranking(named, ranking.scores[:RANKED], ranking.elsewhere)

    def _in_order(self, model: Model, matches: Sequence[Match], today: date) -> Ordered:
        """Put the best first; of the same matter, an entry in its time before one that is not."""
        ranked = model.order(matches)
        if self._dated.isdisjoint([match.number for match, _ in ranked]):
            return ranked
        entries = self._retriever.entries
        moved = [
            (match, value - (0.0 if entries[match.number].entry.is_current(today) else _EXPIRED))
            for match, value in ranked
        ]
        return sorted(moved, key=lambda pair: -pair[1])

    def _id_of(self, match: Match) -> str:
        return self._retriever.entries[match.number].entry.id


def _exact_texts(items: Sequence[Indexed]) -> dict[str, frozenset[int]]:
    """Map every phrasing, as it is written and as it is compared, to the entries that have it."""
    found: dict[str, set[int]] = {}
    for number, item in enumerate(items):
        for text in (*item.written, *item.texts):
            found.setdefault(text, set()).add(number)
    # Nearly every text has one entry, and an entry many texts: they share one set.
    shared: dict[frozenset[int], frozenset[int]] = {}
    return {
        text: shared.setdefault(own, own)
        for text, own in ((text, frozenset(numbers)) for text, numbers in found.items())
    }


def _subjects_of(items: Sequence[Indexed], lexicon: Lexicon) -> frozenset[str]:
    """Return the places and the offices' subjects that the entries are about.

    With an entry on the 高考 also whatever else is of that examination, by whichever word.
    """
    about: frozenset[str] = frozenset().union(*(item.about for item in items))
    kinds = frozenset().union(*(_kinds(word, lexicon) for word in about))
    return about.union(word for word in lexicon.abroad.always if _kinds(word, lexicon) & kinds)


def _kinds(word: str, lexicon: Lexicon) -> frozenset[tuple[str, str]]:
    """Return which examination a word is of, or else which stage."""
    found = {pair for _, inside in lexicon.slot_words.find(word) for pair in lexicon.slots[inside]}
    exams = frozenset(pair for pair in found if pair[0] == "exam")
    stages = frozenset(pair for pair in found if pair[0] == "stage")
    return (exams or stages) - {("exam", "other")}


def _put_first(
    exact: frozenset[int], ranked: Ordered, scores: list[float]
) -> tuple[Ordered, list[float]]:
    """Put the entry that has the very question first; with two such, the one ranked better."""
    for place, (match, _) in enumerate(ranked):
        if match.number in exact and not match.excluded:
            order = [place, *(other for other in range(len(ranked)) if other != place)]
            rest = [min(scores[other], _BESIDE_EXACT) for other in order[1:]]
            return [ranked[other] for other in order], [EXACT, *rest]
    return ranked, scores
