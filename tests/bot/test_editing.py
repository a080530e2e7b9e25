"""Writing into the content: as proposed, once, by name, or not at all."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.core.people import Role, Staff
from bot.service import editing
from bot.service.editing import Proposal, Refused
from bot.storage import editbook
from tests.bot.bureau import Bureau
from tests.bot.content import FAQ, NAME, give_content

TODAY = date(2026, 11, 23)


@pytest.fixture
def file(bureau: Bureau, tmp_path: Path) -> Path:
    return give_content(bureau, tmp_path / "content")


@pytest.fixture
def editor(bureau: Bureau) -> Staff:
    return bureau.hires("吴老师", Role.EDITOR)


def phrasing(bureau: Bureau, question: str, entry: str = "primary-age") -> Proposal:
    library = bureau.office.library
    return editing.propose_phrasing(library.folder, library.current, entry, question, today=TODAY)


def draft(bureau: Bureau, answer: str = "向学校报名。", topic: str = "desk") -> Proposal:
    folder = bureau.office.library.folder
    return editing.propose_draft(
        folder, topic, "校车怎么坐", answer, wordings=("校车怎么坐", "有没有校车"), today=TODAY
    )


def carry_out(
    bureau: Bureau, staff: Staff, proposal: Proposal, *, basis: str = "", key: str = "k"
) -> None:
    editing.carry_out(bureau.office, staff, proposal, basis=basis or proposal.basis, key=key)


def test_a_phrasing_is_written_live_and_signed(bureau: Bureau, file: Path, editor: Staff) -> None:
    proposal = phrasing(bureau, "娃多大\n能念书 手机 13800138000")
    assert file.read_text(encoding="utf-8") == FAQ
    carry_out(bureau, editor, proposal)
    said = "    - 多大能上一年级   # 家长原话\n"
    assert file.read_text(encoding="utf-8") == FAQ.replace(said, said + "    - 娃多大 能念书\n")
    assert bureau.office.library.refresh() is not None
    assert "娃多大 能念书" in bureau.office.library.current.entries["primary-age"].phrasings
    [edit] = bureau.do(lambda job: editbook.latest(job.tx))
    assert (edit.who, edit.file, edit.entry_id) == ("吴老师", NAME, "primary-age")
    assert edit.sha256_before == editing.sha256(FAQ.encode())
    assert edit.sha256_after == editing.sha256(file.read_bytes())
    assert "+    - 娃多大 能念书" in edit.diff
    assert bureau.value("SELECT editor FROM signed_edits") == "吴老师"


def test_a_proposal_says_what_the_question_would_lead_to(bureau: Bureau, file: Path) -> None:
    assert file.exists()
    assert phrasing(bureau, "娃多大能念书").hits == "命中 primary-age"


def test_a_draft_is_written_without_personal_numbers_and_is_not_answered(
    bureau: Bureau, file: Path, editor: Staff
) -> None:
    carry_out(bureau, editor, draft(bureau, "请打 13800138000 报名。\n带户口簿。"))
    text = file.read_text(encoding="utf-8")
    assert text.startswith(FAQ)
    assert "13800138000" not in text
    bureau.office.library.refresh()
    entry = bureau.office.library.current.entries["desk-20261123-1"]
    assert (entry.draft, entry.question, entry.phrasings) == (True, "校车怎么坐", ("有没有校车",))
    assert "带户口簿。" in entry.answer
    assert bureau.office.library.current.index.ask("校车怎么坐", today=TODAY).outcome == "miss"


def test_two_drafts_on_one_day_have_two_ids(bureau: Bureau, file: Path, editor: Staff) -> None:
    carry_out(bureau, editor, draft(bureau))
    assert draft(bureau).entry_id == "desk-20261123-2"
    assert file.exists()


def test_a_file_that_was_edited_by_hand_meanwhile_is_left_alone(
    bureau: Bureau, file: Path, editor: Staff
) -> None:
    seen = phrasing(bureau, "娃多大能念书")
    by_hand = FAQ.replace("据实收取", "按月收取")
    file.write_text(by_hand, encoding="utf-8")
    fresh = phrasing(bureau, "娃多大能念书")
    for proposal in (seen, fresh):  # the old one, and one made anew for the form of the old one
        with pytest.raises(Refused) as refused:
            carry_out(bureau, editor, proposal, basis=seen.basis)
        assert refused.value.key == "gaps.changed"
    assert file.read_text(encoding="utf-8") == by_hand
    assert bureau.do(lambda job: editbook.latest(job.tx)) == []


def test_what_would_break_the_content_is_refused_with_the_problems(
    bureau: Bureau, file: Path, editor: Staff
) -> None:
    proposal = phrasing(bureau, "午餐费多少钱")
    assert "meal-fee" in str(proposal.problems)
    with pytest.raises(Refused) as refused:
        carry_out(bureau, editor, proposal)
    assert refused.value.problems == proposal.problems
    assert file.read_text(encoding="utf-8") == FAQ


def test_a_golden_question_is_not_broken(bureau: Bureau, file: Path, editor: Staff) -> None:
    golden = "- {question: 校车几点到站, entry: null}\n"
    (file.parents[1] / "golden.yaml").write_text(golden, encoding="utf-8")
    proposal = phrasing(bureau, "校车几点到站啊", "meal-fee")
    with pytest.raises(Refused) as refused:
        carry_out(bureau, editor, proposal)
    assert "校车几点到站" in refused.value.problems[0].message


def test_a_form_sent_twice_writes_once(bureau: Bureau, file: Path, editor: Staff) -> None:
    proposal = phrasing(bureau, "娃多大能念书")
    carry_out(bureau, editor, proposal)
    assert editing.is_done(bureau.office, editor, basis=proposal.basis, key="k")
    assert not editing.is_done(bureau.office, editor, basis=proposal.basis, key="other")
    once = file.read_bytes()
    carry_out(bureau, editor, proposal)
    assert file.read_bytes() == once
    assert len(bureau.do(lambda job: editbook.latest(job.tx))) == 1


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR])
def test_only_editors_and_admins_write(bureau: Bureau, file: Path, role: Role) -> None:
    staff = bureau.hires("赵老师", role)
    with pytest.raises(Refused, match="upkeep_only"):
        carry_out(bureau, staff, phrasing(bureau, "娃多大能念书"))
    assert file.read_text(encoding="utf-8") == FAQ


def test_nothing_is_left_lying_about(bureau: Bureau, file: Path, editor: Staff) -> None:
    file.chmod(0o640)
    carry_out(bureau, editor, phrasing(bureau, "娃多大能念书"))
    with pytest.raises(Refused):
        carry_out(bureau, editor, phrasing(bureau, "午餐费多少钱"), key="k2")
    assert [path.name for path in file.parent.iterdir()] == ["desk.yaml"]
    assert file.stat().st_mode & 0o777 == 0o640


def refusals(bureau: Bureau) -> Iterator[tuple[str, Refused]]:
    makes: dict[str, Callable[[], Proposal]] = {
        "no_text": lambda: phrasing(bureau, " 13800138000 "),
        "no_file": lambda: phrasing(bureau, "问", "no-such-entry"),
        "no_topic": lambda: draft(bureau, topic="../../x"),
    }
    for name, make in makes.items():
        with pytest.raises(Refused) as refused:
            make()
        yield name, refused.value


def test_what_cannot_be_proposed_is_refused_in_words(bureau: Bureau, file: Path) -> None:
    assert file.exists()
    keys = {name: refused.key for name, refused in refusals(bureau)}
    assert keys == {
        "no_text": "gaps.no_text",
        "no_file": "gaps.no_file",
        "no_topic": "gaps.no_file",
    }


def test_a_file_that_went_away_is_told_in_words(bureau: Bureau, file: Path, editor: Staff) -> None:
    proposal = phrasing(bureau, "娃多大能念书")
    file.unlink()
    with pytest.raises(Refused, match="cannot_write"):
        carry_out(bureau, editor, proposal)
    assert bureau.do(lambda job: editbook.latest(job.tx)) == []


def test_the_record_of_edits_only_grows(bureau: Bureau, editor: Staff) -> None:
    edit = editbook.Edit(bureau.clock.now, editor.id, "吴老师", NAME, "a", "d", "1", "2")
    bureau.do(lambda job: editbook.add(job.tx, edit))
    for statement in ("UPDATE edits SET who = 'x'", "DELETE FROM edits"):
        with pytest.raises(Exception, match="append-only"):
            bureau.do(lambda job, sql=statement: job.tx.execute(sql))  # type: ignore[misc]
