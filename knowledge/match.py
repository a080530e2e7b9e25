"""Answer a question from the curated entries, or say honestly that none fits.

`Index.ask` is the one way in: normalise, repair, split, retrieve, re-rank, calibrate, decide. The sum is explained on
one page, docs/matching.md. Floor 0; an index never changes and may be shared by threads.
"""

import copy
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from knowledge.calibrate import Model, load_meaning_models, load_models
from knowledge.choices import only
from knowledge.clauses import is_asking
from knowledge.decide import Verdict, decide
from knowledge.entry import Context, Decision, Entry, Outcome, Stage
from knowledge.explain import Explanation, Look
from knowledge.follow import Leaning, covers, joined, read_leaning
from knowledge.indexed import key_of
from knowledge.lexicon import Lexicon, load_lexicon
from knowledge.meaning import Floats, Meanings, Nearness, Vectors
from knowledge.parse import Parser
from knowledge.parsing import Parsing, parse_entries
from knowledge.rank import EXACT, Ranker
from knowledge.readings import Reading, embedded, read
from knowledge.retrieve import Retriever
from knowledge.smalltalk import small_talk
from knowledge.text import bare

_OF_STAFF = frozenset(
    {"S:教师招聘", "S:选调", "S:教师资格", "S:职称", "S:教师待遇", "S:代课", "S:退休"}
)
_MESSAGES = 256  # remembered word for word; each about 3 KiB


@dataclass(frozen=True, slots=True)
class _Leaning:
    """A message that may lean on the exchange before it, read as far as can be without that."""

    question: str
    cleaned: str
    changes: tuple[tuple[str, str], ...]
    own: Leaning


class _Decided(NamedTuple):
    """Of a verdict what is small enough to be remembered."""

    decision: Decision
    leaning: _Leaning | None
    certainty: float


