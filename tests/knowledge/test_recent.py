"""What was used last is kept, up to a number; and a remembered ranking is the one that was made."""

import threading

import pytest

from knowledge.match import Index
from knowledge.recent import Recent
from tests.knowledge.entries import SCHOOL, TODAY


def test_the_one_not_asked_for_the_longest_goes_first() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in ("a", "b", "c")] == [1, None, 3]


def test_many_threads_may_use_it() -> None:
    recent: Recent[int] = Recent(8)
    wrong: list[int] = []

    def use() -> None:
        for number in range(3000):
            recent.put(number % 13, number % 13)
            found = recent.get(number % 7)
            if found not in (None, number % 7):
                wrong.append(number)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize(
    "text", ["请问校服一套多少钱呀", "老师,校服多少钱?", "小学报名要带什么,在线等", "一中分数线"]
)
def test_a_question_asked_again_in_other_politeness_is_decided_as_if_it_were_new(
    text: str,
) -> None:
    used, fresh = Index(SCHOOL), Index(SCHOOL)
    for before in ("校服一套多少钱", "校服多少钱", "小学报名要带什么", "二中分数线", text):
        used.ask(before, today=TODAY)
    again = used.ask(f"{text}!", today=TODAY)
    assert again == fresh.ask(f"{text}!", today=TODAY)
    assert again == used.explain(f"{text}!", today=TODAY).decision
