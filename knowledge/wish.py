"""Read a question for a published figure: which kind of figure, which schools, which year, which part of it.

Floor 0; pure. Only what plainly asks for a figure becomes a wish: a question about the rules is left to the FAQ, and
a school is never guessed (a doubtful name stays a doubt, an unknown one stays unknown).
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from knowledge.catchment import Address, find_address, find_addresses
from knowledge.figure_words import (
    called,
    figure_text,
    figure_words,
    fold,
    holds,
)
from knowledge.lexicon import Lexicon
from knowledge.offices import find_offices, is_office
from knowledge.progress import round_names
from knowledge.shelf import BY_SCHOOL, Shelf
from knowledge.slots import find_slots
from knowledge.wish_schools import Named, schools_of, without, without_schools
from knowledge.wish_years import year_words, years_of

WITH_YEAR = ("quota", "plan", "score_line")  # the year matters too much to be taken for granted
BARE = (*BY_SCHOOL, "project", "duty", "steps")  # asked for by the mere name of a table
_NAME_OF_TABLE = 4  # characters of the name of a table that can mean nothing else
LONGEST = 80  # characters; a longer message is a story, not a question for a number
_ELSEWHERE = re.compile(r"([一-鿿]{2,3}[区县市])")
_ADDRESS = 16  # characters of one that says nothing else
HOUSE = re.compile(r"([0-9]+|[零一二三四五六七八九十百]+)号?")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `schools`, `doubtful` are ids; `unknown` are names that no school here has."""

    kind: str
    text: str  # the question as it is compared
    schools: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    years: tuple[int, ...] = ()  # oldest first
    every: bool = False  # every school
    trend: bool = False  # every year
    picture: bool = False  # as a picture
    stage: str = ""
    parts: tuple[str, ...] = ()  # folded
    odd_part: str = ""  # a batch that no table has
    place: str = ""  # another place than ours
    address: Address | None = None
    more: tuple[Address, ...] = ()  # further addresses of the same question
    office: str = ""  # the text in which an office is named; of steps the name of the round


def read_wish(shelf: Shelf, question: str, *, today: date, lexicon: Lexicon) -> Wish | None:
    """Read a question; None when it does not plainly ask for a figure that is published here."""
    text = figure_text(question)
    words = figure_words()
    if not text or len(text) > LONGEST:
        return None
    if not shelf.asks.search(text):
        return (
            _only_an_address(shelf, text) or _lives_at(shelf, text) or _only_an_office(shelf, text)
        )
    found = _only_a_table(shelf, fold(question), today) or next(
        (
            wish
            for kind in words.kinds
            if kind in shelf.sheets and not about_rules(kind, text)
            if (wish := _wish(shelf, kind, text, today)) is not None
        ),
        None,
    )
    if found is None:
        return None
    return _placed(shelf, found, today=today, lexicon=lexicon)


def about_rules(kind: str, text: str) -> bool:
    """Tell whether a question is one about rules, and so none for a table of this kind."""
    return _rules(kind).search(text) is not None


@cache
def _rules(kind: str) -> re.Pattern[str]:
    """Compile the words that make a question one about rules, and so none for a table of this kind."""
    words = figure_words()
    allowed = words.allowed.get(kind, ())
    rules = [word for word in words.rules if word not in allowed]
    barred = (*rules, *words.barred.get(kind, ()))
    return re.compile("|".join(map(re.escape, barred)) or r"(?!)")


def _wish(shelf: Shelf, kind: str, text: str, today: date) -> Wish | None:
    trigger = holds(text, shelf.triggers[kind])
    match kind:
        case "catchment":
            return _catchment(shelf, text, trigger, today)
        case "duty":
            return _duty(shelf, text, trigger)
        case "steps":
            return _steps(shelf, text, trigger, today)
        case "result":
            return _result(text, trigger, today)
        case "project":
            return _project(shelf, text, trigger or _works(text), today)
        case "posts":
            return _by_school(shelf, kind, text, trigger or _posts(text), today)
        case _:
            return _by_school(shelf, kind, text, trigger, today)


