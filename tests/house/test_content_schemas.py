"""Every shipped content file points an editor to the schema that fits it, and the command writes those schemas."""

from pathlib import Path

import pytest

import run_bot
from knowledge.schema_files import json_schemas
from tests.house.tree import ROOT

CONTENT = ROOT / "knowledge" / "content"
FILES = sorted(CONTENT.rglob("*.yaml"))
BY_FOLDER = {"faq": "faq.json", "tables": "table.json"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CONTENT).as_posix())
def test_the_first_line_names_the_schema_that_fits(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    mark, _, schema = first.partition("$schema=")
    assert mark == "# yaml-language-server: "
    fits = BY_FOLDER.get(path.parent.name, f"{path.stem}.json")
    assert (path.parent / schema).resolve() == ROOT / "schemas" / fits
    assert (ROOT / "schemas" / fits).is_file()


def test_there_is_content_of_every_kind_to_look_at() -> None:
    named = {BY_FOLDER.get(path.parent.name, f"{path.stem}.json") for path in FILES}
    assert named == set(json_schemas())


def test_the_command_writes_what_lies_beside_the_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "schemas"
    assert run_bot.main(["schema", "--out", str(out)]) == 0
    written = {path.name: path.read_bytes() for path in out.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (ROOT / "schemas").iterdir()}
    assert capsys.readouterr().out.splitlines() == [str(out / name) for name in json_schemas()]


def test_a_folder_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run_bot.main(["schema", "--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
