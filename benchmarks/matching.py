"""Measure the matcher: `python -m benchmarks.matching` prints issue 3's table for every labelled set.

Beside it stand plain rapidfuzz, BM25 and TF-IDF on the same questions in the same run, and the time a question takes
at 1,000 and 10,000 phrasings. `--record` keeps the figures that the regression test compares with.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from benchmarks.baselines import SCORERS, Ranker, bm25_ranker, rapidfuzz_ranker, tfidf_ranker
from benchmarks.embedded import understood, vector_file
from benchmarks.measure import Figures, auroc, measure
from benchmarks.sets import CHINESE, ENGLISH, TODAY, LabelledSet, read_set
from bot.service.embedding import installed
from bot.service.understanding import Understanding
from knowledge.entry import Entry
from knowledge.match import Index

RECORDED = Path(__file__).with_name("recorded.json")


def baseline(data: LabelledSet, rank: Ranker) -> Figures:
    """Measure a ranker that only ranks: right first, in three, and whether its score tells in from out."""
    inside, outside, first, three = [], [], 0, 0
    for question in data.questions:
        ranked = rank(question.text)
        top = ranked[0][1] if ranked else 0.0
        if not question.expected:
            outside.append(top)
            continue
        inside.append(top)
        names = [name for name, _ in ranked[:3]]
        first += bool(names) and names[0] in question.expected
        three += bool(question.expected & set(names))
    return Figures(first / len(inside), three / len(inside), auroc=auroc(inside, outside))


def semantic_speed(size: int) -> str:
    """Tell how long vectors take the first time and from the file, and a question with its embedding."""
    embedder = installed()
    if embedder is None:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        index, seconds = Index(many(size)), []
        for _ in range(2):
            start = time.perf_counter()
            layer = Understanding(embedder, Path(folder))
            rows = layer.rows_of(index.phrasing_texts())
            index = index.with_meaning(rows, layer.vectors)
            seconds.append(time.perf_counter() - start)
        p50, p99 = _times(index)
    first, again = seconds
    return (
        f"  with [semantic]: vectors {first:.1f} s first, {again:.2f} s from the file, "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    )


def speed(size: int) -> tuple[float, float, float]:
    """Return build seconds, p50 and p99 milliseconds at `size` phrasings made of the sets' own."""
    entries = many(size)
    start = time.perf_counter()
    index = Index(entries)
    built = time.perf_counter() - start
    return built, *_times(index)


def _times(index: Index) -> tuple[float, float]:
    times = []
    for question in read_set("bureau").questions:
        start = time.perf_counter()
        index.ask(question.text, today=TODAY)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def _recorded(figures: Figures) -> dict[str, float]:
    return {key: value for key, value in asdict(figures).items() if value is not None}


def many(size: int) -> list[Entry]:
    """Make entries with `size` phrasings of the sets' own."""
    base = [entry for name in CHINESE for entry in read_set(name).entries]
    entries: list[Entry] = []
    copy = 0
    while sum(len(entry.all_phrasings) for entry in entries) < size:
        for entry in base:
            texts = [_varied(text, copy) for text in entry.all_phrasings]
            entries.append(
                replace(
                    entry, id=f"{entry.id}-{copy}", question=texts[0], phrasings=tuple(texts[1:])
                )
            )
        copy += 1
    return entries


_WORDS = "城东 城西 河畔 山前 新区 老城 港口 车站 公园 湖滨 云岭 松树 梅园 桂花 银杏 枫叶"


def _varied(text: str, copy: int) -> str:
    """Make another phrasing of about the same words."""
    if copy == 0:
        return text
    place = (copy * 7) % (len(text) + 1)
    words = _WORDS.split()
    word = words[copy % len(words)] + words[(copy * 5 + 3) % len(words)]
    return text[:place] + word + text[place:]


def table(rows: Sequence[tuple[str, Figures]]) -> str:
    """Write figures as a Markdown table, one matcher a column."""
    lines = ["| | " + " | ".join(name for name, _ in rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for field in fields(Figures):
        values = [getattr(figures, field.name) for _, figures in rows]
        if any(value is not None for value in values):
            cells = ["" if value is None else f"{value:.3f}" for value in values]
            lines.append(f"| {field.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables; keep the figures if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write benchmarks/recorded.json")
    parser.add_argument("--only", nargs="*", default=[*CHINESE, *ENGLISH], help="sets to measure")
    options = parser.parse_args()
    recorded: dict[str, dict[str, float]] = {}
    for name in options.only:
        data = read_set(name)
        ours = measure(data)
        rows = [("matcher", ours)]
        recorded[name] = _recorded(ours)
        if vector_file() is not None:
            index = understood(Index(data.entries), [one.text for one in data.questions])
            by_meaning = measure(data, index=index)  # its times are without the embedding
            rows.append(("with [semantic]", by_meaning))
            recorded[f"{name}, semantic"] = _recorded(by_meaning)
        rows += [(one, baseline(data, rapidfuzz_ranker(data.entries, one))) for one in SCORERS]
        rows.append(("BM25", baseline(data, bm25_ranker(data.entries))))
        rows.append(("TF-IDF", baseline(data, tfidf_ranker(data.entries))))
        print(f"\n## {name}\n\n{table(rows)}")
    if options.record:
        RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", "utf-8")
    for size in (1_000, 10_000):
        built, p50, p99 = speed(size)
        print(f"\n{size} phrasings: built in {built:.2f} s, p50 {p50:.2f} ms, p99 {p99:.2f} ms")
        if vector_file() is not None:
            print(semantic_speed(size))


if __name__ == "__main__":
    main()
