"""What holds for every test: the semantic layer is off unless a test turns it on.

The extra is installed where tests run, and would embed the whole content with every desk that a test starts.
"""

import os
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

TESTS = Path(__file__).parent
os.environ["BOT__MATCHING__SEMANTIC"] = "off"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    """Leave a test marked `untraced` and its set-up out of the coverage, which doubles their time.

    So are those of whole desks (edges, crash): what must be covered has tests of its own.
    """
    whole = item.path.relative_to(TESTS).parts[0] in {"edges", "crash"}
    if not (whole or item.get_closest_marker("untraced")):
        return (yield)
    stopped = []
    while (tracing := coverage.Coverage.current()) is not None:  # two, where tests run in parallel
        tracing.stop()
        stopped.append(tracing)
    try:
        return (yield)
    finally:
        for tracing in reversed(stopped):
            tracing.start()
