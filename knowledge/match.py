"""Answer a question from the curated entries, or say honestly that none fits.

`Index.ask` is the one way in: normalise, repair, split, retrieve, re-rank, calibrate, decide. The sum is explained on
one page, docs/matching.md. Floor 0; an index never changes and may be shared by threads.
"""

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from knowledge.calibrate import Model, load_meaning_models, load_models
from knowledge.choices import CHOICES, EXACT, filled, merged, only, put_first
from knowledge.clauses import is_asking, is_bare_fact, is_fragment
from knowledge.entry import Answer, Context, Decision, Entry, Outcome
from knowledge.explain import Explanation, Look
from knowledge.follow import Leaning, covers, joined, read_leaning
from knowledge.lexicon import Lexicon, load_lexicon
from knowledge.meaning import CANDIDATES_BY_MEANING, Floats, Meanings, Nearness, Vectors
from knowledge.parse import Parsed, Parser
from knowledge.readings import Reading, embedded, read
from knowledge.repair import Repairs
from knowledge.retrieve import CANDIDATES, Indexed, Match, Retriever
from knowledge.slots import entry_slots
from knowledge.smalltalk import small_talk
from knowledge.text import bare, is_latin, normalise

SHORT = 3  # characters up to which choices are given, unless an entry has the very words
LONG = 40  # characters from which choices are preferred to one confident answer
_STRICTER = 5.0  # what a long message needs more, to be answered at once
CANDIDATES_OF_PART = 10
_RANKED = 10
_EXPIRED = 0.6  # taken off the sum of an entry that is out of its time
_CACHE = 2048  # questions remembered; each about 2 KiB


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A decision with all that led to it."""

    decision: Decision
    looks: tuple[Look, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Leaning:
    """A message that may lean on the exchange before it, read as far as can be without that."""

    question: str
    cleaned: str
    changes: tuple[tuple[str, str], ...]
    own: Leaning


class Index:
    """The entries of one snapshot, ready to be asked."""

    def __init__(
        self,
        entries: Sequence[Entry],
        lexicon: Lexicon | None = None,
        *,
        models: Mapping[str, Model] | None = None,
    ) -> None:
        self.lexicon = lexicon or load_lexicon()
        self.entries = tuple(entry for entry in entries if not entry.draft)
        self._by_id = {entry.id: entry for entry in self.entries}
        questions = [is_latin(normalise(entry.question)) for entry in self.entries]
        self._latin = 2 * sum(questions) > len(questions)
        plain = Parser(self.lexicon, glossary=not self._latin)
        items = [index_entry(entry, plain) for entry in self.entries]
        texts = [phrasing for item in items for phrasing in item.phrasings]
        words = {word for text in texts for word in text.words}
        self.parser = Parser(self.lexicon, Repairs(self.lexicon, words), glossary=not self._latin)
        self.retriever = Retriever(items)
        self._items = {item.entry.id: item for item in items}
        self._exact = _exact_texts(items)
        self._own = frozenset(name for item in items for name in _about(item))
        self._models = models or load_models()
        self._remembered = lru_cache(maxsize=_CACHE)(self._without_looks)
        self._meanings: Meanings | None = None
        self._vectors: Vectors = _no_vectors
        self._settled: frozenset[str] = frozenset()
        self.by_words = self  # the same without the semantic layer

    def ask(self, question: str, *, today: date, context: Context | None = None) -> Decision:
        """Decide what a question leads to. Never raises, whatever the text."""
        decision, leaning = self._remembered(question, today)
        if context is None or leaning is None:
            return decision
        followed = self._follow(leaning, context, today)
        return decision if followed is None else followed.decision

    def explain(self, question: str, *, today: date, context: Context | None = None) -> Explanation:
        """Tell a human how the decision fell; `str()` of it is the report."""
        verdict, leaning = self._judge(question, today)
        if context is not None and leaning is not None:
            verdict = self._follow(leaning, context, today) or verdict
        return Explanation(verdict.decision, verdict.looks, verdict.reason)

    @property
    def has_meaning(self) -> bool:
        """Tell whether the semantic layer may have a part in decisions."""
        return self._meanings is not None

    def phrasing_texts(self) -> tuple[str, ...]:
        """Return what is compared of every phrasing, entry by entry."""
        return tuple(one.text for item in self.retriever.entries for one in item.phrasings)

    def with_meaning(
        self,
        rows: Floats,
        vectors: Vectors,
        *,
        settled: Collection[str] = (),
        models: Mapping[str, Model] | None = None,
    ) -> "Index":
        """Return this index with the semantic layer: the vectors of `phrasing_texts`, and where to get others.

        Questions in `settled` are decided by words alone: what is promised of them holds with and without the layer.
        """
        made = copy.copy(self.by_words)
        made._meanings = Meanings(rows, [len(item.phrasings) for item in self.retriever.entries])
        made._vectors = vectors
        made._settled = frozenset(bare(self.parser.clean(text)[0]) for text in settled)
        made._models = models or load_meaning_models()[1]
        made._remembered = made._without_looks  # type: ignore[assignment]  # vectors come and go
        return made

    def seeing(self, vectors: Mapping[str, Floats]) -> "Index":
        """Return this index with these vectors and no others; the one by words alone if there are none."""
        if self._meanings is None or not vectors:
            return self.by_words
        made = copy.copy(self)
        made._vectors = lambda texts: vectors
        made._remembered = made._without_looks  # type: ignore[assignment]
        return made

    def texts_of(self, question: str, *, today: date) -> tuple[str, ...]:
        """Return the texts whose vectors a decision about a question takes; none where words settle it."""
        if self._meanings is None:
            return ()
        cleaned = self.parser.clean(question)[0]
        if bare(cleaned) in self._exact or small_talk(cleaned, self.lexicon) is not None:
            return ()
        if bare(cleaned) in self._settled:
            return ()
        return tuple(
            dict.fromkeys(
                embedded(read(self.parser.repair(cleaned)[0], self.parser, today), self.lexicon)
            )
        )

    def likeliest(self, text: str, *, today: date) -> str:
        """Name the entry nearest to a text by likeness alone, even if a phrasing is the very text."""
        look = self._look(self.parser.clean(text)[0], today)
        return look.ranked[0][0] if look.ranked else ""

    def model_for(self, parsed: Parsed, *, near: bool = False) -> Model:
        """Choose the weights: those of English where question and entries are English, those `near` has a part in."""
        models = self._models if near else self.by_words._models
        return models["latin" if self._latin and is_latin(parsed.text) else "han"]

    def _without_looks(self, question: str, today: date) -> tuple[Decision, _Leaning | None]:
        """Judge a question and keep only what is small enough to be remembered."""
        verdict, leaning = self._judge(question, today)
        return verdict.decision, leaning

    def _judge(self, question: str, today: date) -> tuple[_Verdict, _Leaning | None]:
        """Decide about a message by itself; tell whether it may lean on the one before."""
        cleaned, spelled = self.parser.clean(question)
        small = small_talk(cleaned, self.lexicon)
        written = self._exact.get(bare(cleaned), frozenset())
        if small is not None and not written:
            decision = Decision(question, Outcome.MISS, small=small.kind)
            return _Verdict(decision, reason=f"small talk: {small.kind or 'idle'}"), None
        repaired, mended = (cleaned, ()) if written else self.parser.repair(cleaned)
        changes = (*spelled, *mended)
        readings = read(repaired, self.parser, today)
        near = self._near(readings, cleaned, written)
        whole = self._rank(readings[0], today, changes, written=written, near=near[0])
        looks = [whole]
        for reading, nearness in zip(readings[1:], near[1:], strict=True):
            most = CANDIDATES_OF_PART
            looks.append(self._rank(reading, today, written=frozenset(), near=nearness, most=most))
        verdict = self._decide(question, tuple(looks), cleaned)
        if written:
            return verdict, None
        is_sure = verdict.decision.outcome is Outcome.HIT
        own = read_leaning(repaired, whole.parsed, self.parser, is_sure=is_sure)
        return verdict, None if own is None else _Leaning(question, cleaned, changes, own)

    def _follow(self, leaning: _Leaning, context: Context, today: date) -> _Verdict | None:
        """Decide about a message together with the last exchange; None if that leads nowhere.

        The entry of that exchange was just read: it is given again only for what a phrasing of it names.
        """
        before = self._items.get(context.entry_id)
        if before is None and context.entry_id:
            return None
        entry = before.entry if before is not None else None
        text = joined(leaning.own, entry, context, parser=self.parser)
        if not text:
            return None
        look = self._look(text, today, leaning.changes, written=frozenset())
        keys = (key for key, _ in look.ranked)
        kept = {
            key
            for key in keys
            if covers(self._items[key], leaning.own, today, whole=key == context.entry_id)
        }
        look = only(look, kept)
        if look.top < self.model_for(look.parsed).limits.offer:
            return None
        best = self._items[look.ranked[0][0]]
        guessed = "stage" in best.slots.values and "stage" not in look.parsed.slots.values
        return self._decide(leaning.question, (look,), leaning.cleaned, guessed=guessed)

    def _near(
        self, readings: Sequence[Reading], cleaned: str, written: frozenset[int]
    ) -> Sequence[Nearness | None]:
        """Compare a message and its clauses by meaning: all of them, or none."""
        by_words: list[Nearness | None] = [None] * len(readings)
        if self._meanings is None or written or bare(cleaned) in self._settled:
            return by_words
        texts = embedded(readings, self.lexicon)
        vectors = self._vectors(texts)
        if not all(text in vectors for text in texts):
            return by_words
        return [self._meanings.near(vectors[text]) for text in texts]

    def _look(
        self,
        text: str,
        today: date,
        changes: tuple[tuple[str, str], ...] = (),
        *,
        written: frozenset[int] | None = None,
    ) -> Look:
        """Parse one text and rank the entries for it, by words alone."""
        reading = Reading(text, self.parser.parse(text, today=today))
        return self._rank(reading, today, changes, written=written)

    def _rank(
        self,
        reading: Reading,
        today: date,
        changes: tuple[tuple[str, str], ...] = (),
        *,
        written: frozenset[int] | None = None,
        near: Nearness | None = None,
        most: int = CANDIDATES,
    ) -> Look:
        """Rank the entries for a text; `written` are the entries that have the very text, None not to look."""
        parsed = reading.parsed
        model = self.model_for(parsed, near=near is not None)
        also = near.nearest(CANDIDATES_BY_MEANING) if near is not None else ()
        matches = self.retriever.find(parsed, most=most, also=also)
        if near is not None:
            matches = [replace(match, near=near.parts(match.number)) for match in matches]
        ranked = model.order(matches)
        ranked = self._current_first(ranked, today)
        scores = model.scores(parsed, ranked, self.retriever.known_share(parsed))
        exact = written
        if exact is not None and not exact:
            exact = self._exact.get(parsed.text)
        if exact:
            ranked, scores = put_first(exact, ranked, scores)
        elsewhere = next((name for name in parsed.slots.elsewhere if name not in self._own), "")
        if exact:
            elsewhere = ""
        elif elsewhere:
            scores = [round(score * model.limits.offer / 200, 2) for score in scores]
        named = tuple((self.entries[match.number].id, match) for match, _ in ranked)
        return Look(
            reading.text, parsed, changes, named, tuple(scores), elsewhere, near is not None
        )

    def _current_first(
        self, ranked: list[tuple[Match, float]], today: date
    ) -> list[tuple[Match, float]]:
        """Put entries that are in their time before those that are not, the rest being equal."""
        current = [self.entries[match.number].is_current(today) for match, _ in ranked]
        if all(current):
            return ranked
        moved = [
            (match, value - (0.0 if now else _EXPIRED))
            for (match, value), now in zip(ranked, current, strict=True)
        ]
        return sorted(moved, key=lambda pair: -pair[1])

    def _decide(
        self, question: str, looks: tuple[Look, ...], cleaned: str, *, guessed: bool = False
    ) -> _Verdict:
        """Join the looks at the whole and at its parts into one decision; what is `guessed` is only offered."""
        limits = self.model_for(looks[0].parsed, near=looks[0].by_meaning).limits
        best = merged(question, looks)
        ranked = tuple((answer.id, answer.score) for answer in best[:_RANKED])
        scores = [answer.score for answer in best]
        long = len(looks[0].parsed.text) > LONG
        outcome = limits.outcome(scores, stricter=_STRICTER if long else 0.0)
        reason = f"{outcome}: score {scores[0] if scores else 0}, limits {limits}"
        answers: tuple[Answer, ...] = ()
        several = self._several(looks, limits.offer) if looks[0].top < EXACT else ()
        if outcome is Outcome.HIT and looks[0].bars_direct_answer(best[0].id):
            outcome, reason = Outcome.UNSURE, "may / may not differs: offered, not answered"
        if outcome is Outcome.HIT and len(looks[0].parsed.text) <= SHORT and scores[0] < EXACT:
            outcome, reason = Outcome.UNSURE, "a word or two: choices, not an answer"
        if outcome is Outcome.HIT and guessed:
            outcome, reason = Outcome.UNSURE, "for a stage that nobody named: offered, not answered"
        if looks[0].elsewhere:
            outcome, reason = Outcome.MISS, f"not ours: {looks[0].elsewhere}"
        elif len(several) > 1:
            sure = all(answer.score >= limits.answer for answer in several)
            outcome = Outcome.HIT if sure else Outcome.UNSURE
            reason = f"{len(several)} questions"
            answers = several if sure else filled(several, best, limits.offer)
        elif outcome is Outcome.HIT:
            answers = (best[0],)
        elif outcome is Outcome.UNSURE:
            answers = filled((), best, limits.offer)
        decision = Decision(
            question,
            outcome,
            answers,
            ranked,
            whole=self._is_whole(cleaned, outcome, scores),
        )
        return _Verdict(decision, looks, reason)

    def _is_whole(self, cleaned: str, outcome: Outcome, scores: list[float]) -> bool:
        """Tell whether a message need not wait for its other half."""
        if is_bare_fact(cleaned, self.lexicon):
            return bool(scores) and scores[0] == EXACT
        return outcome is Outcome.HIT or not is_fragment(cleaned, self.lexicon)

    def _several(self, looks: tuple[Look, ...], offer: float) -> tuple[Answer, ...]:
        """Return one answer for each clause that asks something of its own."""
        found: dict[str, Answer] = {}
        for look in looks[1:]:
            if look.top >= offer and not look.elsewhere and is_asking(look.text, self.lexicon):
                answer = Answer(look.ranked[0][0], look.scores[0], look.text)
                if answer.id not in found or answer.score > found[answer.id].score:
                    found[answer.id] = answer
        return tuple(found.values())[:CHOICES]


def _no_vectors(texts: Sequence[str]) -> Mapping[str, Floats]:
    return {}


def _exact_texts(items: Sequence[Indexed]) -> dict[str, frozenset[int]]:
    """Map every phrasing, as it is written and as it is compared, to the entries that have it."""
    found: dict[str, set[int]] = {}
    for number, item in enumerate(items):
        for text in (*item.written, *(phrasing.text for phrasing in item.phrasings)):
            found.setdefault(text, set()).add(number)
    return {text: frozenset(numbers) for text, numbers in found.items()}


def _about(item: Indexed) -> set[str]:
    """Return the places and offices that half of an entry's phrasings are about: these are ours."""
    named = [name for phrasing in item.phrasings for name in phrasing.slots.elsewhere]
    return {name for name in named if 2 * named.count(name) >= len(item.phrasings)}


def index_entry(entry: Entry, parser: Parser) -> Indexed:
    """Parse an entry's phrasings and join what they say."""
    cleaned = [parser.clean(text)[0] for text in entry.all_phrasings]
    phrasings = tuple(parser.parse(text) for text in cleaned)
    counts: dict[str, int] = {}
    for phrasing in phrasings:
        for idea in phrasing.ideas:
            counts[idea] = counts.get(idea, 0) + 1
    core = {
        idea: count / len(phrasings)
        for idea, count in counts.items()
        if 2 * count >= len(phrasings) and idea[0] in "SweE"
    }
    return Indexed(
        entry=entry,
        written=frozenset(bare(text) for text in cleaned),
        phrasings=phrasings,
        slots=entry_slots(entry, tuple(phrasing.slots for phrasing in phrasings)),
        ideas=frozenset(counts),
        grams=frozenset(gram for phrasing in phrasings for gram in phrasing.grams),
        aspects=frozenset(idea for idea in counts if idea[0] == "A"),
        core=core,
    )
