"""How a figure is said, and what the dialogue does with questions, buttons and samples."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.drawing import svg
from bot.core.texts import catalogue
from bot.core.turn import MAX_DATA_BYTES, Asked, Place
from tests.handlers.talk import DESK, Talk


def html(talk: Talk) -> str:
    return str(talk.heard[-1].html)


def test_a_figure_is_one_message_in_its_form(talk: Talk) -> None:
    assert talk.says("三中今年指标到校多少个") == [
        "示例区第三中学 2026 年指标到校名额:45 个(去年 42 个)\n"
        "其中 第一批:30 个(去年 28 个),第二批:15 个(去年 14 个)\n\n"
        "示例区 2026 年普通高中招生计划 · ×教基〔2026〕5号 · 2026-05-12 公布 · 示例数据"
    ]
    assert html(talk).startswith("<b>示例区第三中学 2026 年指标到校名额:45 个</b>(去年 42 个)")


def test_several_schools_stand_in_columns(talk: Talk) -> None:
    talk.says("今年各校指标到校多少个")
    rows = [line for line in html(talk).split("\n") if " 个(" in line or line.endswith(" 个")]
    assert len(rows) == 5
    assert len({line.index(next(c for c in line if c.isdigit())) for line in rows}) == 1
    assert "示例区第三中学　　　45 个(去年 42 个)" in rows


def test_last_year_is_named_as_a_year_when_the_figure_is_not_this_years(talk: Talk) -> None:
    [answer] = talk.says("一中去年统招分数线")
    assert "652 分(2024 年 649 分)" in answer
    assert "去年" not in answer


def test_outside_the_demo_a_sample_is_never_given() -> None:
    talk = Talk(desk=replace(DESK, demo=False))
    for question in (
        "三中今年指标到校多少个",
        "幸福路12号上哪个小学",
        "计财股电话",
        "教师招聘到哪一步了",
        "三中住宿费",
    ):
        [answer] = talk.says(question)
        assert "这一项由本区规定" in answer, question
        assert not any(
            figure in answer for figure in ("45 个", "幸福路小学", "010-0000", "面试", "300 元")
        ), question
        assert "转人工" in talk.buttons


def test_the_question_goes_to_a_person_with_its_words(talk: Talk) -> None:
    talk.says("五中今年指标到校多少个")
    [receipt] = talk.presses("转人工")
    assert "已受理" in receipt
    assert len(talk.cases) == 1


def test_what_a_question_came_to_is_noted(talk: Talk) -> None:
    talk.says("三中今年指标到校多少个")
    talk.says("今年分数线多少")
    talk.says("五中去年分数线多少")
    assert list(talk.done(Asked)) == [
        Asked("三中今年指标到校多少个", "hit", "table:quota"),
        Asked("今年分数线多少", "unsure", "table:score_line"),
        Asked("五中去年分数线多少", "miss", "table:score_line"),
    ]


@pytest.mark.parametrize(
    "data", ["f:", "f::", "f:d0000001:", "f:x:s:ms-third", "f:d0000001:s:no-such", "f:d0000001:y:x", "f:d0000001:z:1", "f:d0000001:s:"]
)  # fmt: skip
def test_a_forged_or_stale_button_is_answered_in_words(talk: Talk, data: str) -> None:
    assert "此按钮已失效" in talk.presses_data(data)[0]
    talk.says("今年指标到校多少个")
    [answer] = talk.presses_data(data)
    assert "此按钮已失效" in answer


def test_an_older_button_of_the_same_question_still_works(talk: Talk) -> None:
    talk.says("今年指标到校多少个")
    talk.presses("示例区第四中学")
    [answer] = talk.presses_data(next(
        button.data for row in talk.heard[0].buttons for button in row if button.label == "示例区第三中学"
    ))  # fmt: skip
    assert "示例区第三中学 2026 年指标到校名额:45 个" in answer
    assert "第四" not in answer


def test_a_doubtful_school_beside_a_certain_one_keeps_both(talk: Talk) -> None:
    talk.says("一小和实验小学今年招多少人")
    assert talk.buttons[:2] == ["示例区实验小学本部", "示例区实验小学东校区"]
    [answer] = talk.presses("示例区实验小学东校区")
    assert "示例区第一小学" in answer
    assert "示例区实验小学东校区" in answer
    assert "本部" not in answer


def test_every_button_fits_and_names_what_it_does(talk: Talk) -> None:
    for question in (
        "今年指标到校多少个",
        "三中指标到校多少个",
        "教育股电话",
        "幸富路5号上哪个小学",
        "第九小学今年招多少人",
    ):
        talk.says(question)
        for row in talk.heard[-1].buttons:
            for button in row:
                assert button.label
                assert len(button.data.encode()) <= MAX_DATA_BYTES


def test_the_state_of_a_question_is_small_and_survives_a_restart(talk: Talk) -> None:
    talk.says("今年指标到校多少个")
    talk.restarts()
    assert "45 个" in talk.presses("示例区第三中学")[0]
    assert talk.dialogue.figure is not None
    assert talk.dialogue.figure.said == ("s:ms-third",)


def test_a_follow_up_that_means_two_schools_is_asked_back(talk: Talk) -> None:
    talk.says("一小今年招多少人")
    talk.says("那实验小学呢")
    [answer] = talk.presses("示例区实验小学本部")
    assert "示例区实验小学本部 2026 年" in answer
    assert "第一小学" not in answer


def test_in_a_group_figures_are_given_and_nothing_is_remembered(talk: Talk) -> None:
    talk.place = Place.GROUP
    assert "45 个" in talk.says("三中今年指标到校多少个")[0]
    assert talk.dialogue.figure is None
    assert talk.buttons == ["私下和我说"]


def test_an_english_speaker_gets_the_same_figure_in_english(talk: Talk) -> None:
    talk.person = replace(talk.person, language="en")
    talk.app_language = "en"
    talk.presses_data("lang:en")
    answer = talk.says("三中今年指标到校多少个")[-1]
    assert "45 个" in answer


def test_the_sentences_want_the_same_values_in_both_languages() -> None:
    own = {key for key in catalogue("zh") if key.startswith("figure.")}
    assert own <= catalogue("en").keys()


def test_what_stands_in_a_table_never_becomes_markup(talk: Talk) -> None:
    shelf = talk.knowledge.figures
    sheet = shelf.sheets["duty"][0]
    rows = tuple(
        tuple(cell.replace("收费", "<b>收&费") for cell in row) for row in sheet.table.rows
    )
    changed = replace(sheet, table=replace(sheet.table, rows=rows))
    sheets = {**shelf.sheets, "duty": (changed,)}
    talk.knowledge = replace(talk.knowledge, figures=replace(shelf, sheets=sheets))
    talk.says("计财股电话")
    assert "&lt;b&gt;收&amp;费" in html(talk)


def test_a_link_that_is_no_web_address_is_not_made_one(talk: Talk) -> None:
    shelf = talk.knowledge.figures
    sheet = shelf.sheets["result"][0]
    rows = tuple(
        tuple(cell.replace("https://", "javascript:") for cell in row) for row in sheet.table.rows
    )
    sheets = {**shelf.sheets, "result": (replace(sheet, table=replace(sheet.table, rows=rows)),)}
    talk.knowledge = replace(talk.knowledge, figures=replace(shelf, sheets=sheets))
    talk.says("今年小学录取名单")
    assert "javascript:" in html(talk)
    assert "<a " not in html(talk)


def test_a_long_table_still_makes_one_message_that_telegram_takes(talk: Talk) -> None:
    shelf = talk.knowledge.figures
    sheet = shelf.sheets["project"][0]
    row = tuple(
        cell if column.type != "text" else cell + "很长" * 60
        for cell, column in zip(sheet.table.rows[0], sheet.table.columns, strict=True)
    )
    changed = replace(sheet, table=replace(sheet.table, rows=(row,) * 200))
    talk.knowledge = replace(
        talk.knowledge, figures=replace(shelf, sheets={**shelf.sheets, "project": (changed,)})
    )
    [answer] = talk.says("重大事项有哪些")
    assert "另有 180 条没有列出" in answer
    assert len(html(talk)) <= 4096


PIECES = st.sampled_from(
    [
        "一中", "三中", "五中", "实验小学", "实脸小学", "河东学校", "今年", "去年", "明年", "2019年", "分数线", "指标到校", "配额", "招多少人", "几个班", "住宿费", "学费", "收费标准",
        "多少", "第一批", "提前批", "统招", "幸福路", "12号", "300号", "光明路", "阳光花园", "上哪个小学", "划片", "教师招聘", "选调", "到哪一步了", "面试", "什么时候", "计财股", "教育股", "后勤股",
        "电话", "录取名单", "工程", "进展", "有哪些", "对比图", "画个图", "趋势图", "指标", "历年", "各校", "北京", "昌平区", "呢", "那", "?", ",", "。", "\n", "怎么报名", "的", "和",
    ]
)  # fmt: skip
CHOICES = st.sampled_from(["s:*", "s:ms-third", "S:", "S:x", "y:2025", "y:2025,2026", "y:", "t:", "p:统招", "a:幸福路", "n:12", "n:", "o:人事股", "r:没有", "z:", "v:", "v:text", "v:x", "k:quota", "k:fee", "k:x"])  # fmt: skip


@pytest.mark.parametrize("choice", ["s:*", "S:"])
def test_a_school_that_a_forged_button_took_away_is_asked_for_again(
    talk: Talk, choice: str
) -> None:
    talk.says("幸福路小学划片范围")
    figure = talk.dialogue.figure
    assert figure is not None
    assert "哪一所学校" in talk.presses_data(f"f:{figure.token}:{choice}")[0]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.lists(PIECES, max_size=7).map("".join), CHOICES.map(lambda one: f">{one}")),
        max_size=4,
    )
)
def test_whatever_is_asked_or_pressed_is_answered(lines: list[str]) -> None:
    talk = Talk()
    for line in lines:
        if line.startswith(">"):
            token = talk.dialogue.figure.token if talk.dialogue.figure is not None else "none"
            talk.presses_data(f"f:{token}:{line[1:]}")
        else:
            talk.says(line)
        talk.restarts()
        talk.waits(3)
        assert talk.heard
        assert all(len(str(message.html)) <= 4096 for message in talk.heard)
        for message in talk.heard:
            if message.picture is not None:
                assert len(message.picture.caption) <= 1024
                assert svg(message.picture.chart)
