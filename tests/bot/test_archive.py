"""The archive: whatever was live is kept, can be looked up by day, and can be brought back."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands import archive as commands
from bot.core.config import Config
from bot.core.errors import ConfigError, DatabaseBusy
from bot.service import archive_reading as reading
from bot.service.archive import Archive, sign
from bot.storage import archive
from bot.storage.archive import Recorded
from bot.storage.db import Database
from knowledge.files import Found
from knowledge.library import Library
from tests.bot.bureau import Clock, empty_database
from tests.house.tree import ROOT

ENTRY = """\
- id: tuition
  question: 公办小学收学费吗
  phrasings: [义务教育要交学费吗, 读公立小学一学期学费多少]
  answer: {answer}
  source: {{title: 中华人民共和国义务教育法, article: 第二条}}
"""
FIRST, SECOND, THIRD = "不收学费和杂费。", "不收学费、杂费和课本费。", "一律不收。"
TABLE = "title: 收费\nkind: fee\nfile: fee.csv\ncolumns: [{name: 学校}, {name: 金额, type: number, unit: 元}]\nkey: [学校]\nsample: true\n"


@dataclass
class Desk:
    """A content folder, the library that reads it, and the archive that keeps what goes live."""

    folder: Path
    db: Database
    clock: Clock
    library: Library
    config: Config

    def saves(self, answer: str, *, at: float = 60) -> bool:
        """Edit the entry and let the desk look; tell whether the edit is live."""
        self.clock.passes(at)
        self.writes("faq/fees.yaml", ENTRY.format(answer=answer))
        return self.looks()

    def writes(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def looks(self) -> bool:
        before = self.library.current.hash
        self.library.refresh()
        return self.library.current.hash != before

    def kept(self) -> list[Recorded]:
        return self.db.read_now(archive.all_snapshots)

    def bytes_of(self, snapshot: Recorded) -> dict[str, bytes]:
        def read(tx: sqlite3.Connection) -> dict[str, bytes]:
            found = archive.files_of(tx, snapshot)
            return {name: archive.blob(tx, sha256) for name, sha256 in found.items()}

        return self.db.read_now(read)

    def answers(self) -> list[str]:
        """Return what the entry said over time."""
        versions = self.db.read_now(lambda tx: reading.history(tx, "tuition"))
        return [str(one.said["answer"]) if one.said else "" for one in versions]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder, path, clock = tmp_path / "content", tmp_path / "bot.sqlite3", Clock()
    (folder / "faq").mkdir(parents=True)
    (folder / "faq" / "fees.yaml").write_text(ENTRY.format(answer=FIRST), encoding="utf-8")
    path.write_bytes(empty_database())
    db, library = Database(path), Library(folder)
    keeper = Archive(db, folder, clock=clock)
    keeper.keep(library.found)
    library.before_swap = keeper.keep
    config = Config.model_validate({"database": f"sqlite:{path}", "knowledge": str(folder)})
    yield Desk(folder, db, clock, library, config)
    db.close()


def test_what_was_live_is_kept_byte_for_byte_with_hash_time_and_diff(desk: Desk) -> None:
    desk.saves(SECOND)
    first, second = desk.kept()
    assert (second.hash, second.live_at) == (desk.library.current.hash, desk.clock.now)
    assert desk.bytes_of(first) == {"faq/fees.yaml": ENTRY.format(answer=FIRST).encode()}
    assert desk.bytes_of(second) == dict(desk.library.found.data)
    diff = desk.db.read_now(lambda tx: archive.diff_of(tx, second))
    assert f"-  answer: {FIRST}\n+  answer: {SECOND}" in diff


def test_a_refused_edit_is_not_in_the_archive(desk: Desk) -> None:
    assert not desk.saves("[")
    assert len(desk.kept()) == 1


def test_the_same_files_are_not_recorded_again_and_what_comes_back_is(desk: Desk) -> None:
    keeper = Archive(desk.db, desk.folder, clock=desk.clock)
    assert not keeper.keep(desk.library.found)
    desk.saves(SECOND)
    desk.saves(FIRST)
    assert [one.hash for one in desk.kept()][::2] == [desk.library.current.hash] * 2
    assert desk.db.read_now(lambda tx: tx.execute("SELECT count(*) FROM blobs").fetchone()[0]) == 2


def test_an_edit_that_cannot_be_recorded_waits_and_is_taken_over_later(desk: Desk) -> None:
    keep = desk.library.before_swap

    def disk_is_full(found: Found) -> None:
        raise DatabaseBusy(5.0)

    desk.library.before_swap = disk_is_full
    before = desk.library.current
    with pytest.raises(DatabaseBusy):
        desk.saves(SECOND)
    assert desk.library.current is before
    assert len(desk.kept()) == 1
    desk.library.before_swap = keep
    assert desk.looks()
    assert desk.answers() == [FIRST, SECOND]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.service.archive import Archive
from bot.storage.db import Database
from knowledge.library import Library
folder, path = Path(sys.argv[1]), Path(sys.argv[2])
library = Library(folder)
keeper = Archive(Database(path), folder, clock=lambda: datetime.now(UTC))
(folder / "faq" / "fees.yaml").write_text(sys.argv[3], encoding="utf-8")
def keep_and_die(found):
    keeper.keep(found)
    os.kill(os.getpid(), signal.SIGKILL)
library.before_swap = keep_and_die
library.refresh()
"""


