"""Who may do what: every action of the registry through every door, as everybody, and nothing without a right."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cases import RULES, Action, CaseView, Relation, Status
from bot.core.errors import CaseError, NotAllowed, UnknownCase
from bot.core.people import Person, Role, Staff
from bot.core.turn import Act, Arrival, Incoming, ParentAct, Place, StaffPress
from bot.service import desk, staffchat
from bot.service.engine import Engine
from bot.service.job import Job
from bot.storage import casebook, staffbook, topicbook
from handlers import respond
from tests.bot.bureau import ELSEWHERE, GROUP, HERE, Bureau, open_bureau

Door = Callable[[Job, Staff, CaseView], object]

DESK: dict[Action, Door] = {
    Action.VIEW: lambda job, staff, case: desk.access(job, staff, case.number, Action.VIEW),
    Action.NOTE: lambda job, staff, case: desk.note(job, staff, case.number, "记一笔"),
    Action.REPLY: lambda job, staff, case: desk.reply(job, staff, case.number, "已退费"),
    Action.TAKE: lambda job, staff, case: desk.take(job, staff, case.number),
    Action.ASSIGN: lambda job, staff, case: desk.assign(job, staff, case.number, BOSS[0].id),
    Action.TRANSFER: lambda job, staff, case: desk.transfer(job, staff, case.number, ELSEWHERE, "归财务"),
    Action.EXTEND: lambda job, staff, case: desk.extend(job, staff, case.number, 5, "等鉴定"),
    Action.CLOSE: lambda job, staff, case: desk.close(job, staff, case.number),
    Action.DECLINE: lambda job, staff, case: desk.decline(job, staff, case.number, "不属教育"),
    Action.REVEAL: lambda job, staff, case: desk.reveal(job, staff, case.number, "要回电"),
}  # fmt: skip
PARENTS = {Action(act.value) for act in ParentAct}
HEADS_ONLY = {Action.ASSIGN, Action.EXTEND, Action.DECLINE}
BUTTONS = {
    "take": Action.TAKE,
    "close": Action.CLOSE,
    "send": Action.REPLY,
    "note": Action.NOTE,
    "again": Action.NOTE,
}
BOSS: list[Staff] = []


class Undone(Exception):
    """Raised to roll back what a permitted action did."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Any:
    bureau = open_bureau(tmp_path_factory.mktemp("rights") / "bot.sqlite3")
    bureau.has_staff_chat()
    BOSS[:] = [bureau.hires("钱主任", Role.SUPERVISOR)]
    yield bureau
    bureau.office.db.close()


@pytest.fixture(scope="module")
def people(office: Bureau) -> dict[tuple[Role | None, Relation], Staff]:
    """Everybody there can be: every role in every relation; None is somebody who has left."""
    found: dict[tuple[Role | None, Relation], Staff] = {}
    for role, near in product(
        (*Role, None), (Relation.ASSIGNEE, Relation.DEPARTMENT, Relation.FOREIGN)
    ):
        name = f"{role}-{near}"
        telegram = str(10_000 + len(found))
        departments = (HERE,) if near is Relation.DEPARTMENT else (ELSEWHERE,)
        staff = office.hires(name, role or Role.ADMIN, departments=departments, telegram=telegram)
        if role is None:
            office.do(partial(leave, name=name))
        found[role, near] = staff  # what a stale page or session still believes
    return found


def leave(job: Job, name: str) -> None:
    assert staffbook.remove_staff(job.tx, name)


def expected(role: Role | None, near: Relation, action: Action) -> bool:
    """The rule in other words than the table's."""
    if role in (Role.SUPERVISOR, Role.ADMIN):
        return True
    return role is Role.STAFF and near is not Relation.FOREIGN and action not in HEADS_ONLY


def stage(job: Job, case: CaseView, status: Status, staff: Staff, near: Relation) -> CaseView:
    """Bring a case into a status and a relation, with a reply that arrived where there is one."""
    assignee = staff.id if near is Relation.ASSIGNEE else None
    changed = casebook.change(
        job.tx, case, job.now, status=status, assignee_id=assignee, department=HERE
    )
    if status is Status.ANSWERED:
        event = casebook.add_event(job.tx, case.id, "reply", job.now, actor="staff", text="x")
        job.tx.execute(
            "INSERT INTO outbox (channel, chat, lane, priority, body, event_id, created_at, not_before, state)"
            " VALUES ('telegram', '501', 'x', 0, '{\"html\": \"x\"}', ?, '', '', 'sent')",
            (event,),
        )
    return changed


def attempt(
    bureau: Bureau, staged: Callable[[Job], CaseView], act: Callable[[Job, CaseView], object]
) -> Exception | None:
    """Try something on a case that is staged for it; undo everything and return what was raised."""
    raised: list[Exception | None] = []

    def work(job: Job) -> None:
        ready = staged(job)
        try:
            act(job, ready)
            raised.append(None)
        except CaseError as error:
            raised.append(error)
        raise Undone

    with pytest.raises(Undone):
        bureau.do(work)
    return raised[0]


