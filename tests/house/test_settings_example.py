"""config.example.yaml names every setting, with its default, and says what it means."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from bot.core.config import Config, Employee
from bot.core.config_file import load
from knowledge import yamlio
from tests.house.tree import ROOT

EXAMPLE = ROOT / "config.example.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def settings(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for key, info in section.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, f"{prefix}{key}.")
        else:
            yield prefix + key


def written(value: Any, prefix: str = "") -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from written(inner, f"{prefix}{key}.")
        else:
            yield prefix + key


def test_it_names_every_setting_and_no_other() -> None:
    assert sorted(written(yamlio.parse(TEXT).value)) == sorted(settings(Config))


def test_its_values_are_the_defaults() -> None:
    assert load(EXAMPLE, {}) == Config()


def test_every_setting_is_explained_beside_it_or_above() -> None:
    lines = TEXT.splitlines()
    bare = []
    for number, line in enumerate(lines):
        if re.match(r" *[a-z_]+:", line) and "#" not in line:
            depth = len(line) - len(line.lstrip())
            above = [other for other in lines[max(0, number - 3) : number] if other.strip()]
            if not any(re.match(rf" {{{depth}}}#", other) for other in above):
                bare.append(line.strip())
    assert bare == []


def test_it_shows_what_a_member_of_staff_consists_of() -> None:
    for key, info in Employee.model_fields.items():
        assert f"{key}:" in TEXT
        for choice in get_args(info.annotation) or [info.annotation]:
            for value in getattr(choice, "__members__", {}).values():
                assert str(value) in TEXT
