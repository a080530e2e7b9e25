"""What a human is told about a decision."""

from tests.knowledge.entries import SCHOOL, TODAY, index

FAQ = index(*SCHOOL)


def test_the_report_names_repairs_slots_candidates_and_the_reason() -> None:
    report = str(FAQ.explain("2026年民办小学抱名要带什么才料", today=TODAY))
    assert "抱名 -> 报名" in report
    assert "year=2026" in report
    assert "ownership=private" in report
    assert "primary-documents" in report
    assert "because" in report
    assert "ratio=" in report


def test_the_report_shows_each_clause_and_pinyin_written_out() -> None:
    report = str(FAQ.explain("xiaofu duoshao qian？教育局几点上班？", today=TODAY))
    assert "xiaofu duoshao qian -> 校服多少钱" in report
    assert "part 1" in report
    assert "part 2" in report


def test_small_talk_and_other_places_are_named_as_the_reason() -> None:
    assert "greeting" in str(FAQ.explain("老师好", today=TODAY))
    assert "not ours: 海淀" in str(FAQ.explain("海淀区小学几号报名", today=TODAY))


def test_the_explanation_carries_the_same_decision() -> None:
    question = "小学几号报名"
    assert FAQ.explain(question, today=TODAY).decision == FAQ.ask(question, today=TODAY)
