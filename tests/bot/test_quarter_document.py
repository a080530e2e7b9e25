"""The quarterly check as a document: formatted, with a rule under every figure, and open whatever people typed."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from bot.commands.quarter import quarter
from bot.core.config import Config
from bot.service.quarter_document import LONGEST_CELL, write
from bot.service.quarter_sections import Section, introduction, sections
from bot.service.small_groups import LEAST
from run_bot import main
from tests.bot.bureau import Bureau, small_library
from tests.bot.threemonths import OCTOBER, Archived, asks, counted, entry, people

HOSTILE = "<w:b/>&\x00\x0b\ud800\u202e=HYPERLINK(1){{7*7}}👨‍👩‍👧"


def text_of(paper: Document) -> str:
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])


def test_the_document_prints_a_rule_under_every_figure(bureau: Bureau, tmp_path: Path) -> None:
    for person in people(bureau, 6):
        asks(bureau, person, "几岁上学", "hit", "primary-age")
    found = counted(bureau)
    told = sections(found, small_library().current)
    write(tmp_path / "out.docx", "检查", introduction(found), told, author="示例区教育局")
    paper = docx.Document(str(tmp_path / "out.docx"))
    texts = [one.text for one in paper.paragraphs]
    headings = [one.text for one in paper.paragraphs if one.style and one.style.name == "Heading 1"]
    assert len(headings) == len(told) == 11
    for each in told:
        assert each.said in texts
        assert each.rule in texts
        assert each.rule.startswith("计数规则:")
    assert len(paper.tables) == sum(bool(each.rows) for each in told)
    assert texts.count("无。") == len(told) - len(paper.tables)


def test_the_page_is_a4_and_the_fonts_are_named(bureau: Bureau, tmp_path: Path) -> None:
    told = sections(counted(bureau), small_library().current)
    write(tmp_path / "out.docx", "检查", (), told, author="局")
    paper = docx.Document(str(tmp_path / "out.docx"))
    page = paper.sections[0]
    assert page.page_width is not None
    assert page.page_height is not None
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    fonts = {
        name: paper.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Title", "Heading 1")
    }
    assert fonts == {"Normal": "仿宋_GB2312", "Title": "方正小标宋简体", "Heading 1": "黑体"}
    heads = [table.rows[0]._tr.get_or_add_trPr() for table in paper.tables]
    assert all(one.find(qn("w:tblHeader")) is not None for one in heads)
    assert (paper.core_properties.author, paper.core_properties.title) == ("局", "检查")


def test_whatever_people_typed_the_document_opens_and_says_it_as_text(
    bureau: Bureau, tmp_path: Path
) -> None:
    for person in people(bureau, LEAST):
        asks(bureau, person, HOSTILE.replace("\ud800", "") * 50, "miss")
    found = counted(bureau)
    hostile = Section(HOSTILE, HOSTILE, (HOSTILE,), ((HOSTILE * 5000,),), HOSTILE)
    told = (*sections(found, small_library().current), hostile)
    target = tmp_path / "out.docx"
    write(target, HOSTILE, (HOSTILE,), told, author=HOSTILE)
    with zipfile.ZipFile(target) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
    text = text_of(docx.Document(str(target)))
    assert "<w:b/>&=HYPERLINK(1){{7*7}}👨‍👩‍👧" in text
    assert not set("\x00\x0b\u202e") & set(text)
    assert (
        max(
            len(cell.text)
            for table in docx.Document(str(target)).tables
            for row in table.rows
            for cell in row.cells
        )
        <= LONGEST_CELL
    )


def test_a_document_that_cannot_be_written_leaves_the_old_one_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.docx"
    target.write_bytes(b"the old one")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(target, "t", (), (), author="a")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"the old one"]


# the command


@pytest.mark.parametrize(
    ("given", "out", "said"),
    [
        ("2026Q9", "a.docx", "--quarter: not a quarter"),
        ("2099Q1", "a.docx", "--quarter: that quarter has not begun"),
        ("2026Q3", "a.csv", "--out: should end in .docx"),
        ("2026Q3", "none/a.docx", "--out: no such folder"),
        ("2026Q3", None, "--out: is required"),
        (None, "a.docx", "--quarter: is required"),
    ],
)  # fmt: skip
def test_a_wrong_quarter_or_name_is_one_clear_line_and_exit_code_2(
    tmp_path: Path, given: str | None, out: str | None, said: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    options = [*(["--quarter", given] if given else []), *(["--out", out] if out else [])]
    assert main(["check", *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert error.count("\n") == 1


def test_the_command_writes_the_document_of_a_running_desk(
    bureau: Bureau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "content"
    archived = Archived(bureau, folder)
    (folder / "faq" / "one.yaml").write_text(entry("stays"), encoding="utf-8")
    archived.goes_live(OCTOBER, entry("stays"))
    config = Config.model_validate(
        {"database": f"sqlite:{tmp_path / 'bot.sqlite3'}", "bureau": {"name": "城东区教育局"}}
    )
    target = tmp_path / "check.docx"
    text = f"{datetime.now(UTC).year - 1}Q4"
    assert quarter(config, text, target, folder=folder) == 0
    assert str(target) in capsys.readouterr().out
    paper = docx.Document(str(target))
    assert paper.paragraphs[0].text == f"城东区教育局{text[:4]}年第4季度政务公开检查"
    assert "stays 怎么办理呢" not in text_of(paper)  # neither asked for nor changed


def test_before_the_first_start_the_check_is_empty_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    (folder / "faq").mkdir(parents=True)
    (folder / "faq" / "one.yaml").write_text(entry("stays"), encoding="utf-8")
    config = Config.model_validate({"database": f"sqlite:{tmp_path / 'none.sqlite3'}"})
    target = tmp_path / "check.docx"
    assert quarter(config, "2026Q3", target, folder=folder) == 0
    assert "公开档案还没有记录" in text_of(docx.Document(str(target)))
    assert not (tmp_path / "none.sqlite3").exists()
