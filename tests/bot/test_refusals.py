"""A file that turns out to be none: the draft counts it no more; a case says so, and so does its parent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from markupsafe import Markup

from bot.core.dialogue import Dialogue, Draft
from bot.core.people import Person
from bot.core.turn import KeepFile, Media, MediaKind, Outgoing
from bot.service.refusals import refuse
from bot.storage import attachments, casebook, store
from bot.storage.attachments import Attachment
from bot.storage.outbox import Parcel
from tests.bot.bureau import GROUP, Bureau

PHOTO = Media(MediaKind.PHOTO, "file1", 1000, "image/jpeg")


@pytest.fixture
def li(bureau: Bureau) -> Person:
    return bureau.parent("501")


def keeps(
    bureau: Bureau, person: Person, draft: str = "d1", case_id: int | None = None
) -> Attachment:
    token = f"{bureau.office.chance.bits(128):032x}"
    kept = KeepFile(PHOTO, draft=draft)
    bureau.do(lambda job: attachments.keep(job.tx, person.id, "telegram", kept, token=token, case_id=case_id, event_id=None, now=job.now))  # fmt: skip
    found = bureau.do(lambda job: attachments.by_token(job.tx, token))
    assert found is not None
    return found


def refuses(bureau: Bureau, file: Attachment) -> None:
    bureau.do(lambda job: refuse(job, file, "file_broken"))


def filling_in(bureau: Bureau, person: Person, dialogue: Dialogue) -> None:
    bureau.do(lambda job: store.save_dialogue(job.tx, person.id, dialogue))


def dialogue_of(bureau: Bureau, person: Person) -> Dialogue:
    return bureau.do(lambda job: store.dialogue_of(job.tx, person.id))


@pytest.mark.parametrize("place", ["draft", "parked"])
def test_what_is_being_filled_in_counts_the_file_no_more(
    bureau: Bureau, li: Person, place: str
) -> None:
    draft = Draft("d1", kind="complaint", files=2)
    filling_in(bureau, li, Dialogue(draft=draft) if place == "draft" else Dialogue(parked=draft))
    for told in ("已收下的还有 1 个文件", "现在没有收下的文件"):
        refuses(bureau, keeps(bureau, li))
        assert told in bureau.owed_texts("501")[-1]
    after = dialogue_of(bureau, li)
    assert (after.draft or after.parked) == replace(draft, files=0)


def test_a_file_of_no_draft_changes_none(bureau: Bureau, li: Person) -> None:
    filling_in(bureau, li, Dialogue(draft=Draft("other", files=1)))
    refuses(bureau, keeps(bureau, li))
    assert dialogue_of(bureau, li) == Dialogue(draft=Draft("other", files=1))
    [told] = bureau.owed_texts("501")
    assert "打不开" in told
    assert "个文件。" not in told


def test_after_the_submission_the_parent_the_case_and_the_staff_hear_of_it(
    bureau: Bureau, li: Person
) -> None:
    bureau.has_staff_chat()
    file = keeps(bureau, li)  # as the fetcher read it, before the submission
    case = bureau.opens(li, draft="d1")
    bureau.sends_all()
    refuses(bureau, file)
    [told] = bureau.owed_texts("501")
    assert case.number in told
    assert "那一件照常办理" in told
    [parcel] = [one for one in bureau.owed() if one.chat == "501"]
    assert parcel.message.buttons[0][0].data == f"k:add:{case.number}"
    [event] = [
        e
        for e in bureau.do(lambda job: casebook.history(job.tx, case.id))
        if e.kind == "file_refused"
    ]
    assert event.data == {"reason": "file_broken"}
    assert "附件打不开或不能收" in bureau.owed_texts(GROUP)[-1]


def test_what_was_held_back_with_the_old_count_does_not_come_after(
    bureau: Bureau, li: Person
) -> None:
    filling_in(bureau, li, Dialogue(draft=Draft("d1", files=2)))
    until = bureau.clock.now + timedelta(seconds=1.5)
    held = Parcel("telegram", "501", Outgoing(Markup("2")), slot="draft:d1", not_before=until)
    bureau.do(lambda job: job.owe(held))
    refuses(bureau, keeps(bureau, li))
    [before, after] = [parcel.not_before for parcel in bureau.owed()]
    assert before is not None
    assert after is not None
    assert before < after
