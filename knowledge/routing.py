"""Who answers what and until when, and the words that mean danger or plainly are a complaint.

Floor 0. All of it is data in routing.yaml; here is only how a message is held against those words. Danger is
looked for in the text without blanks and punctuation, so that 不 想 活 了 is still seen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from knowledge.folding import (
    fold,
    has,
    has_phrase,
    is_covered,
    is_plain,
    needle,
    phrase_pattern,
)
from knowledge.messages import say
from knowledge.plain import PlainWords
from knowledge.problem import Problem
from knowledge.reading import Rows, nearest
from knowledge.schema_desk import KINDS, CategoryRow, EmergencyRow, RoutingRow
from knowledge.yamlio import Where

FIRST_CHOICES = 8  # more buttons than this nobody reads on a phone


@dataclass(frozen=True, slots=True)
class Department:
    """A section of the bureau that answers cases."""

    id: str
    name: str
    name_en: str
    phone: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """Within how many working days a kind is answered; `basis` says on what ground."""

    workdays: int
    basis: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Category:
    """What a matter is about. `confidential`: never shown to the unit complained about."""

    id: str
    label: str
    label_en: str
    department: str
    under: str | None
    hints: tuple[str, ...]
    urgency: str  # normal, priority or urgent
    confidential: bool
    limit_workdays: int | None


@dataclass(frozen=True, slots=True)
class Hotline:
    """A number that people in need are given; a `sample` is to be checked locally first."""

    number: str
    title: str
    title_en: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Emergency:
    """Danger found in a message. `urgent`: act at once; otherwise somebody should only have a look."""

    group: str
    title: str
    title_en: str
    urgent: bool
    look: bool
    words: tuple[str, ...]  # what was found, for the person who reviews it
    hotlines: tuple[Hotline, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """The whole of routing.yaml."""

    departments: Mapping[str, Department]
    limits: Mapping[str, Limit]
    categories: Mapping[str, Category]
    hotlines: Mapping[str, Hotline]
    emergencies: tuple[EmergencyRow, ...]
    personal: tuple[str, ...]
    plain: PlainWords
    danger: re.Pattern[str]  # stands in every message in which `emergency` finds something

    def first_choices(self) -> tuple[Category, ...]:
        """Give the categories a parent chooses from first, in the file's order."""
        return tuple(one for one in self.categories.values() if one.under is None)

    def second_choices(self, category_id: str) -> tuple[Category, ...]:
        """Give the categories under one; empty where there is nothing finer to choose."""
        return tuple(one for one in self.categories.values() if one.under == category_id)

    def department_of(self, category_id: str) -> Department:
        """Give the department that answers a category; an unknown one goes where the last does."""
        category = self.categories.get(category_id) or tuple(self.categories.values())[-1]
        return self.departments[category.department]

    def limit_days(self, kind: str, category_id: str = "") -> int:
        """Give the time limit in working days; a category's own limit goes before its kind's.

        A category's limit holds for what must be handled, not for a plain question.
        """
        category = self.categories.get(category_id)
        if category is not None and category.limit_workdays is not None and kind != "question":
            return category.limit_workdays
        return self.limits[kind].workdays

    def suggest(self, text: str, limit: int = 3) -> tuple[Category, ...]:
        """Give the categories whose hints occur in the text, the most telling first."""
        folded = fold(text)
        found = [
            (sum(len(hint) for hint in one.hints if has(folded, hint)), -place, one)
            for place, one in enumerate(self.categories.values())
        ]
        ranked = sorted((row for row in found if row[0]), key=lambda row: row[:2], reverse=True)
        return tuple(one for _, _, one in ranked[:limit])

    def likeliest(self, text: str, *, urgent: bool = False) -> str:
        """Give the category a text most tells of; without any hint the last one, of danger the first that is urgent.

        欺负 in a text of danger weighs more than 上学 beside it: what is no hurry to anybody gives way.
        """
        found = self.suggest(text, limit=len(self.categories))
        if found and not (urgent and found[0].urgency == "normal"):
            return found[0].id
        likely = found or tuple(self.categories.values())
        hurried = (one.id for one in likely if one.urgency == "urgent")
        usual = found[0].id if found else tuple(self.categories)[-1]
        return next(hurried, usual) if urgent else usual

    def plain_kind(self, text: str) -> str | None:
        """Give the kind a message plainly is (我要投诉 …); None for a question about complaining."""
        return self.plain.kind(text)

    def emergency(self, text: str) -> Emergency | None:
        """Find danger in a message: the first urgent group, or else the first that wants a look."""
        folded = fold(text)
        if self.danger.search(folded) is None:
            return None
        personal = any(has(folded, word) for word in self.personal)
        soft: Emergency | None = None
        for group in self.emergencies:
            found = [
                word
                for word in group.words
                if has_phrase(folded, word) and not is_covered(folded, word, group.innocent)
            ]
            if not found or (not personal and any(has(folded, word) for word in group.calm)):
                continue
            hard = [word for word in found if not is_covered(folded, word, group.soft)]
            if hard and group.urgent:
                return self._emergency(group, hard, urgent=True)
            soft = soft or self._emergency(group, found, urgent=False)
        return soft

    def _emergency(self, group: EmergencyRow, words: list[str], *, urgent: bool) -> Emergency:
        shown = tuple(self.hotlines[number] for number in group.hotlines if number in self.hotlines)
        return Emergency(
            group.id, group.title, group.title_en, urgent, not urgent, tuple(words), shown
        )


