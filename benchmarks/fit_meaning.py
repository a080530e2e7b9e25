"""Fit the weights for matching with the semantic layer: `python -m benchmarks.fit_meaning` writes weights_meaning.json.

As `benchmarks.fit`, from the same examples, with the part scores of the layer among the others. `--check` fits on the
other sets of the language and measures, with the whole lexicon and with half of its help taken away.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from datetime import date
from itertools import product

from benchmarks.embedded import understood, unfitted
from benchmarks.fit import Aim, Example, as_json, collect, data_version, fit, thinned
from benchmarks.measure import count, measure
from benchmarks.sets import CHINESE, ENGLISH, TODAY, LabelledSet, Question, read_set
from knowledge.calibrate import MEANING_WEIGHTS, Model
from knowledge.entry import Decision
from knowledge.lexicon import load_lexicon
from knowledge.match import Index
from knowledge.meaning import load_directions
from knowledge.rank import EXACT

_FOLDS = 5
# By meaning the right entry is nearly always among the choices, so they are worth more than by words alone. With less
# of a lead than this, one of two questions would be answered for both.
# And as it is nearly always at hand, it is given at once more often than by words.
BY_MEANING = Aim(wrong=2.5, offered=0.35, out_offered=0.3, margins=(25, 30))


def _prepared(index: Index, texts: Sequence[str]) -> Index:
    return understood(
        index, texts, models=unfitted(), sure=EXACT + 1
    )  # also what words would settle


def examples_of(data: LabelledSet) -> list[Example]:
    """Make the examples of one set, with the part scores of the semantic layer."""
    return collect(data, _prepared)


def check() -> None:
    """Fit on each set and measure on the others of its language."""
    for names in (CHINESE, ENGLISH):
        sets = {name: read_set(name) for name in names}
        examples = {name: examples_of(data) for name, data in sets.items()}
        for held, data in sets.items():
            model = fit([e for name in names if name != held for e in examples[name]], BY_MEANING)
            models = {"han": model, "latin": model}
            for share in (0.0, 0.5):
                lexicon = thinned(data, load_lexicon(), share=share, seed=9)
                index = understood(
                    Index(data.entries, lexicon), [q.text for q in data.questions], models=models
                )
                figures = measure(data, index=index)
                print(f"{held}, fitted without it, lexicon {1 - share:.0%}: {figures}")


def check_entries() -> None:
    """Fit on the questions to some entries and measure on those to others, never used for it; the Chinese sets."""
    sets = {name: read_set(name) for name in CHINESE}
    examples = [example for data in sets.values() for example in examples_of(data)]
    folds = {q.text: _fold(q) for data in sets.values() for q in data.questions}
    asked: dict[tuple[str, float], list[tuple[Question, Decision]]] = {}
    for fold in range(_FOLDS):
        learned = (e for e in examples if folds.get(e.question.text, _fold(e.question)) != fold)
        model = fit([*learned], BY_MEANING)
        for (name, data), share in product(sets.items(), (0.0, 0.5)):
            held = [q for q in data.questions if folds[q.text] == fold]
            lexicon = thinned(data, load_lexicon(), share=share, seed=9)
            models = {"han": model, "latin": model}
            index = understood(Index(data.entries, lexicon), [q.text for q in held], models=models)
            asked.setdefault((name, share), []).extend(
                (q, index.ask(q.text, today=TODAY)) for q in held
            )
    for (name, share), decided in asked.items():
        print(f"{name}, fitted on other entries, lexicon {1 - share:.0%}: {count(decided, [0.0])}")


def _fold(question: Question) -> int:
    """Put the questions to one entry into one fold, those out of scope into any."""
    name = min(question.expected, default=question.text)
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % _FOLDS


def write(han: Model, latin: Model, *, today: date) -> None:
    """Write weights_meaning.json."""
    content = {
        "made_by": "python -m benchmarks.fit_meaning",
        "made_on": today.isoformat(),
        "data": data_version(),
        "model": load_directions()[0],
        "han": as_json(han),
        "latin": as_json(latin),
    }
    MEANING_WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def main() -> None:
    """Fit on all sets and write the weights, or check that what is fitted carries over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fit on one set, measure on the other")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, help="date to note down")
    options = parser.parse_args()
    if options.check:
        check_entries()
        check()
        return
    han, latin = (
        fit([example for name in names for example in examples_of(read_set(name))], BY_MEANING)
        for names in (CHINESE, ENGLISH)
    )
    write(han, latin, today=options.today)


if __name__ == "__main__":
    main()
