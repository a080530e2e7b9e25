"""`check`: every problem of the content at once, as file:line:col: message.

Floor 5.
"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bot.core.workdays import local_day
from knowledge.library import check as check_content
from knowledge.problem import Problem


def check(folder: Path, *, as_json: bool) -> int:
    """Print every problem; 1 if one of them is an error, else 0."""
    problems = check_content(folder, today=local_day(datetime.now(UTC)))
    if as_json:
        found = [
            {
                "file": p.file,
                "line": p.line,
                "col": p.col,
                "message": p.message,
                "error": p.error,
                "entry": p.entry,
            }
            for p in problems
        ]
        print(json.dumps(found, ensure_ascii=False))
    else:
        print_problems(problems, to=sys.stdout)
    return int(any(p.error for p in problems))


def print_problems(problems: Sequence[Problem], *, to: TextIO) -> None:
    """Print problems, one a line."""
    for problem in problems:
        print(problem, file=to, flush=True)
