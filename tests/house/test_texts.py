"""The text catalogue is complete: every key that code says exists, in every language it must, with its values."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from bot.channels.telegram.failures import _REFUSALS, Reason
from bot.core.cases import Action, Kind, Rating, Status
from bot.core.texts import catalogue, fields
from bot.service import staffchat
from tests.house.tree import ROOT, name, parsed, python_files

SPEAKING = ("bot", "handlers")  # knowledge/ has words of its own for editors
TEXTS = ROOT / "bot" / "core" / "texts"
PAIRED = sorted(
    path.name.removesuffix(".en.yaml")
    for path in TEXTS.glob("*.en.yaml")
    if path.name != "desk.en.yaml"
)
FOR_PARENTS = re.compile(
    r"push_|reply_to_parent|rate_|view_case|too_late|failed$|file_|kind_|status_|weekday_|date$|command_"
)
SAYING = {"say", "plain"}
GIVEN = {"tell_parent": ("push_", {"number", "department"}), "tell_staff": ("staff_", {"number"})}


@dataclass(frozen=True)
class Said:
    """A call that says a sentence: the key, or the pattern of an f-string, and the values it gives."""

    where: str
    key: str
    pattern: bool
    values: frozenset[str] | None  # None: given by **

    def matches(self) -> list[str]:
        if not self.pattern:
            return [self.key]
        return [key for key in catalogue("zh") if re.fullmatch(self.key, key)]


def calls() -> Iterator[Said]:
    for path in python_files(*SPEAKING):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and (said := _said(path, node)) is not None:
                yield said


def _said(path: Path, node: ast.Call) -> Said | None:
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    values = frozenset(each.arg for each in node.keywords if each.arg is not None)
    known: frozenset[str] | None = (
        None if any(each.arg is None for each in node.keywords) else values
    )
    where = f"{name(path)}:{node.lineno}"
    if called in SAYING and node.args and (found := _key(node.args[0])):
        return Said(where, *found, known)
    if called in GIVEN and len(node.args) > 2 and (found := _key(node.args[2])):
        prefix, given = GIVEN[called]
        return Said(where, prefix + found[0], found[1], None if known is None else known | given)
    return None


def _key(node: ast.expr) -> tuple[str, bool] | None:
    """Return a literal key, or an f-string as a pattern, and whether it is one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, False
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.]+"
            for part in node.values
        ]
        return "".join(parts), True
    return None


SAID = list(calls())


def test_the_scan_finds_what_it_is_for() -> None:
    assert len(SAID) > 60
    assert any(said.pattern for said in SAID)
    assert any(said.key == "push_assigned" for said in SAID)


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said.where} {said.key}")
def test_what_code_says_exists_and_gets_the_values_it_wants(said: Said) -> None:
    keys = said.matches()
    assert keys, "no such sentence"
    for key in keys:
        assert key in catalogue("zh")
        if said.values is not None and not said.pattern:
            assert fields(catalogue("zh")[key]) <= said.values


def test_every_member_of_what_is_named_in_words_has_its_words() -> None:
    event_kinds = {
        node.args[2].value
        for path in python_files("bot")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and (
            getattr(node.func, "attr", "") == "add_event"
            or getattr(node.func, "id", "") == "_event"
        )
        and len(node.args) > 2
        and isinstance(node.args[2], ast.Constant)
        and isinstance(node.args[2].value, str)
    }
    assert {"opened", "reply", "undelivered", "resent"} <= event_kinds
    wanted = {
        *(f"kind_{kind}" for kind in Kind),
        *(f"status_{status}" for status in Status),
        *(f"rate_{rating}" for rating in Rating),
        *(f"staff_parent_rated_{rating}" for rating in Rating),
        *(f"act_{action}" for action in (Action.TAKE, Action.CLOSE)),
        *(f"staff_done_{verb}" for verb in staffchat.DEEDS),
        *(f"event_{kind}" for kind in event_kinds),
        *(f"weekday_{day}" for day in range(1, 8)),
    }
    assert wanted - catalogue("zh").keys() == set()


def test_every_reason_a_message_fails_for_good_has_its_words() -> None:
    elsewhere = {
        Reason.NOT_A_FORUM,
        Reason.NOT_MODIFIED,
        Reason.STALE_QUERY,
    }  # never a parent's message
    as_other = {Reason.KICKED, Reason.BAD_FILE}
    refusals = {reason for _, reason in _REFUSALS} - elsewhere - as_other
    assert {f"reason_{reason}" for reason in refusals} - catalogue("zh").keys() == set()
    assert {"reason_other", "reason_expired"} <= catalogue("zh").keys()


@pytest.mark.parametrize("file", PAIRED)
def test_a_file_in_two_languages_says_the_same_things_in_both(file: str) -> None:
    assert _read(file, "zh").keys() == _read(file, "en").keys()


def test_what_the_desk_says_to_parents_is_there_in_english() -> None:
    zh, en = _read("desk", "zh"), _read("desk", "en")
    assert en.keys() <= zh.keys()
    assert {key for key in zh if FOR_PARENTS.match(key)} == set(en)


def test_a_sentence_wants_the_same_values_in_every_language() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    assert {key: fields(en[key]) for key in en if fields(en[key]) != fields(zh[key])} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sentence_holds_no_markup_but_bold_and_links_and_no_stray_brace(language: str) -> None:
    for key, sentence in catalogue(language).items():
        assert set(re.findall(r"</?(\w+)", sentence)) <= {"b", "a"}, key
        assert re.fullmatch(r"[^{}]*(\{\w+\}[^{}]*)*", sentence), key


def test_nothing_the_desk_can_say_is_never_said() -> None:
    """Words that nobody says are out of date before anybody reads them."""
    spoken = {key for said in SAID for key in said.matches()}
    words = "\n".join(path.read_text("utf-8") for path in python_files(*SPEAKING))
    words += "\n".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.html"))
    unsaid = {key for key in _read("desk", "zh") if key not in spoken and f'"{key}"' not in words}
    prefixes = (
        "reason_",
        "event_",
        "staff_done_",
        "staff_parent_rated_",
        "command_",
        "status_",
        "kind_",
    )
    assert {key for key in unsaid if not key.startswith(prefixes)} == set()


def _read(file: str, language: str) -> dict[str, str]:
    text = (TEXTS / f"{file}.{language}.yaml").read_text("utf-8")
    found: dict[str, str] = yaml.load(text, Loader=yaml.CBaseLoader)
    return found
