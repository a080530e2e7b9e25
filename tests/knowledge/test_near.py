"""The table of nearest concepts is searched in the file's own lines."""

from pathlib import Path

from knowledge.lexicon import FOLDER
from knowledge.near import NearConcepts

SHIPPED = FOLDER / "neighbours.txt"


def test_every_word_of_the_shipped_table_is_found() -> None:
    near = NearConcepts(SHIPPED)
    for line in SHIPPED.read_text("utf-8").splitlines():
        word, *pairs = line.split(" ")
        assert [f"{concept}={value:.2f}" for concept, value in near.of(word)] == pairs


def test_a_word_that_is_not_there_has_no_concepts_near(tmp_path: Path) -> None:
    file = tmp_path / "near.txt"
    file.write_text("丁 S:报名=0.50\n丁一 S:费用=0.40", "utf-8")
    near = NearConcepts(file)
    assert near.of("丁一") == (("S:费用", 0.4),)
    assert [near.of(word) for word in ("", "a", "一", "丁丁", "龘")] == [()] * 5


def test_an_empty_table_has_nothing(tmp_path: Path) -> None:
    file = tmp_path / "near.txt"
    file.write_bytes(b"")
    assert NearConcepts(file).of("丁") == ()
