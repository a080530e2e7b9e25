"""`staff` on the command line, and that `--config` counts wherever it stands."""

from pathlib import Path

import pytest

import run_bot


@pytest.fixture
def settings(tmp_path: Path) -> str:
    path = tmp_path / "config.yaml"
    path.write_text(f"database: sqlite:{tmp_path / 'bot.sqlite3'}\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_named_configuration_is_used_wherever_it_stands_in_the_line(
    settings: str, place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_bot.main(["staff", "add", "王老师", "--config", settings]) == 0
    words = ["staff", "link", "王老师"]
    words[place:place] = ["--config", settings]
    assert run_bot.main(words) == 0
    assert "/console/sign-in/" in capsys.readouterr().out


def test_a_department_that_does_not_exist_is_refused_with_the_known_ones(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["staff", "add", "王老师", "--config", settings, "--departments"]
    assert run_bot.main([*line, "jichu", "nosuch"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("staff add: no department nosuch; known here: ")
    assert "jichu" in said and said.count("\n") == 1
    assert run_bot.main([*line, "jichu"]) == 0
