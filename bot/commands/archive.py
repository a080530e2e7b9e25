"""`history` and `rollback`: what was published when, and how to bring it back.

Floor 5. Both read the archive beside a running desk; a rollback writes the content folder, which the desk watches.
"""

import getpass
import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from bot.commands.check import print_problems
from bot.core.config import Config
from bot.core.errors import ConfigError
from bot.core.texts import plain
from bot.core.workdays import SHANGHAI, local_day
from bot.service import archive_reading as reading
from bot.service import rollback as returning
from bot.service.archive import sign
from bot.service.archive_reading import Version
from bot.service.filediff import diff_files
from bot.storage import archive
from bot.storage.archive import Recorded
from bot.storage.db import Tx, connect

SHORT = 12


def history(config: Config, wanted: str, *, on: str | None, as_json: bool) -> int:
    """Print what an entry or a table said, all along or on one day; 1 when there is nothing to tell."""
    day = _day(on) if on is not None else None
    with _archive(config) as tx:
        versions = reading.history(tx, wanted) if tx is not None else []
        if tx is None or not versions:
            print(plain("archive_empty" if tx is None else "archive_unknown_id", id=wanted))
            return 1
    told = versions if day is None else reading.on_day(versions, day)
    if as_json:
        print(json.dumps(_as_json(wanted, told, versions), ensure_ascii=False))
    elif not told:
        first = _moment(versions[0].since.live_at)
        print(plain("archive_not_yet", day=day, id=wanted, first=first))
    else:
        for version in told:
            _print_version(version, versions, whole=day is not None)
    return 0 if told else 1


def rollback(config: Config, prefix: str | None, *, write: bool) -> int:
    """List what was ever live, or show what going back to a snapshot changes, or do it."""
    if write and prefix is None:
        raise ConfigError("rollback", "--write needs the hash of a snapshot; see rollback --list")
    with _archive(config) as tx:
        if tx is None:
            print(plain("archive_empty"))
            return 1
        if prefix is None:
            _print_snapshots(tx)
            return 0
        target = _target(tx, prefix)
        planned = returning.plan(tx, target, config.content_dir)
    if diff := diff_files(planned.live, planned.result):
        print(diff)
    if not planned.writes and not planned.removes:
        print(plain("archive_nothing_to_do"))
        return 0
    if found := returning.problems(planned, config.content_dir):
        print(plain("archive_bad_target"), file=sys.stderr)
        print_problems(found, to=sys.stderr)
        return 1
    counts = {"writes": len(planned.writes), "removes": len(planned.removes)}
    if overwritten := sorted(planned.loose & planned.writes.keys()):
        names = "、".join(overwritten)
        print(plain("archive_unread", count=len(overwritten), names=names))
    if not write:
        print(plain("archive_dry", **counts))
        return 0
    _go_back(config, planned)
    print(plain("archive_done", hash=target.hash[:SHORT], **counts))
    return 0


def _go_back(config: Config, planned: returning.Plan) -> None:
    now = datetime.now(UTC)
    editor = plain("archive_editor", name=_account(), hash=planned.target.hash[:SHORT])
    with closing(connect(config.database_path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        sign(connection, planned.writes, editor, now)
        connection.execute("COMMIT")
    for name in returning.write(planned, config.content_dir, now):
        print(plain("archive_aside", name=name))


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return plain("archive_nobody")


@contextmanager
def _archive(config: Config) -> Iterator[Tx | None]:
    """Open the archive for reading; None when nothing was ever recorded."""
    path: Path = config.database_path
    if not path.exists():
        yield None
        return
    with closing(connect(path, read_only=True)) as connection:
        has_any = archive.is_there(connection) and archive.newest(connection) is not None
        yield connection if has_any else None


def _target(tx: Tx, prefix: str) -> Recorded:
    """Return the snapshot a hash names; of several with the same files, the newest."""
    if not re.fullmatch(r"[0-9a-f]{4,64}", prefix.lower()):
        raise ConfigError("rollback", f"not a hash (4 to 64 hex digits): {prefix}")
    found = archive.by_hash(tx, prefix.lower())
    if not found:
        raise ConfigError("rollback", f"no snapshot {prefix}; see rollback --list")
    if len({one.hash for one in found}) > 1:
        raise ConfigError("rollback", f"several snapshots begin with {prefix}; give more digits")
    return found[-1]


def _print_snapshots(tx: Tx) -> None:
    snapshots = archive.all_snapshots(tx)
    for one in reversed(snapshots):
        lines = archive.diff_of(tx, one).splitlines()
        print(
            plain(
                "archive_row",
                hash=one.hash[:SHORT],
                since=_moment(one.live_at),
                editor=one.editor or plain("archive_nobody"),
                commit=_commit(one),
                files=sum(line.startswith("+++ ") for line in lines),
                plus=sum(line.startswith("+") and not line.startswith("+++ ") for line in lines),
                minus=sum(line.startswith("-") and not line.startswith("--- ") for line in lines),
            )
        )
    print(plain("archive_live", hash=snapshots[-1].hash[:SHORT]))


def _print_version(version: Version, versions: list[Version], *, whole: bool) -> None:
    since = version.since
    until = plain("archive_now") if version.until is None else _moment(version.until)
    print(plain("archive_span", since=_moment(since.live_at), until=until))
    editor = since.editor or plain("archive_nobody")
    print(plain("archive_made", hash=since.hash[:SHORT], editor=editor, commit=_commit(since)))
    before = _before(version, versions)
    if version.said is None:
        print(plain("archive_not_published"))
    elif whole or before is None:
        print("\n".join(reading.lines(version.said)))
    else:
        print(reading.diff(before, version))
    print()


def _as_json(wanted: str, told: list[Version], versions: list[Version]) -> dict[str, object]:
    return {
        "id": wanted,
        "versions": [
            {
                "from": one.since.live_at.isoformat(),
                "until": one.until.isoformat() if one.until is not None else None,
                "hash": one.since.hash,
                "commit": one.since.commit,
                "editor": one.since.editor,
                "said": one.said,
                "diff": reading.diff(_before(one, versions), one),
            }
            for one in told
        ],
    }


def _before(version: Version, versions: list[Version]) -> Version | None:
    place = versions.index(version)
    return versions[place - 1] if place else None


def _commit(one: Recorded) -> str:
    return plain("archive_commit", commit=one.commit) if one.commit else ""


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ConfigError("--on", f"not a date (2026-11-22): {text}") from None
    if day > local_day(datetime.now(UTC)):
        raise ConfigError("--on", f"that day is still to come: {text}")
    return day
