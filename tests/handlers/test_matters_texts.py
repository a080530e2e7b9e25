"""The sentences about own matters: the same in both languages, all of them said, none with markup of its own."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

import handlers
from bot.core.texts import fields

HANDLERS = Path(handlers.__file__).parent
# keys that are put together from a value: complaint.ask_kind, own.rating_good ...
MADE = re.compile(r'f"([a-z]+\.[a-z]+_)\{|f"complaint\.\{')


def sentences(language: str) -> dict[str, str]:
    source = files("bot.core.texts").joinpath(f"matters.{language}.yaml").read_text("utf-8")
    read: dict[str, str] = yaml.load(source, Loader=yaml.CBaseLoader)
    return read


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    chinese, english = sentences("zh"), sentences("en")
    assert chinese.keys() == english.keys()
    assert {key: fields(one) for key, one in chinese.items()} == {
        key: fields(one) for key, one in english.items()
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_markup_but_bold(language: str) -> None:
    for sentence in sentences(language).values():
        assert set(re.findall(r"<[^>]*>", sentence)) <= {"<b>", "</b>"}
        assert sentence.count("<b>") == sentence.count("</b>")


def test_every_sentence_is_said_somewhere() -> None:
    code = "\n".join(file.read_text("utf-8") for file in HANDLERS.glob("*.py"))
    prefixes = tuple(found[1] for found in MADE.finditer(code) if found[1])
    silent = [
        key
        for key in sentences("zh")
        if f'"{key}"' not in code
        and not key.startswith((*prefixes, "complaint.named", "complaint.anonymous"))
    ]
    assert silent == []


def test_only_english_in_english() -> None:
    for key, sentence in sentences("en").items():
        assert not re.search(r"[\u4e00-\u9fff]", sentence), key
