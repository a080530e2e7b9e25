"""Drawing: nothing is cut, nothing lies on something else, and nothing that a table says becomes markup."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.core.chart import Chart, Picture, from_data, to_data
from bot.core.drawing import WIDTH, size, svg
from bot.core.drawing.marks import em, escaped, wrapped
from bot.core.drawing.years import scale_of
from tests.bot.charts import EVERY, LONG, SIX_LINES, THIRTY, TWO_EACH, bars, lines

CAPTION = Markup("<b>x</b>")
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Words:
    """A line of text and the room it takes, measured as wide as it may be."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: "Words") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def words(chart: Chart) -> list[Words]:
    """Every line of text in a picture; a rim below a text counts once."""
    found = {}
    for node in ET.fromstring(svg(chart)).iter(f"{SVG}text"):
        height, text = float(node.attrib["font-size"]), node.text or ""
        wide, x, y = em(text) * height, float(node.attrib["x"]), float(node.attrib["y"])
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[node.attrib["text-anchor"]]
        found[text, x, y] = Words(text, left, left + wide, y - height * 0.88, y + height * 0.2)
    return list(found.values())


def boxes(chart: Chart) -> list[tuple[float, float]]:
    """Left edge and width of every bar."""
    rects = list(ET.fromstring(svg(chart)).iter(f"{SVG}rect"))
    return [
        (float(one.attrib["x"]), float(one.attrib["width"]))
        for one in rects
        if float(one.attrib["height"]) in (30, 40)
    ]


@pytest.mark.parametrize("chart", EVERY.values(), ids=EVERY)
def test_every_word_is_inside_the_picture(chart: Chart) -> None:
    width, height = size(chart)
    assert width == WIDTH == 1080
    for one in words(chart):
        assert one.left >= 0, one
        assert one.right <= width, one
        assert one.bottom <= height, one
        assert one.top >= 0, one


@pytest.mark.parametrize("chart", EVERY.values(), ids=EVERY)
def test_no_word_lies_on_another(chart: Chart) -> None:
    there = words(chart)
    pairs = [(one, other) for at, one in enumerate(there) for other in there[at + 1 :]]
    assert [pair for pair in pairs if pair[0].meets(pair[1])] == []


@pytest.mark.parametrize("chart", EVERY.values(), ids=EVERY)
def test_everything_that_is_to_be_said_stands_there(chart: Chart) -> None:
    written = "".join(one.text for one in words(chart)).replace(" ", "")
    said = set(chart.words) - {"", chart.not_from_zero}
    if len(chart.series) == 1:
        said -= {chart.series[0].name}  # the title has it
    for text in said:
        pieces = (piece for room in (11, 10, 19, 35) for piece in wrapped(text, room))
        assert any(piece.replace(" ", "") in written for piece in pieces), text


def test_letters_can_be_read_on_a_phone_that_shows_a_third() -> None:
    for chart in (bars(), THIRTY, TWO_EACH, SIX_LINES, lines(("649", "652", "658"))):
        heights = [float(found) for found in re.findall(r'font-size="([0-9.]+)"', svg(chart))]
        assert min(heights) >= 26
        assert max(heights) >= 46


def test_bars_begin_at_zero_and_are_as_long_as_their_figures() -> None:
    [(left, first), (other, second)] = boxes(bars(("40", "10")))
    assert left == other
    assert first == pytest.approx(4 * second, rel=0.01)


def test_a_zero_has_no_bar_and_a_gap_is_no_zero() -> None:
    chart = bars(("12", "0", ""))
    assert [width for _, width in boxes(chart)][1] == 0
    assert len(boxes(chart)) == 2
    assert "—" in [one.text for one in words(chart)]


def test_the_school_that_was_asked_for_stands_out() -> None:
    drawn = svg(bars(("45", "40"), marked=(1,)))
    assert drawn.index("#8fc0b6") < drawn.index("#0f6b5c")
    assert "#8fc0b6" not in svg(bars(("45", "40")))


def test_a_gap_breaks_a_line() -> None:
    assert svg(lines(("30", "33", "", "42", "45"))).count("<polyline") == 2
    assert svg(lines(("30", "", "42"))).count("<polyline") == 0


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    high, low = lines(("649", "658")), lines(("30", "80"))
    assert not scale_of(high).from_zero
    assert "纵轴不从 0 开始" in [one.text for one in words(high)]
    assert scale_of(low).from_zero
    assert "纵轴不从 0 开始" not in [one.text for one in words(low)]


@given(
    st.lists(
        st.decimals(min_value=0, max_value=10**7, places=2) | st.integers(0, 2000), min_size=2, max_size=6
    )
)  # fmt: skip
def test_every_figure_is_between_the_ticks(values: list[object]) -> None:
    scale = scale_of(lines(tuple(f"{value}" for value in values)))
    assert all(0 <= scale.share(float(str(value))) <= 1 for value in values)
    assert 3 <= len(scale.ticks) <= 8


def test_what_a_table_says_never_becomes_markup() -> None:
    hostile = '</text><script>alert("1")</script>&amp;'
    chart = replace(bars(names=(hostile, "b")), title=hostile, foot=(hostile,), badge=hostile)
    assert "<script" not in svg(chart)
    assert ET.fromstring(svg(chart)).tag == f"{SVG}svg"
    assert escaped("a\x00\ud800\u202eb<") == "ab&lt;"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_well_formed_svg(name: str, title: str) -> None:
    chart = replace(bars(names=(name, "b")), title=title)
    ET.fromstring(svg(chart))


def test_a_long_name_takes_lines_and_loses_nothing() -> None:
    lines_ = wrapped(LONG, 11)
    assert "".join(lines_) == LONG
    assert all(em(line) <= 11 for line in lines_)
    assert len(lines_) == 3
    assert wrapped("公布于 2026-05-12", 7) == ("公布于", "2026-05-12")


def test_no_line_begins_with_what_closes_a_sentence() -> None:
    assert wrapped("示例区第三中学,", 7) == ("示例区第三中", "学,")


def test_the_same_chart_is_the_same_picture_after_storage() -> None:
    for chart in EVERY.values():
        again = from_data(to_data(Picture(chart, CAPTION))).chart
        assert again == chart
        assert svg(again) == svg(chart)


def test_a_stored_chart_is_small() -> None:
    assert len(str(to_data(Picture(SIX_LINES, CAPTION)))) < 2000
    assert len(str(to_data(Picture(THIRTY, CAPTION)))) < 2500
