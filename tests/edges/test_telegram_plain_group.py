"""A staff chat without topics: cards, and replies to what stands below them."""

from pathlib import Path

import pytest

from bot.core.people import Role
from tests.botapi import BotApi
from tests.botapi.players import User
from tests.edges.product import running

CARD, ASKED = "承办:", "这段话怎么处理"


@pytest.fixture
def li(api: BotApi) -> User:
    return api.user("李女士")


@pytest.fixture
def zhao(api: BotApi) -> User:
    return api.user("赵老师")


def private_words(user: User) -> str:
    return "\n".join(seen.text for seen in user.sees())


async def test_a_plain_group_works_by_cards_and_replies(
    api: BotApi, tmp_path: Path, li: User, zhao: User
) -> None:
    group = api.supergroup("工作群")
    group.joins(zhao)
    async with running(api, tmp_path, staff=[(zhao, Role.STAFF)], staff_chat=group.id) as desk:
        case = await desk.files_complaint(li)
        card = await desk.shows(group, CARD)
        await desk.settles()
        zhao.says_in(group, None, "大家看一下")
        zhao.says_in(group, None, "已责成学校退费", reply_to=card.message_id)
        await desk.shows(group, ASKED)
        zhao.presses("发送给家长", at=group)
        await desk.settles()
        assert "已责成学校退费" in private_words(li)
        assert "大家看" not in private_words(li)
        assert desk.bureau.case(case.number).status == "answered"


async def test_a_reply_to_a_colleagues_line_below_a_card_is_about_the_same_case(
    api: BotApi, tmp_path: Path, li: User, zhao: User
) -> None:
    group, qian = api.supergroup("工作群"), api.user("钱老师")
    group.joins(zhao)
    group.joins(qian)
    people = [(zhao, Role.STAFF), (qian, Role.STAFF)]
    async with running(api, tmp_path, staff=people, staff_chat=group.id) as desk:
        await desk.files_complaint(li)
        card = await desk.shows(group, CARD)
        await desk.settles()
        chat = zhao.says_in(group, None, "今天谁值班")
        qian.says_in(group, None, "我", reply_to=chat["message_id"])  # about no case: between them
        line = zhao.says_in(group, None, "我去学校问", reply_to=card.message_id)
        await desk.settles()
        next_line = qian.says_in(group, None, "学校已退费", reply_to=line["message_id"])
        zhao.says_in(group, None, "收据已拿到", reply_to=next_line["message_id"])
        await desk.settles()
        asked = [one for one in group.sees() if ASKED in one.text]
        assert len(asked) == 3
        qian.presses("发送给家长", asked[1], at=group)
        await desk.settles()
        assert "学校已退费" in private_words(li)
        assert "收据" not in private_words(li)
