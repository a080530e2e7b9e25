"""`ask` with the semantic layer: used where it works, said where it does not."""

import json
from pathlib import Path

import pytest

from bot.commands.ask import ask
from bot.core.config import Config
from bot.core.texts import plain
from bot.service import understanding
from tests.bot.bureau import Bureau
from tests.bot.content import give_content
from tests.embedders import Broken, Letters


@pytest.fixture
def folder(bureau: Bureau, tmp_path: Path) -> Path:
    give_content(bureau, tmp_path / "content")
    return tmp_path / "content"


def config(tmp_path: Path, semantic: str) -> Config:
    database = f"sqlite:{tmp_path}/bot.sqlite3"
    return Config.model_validate({"database": database, "matching": {"semantic": semantic}})


def test_the_report_names_the_part_of_meaning_and_the_vectors_are_kept(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(understanding, "installed", Letters)
    assert ask(folder, ["娃几岁念书"], config=config(tmp_path, "auto"), as_json=False) == 0
    said = capsys.readouterr()
    assert "near=" in said.out
    assert plain("semantic_first") in said.err
    assert list((tmp_path / "cache").iterdir())
    assert ask(folder, ["娃几岁念书"], config=config(tmp_path, "off"), as_json=False) == 0
    assert "near=" not in capsys.readouterr().out
    assert ask(folder, ["娃几岁念书"], config=config(tmp_path, "auto"), as_json=False) == 0
    assert plain("semantic_first") not in capsys.readouterr().err


def test_a_layer_that_fails_is_said_beside_the_answer_and_spoils_none(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(understanding, "installed", Broken)
    assert ask(folder, ["午餐费多少钱"], config=config(tmp_path, "auto"), as_json=True) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["answers"][0]["id"] == "meal-fee"
    assert "OSError" in said.err
