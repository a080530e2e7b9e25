"""JSON Schemas of the content files, so that an editor completes keys and underlines mistakes in red.

Floor 0. They are made from the very models that validate the files; the first line of a content file points to
its schema (`# yaml-language-server: $schema=...`).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from knowledge.schema import EntryRow, GoldenRow, SynonymRow, TopicRow
from knowledge.schema_desk import CalendarRow, RoutingRow, SchoolRow
from knowledge.tables import TableRow

_LISTS: Mapping[str, type[BaseModel]] = {
    "faq": EntryRow,
    "topics": TopicRow,
    "golden": GoldenRow,
    "synonyms": SynonymRow,
    "schools": SchoolRow,
}
_SINGLE: Mapping[str, type[BaseModel]] = {
    "routing": RoutingRow,
    "calendar": CalendarRow,
    "table": TableRow,
}


def json_schemas() -> Mapping[str, str]:
    """Give the text of every schema file by its name (faq.json ...)."""
    schemas: dict[str, dict[str, Any]] = {}
    for name, model in _LISTS.items():
        schemas[name] = TypeAdapter(list[model]).json_schema()  # type: ignore[valid-type]  # a model at run time
    for name, model in _SINGLE.items():
        schemas[name] = model.model_json_schema()
    return {f"{name}.json": _text(schema) for name, schema in schemas.items()}


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write every schema into the folder, and give the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in json_schemas().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return tuple(written)


def _text(schema: dict[str, Any]) -> str:
    full = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(full, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