def _by_school(shelf: Shelf, kind: str, text: str, trigger: str, today: date) -> Wish | None:
    """Read a question for the numbers of schools: a school is named, or plainly asked for a number."""
    if not trigger:
        return None
    words = figure_words()
    years = years_of(text, today, shelf.years(kind))
    kinds = [word for word in shelf.triggers[kind] if word in text]
    parts = parts_of(shelf, kind, text)
    asked = [word for word in words.amounts if word in text]
    drawn = [word for word in words.picture if word in text]
    taken = [*kinds, *parts, *_also_said(text, parts), *asked, *drawn, *year_words(text)]
    named, rest = schools_of(shelf, without(text, taken))
    if _is_weak(trigger, kinds) and (rest or not named.certain):
        return None
    trend = bool(holds(text, words.trend))
    listed = kind == "posts" and not named and bool(holds(text, ("哪些", "岗位表")))
    every = is_every(text, named) or listed
    if named.certain and len(years) > 1 and not holds(text, words.every):
        every = False  # the years of a school are compared, and not the schools
    asked_year = kind in WITH_YEAR and bool(years) and not rest  # 2025年分数线
    if not named and (not (asked or every or drawn or asked_year) or holds(text, words.where)):
        return None  # where it is published, whether it is out: the FAQ knows
    stage = stage_of(text)
    if kind == "fee" and not named and (stage in ("primary", "junior") or not parts):
        return None  # what schools in general may charge is a rule, and the FAQ has it
    batch = words.batch_like.search(text) if kind in ("quota", "score_line") else None
    odd = batch.group() if batch and not any(batch.group() in part for part in parts) else ""
    return Wish(
        kind=kind,
        text=text,
        schools=named.certain,
        doubtful=named.doubtful,
        unknown=named.unknown,
        years=years,
        every=every,
        trend=trend,
        picture=bool(drawn),
        stage=stage,
        parts=parts,
        odd_part=odd,
    )


def _is_weak(trigger: str, kinds: list[str]) -> bool:
    """Tell whether the words for a kind ask for a figure only of a school that is named, and with nothing else said."""
    words = figure_words()
    return trigger in words.weak or (bool(kinds) and all(word in words.weakest for word in kinds))


def _also_said(text: str, parts: tuple[str, ...]) -> list[str]:
    """Give what else a text calls the parts that it names: 午餐 for 伙食费."""
    also = figure_words().also_called
    return [word for part in parts for word in also.get(part, ()) if word in text]


def is_every(text: str, named: Named) -> bool:
    """Tell whether every school is meant: 各校, or a comparison of fewer than two; never for one that is unknown."""
    words = figure_words()
    few = len(named.certain) + len(named.doubtful) < 2 and not named.unknown
    return bool(holds(text, words.every) or (few and holds(text, words.compare)))


def _posts(text: str) -> str:
    """Give what asks for posts: a teacher, and how many."""
    words = figure_words()
    found = words.posts_like.search(text)
    return found.group() if found and holds(text, words.posts_asked) else ""


def _works(text: str) -> str:
    """Give what speaks of building: a part of a school, and what is done to it."""
    found = figure_words().works_like.search(text)
    return found.group() if found else ""


def _catchment(shelf: Shelf, text: str, trigger: str, today: date) -> Wish | None:
    if not trigger:
        return None
    stage = stage_of(text)
    named, _ = schools_of(shelf, without(text, [trigger]))
    found = find_addresses(shelf, without_schools(shelf, text, named.certain))
    weak = figure_words().weak_place
    plainly = any(word in text for word in shelf.triggers["catchment"] if word not in weak)
    if found and (found[0].known or plainly):
        years = years_of(text, today)
        return Wish("catchment", text, years=years, stage=stage, address=found[0], more=found[1:])
    if holds(trigger, ("哪", "什么")) or not (named.certain or named.doubtful):
        return None  # 我们小区归哪个学校: the FAQ says how to find out
    return Wish("catchment", text, schools=named.certain, doubtful=named.doubtful, stage=stage)


def _only_an_address(shelf: Shelf, text: str) -> Wish | None:
    """Read a message that is a published address and nothing else, 建设街15号, as one that asks where it belongs."""
    if len(text) > _ADDRESS or "catchment" not in shelf.sheets:
        return None
    address = find_address(shelf, text)
    if address is None or not address.known or not text.startswith(address.name):
        return None
    rest = text.removeprefix(address.name).removeprefix("小区")
    alone = not rest or figure_words().within_street_like.fullmatch(rest) is not None
    return Wish("catchment", text, address=address) if alone else None


def tells_where(question: str) -> bool:
    """Tell whether a message says where somebody lives, and may be half of a question: 我家住幸福路12号."""
    return figure_words().lives_like.match(figure_text(question)) is not None


def _lives_at(shelf: Shelf, text: str) -> Wish | None:
    """Read a message that says where somebody lives and nothing else as one that asks where it belongs."""
    lives = figure_words().lives_like.match(text)
    if lives is None or "catchment" not in shelf.sheets:
        return None
    rest = text[lives.end() :]
    address = find_address(shelf, rest)
    if address is None or not rest.startswith(address.name):
        return None
    behind = rest.removeprefix(address.name).removeprefix("小区")
    whole = not behind or figure_words().door_like.fullmatch(behind) is not None
    return Wish("catchment", text, address=address) if whole else None


def _only_an_office(shelf: Shelf, text: str) -> Wish | None:
    """Read a message that is the name of an office and nothing else: 财务股."""
    return Wish("duty", text, office=text) if is_office(shelf, text) else None


