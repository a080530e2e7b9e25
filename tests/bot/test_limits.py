"""The limits, in seconds of a clock that is handed in."""

import pytest

from bot.service.limits import Limiter, Rates


def leave(limiter: Limiter, chat: str, until: float, *, group: bool = False) -> list[float]:
    """Send to a chat as often as it is allowed until a moment; return the moments."""
    now, times = 0.0, list[float]()
    while True:
        now = max(limiter.overall_at(now), limiter.chat_at(chat, now, group=group))
        if now >= until:
            return times
        limiter.sent(chat, now, group=group)
        times.append(now)


def busiest(times: list[float], span: float) -> int:
    return max(sum(start <= at < start + span for at in times) for start in times)


def test_the_whole_bot_stays_under_its_rate_in_every_second() -> None:
    limiter = Limiter(Rates(overall_per_s=28, chat_per_s=0))
    now, times, chat = 0.0, list[float](), 0
    while now < 10:
        now = limiter.overall_at(now)
        limiter.sent(str(chat), now, group=False)
        times.append(now)
        chat += 1
    assert busiest(times, 1.0) <= 28 + 3  # a tenth of a second's worth may go at once
    assert len(times) >= 275


def test_a_chat_gets_one_a_second() -> None:
    times = leave(Limiter(Rates()), "1", 10.0)
    assert len(times) == 10
    assert busiest(times, 1.0) == 1


def test_a_group_gets_18_in_every_minute() -> None:
    times = leave(Limiter(Rates(overall_per_s=0)), "-1", 200.0, group=True)
    assert busiest(times, 60.0) == 18
    assert len(times) == 18 * 4


def test_a_pause_stops_everything_and_a_shorter_one_does_not_end_it() -> None:
    limiter = Limiter(Rates())
    limiter.pause(10.0, 30.0)
    limiter.pause(12.0, 1.0)
    assert limiter.overall_at(13.0) == 40.0
    assert limiter.overall_at(50.0) == 50.0


@pytest.mark.parametrize("group", [True, False])
def test_zero_means_no_limit(group: bool) -> None:
    limiter = Limiter(Rates(0, 0, 0))
    for _ in range(1000):
        limiter.sent("1", 5.0, group=group)
    assert limiter.overall_at(5.0) == 5.0
    assert limiter.chat_at("1", 5.0, group=group) == 5.0


def test_chats_that_are_free_again_are_forgotten() -> None:
    limiter = Limiter(Rates(overall_per_s=0))
    for chat in range(50_002):
        limiter.sent(str(chat), chat / 100, group=False)
    assert len(limiter._next_of_chat) < 200
