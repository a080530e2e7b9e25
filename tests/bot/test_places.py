"""Places that cannot be used: each command says so in one line, and `doctor` in words."""

from pathlib import Path

import pytest

import run_bot


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration whose database and files would lie under a file that is no folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("no folder")
    file = tmp_path / "config.yaml"
    file.write_text("database: sqlite:notes.txt/bot.sqlite3\nweb: {port: 0}\n", encoding="utf-8")
    return file


def test_serve_says_in_one_line_that_there_is_no_such_place(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["serve", "--config", str(settings)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "notes.txt" in line
    assert "doctor" in line


@pytest.mark.untraced
def test_doctor_names_what_stands_in_the_way(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["doctor", "--config", str(settings)]) == 1
    errors = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[error")]
    assert len(errors) == 2  # the database, and the folder for files beside it
    assert all("notes.txt 不是文件夹" in line and "→" in line for line in errors)


def test_a_backup_to_nowhere_is_one_line(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text("web: {port: 0}\n", encoding="utf-8")
    run_bot.main(["staff", "list", "--config", str(settings)])
    capsys.readouterr()
    for target in ("notes.txt/one.zip", str(tmp_path), "data/bot.sqlite3"):
        assert run_bot.main(["backup", target, "--config", str(settings)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert (tmp_path / "data" / "bot.sqlite3").read_bytes().startswith(b"SQLite format 3")


def test_a_bug_is_not_hidden_behind_a_line_about_places(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> int:
        raise ConnectionResetError("a bug")

    monkeypatch.setattr(run_bot, "_run", fails)
    with pytest.raises(ConnectionResetError):
        run_bot.main(["serve"])
