"""Backups: taken while somebody writes, and put back only when every byte is right."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from bot.core.errors import AlreadyRunning, BadBackup
from bot.service.backup import DATABASE, MANIFEST, backup, examine, restore
from bot.service.lock import only_instance
from bot.storage.copies import damage
from bot.storage.db import connect
from bot.storage.migrate import migrate, shipped

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


class Desk:
    """A database with updates in it, and a folder of files."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "bot.sqlite3"
        self.files = folder / "files"
        migrate(self.database)
        (self.files / "ab").mkdir(parents=True)
        (self.files / "ab" / "photo").write_bytes(b"a picture" * 1000)

    def receive(self, first: int, count: int) -> None:
        with closing(connect(self.database)) as connection:
            for number in range(first, first + count):
                connection.execute(
                    "INSERT INTO updates VALUES ('bot', ?, ?)", (f"{number:06d}", NOW.isoformat())
                )

    def received(self) -> int:
        with closing(connect(self.database, read_only=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM updates").fetchone()[0])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "data")
    desk.receive(0, 10)
    return desk


@pytest.fixture
def saved(desk: Desk, tmp_path: Path) -> Path:
    target = tmp_path / "backups" / "one.zip"
    backup(desk.database, desk.files, target, now=NOW)
    return target


def test_what_was_saved_comes_back_and_what_was_there_is_kept(desk: Desk, saved: Path) -> None:
    desk.receive(10, 5)
    (desk.files / "ab" / "later").write_bytes(b"later")
    done = restore(saved, desk.database, desk.files, now=NOW)
    assert desk.received() == 10
    assert (desk.files / "ab" / "photo").read_bytes() == b"a picture" * 1000
    assert not (desk.files / "ab" / "later").exists()
    assert done.manifest.made_at == NOW
    assert done.aside is not None
    with closing(connect(done.aside / "bot.sqlite3")) as kept:
        assert kept.execute("SELECT count(*) FROM updates").fetchone()[0] == 15
    assert (done.aside / "files" / "ab" / "later").read_bytes() == b"later"


def test_it_can_be_put_back_where_nothing_was(saved: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "new" / "data"
    done = restore(saved, fresh / "bot.sqlite3", fresh / "files", now=NOW)
    assert done.aside is None
    assert (fresh / "files" / "ab" / "photo").is_file()
    assert migrate(fresh / "bot.sqlite3") == ()  # it has the schema of this release


def test_the_log_of_the_old_database_does_not_leak_into_the_restored_one(
    desk: Desk, saved: Path
) -> None:
    with closing(connect(desk.database)) as crashed:  # open: its rows are in the -wal file only
        crashed.execute("INSERT INTO updates VALUES ('bot', 'late', '')")
        assert desk.database.with_name("bot.sqlite3-wal").stat().st_size > 0
        restore(saved, desk.database, desk.files, now=NOW)
        assert desk.received() == 10


def test_a_backup_while_somebody_writes_is_one_moment(desk: Desk, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(connect(desk.database)) as connection:
            number = 1000
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                for part in range(3):  # three rows a transaction: a copy holds all of them or none
                    connection.execute(
                        "INSERT INTO updates VALUES ('pair', ?, '')", (f"{number}-{part}",)
                    )
                connection.execute("COMMIT")
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(5):
            target = tmp_path / f"{number}.zip"
            backup(desk.database, desk.files, target, now=NOW)
            examine(target)
            with zipfile.ZipFile(target) as archive:
                archive.extract(DATABASE, tmp_path)
            with closing(sqlite3.connect(tmp_path / DATABASE)) as copy:
                counts.append(
                    copy.execute("SELECT count(*) FROM updates WHERE bot = 'pair'").fetchone()[0]
                )
    finally:
        stop.set()
        writer.join()
    assert all(count % 3 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_only_its_owner_can_read_a_backup(saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    assert [path.name for path in saved.parent.iterdir()] == [
        "one.zip"
    ]  # nothing half-made is left


def test_a_file_behind_a_link_is_not_taken_along(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("not ours")
    (desk.files / "link").symlink_to(tmp_path / "outside")
    manifest = backup(desk.database, desk.files, tmp_path / "b.zip", now=NOW)
    assert set(manifest.members) == {DATABASE, "files/ab/photo"}


def test_a_database_that_is_not_there_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(BadBackup, match="no such database"):
        backup(tmp_path / "none", tmp_path / "files", tmp_path / "b.zip", now=NOW)
    assert not (tmp_path / "b.zip").exists()


def test_nothing_is_put_back_under_a_running_desk(desk: Desk, saved: Path) -> None:
    with only_instance(desk.database, now=NOW), pytest.raises(AlreadyRunning):
        restore(saved, desk.database, desk.files, now=NOW)


def refused(desk: Desk, source: Path) -> str:
    """Try to restore; return why not, and make sure that nothing was touched."""
    with pytest.raises(BadBackup) as caught:
        restore(source, desk.database, desk.files, now=NOW)
    assert desk.received() == 10
    assert (desk.files / "ab" / "photo").is_file()
    assert not [path for path in desk.database.parent.iterdir() if "restore" in path.name]
    return caught.value.problem


def test_a_cut_file_is_refused_wherever_it_is_cut(desk: Desk, saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(whole[:length])
        assert "damaged or cut" in refused(desk, cut)


def test_what_is_no_backup_at_all_is_said_to_be_none(desk: Desk, tmp_path: Path) -> None:
    plain_database = tmp_path / "copied.sqlite3"
    plain_database.write_bytes(desk.database.read_bytes())
    assert "not a backup of this program" in refused(desk, plain_database)
    assert "a folder; name the file" in refused(desk, tmp_path)


def test_a_changed_byte_is_noticed_wherever_it_is(desk: Desk, saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        starts = [info.header_offset + 30 + len(info.filename) + 40 for info in archive.infolist()]
    for start in starts:
        changed = tmp_path / "changed.zip"
        changed.write_bytes(whole[:start] + bytes([whole[start] ^ 0xFF]) + whole[start + 1 :])
        assert "damaged" in refused(desk, changed)


def rewritten(
    saved: Path, target: Path, *, said: dict[str, object], more: dict[str, bytes]
) -> Path:
    """Make a well-formed zip of a backup with other words in its manifest, or other files."""
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == MANIFEST:
                data = json.dumps({**json.loads(data), **said}).encode()
            if name not in more:
                new.writestr(name, data)
        for name, data in more.items():
            new.writestr(name, data)
    return target


def test_what_is_newer_or_strange_is_refused(desk: Desk, saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "strange.zip"
    newer = max(step.number for step in shipped()) + 1
    outside = {
        "size": 1,
        "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    }
    members = examine(saved).model_dump()["members"]
    strange: list[tuple[dict[str, object], dict[str, bytes], str]] = [
        ({"format": 2}, {}, "made by a newer version"),
        ({"db_schema": newer}, {}, f"schema {newer} is newer"),
        ({"members": []}, {}, "makes no sense"),
        ({}, {MANIFEST: b"[]"}, "makes no sense"),
        ({}, {MANIFEST: b"{"}, "damaged or cut"),
        ({}, {"files/more": b"x"}, "does not hold the files it lists"),
        ({}, {"files/ab/photo": b"another picture"}, "files/ab/photo is not what it was"),
        ({"members": {**members, "../x": outside}}, {"../x": b"x"}, "outside its folders"),
        (
            {"members": {**members, "files/../../x": outside}},
            {"files/../../x": b"x"},
            "outside its folders",
        ),
    ]
    for said, more, why in strange:
        assert why in refused(desk, rewritten(saved, target, said=said, more=more))


def test_a_damaged_database_inside_an_intact_archive_is_refused(desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copy(desk.database, broken)
    target = tmp_path / "b.zip"
    backup(desk.database, desk.files, target, now=NOW)
    with zipfile.ZipFile(target) as archive:
        page = bytearray(archive.read(DATABASE))
    page[4096 : 4096 + 2000] = b"\xff" * 2000
    broken.write_bytes(page)
    members = examine(target).model_dump()["members"]
    members[DATABASE] = {"size": len(page), "sha256": sha256(page).hexdigest()}
    again = rewritten(
        target, tmp_path / "again.zip", said={"members": members}, more={DATABASE: bytes(page)}
    )
    assert "the database inside is damaged" in refused(desk, again)


def test_what_is_no_backup_at_all_is_told_so(desk: Desk, tmp_path: Path) -> None:
    assert "no such file" in refused(desk, tmp_path / "none.zip")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "not a backup of this program" in refused(desk, other)


def test_what_a_killed_process_left_half_written_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite3"
    migrate(path)
    dies = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA journal_mode=DELETE')\n"
        "db.execute('PRAGMA cache_size=2')\n"
        "db.execute('BEGIN')\n"
        "db.executemany('INSERT INTO facts VALUES (?, ?)', ((str(n), 'x' * 500) for n in range(400)))\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", dies, str(path)], check=False, timeout=30)
    assert path.with_name("bot.sqlite3-journal").stat().st_size > 0
    assert damage(path) is None
    with closing(connect(path, read_only=True)) as connection:
        assert (
            connection.execute("SELECT count(*) FROM facts WHERE value LIKE 'x%'").fetchone()[0]
            == 0
        )
