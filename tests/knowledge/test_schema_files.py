"""The JSON Schemas that lie beside the code are those of the models, and name what an entry may hold."""

import json
from pathlib import Path

from knowledge.schema import EntryRow
from knowledge.schema_files import json_schemas, write_schemas

ROOT = Path(__file__).parents[2]


def test_the_schema_files_are_up_to_date() -> None:
    for name, text in json_schemas().items():
        assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == text, name


def test_an_entry_s_keys_are_all_in_its_schema_and_others_are_refused() -> None:
    schema = json.loads(json_schemas()["faq.json"])
    entry = schema["$defs"]["EntryRow"]
    assert schema["type"] == "array"
    assert set(entry["properties"]) == set(EntryRow.model_fields)
    assert entry["required"] == ["id", "question", "answer"]
    assert entry["additionalProperties"] is False
    assert entry["properties"]["sample"]["type"] == "boolean"


def test_schemas_are_written_into_a_folder_that_need_not_exist(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "schemas")
    assert {path.name for path in written} == set(json_schemas())
    assert all(json.loads(path.read_text(encoding="utf-8")) for path in written)


def test_a_content_file_that_points_to_a_schema_points_to_one_that_is_there() -> None:
    content = ROOT / "knowledge" / "content"
    for path in content.rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        if "$schema=" in first:
            assert (path.parent / first.rpartition("=")[2]).is_file(), path
