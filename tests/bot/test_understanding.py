"""The semantic layer at work: it prepares what is published, and every failure leaves words to decide."""

import threading
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from bot.core.config import Config
from bot.service import embedding, understanding
from bot.service.understanding import State, Understanding, look_at, understanding_of
from knowledge.library import Library, Snapshot
from tests.bot.bureau import Bureau, small_library
from tests.bot.content import NAME, give_content
from tests.embedders import Broken, Letters

ODD = "娃换个地方念书咋弄"


def has_layer(library: Library) -> bool:
    return library.current.index.has_meaning


AUTO: dict[str, object] = {"matching": {"semantic": "auto"}}


def snapshot() -> Snapshot:
    return small_library().current


def test_a_prepared_snapshot_answers_by_meaning_and_says_the_rest_as_before(tmp_path: Path) -> None:
    before = snapshot()
    after = Understanding(Letters(), tmp_path).prepare(before)
    assert after.index.has_meaning
    assert after.index.by_words is before.index
    assert (after.entries, after.hash) == (before.entries, before.hash)


@pytest.mark.parametrize(
    "embedder", [Broken(), Letters(model="another"), Letters(version="x")], ids=repr
)
def test_an_embedding_that_fails_or_does_not_fit_leaves_words_to_decide(
    embedder: Letters, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    layer = Understanding(embedder, tmp_path)
    after = layer.prepare(snapshot())
    works = embedder.version == "x"
    assert after.index.has_meaning is works
    assert bool(layer.trouble) is not works
    assert layer.vectors(("小学",)).keys() == ({"小学"} if works else set())
    assert ("semantic layer failed" in caplog.text) is isinstance(embedder, Broken)


def test_a_question_is_embedded_once_and_none_is_written_down(tmp_path: Path) -> None:
    embedder = Letters()
    layer = Understanding(embedder, tmp_path)
    layer.vectors(("我的秘密",))
    layer.vectors(("我的秘密", "另一句"))
    assert embedder.asked == ["我的秘密", "另一句"]
    assert list(tmp_path.iterdir()) == []


def test_while_the_embedding_is_busy_words_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "PATIENCE_S", 0.01)
    embedder, going, gate = Letters(), threading.Event(), threading.Event()
    real = embedder.embed

    def slow(texts: list[str]) -> object:
        going.set()
        gate.wait(5)
        return real(texts)

    monkeypatch.setattr(embedder, "embed", slow)
    layer = Understanding(embedder, tmp_path)
    other = threading.Thread(target=layer.vectors, args=(("慢",),))
    other.start()
    assert going.wait(5)
    assert layer.vectors(("快",)) == {}
    gate.set()
    other.join()
    assert layer.vectors(("快",)).keys() == {"快"}


def test_a_desk_that_stops_embeds_nothing_more(tmp_path: Path) -> None:
    layer = Understanding(Letters(), tmp_path)
    layer.stop()
    assert not layer.prepare(snapshot()).index.has_meaning
    assert layer.vectors(("小学",)) == {}
    assert layer.trouble == ""


def test_an_edit_during_the_first_preparation_is_live_at_once_and_is_prepared_with_it(
    bureau: Bureau, tmp_path: Path
) -> None:
    file = give_content(bureau, tmp_path / "content")
    layer = Understanding(Letters(), tmp_path / "cache")
    library = Library(tmp_path / "content")
    library.refresh()

    def prepare_while_an_editor_saves(snapshot: Snapshot) -> Snapshot:
        prepared = layer.prepare(snapshot)
        if snapshot is first:
            text = file.read_text("utf-8").replace("午餐费多少钱", "中饭多少钱")
            file.write_text(text, "utf-8")
            assert library.refresh() is not None
            assert library.current is not first
            assert not has_layer(library)
        return prepared

    first = library.current
    library.prepare = prepare_while_an_editor_saves
    library.settle()
    assert library.current.hash != first.hash
    assert has_layer(library)


def test_an_edit_goes_live_with_its_vectors_once_the_layer_is_there(
    bureau: Bureau, tmp_path: Path
) -> None:
    file = give_content(bureau, tmp_path / "content")
    embedder = Letters()
    library = Library(tmp_path / "content")
    library.prepare = Understanding(embedder, tmp_path / "cache").prepare
    library.refresh()
    assert not has_layer(library)  # a start waits for nothing
    library.settle()
    assert has_layer(library)
    embedder.asked.clear()
    file.write_text(file.read_text("utf-8").replace("午餐费多少钱", "中饭多少钱"), "utf-8")
    problems = library.refresh()
    assert problems is not None
    assert not any(problem.error for problem in problems)
    assert has_layer(library)
    assert [text for text in embedder.asked if text != "?"] == ["中饭多少钱"]
    assert NAME.endswith(file.name)


def test_the_setting_and_the_package_decide_whether_there_is_a_layer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    assert understanding_of(Config.model_validate({"matching": {"semantic": "off"}})) is None
    monkeypatch.setattr(embedding, "version", lambda name: "0.3.0")
    assert understanding_of(Config.model_validate(AUTO)) is not None
    monkeypatch.setattr(embedding, "version", absent)
    assert understanding_of(Config.model_validate(AUTO)) is None
    assert look_at(Config.model_validate(AUTO)).state is State.ABSENT


def test_the_doctor_is_told_why_it_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "installed", Broken)
    assert look_at(Config.model_validate(AUTO)) == understanding.Look(
        State.BROKEN, "OSError", "letters 1"
    )
    monkeypatch.setattr(understanding, "installed", Letters)
    assert look_at(Config.model_validate(AUTO)).state is State.GOOD
    off = Config.model_validate({"matching": {"semantic": "off"}})
    assert look_at(off).state is State.OFF


def test_too_few_rows_are_a_failure_and_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = Letters()
    real = embedder.embed
    monkeypatch.setattr(embedder, "embed", lambda texts: real(texts)[:1])
    layer = Understanding(embedder, tmp_path)
    assert layer.vectors(("一", "二")) == {}
    assert layer.trouble == "ValueError"