def test_every_action_of_the_registry_has_a_door_here() -> None:
    assert set(DESK) | PARENTS == set(Action) == set(RULES)


@pytest.mark.parametrize("action", sorted(DESK))
def test_the_desk_does_an_action_for_whom_it_is_and_for_nobody_else(
    office: Bureau, people: dict[tuple[Role | None, Relation], Staff], action: Action
) -> None:
    case = office.opens(office.parent())
    for (role, near), status in product(people, Status):
        staff = people[role, near]
        error = attempt(
            office,
            partial(stage, case=case, status=status, staff=staff, near=near),
            partial(by_desk, door=DESK[action], staff=staff),
        )
        may_see, may = expected(role, near, Action.VIEW), expected(role, near, action)
        where = (role, near, status)
        if may and status in RULES[action].statuses:
            assert error is None, where
        elif may_see:
            assert isinstance(error, NotAllowed), where
        else:
            assert isinstance(error, UnknownCase), where
            assert str(error) == f"unknown case {case.number}"  # as for a number that never was


@pytest.mark.parametrize("verb", sorted(BUTTONS))
def test_a_staff_button_does_no_more_than_its_presser_may(
    office: Bureau, people: dict[tuple[Role | None, Relation], Staff], verb: str
) -> None:
    assert set(BUTTONS) == set(staffchat.DEEDS)
    case = office.opens(office.parent())
    for (role, near), status in product(people, Status):
        staff = people[role, near]
        changed: list[bool] = []
        attempt(
            office,
            partial(stage, case=case, status=status, staff=staff, near=near),
            partial(by_button, verb=verb, staff=staff, changed=changed),
        )
        may = expected(role, near, BUTTONS[verb]) and status in RULES[BUTTONS[verb]].statuses
        assert changed == [may], (role, near, status)


def by_desk(job: Job, case: CaseView, door: Door, staff: Staff) -> None:
    door(job, staff, case)


def by_button(job: Job, case: CaseView, verb: str, staff: Staff, changed: list[bool]) -> None:
    """Press a staff button about a case, and note whether anything changed."""
    target = target_of(job, case, verb, staff)
    before = fingerprint(job)
    place = Incoming(
        "telegram", "42", "u", GROUP, staff.telegram, Arrival.CHOICE, job.now, place=Place.STAFF
    )
    staffchat.press(job, staff, StaffPress(verb, target), place)
    changed.append(fingerprint(job) != before)


def by_parent(job: Job, case: CaseView, person: Person, act: Act) -> None:
    desk.parent_act(job, person, act)


def target_of(job: Job, case: CaseView, verb: str, staff: Staff) -> str:
    """Return what a button carries: a case with its version, a draft, or a message that failed."""
    if verb in ("take", "close"):
        return f"{case.number}:{case.version}"
    if verb == "again":
        row = job.tx.execute(
            "INSERT INTO outbox (channel, chat, lane, priority, body, case_id, created_at, not_before, state)"
            " VALUES ('telegram', '501', 'x', 0, '{\"html\": \"x\"}', ?, ?, ?, 'failed') RETURNING id",
            (case.id, "2026-11-23T01:00:00.000000Z", "2026-11-23T01:00:00.000000Z"),
        ).fetchone()
        return str(row["id"])
    return str(topicbook.add_draft(job.tx, case, staff.id, message="1", text="已退费", now=job.now))


def fingerprint(job: Job) -> list[list[tuple[Any, ...]]]:
    """All that an act could change: cases, history, drafts, and what is owed to the parent."""
    return [
        [tuple(row) for row in job.tx.execute(sql)]
        for sql in (
            "SELECT * FROM cases",
            "SELECT * FROM events",
            "SELECT * FROM reply_drafts",
            "SELECT id, state FROM outbox WHERE chat = '501'",
        )
    ]


@pytest.mark.parametrize("act", sorted(ParentAct))
def test_a_parent_acts_on_an_own_or_a_proven_case_only(office: Bureau, act: ParentAct) -> None:
    owner, other = office.parent("501"), office.parent("777")
    case = office.opens(owner)
    given = Act(act, case.number, text="x", rating="good")
    for person, proven, status in product((owner, other), (False, True), Status):
        error = attempt(
            office,
            partial(stage, case=case, status=status, staff=BOSS[0], near=Relation.FOREIGN),
            partial(by_parent, person=person, act=replace(given, proven=proven)),
        )
        if person is not owner and not proven:
            assert isinstance(error, UnknownCase)
        elif status in RULES[Action(act.value)].statuses:
            assert error is None
        else:
            assert isinstance(error, NotAllowed)


