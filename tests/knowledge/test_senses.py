"""What words mean, from a table: looked up, weighed by rarity, added up."""

from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.lexicon import FOLDER, load_lexicon
from knowledge.match import Index
from knowledge.senses import Senses, Vectors
from tests.knowledge.entries import SCHOOL, TODAY, entry

WORDS = sorted(["a", "请假", "奔丧", "的", "校服"], key=str.encode)
PLACES = {"a": (0, 1, 0), "请假": (9, 1, 0), "奔丧": (8, 2, 0), "的": (0, 0, 9), "校服": (0, 9, 0)}


@pytest.fixture
def senses() -> Senses:
    spelled = np.array([word.encode() for word in WORDS])
    vectors = np.array([PLACES[word] for word in WORDS], np.int8)
    return Senses(spelled, vectors, ["的"])


def _vectors(senses: Senses, texts: Sequence[Sequence[str]]) -> Vectors:
    held = [np.array([place], np.int32) for place in range(len(WORDS))]
    return senses.added(senses.rows(texts), senses.weights(held))


def test_only_known_words_have_a_place(senses: Senses) -> None:
    found = senses.rows([["请假", "龘", "奔丧"], [], ["zebra"], ["a", "a"]])
    assert [len(rows) for rows in found] == [2, 0, 0, 2]
    assert [WORDS[place] for place in found[0]] == ["请假", "奔丧"]


def test_no_text_at_all_has_no_rows(senses: Senses) -> None:
    assert senses.rows([]) == []
    assert senses.added([], senses.weights([])).shape == (0, 3)


def test_a_text_is_as_long_as_any_other_and_nought_without_known_words(senses: Senses) -> None:
    rows = _vectors(senses, [["请假"], ["龘"], ["请假", "校服", "的"], []])
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 1, 0], abs=1e-6)


def test_words_that_mean_nearly_the_same_lie_near(senses: Senses) -> None:
    leave, funeral, uniform = _vectors(senses, [["请假"], ["奔丧"], ["校服"]])
    assert leave @ funeral > 0.95 > 0.2 > leave @ uniform


def test_a_particle_turns_a_text_hardly(senses: Senses) -> None:
    alone, with_particle = _vectors(senses, [["请假"], ["请假", "的"]])
    assert alone @ with_particle > 0.99


def test_a_word_that_few_entries_have_weighs_more(senses: Senses) -> None:
    [rare], [common] = senses.rows([["校服"], ["请假"]])
    weights = senses.weights(
        [np.array([common], np.int32)] * 9 + [np.array([rare, common], np.int32)]
    )
    assert weights[rare] > 2 * weights[common]


def test_the_shipped_table_is_in_order_and_has_the_words_of_the_lexicon() -> None:
    lexicon = load_lexicon()
    with np.load(FOLDER / "senses.npz", allow_pickle=False) as data:
        words, vectors = data["words"], data["vectors"]
    assert len(words) == len(vectors)
    assert (words[:-1] < words[1:]).all()
    known = set(words.tolist())
    own = [word for word in lexicon.concepts if len(word) > 1 and word[0] >= "\u3400"]
    missing = [word for word in own if word.encode() not in known]
    assert missing == [], "python -m benchmarks.senses makes the table anew"


def test_a_word_that_stands_in_no_list_finds_its_entry() -> None:
    leave = entry("leave", "学生请假怎么办理", "请病假要什么手续", "事假找谁批", "请假条怎么写")
    decision = Index((*SCHOOL, leave)).ask("外公走了要回去奔丧", today=TODAY)
    assert decision.ranked[0][0] == "leave"


def test_english_words_lie_near_chinese_ones() -> None:
    lost = entry("lost", "毕业证书丢了怎么补办", "毕业证遗失", "毕业证弄丢了", "补毕业证")
    decision = Index((*SCHOOL, lost)).ask("my diploma got stolen", today=TODAY)
    assert decision.ranked[0][0] == "lost"
