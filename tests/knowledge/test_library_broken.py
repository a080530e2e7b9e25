"""Three hundred broken folders: none replaces a good snapshot, each is told in Chinese, and the mended one is live."""

import re
import shutil
from pathlib import Path

import pytest

from knowledge import files
from knowledge.library import Library, read
from tests.knowledge.broken import Break, breaks

WAYS = list(breaks())


def test_there_are_at_least_300_ways_and_no_two_are_the_same() -> None:
    assert len(WAYS) >= 300
    assert len({name for name, _ in WAYS}) == len(WAYS)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    from tests.knowledge.conftest import FEES, TRANSFER

    folder = tmp_path_factory.mktemp("broken") / "content"
    (folder / "faq").mkdir(parents=True)
    (folder / "faq" / "fees.yaml").write_text(FEES, encoding="utf-8")
    (folder / "faq" / "transfer.yaml").write_text(TRANSFER, encoding="utf-8")
    shutil.copytree(folder, folder.with_name("good"))
    return Library(folder)


@pytest.mark.parametrize(("name", "break_it"), WAYS, ids=[name for name, _ in WAYS])
def test_a_broken_folder_never_replaces_a_good_snapshot(
    library: Library, name: str, break_it: Break
) -> None:
    before = library.current
    break_it(library.folder)
    problems = library.refresh()
    assert library.current is before, name
    assert problems is not None
    errors = [problem for problem in problems if problem.error]
    assert errors, name
    for problem in errors:
        assert re.search("[一-鿿]", problem.message)
        assert "\n" not in str(problem)
        assert problem.line >= 1
        assert problem.col >= 1
    _mend(library.folder)
    library.refresh()
    assert library.current.hash == before.hash


def _mend(folder: Path) -> None:
    for path in (folder, folder.with_name("away")):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(folder.with_name("good"), folder)


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / "faq" / "fees.yaml").rename(folder / "parts" / "fees.yaml")
    (folder / "faq" / "fees.yaml").symlink_to("../parts/fees.yaml")
    snapshot, problems = read(folder)
    assert snapshot is not None
    assert problems == ()


def test_editors_own_files_are_passed_over_and_a_yml_is_warned_about(folder: Path) -> None:
    for name in (".fees.yaml.swp", "fees.yaml~", ".#fees.yaml", "notes.txt"):
        (folder / "faq" / name).write_text("*", encoding="utf-8")
    (folder / "faq" / "more.yml").write_text("*", encoding="utf-8")
    (folder / "rooting.yaml").write_text("*", encoding="utf-8")
    snapshot, problems = read(folder)
    assert snapshot is not None
    assert [problem.error for problem in problems] == [False, False]
    assert "改成 .yaml" in problems[0].message
    assert "是不是想写“routing.yaml”" in problems[1].message


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(folder)
    path = folder / "faq" / "fees.yaml"
    whole = path.read_text(encoding="utf-8")
    load = files.load

    def load_then_write_on(where: Path) -> files.Found:
        found = load(where)
        path.write_text(whole + "\n# 写完了\n", encoding="utf-8")
        return found

    before = library.current
    path.write_text(whole[:20], encoding="utf-8")
    monkeypatch.setattr(files, "load", load_then_write_on)
    assert library.refresh() is None
    monkeypatch.undo()
    assert library.refresh() == ()
    assert library.current is not before


def test_too_many_files_are_refused(folder: Path) -> None:
    for number in range(files.FILES_LIMIT + 1):
        (folder / "faq" / f"n{number}.yaml").touch()
    snapshot, problems = read(folder)
    assert snapshot is None
    assert "文件太多" in problems[0].message
