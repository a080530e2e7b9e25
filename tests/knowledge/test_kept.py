"""What was parsed is kept between starts, and believed only by the very code that kept it."""

import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge import kept
from knowledge.entry import Entry
from knowledge.lexicon import load_lexicon
from knowledge.library import Library
from knowledge.match import Index
from knowledge.parsing import Parsing
from tests.knowledge.entries import SCHOOL

TODAY = date(2026, 11, 28)
SYNONYMS = (("报名", ("挂号",)),)
QUESTIONS = ("小学抱名要带啥", "xuequ怎么划", "外地户口能上吗,学费多少", "今天天气怎么样", "转学")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep in a folder of the test's own, also where byte code is not written."""
    monkeypatch.setattr(kept, "PLACE", tmp_path / "kept")
    monkeypatch.setattr(kept, "_LEAST", 1)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "kept"


@pytest.fixture
def made(tmp_path: Path) -> Parsing:
    """Parse the small FAQ, and keep it."""
    made = Index(SCHOOL, load_lexicon(dict(SYNONYMS))).parsing
    kept.keep(tmp_path, SYNONYMS, made, None)
    return made


def recalled(tmp_path: Path) -> Parsing:
    found = kept.recall(tmp_path, SYNONYMS)
    assert found is not None
    return found


def test_the_next_start_parses_nothing_and_decides_the_same(
    tmp_path: Path, made: Parsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = recalled(tmp_path)
    fresh = Index(SCHOOL, made.lexicon)
    monkeypatch.setattr("knowledge.parsing.index_entry", None)
    monkeypatch.setattr("knowledge.parsing.Repairs", None)
    again = Index(SCHOOL, found.lexicon, before=found)
    for question in QUESTIONS:
        assert again.ask(question, today=TODAY) == fresh.ask(question, today=TODAY)


def test_an_entry_that_was_edited_meanwhile_is_parsed_anew(tmp_path: Path, made: Parsing) -> None:
    found = recalled(tmp_path)
    edited = (replace(SCHOOL[0], phrasings=("开学前几天去登记呀",)), *SCHOOL[1:])
    again = Index(edited, found.lexicon, before=found)
    asked = "开学前几天去登记呀"
    assert again.ask(asked, today=TODAY) == Index(edited, made.lexicon).ask(asked, today=TODAY)
    assert again.ask(asked, today=TODAY).answers[0].id == SCHOOL[0].id


def test_other_synonyms_other_folders_and_other_code_have_no_use_for_it(
    tmp_path: Path, made: Parsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept.recall(tmp_path, ()) is None
    assert kept.recall(tmp_path / "elsewhere", SYNONYMS) is None
    monkeypatch.setattr(kept, "_version", lambda: "an edit of the code")
    assert kept.recall(tmp_path, SYNONYMS) is None


@pytest.mark.parametrize("left", [0, 1, 100, 5000])
def test_a_file_cut_short_is_as_good_as_none(tmp_path: Path, made: Parsing, left: int) -> None:
    [path] = kept.PLACE.iterdir()
    path.write_bytes(path.read_bytes()[:left])
    assert kept.recall(tmp_path, SYNONYMS) is None


def test_it_is_written_only_where_it_pays_and_may_be(
    tmp_path: Path, made: Parsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    [path] = kept.PLACE.iterdir()
    path.unlink()
    kept.keep(tmp_path, SYNONYMS, made, made)  # all of it is kept already
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    kept.keep(tmp_path, SYNONYMS, made, None)
    assert list(kept.PLACE.iterdir()) == []


def test_a_place_nobody_may_write_to_costs_time_only(
    tmp_path: Path, made: Parsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "PLACE", tmp_path / "no" / "such" / "place")
    kept.keep(tmp_path, SYNONYMS, made, None)
    assert kept.recall(tmp_path, SYNONYMS) is None


def test_a_few_files_are_kept_the_newest(tmp_path: Path, made: Parsing) -> None:
    for age, path in enumerate(kept.PLACE.iterdir()):
        os.utime(path, (age, age))
    for name in "abcde":
        kept.keep(tmp_path / name, SYNONYMS, made, None)
    assert len(list(kept.PLACE.iterdir())) == 4
    assert kept.recall(tmp_path, SYNONYMS) is None
    assert kept.recall(tmp_path / "e", SYNONYMS) is not None


def test_a_library_keeps_what_it_parsed_for_the_next_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start() -> Library:
        from knowledge import assemble

        monkeypatch.setattr(assemble, "_latest", assemble._Latest())
        return Library(folder)

    first = start().current.index
    monkeypatch.setattr("knowledge.parsing.index_entry", None)
    second = start().current.index
    for question in ("公办小学收学费吗", "转学要啥材料"):
        assert second.ask(question, today=TODAY) == first.ask(question, today=TODAY)


def test_nothing_of_an_entry_is_taken_from_the_file_but_its_phrasings(
    tmp_path: Path, made: Parsing
) -> None:
    edited: tuple[Entry, ...] = tuple(replace(one, answer="改过的答案") for one in SCHOOL)
    found = recalled(tmp_path)
    again = Index(edited, found.lexicon, before=found)
    assert {item.entry.answer for item in again.parsing.items} == {"改过的答案"}


def test_an_edit_of_a_word_list_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = []
    for word in ("报名", "登记"):
        (tmp_path / "subjects.yaml").write_text(word, encoding="utf-8")
        monkeypatch.setattr(kept, "FOLDER", tmp_path)
        kept._version.cache_clear()
        versions.append(kept._version())
    kept._version.cache_clear()
    assert len(set(versions)) == 2
