"""Everything has its place: SQL in storage, people's sentences in catalogues, sending in the sender."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import SOURCE, name, parsed, python_files, strings

# A statement, not a word that happens to be one: the verb is followed by what only SQL puts there.
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s+\w"
    r"|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|VIEW|TRIGGER)\s)",
    re.DOTALL,
)
SQL_PLACES = ("bot/storage/", "bot/service/report")

CHINESE = re.compile(
    r"(?![零〇一二三四五六七八九十百千两年月日])[\u3400-\u9fff]"
)  # numerals and dates are no sentence
MOST_CHINESE = (
    6  # a label, a few characters to match on; more belongs in a catalogue or a data file
)
CONTRACT_DEFAULTS = {
    # The outer contract gives these settings their default; config.example.yaml shows them.
    "bot/core/config.py": {"示例区教育局", "周一至周五 8:30-12:00, 14:00-17:30"},
}

SENDING = re.compile(r"^(send_|edit_message_|copy_message|forward_message)")
SENDING_PLACES = ("bot/channels/",)

MODULES = python_files(*SOURCE)


@pytest.mark.parametrize(
    "path", [p for p in MODULES if not name(p).startswith(SQL_PLACES)], ids=name
)
def test_sql_lives_in_storage_and_the_report_only(path: Path) -> None:
    assert [(line, text) for line, text in strings(path) if SQL.search(text)] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_sentences_for_people_live_in_catalogues_and_templates(path: Path) -> None:
    allowed = CONTRACT_DEFAULTS.get(name(path), set())
    spoken = [
        (line, text)
        for line, text in strings(path)
        if len(CHINESE.findall(text)) > MOST_CHINESE and text not in allowed
    ]
    assert spoken == []


@pytest.mark.parametrize(
    "path", [p for p in MODULES if not name(p).startswith(SENDING_PLACES)], ids=name
)
def test_telegram_is_called_from_its_channel_only(path: Path) -> None:
    called = [
        (node.lineno, node.func.attr)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and "bot" in ast.unparse(node.func.value).split(".")[-1]
        and SENDING.match(node.func.attr)
    ]
    assert called == []


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if name(p).startswith(("knowledge/", "handlers/", "bot/core/"))],
    ids=name,
)
def test_the_pure_floors_read_no_clock_and_throw_no_dice(path: Path) -> None:
    asked = [
        (node.lineno, ast.unparse(node))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node)
        in {
            "datetime.now",
            "datetime.utcnow",
            "date.today",
            "time.time",
            "random.random",
            "random.choice",
            "secrets.token_hex",
            "secrets.token_bytes",
            "secrets.choice",
            "uuid.uuid4",
            "os.urandom",
        }
    ]
    assert asked == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(parsed(path))


def test_the_patterns_find_what_they_are_for() -> None:
    assert SQL.search("SELECT a FROM b")
    assert SQL.search("INSERT INTO cases VALUES (1)")
    assert SQL.search("UPDATE cases SET a = 1")
    assert not SQL.search("please select one from the menu")
    assert not SQL.search("update the number")
    assert len(CHINESE.findall("您的诉求已受理")) > MOST_CHINESE
