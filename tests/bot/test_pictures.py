"""From a chart to a PNG: Chinese is drawn and not boxes, what cannot be drawn is told, and nobody waits for it."""

import asyncio
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFont

from bot.core.chart import Chart, Series, Shape
from bot.core.drawing import size
from bot.core.drawing.marks import em
from bot.service.glyphs import Glyphs, Unreadable, read_glyphs
from bot.service.pictures import (
    FONT_FILE,
    FONT_PACKAGE,
    MOST_WAITING,
    RENDERER,
    Pictures,
    Trouble,
    folder_of,
)
from knowledge.library import SHIPPED, Library
from tests.bot.charts import EVERY, bars
from tests.house.tree import ROOT

BOX = "\U0001f642"  # a character the font has no glyph for


@pytest.fixture(scope="module")
def font() -> Path:
    folder = folder_of(FONT_PACKAGE)
    assert folder is not None
    return folder / FONT_FILE


@pytest.fixture(scope="module")
def glyphs(font: Path) -> Glyphs:
    return read_glyphs(font)


def drawn(chart: Chart) -> Image.Image:
    png = asyncio.run(Pictures().png(chart))
    assert png is not None
    return Image.open(BytesIO(png)).convert("L")


def title_only(text: str) -> Chart:
    return Chart(Shape.BARS, text, ("A", "B"), (Series("", ("1", "2")),))


@pytest.mark.parametrize("chart", EVERY.values(), ids=EVERY)
def test_every_chart_becomes_a_picture_telegram_takes(chart: Chart) -> None:
    png = asyncio.run(Pictures().png(chart))
    assert png is not None
    assert png.startswith(b"\x89PNG")
    assert len(png) < 1_000_000  # Telegram takes 10 MB
    width, height = Image.open(BytesIO(png)).size
    assert (width, height) == size(chart)
    assert width + height <= 10_000
    assert max(width / height, height / width) <= 20


def test_different_characters_are_different_pictures_and_none_is_a_box(glyphs: Glyphs) -> None:
    empty = drawn(title_only(""))
    seen: dict[bytes, str] = {}
    for (
        character
    ) in "示例区第一二三中学小幼儿园河东九年贯制外国语实验高级个元分人指标招生0123456789":
        picture = drawn(title_only(character))
        assert ImageChops.difference(picture, empty).getbbox() is not None, character
        assert seen.setdefault(picture.tobytes(), character) == character
    assert glyphs.missing("".join(seen.values())) == ""


def test_the_font_has_every_character_of_the_shipped_content_and_of_what_we_say(
    glyphs: Glyphs,
) -> None:
    files = [*(ROOT / "bot/core/texts").glob("*.yaml"), *SHIPPED.rglob("*.yaml")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    content = Library(SHIPPED).current
    for table in content.tables.values():
        text += "".join(cell for row in table.rows for cell in row)
    assert glyphs.missing("".join(one for one in set(text) if one.isprintable())) == ""
    assert glyphs.missing("0123456789.个元分〔〕×·—") == ""


def test_the_font_has_every_character_a_chinese_name_may_have(glyphs: Glyphs) -> None:
    assert glyphs.missing("".join(map(chr, range(0x4E00, 0x9FA6)))) == ""


def test_nothing_is_wider_than_it_was_measured(font: Path) -> None:
    measured = ImageFont.truetype(str(font), 1000)
    content = Library(SHIPPED).current
    names = [one.name for one in content.figures.schools]
    ascii_ = [chr(code) for code in range(32, 127)]
    for text in (*names, *ascii_, "〔", "〕", "×", "·", "—", "《", "、", "(", ","):
        assert measured.getlength(text) <= em(text) * 1000 + 1, text


def test_a_character_without_a_glyph_makes_text_of_it_and_not_a_box() -> None:
    chart = bars(names=(f"快乐{BOX}小学", "第二小学"))
    assert asyncio.run(Pictures().png(chart)) is None
    assert asyncio.run(Pictures().png(replace(chart, labels=("快乐小学", "第二小学")))) is not None


def test_a_control_character_is_left_out_as_everywhere() -> None:
    assert asyncio.run(Pictures().png(bars(names=("a\x00b\ud800\n", "第二小学")))) is not None


@pytest.mark.parametrize(
    ("package", "trouble"), [(RENDERER, Trouble.NO_RENDERER), (FONT_PACKAGE, Trouble.NO_FONT)]
)
def test_without_the_extra_nothing_is_offered_and_it_is_said_why(
    package: str, trouble: Trouble
) -> None:
    pictures = Pictures(lambda name: None if name == package else folder_of(name))
    assert not pictures.ready
    assert asyncio.run(pictures.png(bars())) is None
    assert pictures.trouble() is trouble


def test_what_python_does_not_find_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, RENDERER, None)
    assert Pictures().trouble() is Trouble.NO_RENDERER


