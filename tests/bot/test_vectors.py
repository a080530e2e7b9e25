"""Vectors on disk: computed once, rebuilt when damaged, never an error."""

from pathlib import Path

import numpy as np
import pytest

from bot.storage import vectors
from bot.storage.vectors import VectorFile
from tests.embedders import Broken, Letters

TEXTS = ("小学报名", "初中报名", "小学报名")


def test_a_text_is_embedded_once_in_its_life(tmp_path: Path) -> None:
    embedder = Letters()
    first = VectorFile(tmp_path, embedder).of(TEXTS)
    again = VectorFile(tmp_path, embedder).of((*TEXTS, "高中报名"))
    assert sorted(embedder.asked) == ["初中报名", "小学报名", "高中报名"]
    assert np.array_equal(first, again[:3])  # as rounded before it was written as after
    assert [path.name for path in tmp_path.iterdir()] == [VectorFile(tmp_path, embedder).path.name]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", None])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes | None) -> None:
    embedder = Letters()
    file = VectorFile(tmp_path, embedder)
    rows = file.of(TEXTS)
    whole = file.path.read_bytes()
    half = bytearray(whole)
    half[len(half) // 2] ^= 0xFF
    file.path.write_bytes(bytes(half) if damage is None else damage)
    embedder.asked.clear()
    assert np.array_equal(VectorFile(tmp_path, embedder).of(TEXTS), rows)
    assert embedder.asked
    assert file.path.read_bytes() == whole


def test_what_is_no_table_of_ours_is_made_again(tmp_path: Path) -> None:
    path = VectorFile(tmp_path, Letters()).path
    for odd in ({"keys": np.zeros(3), "rows": np.zeros((1, 4))}, {"other": np.zeros(3)}):
        np.savez(path, **odd)
        assert VectorFile(tmp_path, Letters()).of(TEXTS).shape == (3, 384)


def test_vectors_of_another_version_are_not_used(tmp_path: Path) -> None:
    VectorFile(tmp_path, Letters()).of(TEXTS)
    newer = Letters(version="letters 2")
    VectorFile(tmp_path, newer).of(TEXTS)
    assert len(newer.asked) == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_where_nothing_can_be_written_it_works_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert VectorFile(tmp_path / "cache", Letters()).of(TEXTS).shape == (3, 384)
    assert "vectors are not kept" in caplog.text


def test_what_was_computed_before_a_failure_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_BATCH", 1)
    embedder = Letters()
    real = embedder.embed

    def once(texts: list[str]) -> object:
        if embedder.asked:
            raise OSError
        return real(texts)

    monkeypatch.setattr(embedder, "embed", once)
    with pytest.raises(OSError):  # noqa: PT011 - any will do
        VectorFile(tmp_path, embedder).of(TEXTS)
    later = Letters()
    VectorFile(tmp_path, later).of(TEXTS)
    assert len(later.asked) == 1


def test_a_failure_leaves_no_file_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Illegal"):
        VectorFile(tmp_path, Broken()).of(TEXTS)
    assert list(tmp_path.iterdir()) == []