def make_routing(rows: Rows[RoutingRow]) -> tuple[Routing, tuple[Problem, ...]]:
    """Make the routing of a file that was read, with what is wrong between its parts."""
    row = rows.rows[0][0]
    routing = Routing(
        MappingProxyType({one.id: Department(**one.model_dump()) for one in row.departments}),
        MappingProxyType({kind: Limit(**getattr(row.limits, kind).model_dump()) for kind in KINDS}),
        MappingProxyType({one.id: Category(**one.model_dump()) for one in row.categories}),
        MappingProxyType({one.number: Hotline(**one.model_dump()) for one in row.hotlines}),
        tuple(
            one.model_copy(update={"words": _longest_first(one.words)}) for one in row.emergencies
        ),
        row.personal,
        PlainWords(row.plain_words, row.question_words),
        _any_of(word for one in row.emergencies for word in one.words),
    )
    return routing, tuple(_problems(rows, row, routing))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Compile what finds any of the words in one pass; those that hold another word are left out."""
    phrases = dict.fromkeys(words)
    needles = sorted({needle(word) for word in phrases if is_plain(word)}, key=len)
    kept: list[str] = []
    for one in needles:
        if not any(shorter in one for shorter in kept):
            kept.append(one)
    by_first: dict[str, list[str]] = {}
    for one in kept:
        by_first.setdefault(one[:1], []).append(re.escape(one[1:]))
    tails = (f"{re.escape(first)}(?:{'|'.join(own)})" for first, own in by_first.items())
    open_ones = (phrase_pattern(one) for one in phrases if not is_plain(one))
    return re.compile("|".join((*tails, *open_ones)) or r"(?!)")


def _longest_first(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(words, key=len, reverse=True))


def _problems(rows: Rows[RoutingRow], row: RoutingRow, routing: Routing) -> Iterator[Problem]:
    for name, ids in (
        ("departments", [one.id for one in row.departments]),
        ("categories", [one.id for one in row.categories]),
        ("hotlines", [one.number for one in row.hotlines]),
        ("emergencies", [one.id for one in row.emergencies]),
    ):
        yield from _twice(rows, name, ids)
    for number, category in enumerate(row.categories):
        yield from _category_problems(rows, ("categories", number), category, routing)
    for number, group in enumerate(row.emergencies):
        for index, hotline in enumerate(group.hotlines):
            if hotline not in routing.hotlines:
                near = nearest(hotline, tuple(routing.hotlines))
                told = say("unknown_hotline", number=hotline, nearest=near)
                yield _at(rows, ("emergencies", number, "hotlines", index), told)
    if len(routing.first_choices()) > FIRST_CHOICES:
        told = say("too_many_choices", count=len(routing.first_choices()), limit=FIRST_CHOICES)
        yield _at(rows, ("categories",), told)


def _category_problems(
    rows: Rows[RoutingRow], where: Where, category: CategoryRow, routing: Routing
) -> Iterator[Problem]:
    if category.department not in routing.departments:
        near = nearest(category.department, tuple(routing.departments))
        told = say("unknown_department", id=category.department, nearest=near)
        yield _at(rows, (*where, "department"), told)
    if category.under is not None:
        group = routing.categories.get(category.under)
        if group is None or group.under is not None:
            yield _at(rows, (*where, "under"), say("unknown_group", id=category.under))


def _twice(rows: Rows[RoutingRow], name: str, ids: list[str]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, one in enumerate(ids):
        line = rows.place((name, number))[0]
        if one in first:
            yield _at(rows, (name, number), say("duplicate_row", id=one, first=first[one]))
        first.setdefault(one, line)


def _at(rows: Rows[RoutingRow], where: Where, message: str) -> Problem:
    return Problem(rows.file, *rows.place(where), message)
