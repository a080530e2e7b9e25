"""Make the two shipped word lists: common Chinese words, and the toneless syllables of characters.

A development command: it reads jieba's dict.txt (MIT licence; from the sdist of jieba 0.42.1) and asks
pypinyin, so that neither is needed at run time. Outside the floors.
"""

import argparse
import re
from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

_WORD = re.compile(r"^[\u4e00-\u9fff]{1,4}$")
_LEXICON = Path(__file__).resolve().parent.parent / "knowledge" / "lexicon"
_RARE_CHARACTER = 2
_READINGS = 2  # rarer readings of a character only make false repairs


def read_words(path: Path, *, at_least: int) -> list[tuple[str, int]]:
    """Read the words of one to four characters seen `at_least` times, the most frequent first."""
    rows: list[tuple[str, int]] = []
    for line in path.read_text("utf-8").splitlines():
        word, count, *_ = line.split()
        if _WORD.match(word) and int(count) >= (at_least if len(word) > 1 else _RARE_CHARACTER):
            rows.append((word, int(count)))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def syllables_of(character: str) -> list[str]:
    """List the toneless readings of one character, the commonest first."""
    readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    clean = [reading.replace("ü", "v") for reading in readings]
    return [reading for reading in clean if re.fullmatch(r"[a-z]+", reading)][:_READINGS]


def write_words(words: list[tuple[str, int]], path: Path) -> None:
    """Write `word count` lines, the most frequent first."""
    lines = [f"{word} {count}" for word, count in words]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def write_pinyin(characters: list[str], path: Path) -> None:
    """Write `syllable characters|characters`: first readings before the bar, further ones after."""
    first: defaultdict[str, list[str]] = defaultdict(list)
    further: defaultdict[str, list[str]] = defaultdict(list)
    for character in characters:
        readings = syllables_of(character)
        if readings:
            first[readings[0]].append(character)
        for reading in readings[1:]:
            further[reading].append(character)
    lines = [
        f"{syllable} {''.join(first[syllable])}|{''.join(further[syllable])}"
        for syllable in sorted({*first, *further})
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    """Write words.txt and pinyin.txt into the lexicon folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dictionary", type=Path, help="jieba's dict.txt")
    parser.add_argument("--at-least", type=int, default=300, help="how often a word must be seen")
    options = parser.parse_args()
    words = read_words(options.dictionary, at_least=options.at_least)
    write_words(words, _LEXICON / "words.txt")
    write_pinyin([word for word, _ in words if len(word) == 1], _LEXICON / "pinyin.txt")


if __name__ == "__main__":
    main()
