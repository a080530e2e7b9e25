"""The menu: greeting, help, topics and their entries as buttons, privacy, and buttons nobody knows any more.

Floor 2: pure. Everything here may be looked at in the middle of a complaint; what was filled in stays.
"""

from dataclasses import replace

from bot.core.texts import say
from bot.core.turn import Arrival, Button, Outcome, Rows, Turn
from handlers.saying import (
    answer,
    button,
    in_pairs,
    menu_button,
    person_button,
    phone_line,
    way_on,
)
from handlers.words import Command, command, is_slash
from knowledge.entry import Entry
from knowledge.library import Topic

PAGE = 8  # entries a page; more buttons than this nobody reads on a phone
FIRST_TOPICS = 6
LONGEST_LABEL = 60  # columns, a Chinese character takes two; apps cut longer ones anyhow


def handle(turn: Turn) -> Outcome | None:
    """Answer the commands of the menu, in words or with a slash, and its buttons."""
    if turn.incoming.arrival is Arrival.CHOICE:
        return _pressed(turn, turn.incoming.choice)
    match command(turn):
        case Command.START:
            return _start(turn)
        case Command.MENU:
            return topics(turn)
        case Command.PRIVACY:
            return answer(turn, say("menu.privacy", turn.language), buttons=way_on(turn))
        case _:
            return None


def unclaimed(turn: Turn) -> Outcome | None:
    """Answer 帮助, 取消, 继续 … when no open flow did, and commands that do not exist."""
    match command(turn):
        case Command.HELP:
            rows = (_matters(turn), (menu_button(turn), person_button(turn)))
            help_text = say("menu.help", turn.language)
            return answer(turn, help_text, phone_line(turn), buttons=rows)
        case Command.CANCEL | Command.BACK | Command.RESUME | Command.DONE:
            closed = replace(turn.dialogue, flow="", step="")  # a flow of a version that is gone
            nothing = say("menu.nothing_open", turn.language)
            return answer(turn, nothing, buttons=way_on(turn), dialogue=closed)
        case None if turn.incoming.arrival is Arrival.TEXT and is_slash(turn.incoming.text):
            return answer(turn, say("menu.unknown_command", turn.language), buttons=way_on(turn))
        case _:
            return None


def topics(turn: Turn) -> Outcome:
    """Show every topic as a button."""
    rows = (*in_pairs(_topic_buttons(turn)), _matters(turn), (person_button(turn),))
    return answer(turn, say("menu.topics", turn.language), buttons=rows)


def stale(turn: Turn) -> Outcome:
    """Answer a button that no longer means anything: say so, and where things stand now."""
    words = [say("menu.stale", turn.language)]
    if not turn.dialogue.flow:
        words.append(say("menu.stale_next", turn.language))
    return answer(turn, *words, buttons=way_on(turn))


def question_of(entry: Entry, language: str) -> str:
    """Return the question of an entry as a button's label: short, in the language where there is one."""
    asked = (entry.question_en if language == "en" else "") or entry.question
    return cut(asked.rstrip("?？"))


def cut(text: str) -> str:
    """Shorten a text to what a button can show."""
    width = 0
    for place, character in enumerate(text):
        width += 1 if character.isascii() else 2
        if width > LONGEST_LABEL:
            return text[: place - 1] + "…"
    return text


def _pressed(turn: Turn, choice: str) -> Outcome | None:
    verb, _, target = choice.partition(":")
    if choice == "menu":
        return topics(turn)
    return _topic(turn, target) if verb == "topic" else None


def _start(turn: Turn) -> Outcome:
    first = _topic_buttons(turn)[:FIRST_TOPICS]
    rows = (*in_pairs(first), (menu_button(turn), person_button(turn)), _matters(turn))
    greeting = say("menu.start", turn.language, bureau=turn.desk.bureau)
    return answer(turn, greeting, buttons=rows)


def _topic(turn: Turn, target: str) -> Outcome:
    """Show one page of a topic; `target` is its id, with the page behind a colon."""
    topic_id, _, page_text = target.partition(":")
    topic = next((one for one in turn.knowledge.topics if one.id == topic_id), None)
    if topic is None:
        gone = say("menu.topic_gone", turn.language)
        return answer(turn, gone, buttons=in_pairs(_topic_buttons(turn)))
    pages = max(1, -(-len(topic.entry_ids) // PAGE))
    page = min(max(int(page_text), 1), pages) if page_text.isascii() and page_text.isdigit() else 1
    key = "menu.topic" if pages == 1 else "menu.topic_page"
    title = say(
        key,
        turn.language,
        title=_title(topic, turn),
        count=len(topic.entry_ids),
        page=page,
        pages=pages,
    )
    return answer(turn, title, buttons=_entry_rows(turn, topic, page, pages))


def _entry_rows(turn: Turn, topic: Topic, page: int, pages: int) -> Rows:
    shown = topic.entry_ids[(page - 1) * PAGE : page * PAGE]
    entries = [turn.knowledge.entries[one] for one in shown]
    turns = []
    if page > 1:
        turns.append(button("button.previous", turn, f"topic:{topic.id}:{page - 1}"))
    if page < pages:
        turns.append(button("button.next", turn, f"topic:{topic.id}:{page + 1}"))
    rows = tuple((Button(question_of(one, turn.language), f"faq:{one.id}"),) for one in entries)
    last = (menu_button(turn), person_button(turn))
    return (*rows, tuple(turns), last) if turns else (*rows, last)


def _topic_buttons(turn: Turn) -> tuple[Button, ...]:
    return tuple(Button(_title(one, turn), f"topic:{one.id}") for one in turn.knowledge.topics)


def _title(topic: Topic, turn: Turn) -> str:
    return (topic.title_en if turn.language == "en" else "") or topic.title


def _matters(turn: Turn) -> tuple[Button, ...]:
    """Give the buttons to complain and to see how far a matter is: they stand for the commands."""
    return (
        button("button.complain", turn, "/complain"),
        button("button.status", turn, "/status"),
    )
