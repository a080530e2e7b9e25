"""What holds for every test: the semantic layer is off unless a test turns it on.

The extra is installed where tests run, and would embed the whole content with every desk that a test starts.
"""

import os
from collections.abc import Generator

import coverage
import pytest

os.environ["BOT__MATCHING__SEMANTIC"] = "off"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    """Leave a test marked `untraced` and its set-up out of the coverage, which doubles their time."""
    tracing = coverage.Coverage.current()
    if tracing is None or item.get_closest_marker("untraced") is None:
        return (yield)
    tracing.stop()
    try:
        return (yield)
    finally:
        tracing.start()
