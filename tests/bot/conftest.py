"""A bureau with an empty database for every test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.bureau import Bureau, open_bureau


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    opened = open_bureau(tmp_path / "bot.sqlite3")
    yield opened
    opened.office.db.close()
