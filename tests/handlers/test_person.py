"""转人工: the question in hand becomes a case, once, with its receipt."""

import pytest

from bot.core.cases import Kind
from bot.core.turn import Act, KeepFile, Media, MediaKind, OpenCase
from tests.handlers.fragments import Fragments
from tests.handlers.talk import Talk

AGE = "孩子几岁可以上小学一年级？"


@pytest.fixture
def missed() -> Talk:
    """Give a talk in which a question was just not answered."""
    talk = Fragments().talk()
    talk.says("操场夜里对居民开放吗")
    return talk


def opened(talk: Talk) -> list[OpenCase]:
    return [effect for effect in talk.effects if isinstance(effect, OpenCase)]


def test_the_question_is_carried_over_and_its_receipt_comes_at_once(missed: Talk) -> None:
    [receipt] = missed.presses("转给工作人员")
    [case] = opened(missed)
    assert (case.kind, case.text) == (Kind.QUESTION, "操场夜里对居民开放吗")
    assert f"已受理,编号 {missed.cases[0].number}" in receipt
    assert missed.buttons == ["补充材料", "查进度", "撤回"]


@pytest.mark.parametrize("words", ["转人工", "人工", "我要找工作人员", "/start person"])
def test_a_person_can_be_had_in_plain_words(missed: Talk, words: str) -> None:
    [receipt] = missed.says(words)
    assert "已受理" in receipt


def test_pressing_again_makes_no_second_case(missed: Talk) -> None:
    missed.presses("转给工作人员")
    [again] = missed.presses("转给工作人员")
    assert missed.cases[0].number in again
    assert len(missed.cases) == 1


def test_another_matter_can_be_asked_right_after(missed: Talk) -> None:
    missed.presses("转给工作人员")
    missed.presses("转给工作人员")
    assert "请写下您要问" in missed.presses("问另一件事")[0]
    missed.says("图书馆周末开不开")
    assert [case.text for case in opened(missed)] == ["操场夜里对居民开放吗", "图书馆周末开不开"]


def test_a_new_question_after_the_first_goes_over_too(missed: Talk) -> None:
    missed.presses("转给工作人员")
    missed.says("图书馆周末开不开")
    missed.says("转人工")
    assert len(missed.cases) == 2


def test_the_entry_an_answer_came_from_goes_with_the_question(talk: Talk) -> None:
    talk.says(AGE)
    talk.presses("转人工")
    [case] = opened(talk)
    assert (case.text, case.entry_id) == (AGE, "primary-age")


def test_an_old_question_is_not_what_a_typed_word_is_about(missed: Talk) -> None:
    missed.waits(25 * 3600)
    assert "请写下您要问" in missed.says("转人工")[0]
    assert opened(missed) == []


def test_who_asked_nothing_yet_is_asked_what_it_is_about(talk: Talk) -> None:
    assert "请写下您要问工作人员的事" in talk.says("转人工")[0]
    talk.restarts()
    talk.waits(3 * 24 * 3600)
    [receipt] = talk.says("操场夜里对居民开放吗,哪里可以申请")
    assert "已受理" in receipt
    assert talk.dialogue.flow == ""


def test_a_text_is_not_searched_while_it_is_awaited(talk: Talk) -> None:
    talk.says("转人工")
    assert "已受理" in talk.says(AGE)[0]


def test_cancelling_hands_nothing_over(talk: Talk) -> None:
    talk.says("转人工")
    assert "已取消" in talk.says("取消")[0]
    assert "6 周岁" in talk.says(AGE)[0]
    talk.says("/start person")
    assert len(talk.cases) == 1


def test_the_cancel_button_works_once(talk: Talk) -> None:
    talk.says("转人工")
    assert "已取消" in talk.presses("取消")[0]
    assert "此按钮已失效" in talk.presses("取消")[0]


@pytest.mark.parametrize("text", ["", "老师好", "谢谢老师", "😀"])
def test_what_says_nothing_opens_no_case(talk: Talk, text: str) -> None:
    talk.says("转人工")
    assert len(talk.says(text)) == 1
    assert talk.cases == []
    assert talk.dialogue.flow == "person"


def test_help_says_what_is_awaited(talk: Talk) -> None:
    talk.says("转人工")
    assert "请写下您要问工作人员的事" in talk.says("帮助")[0]
    assert "请写下您要问工作人员的事" in talk.says("转人工")[0]


def test_a_photo_is_kept_and_goes_with_the_words(talk: Talk) -> None:
    talk.says("转人工")
    assert "已经附上" in talk.sends_photo()[0]
    talk.says("校门口的路灯坏了归谁修")
    [kept] = [effect for effect in talk.effects if isinstance(effect, KeepFile)]
    [case] = opened(talk)
    assert case.draft == kept.draft


