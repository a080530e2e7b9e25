"""A fork server: the product's imports are made once, and every child runs `run_bot.py`'s own main.

What is killed is the real command over the real file; only the second of imports is saved. One JSON line in
(`{"arguments": [...], "environment": {...}, "log": FILE}`), one line with the child's pid out.
"""

import ctypes
import importlib
import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

import run_bot

WARMED = (
    "handlers",
    "bot.commands.serve",
    "bot.commands.copies",
    "bot.core.config_file",
    "knowledge.lexicon",
    "knowledge.match",
)
PR_SET_PDEATHSIG = 1


def become(order: dict[str, Any]) -> None:
    """Turn this fresh child into `python run_bot.py ARGUMENTS`; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nobody outlives the test run
    random.seed()
    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 70
    try:
        code = run_bot.main(order["arguments"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def tell(line: str) -> None:
    """Answer the supervisor."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    for name in WARMED:
        importlib.import_module(name)
    from bot.core.texts import catalogue
    from knowledge.lexicon import load_lexicon

    load_lexicon({})
    catalogue("zh")
    catalogue("en")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel clears the killed away
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor ends us by closing our input
    tell("warm")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            become(order)
        tell(str(child))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
