"""Fit the weights and limits of the matcher: `python -m benchmarks.fit` writes knowledge/weights.json.

Learned from the labelled sets and from the FAQs themselves: a phrasing left out is a question in scope, an entry left
out makes its questions out of scope. `--check` fits on one set and measures on the others instead: what is learned
must hold for a FAQ never seen. One wrong answer costs as much as five honest hand-overs.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.learn import Choice, fit_rank, fit_trust
from benchmarks.measure import measure
from benchmarks.sets import CHINESE, DATA, ENGLISH, TODAY, LabelledSet, Question, read_set
from knowledge.calibrate import SIGNS, WEIGHTS, Limits, Model, signs_of
from knowledge.entry import Entry, Outcome
from knowledge.lexicon import Lexicon, common_cost, load_lexicon, word_counts
from knowledge.match import Index
from knowledge.meaning import NEAR
from knowledge.parse import Parsed
from knowledge.retrieve import FEATURES, Match
from knowledge.sound import by_sound, lengths_by_start
from knowledge.text import normalise
from knowledge.words import Cutter, Vocabulary

_DOWN = frozenset({"subjects_missing", "aspect_clash", "slots_clash"})
RANK_SIGNS = tuple(-1 if name in _DOWN else 1 for name in FEATURES)
_OF_PHRASING = 0.3  # a left-out phrasing is an easier question than a parent's
_OF_LEFT_OUT = 0.15  # questions to a left-out entry are nearer than what is really out of scope
_THINNED = (0.0, 0.5, 1.0)  # shares of the lexicon's help taken away, see `thinned`
_FOLDS = 6
_FLAT = 0.03  # of what limits earn: so near the best, the ones that answer more are taken
Prepare = Callable[[Index, Sequence[str]], Index]  # may add to an index what these texts will need


@dataclass(frozen=True, slots=True)
class Aim:
    """What outcomes earn or cost when limits are chosen; a right answer earns 1."""

    wrong: float = 4.0  # a wrong one loses that and four more: five hand-overs
    offered: float = 0.2  # the right one among the choices
    out_offered: float = 0.3  # choices where nothing fits
    margins: tuple[int, ...] = (20, 25, 30)  # with less, one of two questions is answered for both


BY_WORDS = Aim()


@dataclass(frozen=True, slots=True)
class Example:
    """One question with its candidates; `right` says which candidates are expected."""

    question: Question
    parsed: Parsed
    matches: tuple[Match, ...]
    right: tuple[bool, ...]
    known: float
    weight: float
    asked: bool  # a labelled question, not one made from the FAQ


def _rebuilt(entry: Entry, without: int) -> Entry:
    """Return an entry without one of its phrasings."""
    rest = [text for number, text in enumerate(entry.all_phrasings) if number != without]
    return replace(entry, question=rest[0], phrasings=tuple(rest[1:]))


def _example(index: Index, question: Question, weight: float, *, asked: bool) -> Example | None:
    """Parse and retrieve one question; None where a rule decides before any score."""
    decision = index.explain(question.text, today=TODAY)
    if not decision.looks or decision.looks[0].elsewhere:
        return None
    parsed = decision.looks[0].parsed
    if decision.looks[0].by_meaning is not index.has_meaning:
        return None  # a phrasing word for word
    matches = tuple(match for _, match in decision.looks[0].ranked)
    right = tuple(index.entries[match.number].id in question.expected for match in matches)
    known = index.retriever.known_share(parsed)
    return Example(question, parsed, matches, right, known, weight, asked)


def thinned(data: LabelledSet, lexicon: Lexicon, *, share: float, seed: int = 1) -> Lexicon:
    """Take away a share of the lexicon's words that the questions use and the entries do not.

    The lexicon was written by people who know such questions; a FAQ nobody has seen will be asked about in words that
    are not in it. What is learned with half of these words gone holds better there.
    """
    written = " ".join(normalise(text) for entry in data.entries for text in entry.all_phrasings)
    asked = "\n".join(normalise(question.text) for question in data.questions)
    used = sorted(
        word for word in lexicon.concepts if len(word) > 1 and word in asked and word not in written
    )
    chance = random.Random(seed)
    gone = {word for word in used if chance.random() < share}
    left = {word: concepts for word, concepts in lexicon.concepts.items() if word not in gone}
    counts = word_counts()
    costs = {
        word: common_cost(counts[word]) if word in gone else cost
        for word, cost in lexicon.cutter.costs.items()
        if word not in gone or word in counts
    }
    heard = by_sound(lexicon.sounds, left)
    return replace(
        lexicon,
        concepts=left,
        concept_words=Vocabulary(left),
        cutter=Cutter(costs),
        by_sound=heard,
        lengths=lengths_by_start(heard),
    )


def collect(data: LabelledSet, prepare: Prepare = lambda index, texts: index) -> list[Example]:
    """Make the examples of one set: its questions, left-out phrasings, left-out entries."""
    asked = [question.text for question in data.questions]
    lexicon = load_lexicon()
    found: list[Example | None] = []
    for seed, share in enumerate(_THINNED):
        index = prepare(Index(data.entries, thinned(data, lexicon, share=share, seed=seed)), asked)
        found += [
            _example(index, question, 1 / len(_THINNED), asked=True) for question in data.questions
        ]
    for left in range(min(4, min(len(entry.all_phrasings) for entry in data.entries))):
        thinner = prepare(
            Index([_rebuilt(entry, left) for entry in data.entries]),
            [entry.all_phrasings[left] for entry in data.entries],
        )
        found += [
            _example(
                thinner,
                Question(entry.all_phrasings[left], frozenset({entry.id}), "phrasing"),
                _OF_PHRASING,
                asked=False,
            )
            for entry in data.entries
        ]
    for fold in range(_FOLDS):
        out = {entry.id for number, entry in enumerate(data.entries) if number % _FOLDS == fold}
        smaller = prepare(Index([entry for entry in data.entries if entry.id not in out]), asked)
        found += [
            _example(smaller, replace(question, expected=frozenset()), _OF_LEFT_OUT, asked=False)
            for question in data.questions
            if question.expected and question.expected <= out
        ]
    return [example for example in found if example is not None]


def fit(examples: Sequence[Example], aim: Aim = BY_WORDS) -> Model:
    """Fit both small models and choose the limits."""
    usable = [example for example in examples if example.matches]
    rank = fit_rank(
        [
            Choice(
                np.array([match.parts + match.near for match in example.matches]),
                np.array(example.right),
                example.weight,
            )
            for example in usable
            if example.question.expected
        ],
        signs=RANK_SIGNS + (1,) * len(usable[0].matches[0].near),
    )
    model = Model(tuple(rank), (0.0,) * len(SIGNS), Limits(0, 0, 0))
    rows, right, share = [], [], []
    for example in usable:
        ranked = model.order(example.matches)
        if ranked[0][0].excluded:
            continue
        rows.append(signs_of(example.parsed, ranked, example.known))
        right.append(_is_right(example, ranked[0][0]))
        share.append(example.weight)
    trust = fit_trust(np.array(rows), np.array(right, dtype=float), np.array(share))
    model = replace(model, trust=tuple(trust))
    return replace(model, limits=choose_limits(model, [e for e in usable if e.asked], aim))


def _is_right(example: Example, match: Match) -> bool:
    return example.right[example.matches.index(match)]


def choose_limits(model: Model, examples: Iterable[Example], aim: Aim = BY_WORDS) -> Limits:
    """Choose the limits that earn most on labelled questions."""
    scored = []
    for example in examples:
        ranked = model.order(example.matches)
        scores = model.scores(example.parsed, ranked, example.known)
        scored.append((scores, [_is_right(example, match) for match, _ in ranked], example))

    def earned(limits: Limits) -> float:
        return sum(
            _worth(limits, scores, right, bool(e.question.expected), aim)
            for scores, right, e in scored
        )

    answers = range(50, 93, 3)
    grid = product(answers, range(8, 46, 3), aim.margins)
    best = max((Limits(*map(float, each)) for each in grid), key=earned)
    enough = (1 - _FLAT) * earned(best)
    lower = (replace(best, answer=float(answer)) for answer in answers)
    return next(limits for limits in lower if earned(limits) >= enough)


def _worth(
    limits: Limits, scores: Sequence[float], right: Sequence[bool], in_scope: bool, aim: Aim
) -> float:
    """Return what one outcome is worth."""
    outcome = limits.outcome(scores)
    if outcome is Outcome.HIT:
        return 1.0 if right[0] else -aim.wrong
    if outcome is Outcome.UNSURE:
        if not in_scope:
            return -aim.out_offered
        return aim.offered if any(right[:4]) else 0.0
    return 0.0


def as_json(model: Model) -> dict[str, object]:
    """Write a model as the readable values of weights.json."""
    limits = model.limits
    return {
        "rank": dict(
            zip((*FEATURES, *NEAR), (round(value, 4) for value in model.rank), strict=False)
        ),
        "trust": dict(zip(SIGNS, (round(value, 4) for value in model.trust), strict=True)),
        "limits": {"answer": limits.answer, "offer": limits.offer, "margin": limits.margin},
    }


def data_version() -> str:
    """Name the labelled data by their content."""
    digest = hashlib.sha256()
    for path in sorted(DATA.glob("*.jsonl")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def write(han: Model, latin: Model, path: Path, *, today: date) -> None:
    """Write weights.json."""
    content = {
        "made_by": "python -m benchmarks.fit",
        "made_on": today.isoformat(),
        "data": data_version(),
        "han": as_json(han),
        "latin": as_json(latin),
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


def check() -> None:
    """Fit on each set and measure on the others of its language, also with half of the lexicon's help gone."""
    for names in filter(None, (CHINESE, ENGLISH)):
        sets = {name: read_set(name) for name in names}
        examples = {name: collect(data) for name, data in sets.items()}
        for held, data in sets.items():
            model = fit([e for name in names if name != held for e in examples[name]])
            for share in (0.0, 0.5):
                lexicon = thinned(data, load_lexicon(), share=share, seed=9)
                figures = measure(data, lexicon, models={"han": model, "latin": model})
                print(f"{held}, fitted without it, lexicon {1 - share:.0%}: {figures}")


def main() -> None:
    """Fit on all sets and write the weights, or check that what is fitted carries over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fit on one set, measure on the other")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, help="date to note down")
    options = parser.parse_args()
    if options.check:
        check()
        return
    han = fit([example for name in CHINESE for example in collect(read_set(name))])
    latin = fit([example for name in ENGLISH for example in collect(read_set(name))])
    write(han, latin, WEIGHTS, today=options.today)


if __name__ == "__main__":
    main()
