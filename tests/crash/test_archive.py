"""Edits under kill -9: whatever stands in the folder at a start is in the archive, nothing twice, nothing torn."""

import time
from contextlib import closing
from itertools import pairwise
from random import Random

import pytest

from bot.storage import archive
from bot.storage.db import connect
from knowledge import files
from tests.crash.campaign import wait_until
from tests.crash.product import Home, cold, wait_ready

KILLS = 3
LIFE_S = 4.0  # an edit is looked for every two seconds


@pytest.mark.crash
@pytest.mark.timeout(180)
def test_a_desk_killed_while_content_changes_archives_every_start_once(
    home: Home, chance: Random
) -> None:
    faq = home.content / "faq" / "desk.yaml"
    text = faq.read_text(encoding="utf-8")
    for number in range(KILLS):
        with cold(home, "serve") as process:  # which kills it at the end
            wait_ready(process)
            assert kept(home)[-1] == standing(home)
            staged = faq.with_name(".edit")
            staged.write_text(text.replace("年满六周岁", f"年满{number}周岁"), encoding="utf-8")
            staged.replace(faq)
            time.sleep(chance.uniform(0, LIFE_S))
    with cold(home, "serve") as process:
        wait_ready(process)
        assert kept(home)[-1] == standing(home)
        faq.write_text(text, encoding="utf-8")
        wait_until(lambda: kept(home)[-1] == standing(home), 30)
    states = kept(home)
    assert len(states) == KILLS + 2
    assert all(before != after for before, after in pairwise(states))


def standing(home: Home) -> dict[str, bytes]:
    return dict(files.load(home.content).data)


def kept(home: Home) -> list[dict[str, bytes]]:
    """Return the files of every archived snapshot."""
    with closing(connect(home.database, read_only=True)) as tx:
        return [
            {name: archive.blob(tx, sha256) for name, sha256 in archive.files_of(tx, one).items()}
            for one in archive.all_snapshots(tx)
        ]
