"""Fail when the branch coverage of a part of the source is below what we promise.

Reads the data file that pytest-cov left behind; coverage's own `--fail-under` mixes lines and branches.
"""

import json
import sys
import tempfile
from pathlib import Path

import coverage

PARTS = ("knowledge/", "handlers/", "bot/core/", "bot/service/")
LEAST_PERCENT = 90.0


def branch_percents(files: dict[str, dict[str, dict[str, int]]]) -> dict[str, float]:
    """Return the percentage of branches taken, by part; a part without branches counts as 100."""
    percents = {}
    for part in PARTS:
        summaries = [data["summary"] for name, data in files.items() if name.startswith(part)]
        branches = sum(summary["num_branches"] for summary in summaries)
        covered = sum(summary["covered_branches"] for summary in summaries)
        percents[part] = 100.0 * covered / branches if branches else 100.0
    return percents


def main() -> int:
    """Print one line a part; return 1 when any is too low."""
    measured = coverage.Coverage()
    measured.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(report))
        percents = branch_percents(json.loads(report.read_text(encoding="utf-8"))["files"])
    for part, percent in percents.items():
        verdict = "" if percent >= LEAST_PERCENT else f"  below {LEAST_PERCENT:.0f} %"
        print(f"branches taken in {part:<13} {percent:5.1f} %{verdict}")
    return int(any(percent < LEAST_PERCENT for percent in percents.values()))


if __name__ == "__main__":
    sys.exit(main())
