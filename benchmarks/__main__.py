"""Measure the desk against a bare echo bot: python -m benchmarks [--pairs N] [--seconds S] [--seed N].

Pairs of runs seconds apart on the same load server; what counts are the medians of the ratios within a pair.
`--repeated 1` asks popular questions only, word for word, as they come on the day enrolment opens.
"""

import argparse
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.mix import REPEATED
from benchmarks.pairs import Bot, Figures, Plan, measure

# name, target as a ratio to the bare bot (least or most), the unit; None: no target as a ratio
TARGETS: dict[str, tuple[str, float | None]] = {
    "updates_per_s": (">=", 2.0),
    "lone_p50": ("<=", 3.0),
    "load_p50": ("<=", None),
    "load_p99": ("<=", 1.5),
    "cpu_per_update": ("<=", 0.6),
    "rss_mib": ("<=", None),
    "start_s": ("<=", None),
}
NAMES = {
    "updates_per_s": "updates/s, 64 users",
    "lone_p50": "reply to a lone user, p50 ms",
    "load_p50": "reply under 64 users, p50 ms",
    "load_p99": "reply under 64 users, p99 ms",
    "cpu_per_update": "CPU ms per update",
    "rss_mib": "memory after load, MiB",
    "start_s": "start to the first poll, s",
}
MOST_RSS_MIB = 150


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument(
        "--repeated", type=float, default=REPEATED, help="share of questions asked word for word"
    )
    given = parser.parse_args()
    plan = Plan(load_s=given.seconds, repeated=given.repeated)
    pairs: list[tuple[Figures, Figures]] = []
    for number in range(given.pairs):
        seed = given.seed + number
        pairs.append((measure(Bot.BARE, plan, seed), measure(Bot.DESK, plan, seed)))
        print(f"pair {number + 1}: {brief(*pairs[-1])}", file=sys.stderr, flush=True)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, {given.pairs} pairs\n")
    print(table(pairs))
    return 0 if all_met(pairs) else 1


def brief(bare: Figures, desk: Figures) -> str:
    ratio = desk.updates_per_s / bare.updates_per_s
    return f"{bare.updates_per_s:.0f} and {desk.updates_per_s:.0f} updates/s, {ratio:.2f}"


def table(pairs: list[tuple[Figures, Figures]]) -> str:
    """Return the Markdown table of docs/performance.md."""
    lines = ["| | bare echo | this desk | ratio | target |", "|---|---|---|---|---|"]
    for name in NAMES:
        bare, desk = (median(column) for column in columns(pairs, name))
        sign, most = TARGETS[name]
        wanted = "" if most is None else f"{sign} {most:g}"
        wanted = f"< {MOST_RSS_MIB} MiB" if name == "rss_mib" else wanted
        row = (NAMES[name], f"{bare:.4g}", f"{desk:.4g}", f"{ratio(pairs, name):.2f}", wanted)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def columns(pairs: list[tuple[Figures, Figures]], name: str) -> tuple[list[float], list[float]]:
    return [getattr(bare, name) for bare, _ in pairs], [getattr(desk, name) for _, desk in pairs]


def ratio(pairs: list[tuple[Figures, Figures]], name: str) -> float:
    """Return the median over the pairs of desk to bare."""
    return median(desk / bare for bare, desk in zip(*columns(pairs, name), strict=True))


def all_met(pairs: list[tuple[Figures, Figures]]) -> bool:
    """Tell whether every target holds."""
    assert {field.name for field in fields(Figures)} == set(NAMES)
    met = [median(columns(pairs, "rss_mib")[1]) < MOST_RSS_MIB]
    for name, (sign, bound) in TARGETS.items():
        if bound is not None:
            found = ratio(pairs, name)
            met.append(found >= bound if sign == ">=" else found <= bound)
    return all(met)


def machine() -> str:
    """Return what this was measured on: processor, cores, Python."""
    cpu = Path("/proc/cpuinfo").read_text()
    names = [line.partition(":")[2].strip() for line in cpu.splitlines() if "model name" in line]
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{names[0] if names else 'unknown processor'}, {len(names)} cores, Python {version}"


if __name__ == "__main__":
    sys.exit(main())
