"""Parents who put the desk under load: they ask, file complaints through the dialogue, and press what they see.

Everybody is driven by one seeded source of chance. What was asked and filed is kept, for the oracle to count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from tests.botapi.remote import Remote
from tests.crash.product import ENTRIES

QUESTIONS = tuple(question for question, _ in ENTRIES.values())
WORDS = ("查进度", "菜单", "转人工", "取消", "帮助", "我要投诉", "🙏", "老师好", "/start")
BURST = 6
# Longer than any name of a school: whatever step it meets, it is kept as what happened.
STORY = (
    "{who}的第{number}件:食堂的饭菜经常是凉的,家长们向班主任和后勤反映过三次,一直没有人管。"
    "希望派人来看一看中午十二点的打饭窗口,并把处理结果告诉我们。"
)
PATIENCE = 100  # rounds until somebody tries again
# What a filer presses at each step of the complaint; at `what` it writes first.
ANSWERS = {
    "kind": "complaint",
    "category": "other",
    "finer": "all",
    "subject": "none",
    "name": "named",
    "contact": "skip",
    "preview": "submit",
    "which": "new",
    "resume": "new",
}


@dataclass(slots=True)
class Asker:
    """Asks one known question after the other, each with a number of its own, sometimes many at once."""

    name: str
    asked: list[str] = field(default_factory=list)

    def acts(self, chance: Random) -> Iterator[dict[str, Any]]:
        for _ in range(BURST if chance.random() < 0.05 else 1):
            question = chance.choice(QUESTIONS).rstrip("?") + f"(第{len(self.asked) + 1}问)?"
            self.asked.append(question)
            yield says(self.name, question)


@dataclass(slots=True)
class Filer:
    """Files complaints step by step, as the bot's last message asks; sometimes submits twice."""

    name: str
    wanted: int = 2
    filed: list[str] = field(default_factory=list)
    answered: tuple[object, ...] = ()  # the message already acted upon; a second copy of it is none
    waited: int = 0
    written: str = ""  # what this complaint says, once it was said

    @property
    def done(self) -> bool:
        return len(self.filed) >= self.wanted

    def acts(self, chance: Random, seen: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        newest = (seen[-1]["text"], seen[-1]["buttons"]) if seen else ("", [])
        self.waited = self.waited + 1 if newest == self.answered else 0
        if newest == self.answered and self.waited < PATIENCE:
            return  # the bot owes the next word
        self.answered, self.waited = newest, 0
        steps = dict(_steps(seen[-1])) if seen else {}
        if not steps:
            self.written = ""
            yield says(self.name, "我要投诉")
        elif "what" in steps and not self.written:
            self.written = STORY.format(who=self.name, number=len(self.filed) + 1)
            yield says(self.name, self.written)
        elif "preview" in steps:
            if self.written:  # else the preview came once more, after a kill
                self.filed.append(self.written)
            self.written = ""
            for _ in range(2 if chance.random() < 0.3 else 1):
                yield presses(self.name, steps["preview"]["submit"])
        else:
            step = next(iter(steps))
            wish = "done" if step == "what" else ANSWERS[step]
            yield presses(self.name, steps[step].get(wish) or next(iter(steps[step].values())))


@dataclass(slots=True)
class Monkey:
    """Presses any button and says any word, so that every corner is met now and then."""

    name: str

    def acts(self, chance: Random, seen: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        buttons = [data for each in seen[-3:] for row in each["buttons"] for _, data in row if data]
        if buttons and chance.random() < 0.6:
            yield presses(self.name, chance.choice(buttons))
        else:
            yield says(self.name, chance.choice(WORDS))


class Parents:
    """All of them. `act` is one round: a few ask, those who wait for nothing go on."""

    def __init__(self, api: Remote, chance: Random, *, askers: int = 16, filers: int = 4) -> None:
        self.api = api
        self.chance = chance
        self.askers = [Asker(f"问{number}") for number in range(askers)]
        self.monkeys = [Monkey(f"逛{number}") for number in range(3)]
        self.filers: list[Filer] = []
        self._at_once = filers
        self._watched = cycle(range(len(self.monkeys)))
        names = [each.name for each in self.askers] + [each.name for each in self.monkeys]
        self.chats = {name: api.user(name) for name in names}

    def act(self) -> None:
        """Let everybody do what they would do now: filers and a monkey look first, an asker just asks."""
        watched: list[Filer | Monkey] = [filer for filer in self.filers if not filer.done]
        while len(watched) < self._at_once:
            filer = Filer(f"诉{len(self.filers)}")
            self.chats[filer.name] = self.api.user(filer.name)
            self.filers.append(filer)
            watched.append(filer)
        watched.append(self.monkeys[next(self._watched)])
        views = self.api.act_all([_sees(each.name) for each in watched])
        acts = [
            act
            for each, seen in zip(watched, views, strict=True)
            for act in each.acts(self.chance, seen)
        ]
        acts += self.chance.choice(self.askers).acts(self.chance)
        self.api.act_all(acts)

    @property
    def questions(self) -> int:
        return sum(len(each.asked) for each in self.askers)

    @property
    def complaints(self) -> int:
        return sum(len(each.filed) for each in self.filers)


def says(who: str, text: str) -> dict[str, Any]:
    return {"who": who, "does": "says", "args": [text]}


def presses(who: str, data: str) -> dict[str, Any]:
    return {"who": who, "does": "presses", "args": [data]}


def _sees(who: str) -> dict[str, Any]:
    return {"who": who, "does": "sees"}


def _steps(message: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Read the complaint buttons of a message: step -> value -> data."""
    found: dict[str, dict[str, str]] = {}
    for row in message["buttons"]:
        for _, data in row:
            parts = data.split(":", 3)
            if parts[0] == "c" and len(parts) == 4 and parts[3] != "cancel":
                found.setdefault(parts[2], {})[parts[3]] = data
    yield from found.items()