def test_a_case_is_given_only_to_somebody_who_may_answer_it(
    office: Bureau, people: dict[tuple[Role | None, Relation], Staff]
) -> None:
    case = office.opens(office.parent())
    for (role, near), staff in people.items():
        if near is Relation.ASSIGNEE:
            continue  # nobody has it yet
        error = attempt(
            office,
            partial(stage, case=case, status=Status.RECEIVED, staff=BOSS[0], near=Relation.FOREIGN),
            partial(given_to, staff=staff),
        )
        assert (error is None) is expected(role, near, Action.REPLY), (role, near)


def given_to(job: Job, case: CaseView, staff: Staff) -> None:
    desk.assign(job, BOSS[0], case.number, staff.id)


# forged and stale buttons, through the dialogues and the engine


async def forge(bureau: Bureau, data: str, **parts: Any) -> bool:
    """Press a button with this data as somebody; tell whether anything changed but words to the presser."""
    before = bureau.do(fingerprint)
    engine = Engine(bureau.office, respond)
    bureau.office.on_owed = lambda parcels: None
    update: Incoming = bureau.text("", choice=data, arrival=Arrival.CHOICE, message="900", **parts)
    assert await engine.receive(update)
    assert bureau.value("SELECT count(*) FROM failures") == 0, data
    return bureau.do(fingerprint) != before


OUTSIDERS: dict[str, dict[str, Any]] = {
    "another parent": {"chat": "888"},
    "a stranger in the staff chat": {"chat": GROUP, "person": "666", "place": Place.STAFF},
    "an anonymous administrator": {"chat": GROUP, "person": "1087968824", "place": Place.STAFF},
    "a stranger in a public group": {"chat": "-5", "person": "666", "place": Place.GROUP},
    "foreign staff": {"chat": GROUP, "role": (Role.STAFF, Relation.FOREIGN), "place": Place.STAFF},
    "an editor": {"chat": GROUP, "role": (Role.EDITOR, Relation.DEPARTMENT), "place": Place.STAFF},
    "somebody who has left": {
        "chat": GROUP,
        "role": (None, Relation.DEPARTMENT),
        "place": Place.STAFF,
    },
    "staff as a parent": {"chat": "889", "role": (Role.STAFF, Relation.FOREIGN)},
}


def as_somebody(people: dict[tuple[Role | None, Relation], Staff], who: str) -> dict[str, Any]:
    parts = dict(OUTSIDERS[who])
    role = parts.pop("role", None)
    return parts if role is None else {**parts, "person": people[role].telegram}


@pytest.mark.parametrize("who", sorted(OUTSIDERS))
async def test_every_button_there_is_replayed_by_an_outsider_changes_nothing(
    office: Bureau, people: dict[tuple[Role | None, Relation], Staff], who: str
) -> None:
    parent = office.parent("501")
    case = office.opens(parent)
    staff = people[Role.STAFF, Relation.DEPARTMENT]
    office.do(
        lambda job: topicbook.put(job.tx, topicbook.Topic(case.id, GROUP, thread=str(case.id)))
    )
    draft = office.do(lambda job: target_of(job, case, "send", staff))
    failed = office.do(lambda job: target_of(job, case, "again", staff))
    forged = [f"s:{verb}:{case.number}:{case.version}" for verb in ("take", "close")]
    forged += [f"s:{verb}:{draft}" for verb in ("send", "note")] + [f"s:again:{failed}"]
    if who in ("another parent", "staff as a parent"):
        forged += [
            f"k:{verb}:{case.number}"
            for verb in ("view", "show", "add", "withdraw", "good", "bad", "yes", "sure")
        ]
    for data in forged:
        assert not await forge(office, data, **as_somebody(people, who)), data


async def test_random_data_from_anybody_changes_nothing_and_breaks_nothing(
    office: Bureau, people: dict[tuple[Role | None, Relation], Staff]
) -> None:
    dice = random.Random(11)
    case = office.opens(office.parent("501"))
    pieces = [
        "s",
        "k",
        "c",
        "take",
        "close",
        "send",
        "note",
        "again",
        "",
        ":",
        "0",
        "-1",
        "9" * 30,
        "١٢",
        case.number,
        "\x00",
        "🙂",
        "' OR 1=1 --",
        "../..",
        "{0}",
        "%s",
    ]
    places = [as_somebody(people, who) for who in sorted(OUTSIDERS)]
    for _ in range(500):
        data = ":".join(dice.choices(pieces, k=dice.randint(1, 5)))
        while len(data.encode()) > 64:
            data = data[:-1]
        assert not await forge(office, data or "x", **dice.choice(places)), data


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_a_press_of_any_target_by_anybody_never_raises(target: str) -> None:
    assert staffchat._id(target) is None or int(target) >= 0
