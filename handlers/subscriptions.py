"""Subscriptions: 订阅 三中, 我的订阅, 退订, and the buttons below figures, answers and announcements.

Floor 2: pure. May be looked at in the middle of a complaint; what was filled in stays.
"""

from bot.core.follows import Follow
from bot.core.texts import say
from bot.core.turn import Arrival, Button, Outcome, Rows, SetPerson, Turn
from handlers.following import PRESS, all_rounds, correction, mark_of, shelf, title_of
from handlers.menu import cut
from handlers.saying import NEW_LINE, answer, button, in_pairs, way_on
from handlers.words import Command, command, to_follow, to_stop
from knowledge.entry import Outcome as Match
from knowledge.schools import find_schools
from knowledge.subjects import Kind, Subject, read_subject, short

STOP = "unsub:"
LIST = "subs"
STORED_IN = "zh"  # the language titles are kept in: announcements begin with them
EVERYTHING = "all"
MOST = 50  # subscriptions of one person
CHOICES = 8
LONGEST_NAME = 12  # characters


def handle(turn: Turn) -> Outcome | None:
    """Answer what has to do with subscriptions; None for anything else."""
    if turn.incoming.arrival is Arrival.CHOICE:
        return _pressed(turn, turn.incoming.choice)
    match command(turn):
        case Command.SUBSCRIPTIONS:
            return _list(turn)
        case Command.UNSUBSCRIBE:
            return _stop_by_word(turn)
        case None if turn.incoming.arrival is Arrival.TEXT and not turn.dialogue.flow:
            wanted, unwanted = to_follow(turn.incoming.text), to_stop(turn.incoming.text)
            if unwanted:
                return _stop_named(turn, unwanted)
            return _find(turn, wanted) if wanted else None
        case _:
            return None


def _pressed(turn: Turn, choice: str) -> Outcome | None:
    if choice == LIST:
        return _list(turn)
    if choice == STOP + EVERYTHING:
        return _stop(turn, turn.follows)
    if choice.startswith(STOP):
        subject = read_subject(choice.removeprefix(STOP))
        return _stop(turn, tuple(one for one in turn.follows if one.subject == subject))
    if choice.startswith(PRESS):
        return _follow(turn, choice.removeprefix(PRESS))
    return None


def _follow(turn: Turn, data: str) -> Outcome:
    """Follow what a button carries: a subject, for corrections with the mark of the values that were shown."""
    subject, mark = read_subject(data), ""
    if subject is not None and subject.kind is Kind.FIGURE:
        target, _, mark = subject.target.rpartition(":")
        subject = Subject(Kind.FIGURE, target)
    title = "" if subject is None else title_of(turn, subject)
    if subject is None or not title:
        return answer(turn, say("follow.gone", turn.language), buttons=way_on(turn))
    if len(turn.follows) >= MOST:
        return answer(
            turn, say("follow.too_many", turn.language, count=MOST), buttons=_list_row(turn)
        )
    if subject.kind is Kind.FIGURE:
        return _follow_figures(turn, subject, mark)
    if any(one.subject == subject for one in turn.follows):
        return answer(
            turn, say("follow.known", turn.language, title=title), buttons=_list_row(turn)
        )
    told = say("follow.done", turn.language, title=title)
    return answer(turn, told, buttons=_done_row(turn, subject)).and_do(
        SetPerson(follow=Follow(subject, title_of(turn, subject, STORED_IN)))
    )


def _follow_figures(turn: Turn, subject: Subject, mark: str) -> Outcome:
    """Note what was shown; what was corrected before the button was pressed is said at once."""
    followed = correction(turn, subject, STORED_IN)
    if followed is None or mark_of(followed) != mark:
        return answer(turn, say("follow.changed_meanwhile", turn.language), buttons=way_on(turn))
    told = say("follow.done_figure", turn.language, title=title_of(turn, subject))
    return answer(turn, told, buttons=_done_row(turn, subject)).and_do(SetPerson(follow=followed))


def _find(turn: Turn, wanted: str) -> Outcome | None:
    """Follow what is named, or ask which of several is meant; a whole sentence that names nothing is a question."""
    found = _named(turn, wanted)
    if len(found) == 1:
        return _follow(turn, found[0].data)
    if found:
        rows = tuple((_offer(turn, one),) for one in found[:CHOICES])
        return answer(turn, say("follow.choose", turn.language), buttons=rows)
    if len(wanted) > LONGEST_NAME:
        return None
    unknown = say("follow.unknown", turn.language, text=wanted)
    return answer(turn, unknown, buttons=_topics(turn))