def test_a_font_package_without_its_font_is_no_font(tmp_path: Path) -> None:
    pictures = Pictures(lambda name: tmp_path)
    assert pictures.trouble() is Trouble.NO_FONT


@pytest.mark.parametrize(
    "text",
    ["import no_such_module", "print('no picture')", "import os; os.abort()", "import time; time.sleep(9)"],
)  # fmt: skip
def test_a_renderer_that_breaks_is_told(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.service.pictures.PATIENCE_S", 1.0)
    (tmp_path / "broken.py").write_text(text, encoding="utf-8")
    pictures = Pictures(program=tmp_path / "broken.py")
    assert pictures.ready
    assert asyncio.run(pictures.png(bars())) is None
    assert pictures.trouble() is Trouble.BROKEN


def test_the_token_is_not_handed_to_what_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_TOKEN", "123:SECRET")
    program = (
        "import os, sys; sys.stdout.buffer.write(b'\\x89PNG' + repr(dict(os.environ)).encode())"
    )
    (tmp_path / "nosy.py").write_text(program, encoding="utf-8")
    told = asyncio.run(Pictures(program=tmp_path / "nosy.py").png(bars()))
    assert told is not None
    assert b"PATH" in told
    assert b"SECRET" not in told


def test_a_font_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / FONT_FILE).write_bytes(b"no font at all")
    pictures = Pictures(lambda name: tmp_path)
    assert pictures.trouble() is Trouble.BROKEN
    assert asyncio.run(pictures.png(bars())) is None
    with pytest.raises(Unreadable):
        read_glyphs(tmp_path / FONT_FILE)


def test_all_is_well_here() -> None:
    assert Pictures().trouble() is None


def test_the_same_chart_is_drawn_once() -> None:
    pictures = Pictures()

    async def twice() -> tuple[bytes | None, bytes | None]:
        return await pictures.png(bars()), await pictures.png(bars())

    first, second = asyncio.run(twice())
    assert first is second


def test_who_asks_while_it_is_drawn_gets_the_same_and_many_others_get_text() -> None:
    pictures = Pictures()
    charts = [bars((str(number), "1")) for number in range(MOST_WAITING + 3)]

    async def all_at_once() -> list[bytes | None]:
        return await asyncio.gather(*(pictures.png(one) for one in (*charts, charts[0])))

    drawn_ = asyncio.run(all_at_once())
    assert [one is not None for one in drawn_[:-1]] == [True] * MOST_WAITING + [False] * 3
    assert drawn_[-1] is drawn_[0]


def test_who_goes_away_leaves_the_others_their_picture() -> None:
    pictures = Pictures()

    async def one_leaves() -> bytes | None:
        leaves = asyncio.create_task(pictures.png(bars()))
        stays = asyncio.create_task(pictures.png(bars()))
        await asyncio.sleep(0.01)
        leaves.cancel()
        return await stays

    assert asyncio.run(one_leaves()) is not None


def test_the_loop_goes_on_while_a_picture_is_drawn() -> None:
    async def run() -> int:
        drawing = asyncio.create_task(Pictures().png(EVERY["thirty schools"]))
        turns = 0
        while not drawing.done():
            await asyncio.sleep(0.002)
            turns += 1
        return turns

    assert asyncio.run(run()) > 5