def test_a_kill_between_recording_and_swap_records_nothing_twice(desk: Desk) -> None:
    given = (desk.folder, desk.config.database_path, ENTRY.format(answer=SECOND))
    command = [sys.executable, "-c", KILLED, *map(str, given)]
    done = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert desk.answers() == [FIRST, SECOND]  # recorded, though it never answered
    again = Library(desk.folder)  # the next start finds the same files
    assert not Archive(desk.db, desk.folder, clock=desk.clock).keep(again.found)
    assert len(desk.kept()) == 2


@pytest.mark.parametrize("table", ["snapshots", "snapshot_files", "blobs"])
def test_nothing_in_the_archive_can_be_changed_or_deleted(desk: Desk, table: str) -> None:
    column = {"snapshots": "editor", "snapshot_files": "name", "blobs": "data"}[table]
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            desk.db.write_now(lambda tx, s=statement: tx.execute(s))  # type: ignore[misc]  # run at once


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=钱主任", "-c", "user.email=q@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_clean_checkout_names_author_and_commit_and_a_changed_one_the_account(desk: Desk) -> None:
    git(desk.folder, "init", "-q")
    desk.writes("faq/fees.yaml", ENTRY.format(answer=SECOND))
    git(desk.folder, "add", ".")
    git(desk.folder, "commit", "-qm", "second")
    assert desk.looks()
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=desk.folder, capture_output=True, check=True
    )
    assert desk.kept()[-1].editor == "钱主任"
    assert desk.kept()[-1].commit
    assert head.stdout.decode().startswith(desk.kept()[-1].commit)
    desk.saves(THIRD)
    assert desk.kept()[-1].commit == ""
    assert desk.kept()[-1].editor == (desk.folder / "faq" / "fees.yaml").owner()


def test_an_edit_made_through_the_desk_carries_the_name_of_its_editor(desk: Desk) -> None:
    text = ENTRY.format(answer=SECOND)
    now = desk.clock.now
    desk.db.write_now(lambda tx: sign(tx, {"faq/fees.yaml": text.encode()}, "赵老师\x00", now))
    assert desk.saves(SECOND, at=1)
    assert desk.kept()[-1].editor == "赵老师"
    desk.saves(FIRST)
    desk.saves(SECOND)  # the same bytes again, this time by hand
    assert desk.kept()[-1].editor != "赵老师"


