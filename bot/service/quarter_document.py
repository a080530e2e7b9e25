"""The quarterly check as a Word document: A4, the fonts of official papers by name, tables that repeat their heading.

Floor 3. Everything that is written passes `clean_text`, so that no name and no question can break the file.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from bot.core.clean import clean_text
from bot.core.texts import plain
from bot.service.quarter_sections import Section

# Margins, sizes and line spacing are those of official papers (GB/T 9704); the fonts have fallbacks in every reader.
MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
TITLE, HEADING, BODY, CELL = plain("quarter_fonts").split("|")
LATIN = "Times New Roman"
LONGEST_CELL = 400
SMALL = Pt(10.5)


def write(
    path: Path, title: str, lines: Sequence[str], sections: Sequence[Section], *, author: str
) -> None:
    """Write the document; it appears whole or not at all. Raises OSError."""
    paper = _paper(title, author)
    heading = paper.add_paragraph(style="Title")
    heading.add_run(clean_text(title))
    for line in lines:
        _say(paper, line)
    for number, section in enumerate(sections, start=1):
        paper.add_heading(level=1).add_run(f"{number}. {clean_text(section.title)}")
        _say(paper, section.said)
        if section.rows:
            _table(paper, section)
        else:
            _say(paper, plain("quarter_none"))
        _say(paper, section.rule, small=True)
    handle, name = tempfile.mkstemp(prefix=".quarter-", suffix=".docx", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            paper.save(file)
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _paper(title: str, author: str) -> Paper:
    """Set up page, styles, footer and properties."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for margin, size in MARGINS.items():
        setattr(section, margin, Mm(size))
    _style(paper, "Normal", BODY, Pt(14))
    _style(paper, "Title", TITLE, Pt(22)).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _style(paper, "Heading 1", HEADING, Pt(16))
    spacing = paper.styles["Normal"].paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    spacing.space_after = Pt(0)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, after = plain("quarter_page", page="#").split("#")
    footer.add_run(before)
    _page_number(footer)
    footer.add_run(after)
    known = paper.core_properties
    known.title, known.author, known.language = clean_text(title), clean_text(author), "zh-CN"
    known.comments = ""
    return paper


def _style(paper: Paper, name: str, font: str, size: Pt) -> ParagraphStyle:
    style = paper.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(name)
    style.font.name, style.font.size = LATIN, size
    style.font.color.rgb, style.font.bold = RGBColor(0, 0, 0), False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    return style


def _say(paper: Paper, text: str, *, small: bool = False) -> None:
    paragraph = paper.add_paragraph()
    run = paragraph.add_run(clean_text(text))
    if small:
        run.font.size = SMALL
        _tight(paragraph)
        paragraph.paragraph_format.space_before = Pt(4)


def _table(paper: Paper, section: Section) -> None:
    table = paper.add_table(rows=1, cols=len(section.head), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, name in zip(table.rows[0].cells, section.head, strict=True):
        _fill(cell, name, bold=True)
    _mark(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    for row in section.rows:
        added = table.add_row()
        _mark(added._tr.get_or_add_trPr(), "w:cantSplit")
        for cell, text in zip(added.cells, row, strict=True):
            _fill(cell, text)


def _fill(cell: _Cell, text: str, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(clean_text(text, limit=LONGEST_CELL))
    run.font.size, run.bold, run.font.name = SMALL, bold, LATIN
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CELL)
    _tight(paragraph)


def _tight(paragraph: Paragraph) -> None:
    spacing = paragraph.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.SINGLE, 1.0


def _mark(properties: BaseOxmlElement, name: str) -> None:
    flag = OxmlElement(name)
    flag.set(qn("w:val"), "true")
    properties.append(flag)


def _page_number(footer: Paragraph) -> None:
    """Put in a field that counts the pages; Word and LibreOffice fill it in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    footer._p.append(field)
