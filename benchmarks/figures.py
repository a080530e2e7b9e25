"""How long a reload of 1,000 entries with 50,000 table rows takes, and how long a figure takes to be answered.

Run: python -m benchmarks.figures. Makes its content in a temporary folder; prints what docs/performance.md holds.
CPU time is measured: on a shared machine the clock on the wall says little.
"""

import csv
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.core.dialogue import EMPTY
from bot.core.people import Person
from bot.core.turn import Arrival, Fresh, Incoming, Turn
from handlers import figures
from knowledge.library import SHIPPED, Library

ENTRIES, SCHOOLS, STREETS, ROWS = 1_000, 150, 2_000, 50_000
QUESTIONS = 4_000
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SYLLABLES = "东南西北江河湖海山川云星光明华安康宁和平文昌学府人民建设幸福青春阳晨"


def main() -> None:
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schools = make_content(folder, chance)
        library = Library(folder)
        reloads = [reload_s(library, folder, turn) for turn in range(5)]
        print(
            f"reload of {ENTRIES} entries, {ROWS} rows, {SCHOOLS} schools: "
            f"median {statistics.median(reloads):.2f} s, worst {max(reloads):.2f} s"
        )
        print(f"reload after an edit of an entry: {entry_reload_s(library, folder):.2f} s")
        for kind, questions in asked(library, schools, chance).items():
            show(kind, [answer_ms(library, question) for question in questions])


def make_content(folder: Path, chance: random.Random) -> list[str]:
    """Write entries, schools, a catchment table, quotas and score lines; return the schools' names."""
    (folder / "faq").mkdir()
    (folder / "tables").mkdir()
    schools = list(dict.fromkeys(f"{word(chance, 3)}中学" for _ in range(SCHOOLS * 2)))[:SCHOOLS]
    lines = [
        f"- {{id: s{n}, name: {one}, aliases: [{one[:-2]}中], kind: junior}}"
        for n, one in enumerate(schools)
    ]
    (folder / "schools.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    entries = [
        f"- id: e{n}\n  question: {word(chance, 6)}怎么办理{n}\n  phrasings: ["
        + ", ".join(f"{word(chance, 5)}要什么材料{n}-{k}" for k in range(6))
        + f"]\n  answer: 第{n}条。\n  source: {{title: 办法}}\n"
        for n in range(ENTRIES)
    ]
    (folder / "faq" / "all.yaml").write_text("".join(entries), encoding="utf-8")
    shipped = SHIPPED / "tables"
    for table in ("quota-2026", "quota-2025", "score-line-2026", "score-line-2025"):
        yaml = (shipped / f"{table}.yaml").read_text(encoding="utf-8")
        (folder / "tables" / f"{table}.yaml").write_text(yaml, encoding="utf-8")
        header = ["初中" if table.startswith("quota") else "学校", "批次"]
        header.append("指标到校名额" if table.startswith("quota") else "最低录取分数")
        rows = [
            [one, part, chance.randrange(5, 700)]
            for one in schools
            for part in ("第一批", "第二批")
        ]
        write(folder / "tables" / f"{table}.csv", header, rows)
    yaml = (shipped / "catchment-2026.yaml").read_text(encoding="utf-8")
    (folder / "tables" / "catchment-2026.yaml").write_text(yaml, encoding="utf-8")
    write(
        folder / "tables" / "catchment-2026.csv",
        ["学段", "学校", "地段", "门牌", "说明"],
        zones(schools, chance),
    )
    return schools


def zones(schools: list[str], chance: random.Random) -> list[list[str]]:
    streets = list(dict.fromkeys(f"{word(chance, 3)}路" for _ in range(STREETS * 2)))[:STREETS]
    each = ROWS // len(streets)
    return [
        ["初中", chance.choice(schools), street, f"{20 * n + 1}-{20 * n + 20} 号", ""]
        for street in streets
        for n in range(each)
    ]


def write(path: Path, header: list[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def word(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(length))


def reload_s(library: Library, folder: Path, turn: int) -> float:
    file = folder / "tables" / "catchment-2026.csv"
    with file.open("a", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerow(["初中", "新学校", f"新路{turn}", "全部", ""])
    before = library.current.hash
    start = time.process_time()
    library.refresh()
    taken = time.process_time() - start
    assert library.current.hash != before, "the edit was not taken"
    return taken


def entry_reload_s(library: Library, folder: Path) -> float:
    """Time an edit for which the index of questions is built anew, too."""
    with (folder / "faq" / "all.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "- id: new\n  question: 新问题怎么办\n  answer: 这样办。\n  source: {title: 办法}\n"
        )
    start = time.process_time()
    library.refresh()
    taken = time.process_time() - start
    assert "new" in library.current.entries, "the edit was not taken"
    return taken


def asked(library: Library, schools: list[str], chance: random.Random) -> dict[str, list[str]]:
    streets = list(library.current.figures.sheets["catchment"][0].streets)
    unknown = [f"{word(chance, 3)}路" for _ in range(QUESTIONS)]
    return {
        "quota, one school": [
            f"{chance.choice(schools)}今年指标到校多少个" for _ in range(QUESTIONS)
        ],
        "score lines, two schools": [
            f"{chance.choice(schools)}{chance.choice(schools)}去年分数线" for _ in range(QUESTIONS)
        ],
        "address": [
            f"{chance.choice(streets)}{chance.randrange(1, 500)}号上哪个初中" for _ in unknown
        ],
        "address nobody knows": [
            f"{street}{chance.randrange(1, 500)}号上哪个初中" for street in unknown
        ],
        "no figure question": [f"{word(chance, 4)}怎么报名要什么材料{n}" for n in range(QUESTIONS)],
    }


def answer_ms(library: Library, question: str) -> float:
    incoming = Incoming("web", "desk", "1", "c", "p", Arrival.TEXT, NOW, text=question)
    turn = Turn(incoming, NOW, Person(1, "web", "c"), EMPTY, library.current, Fresh("n", "c", "d1"))
    start = time.process_time()
    figures.handle(turn)
    return 1000 * (time.process_time() - start)


def show(kind: str, times: list[float]) -> None:
    ordered = sorted(times)
    print(
        f"{kind}: p50 {ordered[len(ordered) // 2]:.2f} ms, p99 {ordered[len(ordered) * 99 // 100]:.2f} ms, "
        f"worst {ordered[-1]:.2f} ms ({len(ordered)} questions)"
    )


if __name__ == "__main__":
    main()
