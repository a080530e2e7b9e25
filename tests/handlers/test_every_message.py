"""Whatever is sent, in whatever order: nothing raises, everything is answered, 取消 always leads out."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.turn import MAX_DATA_BYTES, Media, MediaKind
from handlers import complaint_moves, lookup, person
from tests.handlers.talk import Talk

FLOWS = {"", complaint_moves.FLOW, lookup.FLOW, person.FLOW}
WAYS_OUT = 3  # at most so many 取消
QUIET_S = 5  # longer than anything is held

Move = Callable[[Talk], list[str]]

TEXTS = (
    *("/start", "/help", "/menu", "/complain", "/status", "/cancel", "/lang en", "/privacy", "/x"),
    *("帮助", "菜单", "我要投诉", "查进度", "取消", "继续", "上一步", "写好了", "转人工", "提交"),
    *("老师好", "我想问下", "谢谢", "外地户口能上吗", "孩子几岁可以上小学一年级？", "学费"),
    *(
        "我要举报实验小学乱收费",
        "老师打人了孩子不敢上学",
        "孩子说不想活了",
        "匿名",
        "实名",
        "1",
        "2",
    ),
    *(
        "13800001111",
        "20261123-4Y6X-WVJW-5 482913",
        "20261123-4Y6X-WVJW-X",
        "",
        "   ",
        "😀",
        "<b>&",
    ),
    *("How old must my child be?", "xuequ zenme hua", "长" * 4000, "\u202e\0"),
)


FORM = ("我要投诉", "1", "1", "1", "不涉及", "食堂的饭菜不新鲜", "写好了", "实名", "跳过", "提交")
BEGINNINGS = (
    *((), ("转人工",), ("孩子说不想活了",), FORM[:1], FORM[:3], FORM[:6], FORM[:9]),
    *((*FORM, "查进度"), (*FORM, "我要投诉"), (*FORM[:6], "取消"), ("帮我写一首诗", "转人工")),
)


def begun(texts: tuple[str, ...]) -> Talk:
    """Begin a talk somewhere in the middle."""
    talk = Talk()
    for text in texts:
        talk.says(text)
    return talk


def pressing(place: int) -> Move:
    """Press one of the buttons that arrived so far, counted from the newest."""

    def press(talk: Talk) -> list[str]:
        data = [
            one.data for message in reversed(talk.heard) for row in message.buttons for one in row
        ]
        return talk.presses_data(data[place % len(data)] if data else "menu")

    return press


def waiting(seconds: float) -> Move:
    def wait(talk: Talk) -> list[str]:
        talk.restarts()
        return talk.waits(seconds)

    return wait


def answering(talk: Talk) -> list[str]:
    for case in talk.cases:
        talk.answers(case.number)
    return []


SENT: st.SearchStrategy[Move] = st.one_of(
    st.sampled_from(TEXTS).map(lambda text: lambda talk: talk.says(text)),
    st.text(max_size=30).map(lambda text: lambda talk: talk.says(text)),
    st.integers(0, 30).map(pressing),
    st.text(max_size=20).map(lambda data: lambda talk: talk.presses_data(data)),
    st.sampled_from(TEXTS).map(lambda text: lambda talk: talk.sends_photo(text)),
    st.integers(2, 4).map(lambda items: lambda talk: talk.sends_album(items)),
    st.sampled_from(MediaKind).map(lambda kind: lambda talk: talk.sends(Media(kind, "f", 10**9))),
    st.just(lambda talk: talk.sends_sticker()),
    st.just(lambda talk: talk.sends_location()),
    st.just(lambda talk: talk.sends_contact()),
    st.sampled_from(TEXTS).map(lambda text: lambda talk: talk.edits("m1", text)),
)
MOVES = st.one_of(
    *3 * (SENT, st.integers(0, 8).map(pressing)),
    st.sampled_from([0.5, 3, 3600, 3 * 86400]).map(waiting),
    st.just(answering),
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.sampled_from(BEGINNINGS), st.lists(MOVES, min_size=1, max_size=12))
def test_any_sequence_of_messages_leaves_a_known_step_and_a_way_out(
    beginning: tuple[str, ...], moves: list[Move]
) -> None:
    talk = begun(beginning)
    for move in moves:
        move(talk)
        assert talk.dialogue.flow in FLOWS
        assert bool(talk.dialogue.flow) == bool(talk.dialogue.step)
    for _ in range(WAYS_OUT):
        talk.says("取消")
    assert talk.dialogue.flow == ""


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(BEGINNINGS), st.lists(SENT, min_size=1, max_size=6))
def test_everything_that_is_sent_is_answered(beginning: tuple[str, ...], moves: list[Move]) -> None:
    talk = begun(beginning)
    for move in moves:
        texts = move(talk) + talk.waits(QUIET_S)
        assert texts
        assert all(text.strip() for text in texts)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(BEGINNINGS), st.lists(SENT, min_size=1, max_size=6))
def test_buttons_always_carry_short_ids(beginning: tuple[str, ...], moves: list[Move]) -> None:
    talk = begun(beginning)
    for move in moves:
        move(talk)
    talk.waits(QUIET_S)
    for message in talk.heard:
        for button in (one for row in message.buttons for one in row):
            assert button.label.strip()
            assert len(button.data.encode()) <= MAX_DATA_BYTES
            assert button.data.isascii()


@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize(
    "move",
    [
        pytest.param(lambda talk: talk.says("取消"), id="取消"),
        pytest.param(lambda talk: talk.says("帮助"), id="帮助"),
        pytest.param(lambda talk: talk.says(""), id="empty"),
        pytest.param(lambda talk: talk.sends_sticker(), id="sticker"),
        pytest.param(lambda talk: talk.says("长" * 4000), id="4,000 characters"),
        pytest.param(lambda talk: talk.sends_album(), id="album"),
        pytest.param(lambda talk: talk.sends_photo("", album="a"), id="photo"),
        pytest.param(lambda talk: talk.says("20261123-4Y6X-WVJW-5"), id="a number"),
    ],
)
def test_every_step_answers_what_parents_send(move: Move, beginning: tuple[str, ...]) -> None:
    talk = begun(beginning)
    talk.waits(QUIET_S)
    assert len(move(talk) + talk.waits(QUIET_S)) == 1


@pytest.mark.parametrize("text", TEXTS)
def test_every_message_on_its_own_is_answered_once(text: str) -> None:
    talk = Talk()
    assert len(talk.says(text) + talk.waits(QUIET_S)) == 1
