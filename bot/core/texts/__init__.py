"""The text catalogue: every sentence that people read, by key and language.

Floor 1. The YAML files beside this module hold the sentences (`*.zh.yaml`, `*.en.yaml`); `say` fills in
values and is the one place where people's text is escaped: a value never becomes markup.
"""

from functools import cache
from importlib.resources import files
from string import Formatter

import yaml
from markupsafe import Markup

LANGUAGES = ("zh", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Read every file of a language into one flat mapping key -> sentence."""
    sentences: dict[str, str] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda f: f.name):
        if file.name.endswith(f".{language}.yaml"):
            part = yaml.load(file.read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506  # strings only
            doubled = sentences.keys() & part.keys()
            if doubled:
                raise ValueError(f"{file.name}: said twice: {sorted(doubled)}")
            sentences.update(part)
    return sentences


def fields(sentence: str) -> frozenset[str]:
    """Return the names of the values a sentence wants."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


@cache
def _sentence(key: str, language: str) -> Markup:
    text = catalogue(language).get(key) or catalogue("zh")[key]
    return Markup(text.rstrip("\n"))  # noqa: S704  # the catalogue is ours, no person's text


def say(key: str, language: str = "zh", /, **values: object) -> Markup:
    """Return the sentence with its values escaped; a value that is Markup already stays markup.

    Raises KeyError for a key no catalogue has, or a value that is missing.
    """
    sentence = _sentence(key, language)
    return sentence.format(**values) if values else sentence


def plain(key: str, language: str = "zh", /, **values: object) -> str:
    """Return the sentence as plain text, for button labels, topic names and command lines."""
    return str(say(key, language, **values).striptags()) if values else _plain(key, language)


@cache
def _plain(key: str, language: str) -> str:
    return str(_sentence(key, language).striptags())