class Index:
    """The entries of one snapshot, ready to be asked."""

    def __init__(
        self,
        entries: Sequence[Entry],
        lexicon: Lexicon | None = None,
        *,
        models: Mapping[str, Model] | None = None,
        before: Parsing | None = None,
    ) -> None:
        """Take the entries; what was parsed of them `before` is taken over."""
        self.lexicon = lexicon or load_lexicon()
        self.entries = tuple(entry for entry in entries if not entry.draft)
        self.parsing = parse_entries(self.entries, self.lexicon, before)
        self._latin = self.parsing.latin
        self.parser = Parser(self.lexicon, self.parsing.repairs, glossary=not self._latin)
        items = self.parsing.items
        self.retriever = Retriever(items, self.parsing.numbering, self.lexicon.senses)
        self._items = {item.entry.id: item for item in items}
        self._ranker = Ranker(
            self.retriever, models or load_models(), self.lexicon, latin=self._latin
        )
        self._meanings: Meanings | None = None
        self._vectors: Vectors = _no_vectors
        self._settled: frozenset[str] = frozenset()
        self._sure = 0.0
        self.by_words = self  # the same without the semantic layer
        self._remembered = lru_cache(maxsize=_MESSAGES)(self._decided)

    @property
    def told_apart_by(self) -> tuple[object, ...]:
        """Give all of the entries that a decision hangs on: what answers say, and from where, is no part of it."""
        return tuple(
            (*key_of(one), one.id, one.topic, one.valid_from, one.valid_until)
            for one in self.entries
        )

    def ask(self, question: str, *, today: date, context: Context | None = None) -> Decision:
        """Decide what a question leads to. Never raises, whatever the text."""
        decision, leaning, _ = self._remembered(question, today)
        if context is None or leaning is None:
            return decision
        followed = self._follow(leaning, context, today)
        return decision if followed is None else followed.decision

    def explain(self, question: str, *, today: date, context: Context | None = None) -> Explanation:
        """Tell a human how the decision fell; `str()` of it is the report."""
        if self._is_settled(question, today):
            return self.by_words.explain(question, today=today, context=context)
        verdict, leaning = self._judge(question, today, in_detail=True)
        if context is not None and leaning is not None:
            verdict = self._follow(leaning, context, today) or verdict
        return Explanation(verdict.decision, verdict.looks, verdict.reason)

    @property
    def has_meaning(self) -> bool:
        """Tell whether the semantic layer may have a part in decisions."""
        return self._meanings is not None

    def phrasing_texts(self) -> tuple[str, ...]:
        """Return what is compared of every phrasing, entry by entry."""
        return tuple(text for item in self.retriever.entries for text in item.texts)

    def with_meaning(
        self,
        rows: Floats,
        vectors: Vectors,
        *,
        settled: Collection[str] = (),
        sure: float = 0.0,
        models: Mapping[str, Model] | None = None,
    ) -> "Index":
        """Return this index with the semantic layer: the vectors of `phrasing_texts`, and where to get others.

        Questions in `settled` are decided by words alone: what is promised of them holds with and without the layer.
        So is what words answer with a score of `sure` and more: a vector takes twenty times as long.
        """
        made = copy.copy(self.by_words)
        made._meanings = Meanings(rows, [len(item.texts) for item in self.retriever.entries])
        made._vectors = vectors
        made._settled = frozenset(bare(self.parser.clean(text)[0]) for text in settled)
        made._ranker = self.by_words._ranker.with_meaning(models or load_meaning_models()[1])
        made._sure = sure
        made._remembered = made._decided  # type: ignore[assignment]  # vectors come and go
        return made

    def seeing(self, vectors: Mapping[str, Floats]) -> "Index":
        """Return this index with these vectors and no others; the one by words alone if there are none."""
        if self._meanings is None or not vectors:
            return self.by_words
        made = copy.copy(self)
        made._vectors = lambda texts: vectors
        made._remembered = made._decided  # type: ignore[assignment]
        return made

    def texts_of(self, question: str, *, today: date) -> tuple[str, ...]:
        """Return the texts whose vectors a decision about a question takes; none where words settle it."""
        if self._meanings is None or self._is_settled(question, today):
            return ()
        cleaned = self.parser.clean(question)[0]
        readings = read(self.parser.repair(cleaned)[0], self.parser, today)
        return tuple(dict.fromkeys(embedded(readings, self.lexicon)))

    def likeliest(self, texts: Sequence[str], *, today: date) -> list[str]:
        """Name for each text the entry nearest by likeness alone, even if a phrasing is the very text."""
        parsed = [self.parser.parse(self.parser.clean(text)[0], today=today) for text in texts]
        return self._ranker.likeliest(parsed, today)

    def _decided(self, question: str, today: date) -> _Decided:
        """Judge a question and keep only what is small enough to be remembered."""
        if self._is_settled(question, today):
            return self.by_words._remembered(question, today)
        verdict, leaning = self._judge(question, today)
        return _Decided(verdict.decision, leaning, verdict.certainty)

    def _is_settled(self, question: str, today: date) -> bool:
        """Tell whether words alone decide about a question, though there is a semantic layer."""
        if self._meanings is None:
            return False
        certainty = self.by_words._remembered(question, today).certainty
        return certainty >= max(self._sure, 1.0) or (
            bool(self._settled) and bare(self.parser.clean(question)[0]) in self._settled
        )

    def _judge(
        self, question: str, today: date, *, in_detail: bool = False
    ) -> tuple[Verdict, _Leaning | None]:
        """Decide about a message by itself; tell whether it may lean on the one before.

        `in_detail` the looks have the part scores, and nothing that is remembered is used.
        """
        cleaned, spelled = self.parser.clean(question)
        small = small_talk(cleaned, self.lexicon)
        written = self._ranker.written(bare(cleaned))
        if small is not None and not written:
            decision = Decision(question, Outcome.MISS, small=small.kind)
            reason = f"small talk: {small.kind or 'idle'}"
            return Verdict(decision, reason=reason, certainty=math.inf), None
        repaired, mended = (cleaned, ()) if written else self.parser.repair(cleaned)
        readings = read(repaired, self.parser, today)
        near = self._near(readings, written)
        parsed = [one.parsed for one in readings]
        if near or in_detail:
            rankings = self._ranker.rank(parsed, written, today, near)
        else:
            rankings = self._ranker.recall(parsed, written, today)
        told = [(*spelled, *mended), *[()] * (len(readings) - 1)]
        looks = tuple(
            self._without_staff(Look(one.text, one.parsed, changes, *ranking))
            for one, changes, ranking in zip(readings, told, rankings, strict=True)
        )
        looks = self._by_themselves(looks, today, in_detail=in_detail)
        verdict = self._verdict(question, looks, cleaned)
        if written:
            return replace(verdict, certainty=math.inf), None
        is_sure = verdict.decision.outcome is Outcome.HIT
        own = read_leaning(readings[0].text, parsed[0], self.parser, is_sure=is_sure)
        leaning = None if own is None else _Leaning(question, cleaned, looks[0].repairs, own)
        return verdict, leaning

    def _follow(self, leaning: _Leaning, context: Context, today: date) -> Verdict | None:
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
        parsed = self.parser.parse(text, today=today)
        [ranking] = self._ranker.rank([parsed], frozenset(), today)
        look = Look(text, parsed, leaning.changes, *ranking)
        keys = (key for key, _ in look.ranked)
        kept = {
            key
            for key in keys
            if covers(self._items[key], leaning.own, today, whole=key == context.entry_id)
        }
        look = only(look, kept)
        if look.top < self._ranker.model_for(look.parsed).limits.offer:
            return None
        best = self._items[look.ranked[0][0]]
        guessed = "stage" in best.slots.values and "stage" not in look.parsed.slots.values
        return self._verdict(leaning.question, (look,), leaning.cleaned, guessed=guessed)

    def _by_themselves(
        self, looks: tuple[Look, ...], today: date, *, in_detail: bool
    ) -> tuple[Look, ...]:
        """Read clauses by themselves where what they were lent only leads to the entry of a question before.

        小学几点放学, 中午饭怎么收钱 asks two things: the second is not about 放学, if an entry is sure to be meant that
        contradicts nothing in the message.
        """
        asking = [look for look in looks[1:] if look.ranked and is_asking(look.text, self.lexicon)]
        firsts = [look.ranked[0][0] for look in asking]
        alone = {
            look.text: parsed
            for place, look in enumerate(asking)
            if firsts[place] in firsts[:place]
            and (parsed := self.parser.parse(look.text, today=today)).text != look.parsed.text
        }
        found = {}
        rank = self._ranker.rank if in_detail else self._ranker.recall
        rankings = rank([*alone.values()], frozenset(), today) if alone else []
        for (text, parsed), ranking in zip(alone.items(), rankings, strict=True):
            look = self._without_staff(Look(text, parsed, (), *ranking))
            sure = self._ranker.model_for(parsed).limits.outcome(look.scores) is Outcome.HIT
            if sure and not looks[0].parsed.slots.conflicts(self._items[look.ranked[0][0]].slots):
                found[text] = look
        return (looks[0], *(found.get(look.text, look) for look in looks[1:]))

    def _near(self, readings: Sequence[Reading], written: frozenset[int]) -> list[Nearness]:
        """Compare a message and its clauses by meaning: all of them, or none."""
        if self._meanings is None or written:
            return []
        texts = embedded(readings, self.lexicon)
        vectors = self._vectors(texts)
        if not all(text in vectors for text in texts):
            return []
        return [self._meanings.near(vectors[text]) for text in texts]

    def _verdict(
        self, question: str, looks: tuple[Look, ...], cleaned: str, *, guessed: bool = False
    ) -> Verdict:
        first = looks[0]
        limits = self._ranker.model_for(first.parsed, by_meaning=first.by_meaning).limits
        return decide(
            question,
            looks,
            cleaned,
            limits=limits,
            lexicon=self.lexicon,
            items=self._items,
            guessed=guessed,
        )

    def _without_staff(self, look: Look) -> Look:
        """Leave out entries for teachers where a child is spoken of: 我孩子有乙肝能上学吗 is no applicant's health."""
        parsed = look.parsed
        if "X:孩子" not in parsed.ideas or look.top >= EXACT:
            return look
        if "post" in parsed.slots.values or not _OF_STAFF.isdisjoint(parsed.ideas):
            return look
        kept = {
            key
            for key, _ in look.ranked
            if self._items[key].entry.stage is not Stage.STAFF or "X:孩子" in self._items[key].ideas
        }
        return look if len(kept) == len(look.ranked) else only(look, kept)


def _no_vectors(texts: Sequence[str]) -> Mapping[str, Floats]:
    return {}