def _only_a_table(shelf: Shelf, text: str, today: date) -> Wish | None:
    """Read a message that is what a table is called and nothing else: 重大事项公示, 科室电话, 招生计划."""
    kind = shelf.names.get(called(text)) if len(text) >= _NAME_OF_TABLE else None
    if kind not in BARE:
        return None  # 分数线, 学区: a word that may mean much; the FAQ offers what there is
    years = years_of(text, today, shelf.years(kind))
    return Wish(kind, text, years=years, every=kind == "duty")


def _duty(shelf: Shelf, text: str, trigger: str) -> Wish | None:
    """Read a question for an office: one that the table has, or that sounds like an office."""
    if not trigger:
        return None
    if find_offices(shelf, text):
        return Wish("duty", text, office=text)
    before = text[: text.index(trigger)]
    for word in figure_words().noise:
        before = before.removeprefix(word)
    named = figure_words().office_like.search(before)
    return None if named is None else Wish("duty", text, office=named.group(1))


def _steps(shelf: Shelf, text: str, trigger: str, today: date) -> Wish | None:
    """Read a question for a round of hiring; one of a programme of its own only where the table has it."""
    words = figure_words()
    if not trigger:
        return None
    programme = holds(text, words.programmes)
    names = round_names(shelf.sheets["steps"][0]) if programme else ()
    named = next((name for name in names if programme in fold(name)), "")
    if programme and not named:
        return None
    step = next((name for name, also in words.steps.items() if holds(text, also)), "")
    asked = holds(text, words.progress) or holds(text, words.times)
    if not asked:
        return None
    sort = next((name for name, also in words.sorts.items() if holds(text, also)), "")
    return Wish(
        "steps",
        text,
        years=years_of(text, today),
        parts=(step,) if step else (),
        stage=sort,
        office=named,
    )


def _result(text: str, trigger: str, today: date) -> Wish | None:
    years = years_of(text, today)
    shown = holds(text, ("公示", "公布", "名单", "链接", "网址", "出来", "出了"))
    if not trigger or not (years or shown):
        return None  # how one's own result is looked up stands in the FAQ
    return Wish("result", text, years=years, stage=stage_of(text))


def _project(shelf: Shelf, text: str, trigger: str, today: date) -> Wish | None:
    words = figure_words()
    if not trigger:
        return None
    taken = [*(word for word in shelf.triggers["project"] if word in text), *year_words(text)]
    named, rest = schools_of(shelf, without(text, [*taken, *words.progress, *words.times]))
    asked = holds(text, (*words.progress, *words.times, *words.works_asked))
    all_of_them = _works(text) or (not rest and holds(text, ("工程", "项目", "重大事项")))
    if not asked or not (named or all_of_them or holds(text, ("哪些", "有什么"))):
        return None
    return Wish(
        "project", text, named.certain, named.doubtful, named.unknown, years=years_of(text, today)
    )


def stage_of(text: str) -> str:
    """Give the stage that a folded text names, or nothing."""
    stages = figure_words().stages
    return next((stage for stage, said in stages.items() if holds(text, said)), "")


def parts_of(shelf: Shelf, kind: str, text: str) -> tuple[str, ...]:
    """Give the parts of a kind's tables that a text names, none of them inside another."""
    known = {part for sheet in shelf.sheets[kind] for part in sheet.parts}
    also = figure_words().also_called
    named = sorted(
        (part for part in known if part in text or holds(text, also.get(part, ()))),
        key=len,
        reverse=True,
    )
    kept: list[str] = []
    for part in named:
        if not any(part in longer for longer in kept):
            kept.append(part)
    return tuple(kept)


def _placed(shelf: Shelf, wish: Wish, *, today: date, lexicon: Lexicon) -> Wish:
    """Note another place that a question names: its figures are not ours. 南京路 and 大同小学 are no places."""
    text = without_schools(shelf, wish.text, wish.schools)
    for address in (wish.address, *wish.more):
        text = text.replace(address.name, "的") if address is not None else text
    place = find_slots(text, lexicon, today=today).place
    if not place and wish.kind in ("catchment", *BY_SCHOOL):
        found = (one.group() for one in _ELSEWHERE.finditer(text))
        place = next((one for one in found if not _is_ours(shelf, one)), "")
    return replace(wish, place=place)


def _is_ours(shelf: Shelf, name: str) -> bool:
    """Tell whether 示例区, 本区, 小区 and the like are ours or no place at all."""
    known = (
        *shelf.own_places,
        "本区",
        "我区",
        "小区",
        "校区",
        "片区",
        "学区",
        "社区",
        "全区",
        "区县",
        "城区",
        "新区",
        "咱区",
    )
    return name.endswith(known) or any(name.endswith(own) for own in shelf.own_places)