def test_a_caption_is_the_question(talk: Talk) -> None:
    talk.says("转人工")
    [receipt] = talk.sends_photo("校门口的路灯坏了归谁修")
    assert "已受理" in receipt
    assert opened(talk)[0].text == "校门口的路灯坏了归谁修"


def test_an_album_is_acknowledged_once_and_kept_whole(talk: Talk) -> None:
    talk.says("转人工")
    assert talk.sends_album(10, "路灯坏了") == []
    assert len(talk.waits(3)) == 1
    assert len(talk.done(KeepFile)) == 10
    talk.says("归谁修")
    assert opened(talk)[0].text == "路灯坏了\n归谁修"
    assert len(opened(talk)[0].messages) == 11  # an edit of any of them finds the case


def test_a_file_that_is_too_big_is_refused_in_words(talk: Talk) -> None:
    talk.says("转人工")
    [refusal] = talk.sends(Media(MediaKind.VIDEO, "f", 21 * 1024 * 1024, "video/mp4"))
    assert "20" in refusal
    assert talk.done(KeepFile) == []


def test_the_caption_of_a_refused_file_still_opens_the_case(talk: Talk) -> None:
    talk.says("转人工")
    video = Media(MediaKind.VIDEO, "f", 21 * 1024 * 1024, "video/mp4")
    refusal, receipt = talk.sends(video, "校门口的路灯坏了归谁修")
    assert "20" in refusal
    assert "已受理" in receipt


def test_a_refused_file_of_an_album_is_told_of_and_its_caption_kept(talk: Talk) -> None:
    talk.says("转人工")
    video = Media(MediaKind.VIDEO, "f", 21 * 1024 * 1024, "video/mp4")
    [refusal] = talk.sends(video, "路灯坏了", album="a")
    assert "20" in refusal
    assert talk.sends_photo(album="a") == []
    assert "已经附上" in talk.waits(3)[0]
    talk.says("归谁修")
    assert opened(talk)[0].text == "路灯坏了\n归谁修"


def test_a_photo_sent_before_cancelling_is_at_hand_for_a_complaint(talk: Talk) -> None:
    talk.says("转人工")
    talk.sends_photo()
    talk.says("取消")
    assert talk.dialogue.flow == ""
    talk.says("我要投诉")
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.files == 1


def test_editing_the_wish_for_a_person_changes_nothing_in_the_case(missed: Talk) -> None:
    missed.says("转人工")
    message = missed.last_message
    missed.edits(message, "谢谢老师")
    assert missed.done(Act) == []


def test_a_sticker_a_place_and_a_contact_leave_the_step_open(talk: Talk) -> None:
    talk.says("转人工")
    for texts in (talk.sends_sticker(), talk.sends_location(), talk.sends_contact()):
        assert "请用文字" in texts[0]
    assert talk.dialogue.flow == "person"


def test_a_case_of_yesterday_does_not_stand_in_the_way(missed: Talk) -> None:
    missed.presses("转给工作人员")
    missed.waits(24 * 3600)
    assert "请写下您要问" in missed.says("转人工")[0]


def test_while_a_complaint_is_open_nothing_else_is_opened(talk: Talk) -> None:
    talk.says("我要投诉")
    step = talk.dialogue.step
    assert "提交后就由工作人员办理" in talk.says("转人工")[0]
    assert "提交后就由工作人员办理" in talk.presses_data("person:new")[0]
    assert (talk.dialogue.flow, talk.dialogue.step) == ("complaint", step)
    assert talk.cases == []


def test_a_complaint_may_be_begun_instead(talk: Talk) -> None:
    talk.says("转人工")
    assert "您要反映的是哪一类" in talk.says("我要投诉")[0]
    assert talk.dialogue.flow == "complaint"


def test_danger_is_met_before_anything_else(talk: Talk) -> None:
    talk.says("转人工")
    [hotlines] = talk.says("孩子说不想活了")
    assert "12355" in hotlines or "120" in hotlines


def test_a_photo_sent_before_goes_with_the_question(talk: Talk) -> None:
    talk.sends_photo("这个通知是真的吗")
    talk.says("转人工")
    [kept] = [effect for effect in talk.effects if isinstance(effect, KeepFile)]
    [case] = opened(talk)
    assert case.draft == kept.draft
    assert "这个通知是真的吗" in case.text


def test_danger_in_a_caption_shows_the_hotlines_with_the_receipt(talk: Talk) -> None:
    talk.says("转人工")
    [receipt] = talk.sends_photo("孩子说不想活了")
    assert "已受理" in receipt
    assert opened(talk)[0].urgent
    assert "12355" in receipt or "120" in receipt
