"""An upgrade that takes a while, in a process of its own that a test can kill: python -m tests.crash.upgrade DB."""

import sys
from dataclasses import replace
from pathlib import Path

from bot.storage.migrate import Migration, migrate, shipped

ROWS = 150_000
NEXT = f"""
CREATE TABLE heavy (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO heavy (text)
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
  SELECT 'row ' || i FROM n;
CREATE INDEX heavy_text ON heavy (text);
ALTER TABLE facts ADD COLUMN since TEXT NOT NULL DEFAULT '';
"""


def steps() -> tuple[Migration, ...]:
    """Return the steps of a release that is one ahead of ours."""
    ours = shipped()
    number = ours[-1].number + 1
    return (*ours, replace(ours[-1], number=number, name=f"{number:04d}_heavy.sql", sql=NEXT))


if __name__ == "__main__":
    print("started", flush=True)  # noqa: T201 - the test waits for it
    migrate(Path(sys.argv[1]), steps())
