"""Every step, and every question beside the steps, against what people really send at it."""

import pytest

from tests.handlers.paths import QUESTIONS, STEPS, at, kept, statement

EVERYWHERE = pytest.mark.parametrize("step", [*STEPS, *QUESTIONS])
LONG = "食堂的饭总是凉的。" * 445  # about 4,000 characters


@EVERYWHERE
def test_a_step_is_left_by_cancel_and_nothing_is_lost(step: str) -> None:
    talk = at(step)
    before = talk.dialogue.draft
    assert talk.says("取消")
    assert talk.dialogue.flow == ""
    if before is None or not (before.kind or before.texts):
        return
    assert talk.dialogue.parked is not None
    assert talk.dialogue.parked.texts == before.texts
    talk.restarts()
    talk.says("继续")
    assert talk.dialogue.flow == "complaint"
    if step in STEPS:
        assert talk.dialogue.step == step


@EVERYWHERE
def test_help_is_given_and_the_step_stays(step: str) -> None:
    talk = at(step)
    before = talk.last
    [said] = talk.says("帮助")
    assert "正在填写投诉" in said
    assert before.splitlines()[-1] in said
    assert talk.dialogue.step == step


@EVERYWHERE
@pytest.mark.parametrize("blank", ["", "   ", "\n"])
def test_an_empty_text_is_answered_and_the_step_stays(step: str, blank: str) -> None:
    talk = at(step)
    [said] = talk.says(blank)
    assert "没有内容" in said
    assert talk.dialogue.step == step


@EVERYWHERE
def test_a_sticker_is_refused_in_words_and_the_step_stays(step: str) -> None:
    talk = at(step)
    before = statement(talk)
    [said] = talk.sends_sticker()
    assert "收不了" in said
    assert talk.dialogue.step == step
    assert statement(talk) == before


@EVERYWHERE
def test_four_thousand_characters_are_kept_at_any_step(step: str) -> None:
    talk = at(step)
    [said] = talk.says(LONG)
    assert said
    assert talk.dialogue.step == (
        "preview" if step == "same" else step
    )  # it is not the same any more
    assert LONG in statement(talk)


@EVERYWHERE
def test_an_album_is_kept_whole_and_answered_once_at_any_step(step: str) -> None:
    talk = at(step)
    before = len(kept(talk))
    said = talk.sends_album(5) + talk.waits(2)
    assert len(said) == 1
    assert talk.dialogue.draft is not None
    assert [one.draft for one in kept(talk)[before:]] == [talk.dialogue.draft.id] * 5
    assert talk.dialogue.draft.files == 5
    assert talk.dialogue.step == step


@pytest.mark.parametrize("step", STEPS)
def test_a_step_survives_a_restart_and_half_a_day(step: str) -> None:
    talk = at(step)
    before = talk.dialogue.step
    talk.restarts()
    talk.waits(11 * 3600)
    talk.sends_sticker()
    assert talk.dialogue.step == before


@EVERYWHERE
def test_after_three_days_a_step_asks_before_it_goes_on(step: str) -> None:
    talk = at(step)
    talk.waits(3 * 86400)
    talk.restarts()
    said = talk.says("还有一件事要说,昨天又发生了")
    assert len(said) == 1
    if step in ("which", "same"):
        return  # they ask anyway, and keep what was said
    assert "继续上次的投诉吗" in said[0]
    assert "还有一件事要说,昨天又发生了" in statement(talk)


@pytest.mark.parametrize("step", STEPS[1:])
def test_back_leads_to_the_step_before(step: str) -> None:
    talk = at(step)
    talk.presses("上一步")
    order = [one for one in STEPS if one != "finer"]
    expected = "category" if step == "finer" else order[order.index(step) - 1]
    assert talk.dialogue.step == expected


@pytest.mark.parametrize("step", STEPS[1:])
def test_an_old_button_of_another_step_changes_nothing(step: str) -> None:
    talk = at(step)
    before = talk.dialogue
    assert before.draft is not None
    [said] = talk.presses_data(f"c:{before.draft.id}:kind:suggestion")
    assert "此按钮已失效" in said
    assert talk.dialogue.step == step
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.kind == before.draft.kind


@EVERYWHERE
@pytest.mark.parametrize("value", ["nonsense", "", "go:on", "20261123-4Y6X-WVJW-5"])
def test_a_forged_value_is_answered_in_words(step: str, value: str) -> None:
    talk = at(step)
    assert talk.dialogue.draft is not None
    cases = len(talk.cases)
    [said] = talk.presses_data(f"c:{talk.dialogue.draft.id}:{step}:{value}")
    assert "此按钮已失效" in said
    assert talk.dialogue.step == step
    assert len(talk.cases) == cases
