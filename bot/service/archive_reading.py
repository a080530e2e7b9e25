"""What the archived files said: entries and tables of any snapshot, as they were written.

Floor 3. The text is taken from the files as it stands there, not through today's schema, so that a later release
still tells what an earlier one published.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import PurePosixPath

from bot.core.workdays import SHANGHAI
from bot.service.filediff import diff_lines, lines_of
from bot.storage import archive
from bot.storage.archive import Files, Recorded
from bot.storage.db import Tx
from knowledge import yamlio
from knowledge.reading import decode

Said = Mapping[str, object]  # the keys of an entry or a table with what stands behind them


class Sort(StrEnum):
    """What can have a history."""

    ENTRY = "entry"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Version:
    """What an id said from one snapshot until another; `said` is None while it was not published."""

    since: Recorded
    until: datetime | None  # None: still
    said: Said | None


class Reader:
    """Reads archived files, each content once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._faq: dict[str, dict[str, Said]] = {}
        self._tables: dict[tuple[str, str], Said] = {}
        self._has: dict[tuple[str, str], bool] = {}

    def everything(self, files: Files) -> dict[tuple[Sort, str], Said]:
        """Return all that a snapshot published, drafts left out, by sort and id."""
        found: dict[tuple[Sort, str], Said] = {}
        for name in _under(files, "faq"):
            for key, said in self._entries(files[name]).items():
                if said.get("status") != "draft":
                    found[Sort.ENTRY, key] = said
        for name in _under(files, "tables"):
            found[Sort.TABLE, PurePosixPath(name).stem] = self._table(files, name)
        return found

    def one(self, files: Files, wanted: str) -> Said | None:
        """Return the entry, else the table of this id, or None; drafts are not published."""
        for name in _under(files, "faq"):
            if self._mentions(files[name], wanted):
                said = self._entries(files[name]).get(wanted)
                if said is not None and said.get("status") != "draft":
                    return said
        table = f"tables/{wanted}.yaml"
        return self._table(files, table) if table in files else None

    def _mentions(self, sha256: str, wanted: str) -> bool:
        if sha256 in self._faq:
            return True
        known = self._has.get((sha256, wanted))
        if known is None:
            known = wanted.encode() in archive.blob(self._tx, sha256)
            self._has[sha256, wanted] = known
        return known

    def _entries(self, sha256: str) -> dict[str, Said]:
        if sha256 not in self._faq:
            rows = _yaml(archive.blob(self._tx, sha256))
            self._faq[sha256] = {
                str(row["id"]): row
                for row in (rows if isinstance(rows, list) else ())
                if isinstance(row, dict) and "id" in row
            }
        return self._faq[sha256]

    def _table(self, files: Files, name: str) -> Said:
        described = _yaml(archive.blob(self._tx, files[name]))
        said: Said = described if isinstance(described, dict) else {}
        csv = files.get(f"tables/{said.get('file', '')}", "")
        if (files[name], csv) not in self._tables:
            lines = lines_of(archive.blob(self._tx, csv)) if csv else []
            self._tables[files[name], csv] = {**said, "rows": lines}
        return self._tables[files[name], csv]


def history(tx: Tx, wanted: str) -> list[Version]:
    """Return what an id said, the oldest first, from when it was first published; empty when it never was."""
    reader, versions = Reader(tx), list[Version]()
    for snapshot in archive.all_snapshots(tx):
        said = reader.one(archive.files_of(tx, snapshot), wanted)
        if said is None and not versions:
            continue
        if versions and versions[-1].said == said:
            continue
        if versions:
            last = versions[-1]
            versions[-1] = Version(last.since, snapshot.live_at, last.said)
        versions.append(Version(snapshot, None, said))
    return versions


def on_day(versions: list[Version], day: date) -> list[Version]:
    """Return the versions that were live at any time of a day in Asia/Shanghai."""
    starts = datetime.combine(day, time.min, SHANGHAI)
    ends = starts + timedelta(days=1)
    return [
        one
        for one in versions
        if one.since.live_at < ends and (one.until is None or one.until > starts)
    ]


def lines(said: Said | None) -> list[str]:
    """Write what was said as lines that people can read and compare."""
    if said is None:
        return []
    return [line for key, value in said.items() for line in _lines(key, value)]


def diff(before: Version | None, after: Version) -> str:
    """Return the unified diff between two versions; from nothing when there is none before."""
    old = before.said if before is not None else None
    first = before.since.hash[:12] if before is not None else "/dev/null"
    return diff_lines(lines(old), lines(after.said), first, after.since.hash[:12])


def _lines(key: str, value: object) -> Iterator[str]:
    match value:
        case str() if "\n" in value.strip():
            yield f"{key}: |"
            yield from (f"  {line}" for line in value.strip().split("\n"))
        case str():
            yield f"{key}: {value.strip()}"
        case list():
            yield f"{key}:"
            yield from (f"  - {one if isinstance(one, str) else _flat(one)}" for one in value)
        case _:
            yield f"{key}: {_flat(value)}"


def _flat(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _under(files: Files, folder: str) -> list[str]:
    return [name for name in files if name.startswith(f"{folder}/") and name.endswith(".yaml")]


def _yaml(data: bytes) -> object:
    text = decode(data)
    return yamlio.parse(text).value if isinstance(text, str) else None