def _named(turn: Turn, wanted: str) -> tuple[Subject, ...]:
    """Return the schools, topics, kinds of table and rounds that a text names; a school wins where it is plain."""
    match = find_schools(shelf(turn).schools, wanted, limit=CHOICES)
    schools = tuple(Subject(Kind.SCHOOL, short(one.id)) for one in match.schools)
    if match.outcome is Match.HIT:
        return schools
    topics = [
        Subject(Kind.TOPIC, one.id)
        for one in turn.knowledge.topics
        if wanted in one.title or wanted.lower() in one.title_en.lower()
    ]
    tables = [
        Subject(Kind.TABLE, kind)
        for kind, words in shelf(turn).triggers.items()
        if any(word in wanted or wanted in word for word in words)
    ]
    rounds = [Subject(Kind.ROUND, short(name)) for name in all_rounds(turn) if wanted in name]
    found = dict.fromkeys((*topics, *tables, *rounds, *schools))
    return tuple(one for one in found if title_of(turn, one))


def _list(turn: Turn) -> Outcome:
    if not turn.follows:
        return answer(turn, say("follow.none", turn.language), buttons=_topics(turn))
    lines = [
        say(
            "follow.list_figure" if one.subject.kind is Kind.FIGURE else "follow.list_line",
            turn.language,
            title=_title(turn, one),
        )
        for one in turn.follows
    ]
    head = say("follow.list", turn.language, count=len(turn.follows))
    return answer(turn, NEW_LINE.join([head, *lines]), buttons=_stop_rows(turn))


def _stop_by_word(turn: Turn) -> Outcome:
    """Stop the only one there is; of several ask which."""
    return _list(turn) if len(turn.follows) > 1 else _stop(turn, turn.follows)


def _stop_named(turn: Turn, unwanted: str) -> Outcome:
    """Stop what is named; where that is not plain, show what there is to stop."""
    subjects = _named(turn, unwanted)
    meant = tuple(one for one in turn.follows if one.subject in subjects or unwanted in one.title)
    return _stop(turn, meant) if len(meant) == 1 else _list(turn)


def _stop(turn: Turn, follows: tuple[Follow, ...]) -> Outcome:
    if not follows:
        return answer(turn, say("follow.nothing_to_stop", turn.language), buttons=way_on(turn))
    if len(follows) == 1:
        told = say("follow.stopped", turn.language, title=_title(turn, follows[0]))
    else:
        told = say("follow.stopped_all", turn.language)
    rest = _list_row(turn) if len(follows) < len(turn.follows) else ()
    stopped = SetPerson(unfollow=tuple(one.subject for one in follows))
    return answer(turn, told, buttons=rest).and_do(stopped)


def _stop_rows(turn: Turn) -> Rows:
    rows = tuple(
        (_labelled(turn, "button.unfollow_title", _title(turn, one), f"{STOP}{one.subject.data}"),)
        for one in turn.follows
    )
    every = (button("button.unfollow_all", turn, STOP + EVERYTHING),)
    return (*rows, every) if len(rows) > 1 else rows


def _topics(turn: Turn) -> Rows:
    return in_pairs(_offer(turn, Subject(Kind.TOPIC, topic.id)) for topic in turn.knowledge.topics)


def _offer(turn: Turn, subject: Subject) -> Button:
    return _labelled(turn, "button.follow_title", title_of(turn, subject), PRESS + subject.data)


def _title(turn: Turn, followed: Follow) -> str:
    """Return what something is called now, or, when it is gone, what it was called."""
    return title_of(turn, followed.subject) or followed.title


def _labelled(turn: Turn, key: str, title: str, data: str) -> Button:
    return Button(cut(str(say(key, turn.language, title=title).unescape())), data)


def _done_row(turn: Turn, subject: Subject) -> Rows:
    stop = button("button.unfollow", turn, f"{STOP}{subject.data}")
    return ((stop, button("button.follows", turn, LIST)),)


def _list_row(turn: Turn) -> Rows:
    return ((button("button.follows", turn, LIST),),)
