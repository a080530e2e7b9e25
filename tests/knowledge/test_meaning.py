"""The semantic layer: what it adds, what it must not touch, and that everything is as it was without it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from knowledge.calibrate import MEANING_WEIGHTS, load_meaning_models
from knowledge.entry import Context, Outcome
from knowledge.match import Index
from knowledge.meaning import NEAR, Embedder, Floats, Meanings, load_directions, shortened
from knowledge.retrieve import FEATURES
from tests.embedders import SAME, SIZE, Letters, letters
from tests.knowledge.entries import SCHOOL, TODAY, entry, index

ENTRIES = (*SCHOOL, entry("transfer", "孩子怎么转学", "转学手续在哪里办", "转学需要什么材料"))
PLAIN = index(*ENTRIES)
ODD = "娃换个地方念书咋弄"  # by the test's embedding the very meaning of 孩子怎么转学
QUESTIONS = (
    "小学几号报名呢",
    "校服一套多少钱？另外教育局几点上班？",
    "今天会下雨吗",
    ODD,
    "娃转学要带啥",
)


def every(texts: Sequence[str]) -> Mapping[str, Floats]:
    return {text: letters(text) for text in texts}


def with_layer(plain: Index, *settled: str) -> Index:
    rows = np.stack([letters(text) for text in plain.phrasing_texts()])
    return plain.with_meaning(rows, every, settled=settled)


LAYERED = with_layer(PLAIN)


def test_what_means_the_same_is_found_without_a_word_in_common() -> None:
    [text] = LAYERED.texts_of(ODD, today=TODAY)
    assert text in SAME  # or the embedding of this test would not know it
    before, after = PLAIN.ask(ODD, today=TODAY), LAYERED.ask(ODD, today=TODAY)
    assert after.ranked[0][0] == "transfer"
    assert after.ranked[0][1] > dict(before.ranked).get("transfer", 0.0)


def test_an_index_without_the_layer_takes_no_vectors() -> None:
    assert not PLAIN.has_meaning
    assert PLAIN.texts_of(ODD, today=TODAY) == ()
    assert PLAIN.seeing({ODD: letters(ODD)}) is PLAIN


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_vectors_the_layer_decides_as_words_alone_do(question: str) -> None:
    assert LAYERED.by_words is PLAIN
    assert LAYERED.seeing({}) is PLAIN
    one = {text: letters(text) for text in LAYERED.texts_of(question, today=TODAY)[1:]}
    assert LAYERED.seeing(one).ask(question, today=TODAY) == PLAIN.ask(question, today=TODAY)


@pytest.mark.parametrize("question", QUESTIONS)
def test_vectors_handed_in_decide_as_vectors_that_are_fetched(question: str) -> None:
    texts = LAYERED.texts_of(question, today=TODAY)
    handed = LAYERED.seeing(every(texts)).ask(question, today=TODAY)
    assert handed == LAYERED.ask(question, today=TODAY)


@pytest.mark.parametrize(
    "question", ["小学几号报名", "小学几号报名呢", "上海小学几号报名", "老师好", "谢谢", ""]
)
def test_what_words_settle_needs_no_vector(question: str) -> None:
    assert LAYERED.texts_of(question, today=TODAY) == ()
    assert LAYERED.ask(question, today=TODAY) == PLAIN.ask(question, today=TODAY)


def test_a_golden_question_is_decided_as_it_was_promised() -> None:
    promised = with_layer(PLAIN, f"{ODD}?")
    assert promised.texts_of(ODD, today=TODAY) == ()
    assert promised.ask(ODD, today=TODAY) == PLAIN.ask(ODD, today=TODAY)


def test_words_have_to_be_as_sure_as_is_asked_for() -> None:
    question = "小学几号报名呢"
    [score] = [one.score for one in PLAIN.ask(question, today=TODAY).answers]
    rows = np.stack([letters(text) for text in PLAIN.phrasing_texts()])
    assert PLAIN.with_meaning(rows, every, sure=score).texts_of(question, today=TODAY) == ()
    assert PLAIN.with_meaning(rows, every, sure=score + 1).texts_of(question, today=TODAY) != ()


def test_words_that_answer_one_of_two_questions_have_not_settled_the_message() -> None:
    assert LAYERED.texts_of("校服一套多少钱？另外教育局几点上班？", today=TODAY) == ()
    assert LAYERED.texts_of("校服一套多少钱？娃换个地方念书咋弄？", today=TODAY) != ()


def test_a_message_and_its_last_question_are_embedded_and_long_ones_by_their_end() -> None:
    assert len(LAYERED.texts_of("这东西得花多少？你们啥时候有人？", today=TODAY)) == 2
    story = "我家孩子去年从外地回来一直跟着奶奶住" * 6 + "怎么转学"
    assert all(len(text) <= 48 for text in LAYERED.texts_of(story, today=TODAY))
    assert shortened(story).endswith("怎么转学")
    assert len(shortened(story, part=True)) == 32


def test_meaning_repairs_no_slot() -> None:
    faq = with_layer(index(entry("junior", "初中报名要带什么"), entry("other", "校服多少钱")))
    decision = faq.ask("小学报名要带什么", today=TODAY)
    assert decision.outcome is not Outcome.HIT
    assert not decision.answers


def test_a_follow_up_is_read_as_before() -> None:
    context = Context("primary-time", "小学几号报名")
    followed = LAYERED.ask("那初中呢", today=TODAY, context=context)
    assert followed.ranked[0][0] == PLAIN.ask("那初中呢", today=TODAY, context=context).ranked[0][0]


def test_the_report_shows_what_the_layer_found() -> None:
    assert "near=" in str(LAYERED.explain(ODD, today=TODAY))
    assert "near=" not in str(PLAIN.explain(ODD, today=TODAY))


def test_vectors_are_centred_on_the_faq_before_they_are_compared() -> None:
    common = letters("公共")
    rows = np.stack([common + 0.1 * letters(text) for text in ("一", "二", "三", "四")])
    straight = np.eye(SIZE, dtype=np.float32)
    near = Meanings(rows, [2, 2], straight).near(rows[0])
    assert near.nearest(1) == [0]
    assert near.parts(0)[0] == pytest.approx(1.0, abs=1e-5)
    assert near.parts(0)[1] > near.parts(1)[1]
    assert near.parts(1)[0] < 0.2  # uncentred, everything would be nearly the same


def test_the_weights_name_the_model_they_are_for_and_being_near_counts_for_an_entry() -> None:
    assert MEANING_WEIGHTS.is_file()
    model, models = load_meaning_models()
    assert model == load_directions()[0] == Letters().model
    for one in models.values():
        assert len(one.rank) == len(FEATURES) + len(NEAR)
        assert min(one.rank[-len(NEAR) :]) >= 0


def test_any_embedding_with_a_model_a_version_and_rows_fits() -> None:
    fits: Embedder = Letters(model="another", version="from a file")
    assert fits.embed(["小学", "初中"]).shape == (2, SIZE)
