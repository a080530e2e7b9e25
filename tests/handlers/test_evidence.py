"""Files: what is taken, what is refused, and that a refusal names another way."""

import pytest

from bot.core.dialogue import without_file
from bot.core.turn import Media, MediaKind
from handlers.evidence import LARGEST
from tests.handlers.paths import acts, at, file_one, kept
from tests.handlers.talk import Talk

TOO_BIG = Media(MediaKind.DOCUMENT, "f", LARGEST + 1, "application/pdf", "big.pdf")


def document(name: str = "", mime: str = "") -> Media:
    return Media(MediaKind.DOCUMENT, "f", 1000, mime, name)


@pytest.mark.parametrize(
    "media",
    [
        document("通知.pdf", "application/pdf"),
        document("表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        document("照片.JPG"),
        document("录音.m4a", "application/octet-stream"),
        document(),
        Media(MediaKind.VIDEO, "f", LARGEST, "video/mp4"),
        Media(MediaKind.PHOTO, "f", None),
    ],
)
def test_evidence_is_taken_at_a_step_and_by_itself(media: Media) -> None:
    for talk in (at("what"), Talk()):
        talk.sends(media)
        assert [one.media for one in kept(talk)] == [media]


@pytest.mark.parametrize(
    ("media", "way"),
    [
        (TOO_BIG, "拍照"),
        (Media(MediaKind.VIDEO, "f", LARGEST + 1), "分几段"),
        (document("setup.exe", "application/x-msdownload"), "截图"),
        (document("run.sh"), "截图"),
        (document("page.html", "text/html"), "截图"),
        (document("notes.txt", "text/plain"), "截图"),
        (Media(MediaKind.PHOTO, "f", 1000, "image/svg+xml", "plan.svg"), "截图"),
    ],
)
def test_a_refusal_says_what_to_do_instead(media: Media, way: str) -> None:
    for talk in (at("what"), at("which"), Talk()):
        [said] = talk.sends(media)
        assert "收不了" in said
        assert way in said
        assert kept(talk) == []


def test_the_words_under_a_refused_file_are_kept() -> None:
    talk = at("what")
    talk.sends(TOO_BIG, "这是收据")
    assert talk.dialogue.draft is not None
    assert [text for text, _ in talk.dialogue.draft.texts] == ["这是收据"]
    assert talk.dialogue.draft.files == 0


def test_files_sent_by_themselves_are_kept_under_one_draft(talk: Talk) -> None:
    talk.sends_photo()
    talk.sends_photo()
    talk.says("孩子几岁可以上小学一年级？")
    talk.sends_photo()
    assert len({one.draft for one in kept(talk)}) == 1
    assert "已收到 3 个文件" in talk.last


def test_files_of_last_week_are_not_mixed_with_those_of_today(talk: Talk) -> None:
    talk.sends_photo()
    talk.waits(7 * 86400)
    talk.sends_photo()
    assert len({one.draft for one in kept(talk)}) == 2


def test_an_album_restarted_in_the_middle_is_one_draft_and_one_answer(talk: Talk) -> None:
    said = []
    for item in range(10):
        said += talk.sends_photo("三小的饭" if item == 6 else "", album="a1")
        if item == 3:
            talk.restarts()
    said += talk.waits(2)
    assert len(said) == 1
    assert "10 个文件" in said[0]
    assert len({one.draft for one in kept(talk)}) == 1


def test_an_album_for_a_case_is_told_to_the_staff_once(talk: Talk) -> None:
    number = file_one(talk)
    talk.presses("补充材料")
    said = talk.sends_album(4) + talk.waits(2)
    assert len(said) == 1
    assert len(kept(talk)) == 4
    assert {one.draft or one.case for one in kept(talk)} == {number}
    assert len(acts(talk)) == 1


def test_a_question_may_come_first_and_the_files_wait(talk: Talk) -> None:
    talk.sends_photo()
    talk.presses("先问问题")
    talk.says("孩子几岁可以上小学一年级？")
    talk.presses("用来投诉")
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.files == 1


def test_a_phone_number_sent_alone_is_the_contact_of_the_complaint(talk: Talk) -> None:
    talk.sends_contact("13800001111")
    talk.presses("用来投诉")
    assert talk.dialogue.draft is not None
    assert talk.dialogue.draft.contact == "13800001111"


def test_a_preview_counts_only_what_is_still_there_and_nothing_at_all_is_not_submitted() -> None:
    talk = Talk()
    for step in ("我要投诉", "投诉", "收费、退费", "不涉及"):
        talk.says(step)
    talk.sends_photo()
    for step in ("写好了", "匿名", "跳过"):
        talk.says(step)
    assert "已收到 1 个文件" in talk.last
    found = without_file(talk.dialogue, talk.dialogue.draft.id if talk.dialogue.draft else "")
    assert found is not None
    talk.dialogue = found[0]  # as the desk does when the picture turns out to be none
    [asked] = talk.presses("提交")
    assert "还没有内容" in asked
    assert "发生了什么事" in asked
    assert talk.cases == []