def test_history_tells_each_change_and_what_stood_there_on_a_day(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    day = 86_400.0
    desk.saves(SECOND, at=day)
    desk.writes("faq/fees.yaml", ENTRY.format(answer=SECOND).replace("tuition", "renamed"))
    desk.clock.passes(day)
    assert desk.looks()
    versions = desk.db.read_now(lambda tx: reading.history(tx, "tuition"))
    assert desk.answers() == [FIRST, SECOND, ""]
    on = [
        reading.on_day(versions, datetime(2026, 11, d, tzinfo=UTC).date())
        for d in (22, 23, 24, 25, 26)
    ]
    said = [[one.said["answer"] if one.said else "" for one in each] for each in on]
    assert said == [[], [FIRST], [FIRST, SECOND], [SECOND, ""], [""]]
    assert commands.history(desk.config, "renamed", on=None, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)["versions"]
    assert [one["said"]["answer"] for one in told] == [SECOND]


def test_history_of_a_table_tells_a_changed_figure(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.writes("tables/fee.yaml", TABLE)
    desk.writes("tables/fee.csv", "学校,金额\n三中,100\n")
    assert desk.looks()
    desk.writes("tables/fee.csv", "学校,金额\n三中,120\n")
    assert desk.looks()
    assert commands.history(desk.config, "fee", on=None, as_json=False) == 0
    told = capsys.readouterr().out
    assert "-  - 三中,100" in told
    assert "+  - 三中,120" in told


def test_history_says_no_in_words_and_refuses_a_wrong_day(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.history(desk.config, "nothing", on=None, as_json=False) == 1
    assert "档案里没有 nothing" in capsys.readouterr().out
    assert commands.history(desk.config, "tuition", on="2020-01-01", as_json=False) == 1
    assert "还没有 tuition 的记录" in capsys.readouterr().out
    for wrong in ("yesterday", "2026-02-30", "9999-01-01"):
        with pytest.raises(ConfigError):
            commands.history(desk.config, "tuition", on=wrong, as_json=False)


def test_rollback_shows_and_only_writes_when_told_and_the_desk_takes_it_over(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    first = desk.kept()[0].hash
    desk.writes(
        "faq/more.yaml",
        ENTRY.format(answer=FIRST).replace("tuition", "more").replace("学费", "书费"),
    )
    assert desk.saves(SECOND)
    assert commands.rollback(desk.config, first[:8], write=False) == 0
    shown = capsys.readouterr().out
    assert f"-  answer: {SECOND}\n+  answer: {FIRST}" in shown
    assert "--- a/faq/more.yaml\n+++ /dev/null" in shown
    assert SECOND in (desk.folder / "faq" / "fees.yaml").read_text(encoding="utf-8")
    assert commands.rollback(desk.config, first[:8], write=True) == 0
    assert desk.looks()
    assert desk.library.current.hash == first
    assert f"(回退到 {first[:12]})" in desk.kept()[-1].editor
    assert commands.rollback(desk.config, first, write=True) == 0
    assert "不用改" in capsys.readouterr().out


def test_a_rollback_that_was_killed_is_finished_by_doing_it_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = ENTRY.replace("tuition", "more").replace("学费", "书费")
    desk.writes("faq/more.yaml", more.format(answer=FIRST))
    assert desk.looks()
    target = desk.library.current.hash
    desk.writes("faq/more.yaml", more.format(answer=SECOND))
    assert desk.saves(SECOND)
    replace, half_done = Path.replace, list[Path]()

    def killed(self: Path, name: Path) -> Path:
        if half_done:
            raise KeyboardInterrupt
        half_done.append(name)
        return replace(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            commands.rollback(desk.config, target, write=True)
    assert len(half_done) == 1
    assert commands.rollback(desk.config, target, write=True) == 0
    assert desk.looks()
    assert desk.library.current.hash == target


def test_rollback_keeps_what_was_never_live_and_leaves_other_files_alone(desk: Desk) -> None:
    desk.saves(SECOND)
    desk.writes("faq/fees.yaml", "- id: [broken")
    desk.writes("notes.txt", "an editor's own")
    desk.writes("faq/.draft.yaml", "- id: draft")
    first = desk.kept()[0].hash
    assert commands.rollback(desk.config, first, write=True) == 0
    assert FIRST in (desk.folder / "faq" / "fees.yaml").read_text(encoding="utf-8")
    [aside] = (desk.folder / "faq").glob("*.bak")
    assert aside.read_text(encoding="utf-8") == "- id: [broken"
    assert (desk.folder / "notes.txt").exists()
    assert (desk.folder / "faq" / ".draft.yaml").exists()
    assert desk.looks()


def test_rollback_to_what_could_not_go_live_writes_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.saves(SECOND)
    desk.writes(
        "faq/new.yaml", "- id: [broken"
    )  # covered by no snapshot: it stays, and would spoil the result
    first = desk.kept()[0].hash
    assert commands.rollback(desk.config, first, write=True) == 1
    assert "faq/new.yaml:1" in capsys.readouterr().err
    assert SECOND in (desk.folder / "faq" / "fees.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", ["zz", "abc", "%", "ffffffffffff"])
def test_rollback_to_no_snapshot_is_one_clear_error(desk: Desk, wrong: str) -> None:
    with pytest.raises(ConfigError, match="rollback"):
        commands.rollback(desk.config, wrong, write=False)


def test_writing_without_a_hash_is_refused(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="--write needs"):
        commands.rollback(desk.config, None, write=True)


def test_the_list_names_time_editor_hash_and_size_of_each_change(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.saves(SECOND)
    assert commands.rollback(desk.config, None, write=False) == 0
    newest, _, live = capsys.readouterr().out.splitlines()
    assert newest.startswith(desk.library.current.hash[:12])
    assert "2026-11-23 09:01:00" in newest
    assert newest.endswith("1 个文件,+1 -1")
    assert desk.library.current.hash[:12] in live


def test_without_a_database_the_commands_say_that_nothing_was_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config.model_validate({"database": f"sqlite:{tmp_path / 'none.sqlite3'}"})
    assert commands.rollback(config, None, write=False) == 1
    assert commands.history(config, "tuition", on=None, as_json=False) == 1
    assert capsys.readouterr().out.count("档案还是空的") == 2
    assert not (tmp_path / "none.sqlite3").exists()
