"""What every crash test starts from: a Bot API server of its own, a furnished home, and the fork server."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.botapi.remote import Remote, running
from tests.crash.campaign import seed
from tests.crash.load import Parents
from tests.crash.product import TOKEN, Home, Warm, furnish, warm


@pytest.fixture
def telegram() -> Iterator[Remote]:
    with running(TOKEN) as remote:
        yield remote


@pytest.fixture
def home(tmp_path: Path, telegram: Remote) -> Home:
    return furnish(Home(tmp_path, telegram.url, telegram.supergroup("受理群")))


@pytest.fixture
def forks() -> Iterator[Warm]:
    with warm() as server:
        yield server


@pytest.fixture
def chance() -> Random:
    number = seed()
    print(f"CRASH_SEED={number}")  # noqa: T201 - pytest shows it when a test fails
    return Random(number)


@pytest.fixture
def parents(telegram: Remote, chance: Random) -> Parents:
    return Parents(telegram, chance)
