"""Read what follows a question for a figure: 那二中呢, 去年的呢, 学费呢, 12号, 面试什么时候.

Floor 0; pure. One thing of the same question is said anew, or another figure of the same schools is asked for;
whatever says more than that is no follow-up.
"""

from dataclasses import replace
from datetime import date

from knowledge.catchment import find_address, read_number
from knowledge.figure_words import figure_text, figure_words, holds
from knowledge.shelf import BY_SCHOOL, Shelf
from knowledge.wish import (
    HOUSE,
    WITH_YEAR,
    Wish,
    about_rules,
    is_every,
    parts_of,
    stage_of,
)
from knowledge.wish_schools import schools_of, without
from knowledge.wish_years import year_words, years_of

_SHORT = 16  # characters of a follow-up


def read_follow_up(shelf: Shelf, question: str, before: Wish, *, today: date) -> Wish | None:
    """Read a short message with the question for a figure before it; None when it says something else."""
    text = figure_text(question)
    if not text or len(text) > _SHORT:
        return None
    if before.kind == "catchment":
        return _other_address(shelf, text, before)
    if before.kind == "steps":
        return _other_step(text, before)
    if before.kind not in BY_SCHOOL:
        return None
    return (
        _own_school(shelf, text, before, today)
        or _same_figure(shelf, text, before, today)
        or _other_figure(shelf, text, before, today)
    )


def with_kind_of(shelf: Shelf, question: str, before: str) -> str:
    """Put what the question before was about into one for a number of a school: 指标到校是什么, then 三中有几个.

    Nothing where it says something else, or the question before was about no figure of schools.
    """
    words, text, asked = figure_words(), figure_text(question), figure_text(before)
    if not text or len(text) > _SHORT or not holds(text, words.amounts):
        return ""
    kinds = [kind for kind in words.kinds if kind in BY_SCHOOL and kind in shelf.sheets]
    found = next(
        ((kind, said) for kind in kinds if (said := holds(asked, shelf.triggers[kind]))), None
    )
    if found is None or not _counts(found[0], text):
        return ""
    is_own = bool(holds(text, words.own_school))
    named, rest = schools_of(shelf, without(text, [*_asking(), *year_words(text)]))
    is_plain = not (rest or named.doubtful or named.unknown) and (is_own or named.certain)
    return f"{found[1]}{text}" if is_plain else ""


def _asking() -> tuple[str, ...]:
    words = figure_words()
    return (*words.own_school, *words.amounts, *words.posts_asked)


def _counts(kind: str, text: str) -> bool:
    """Tell whether what is asked for may be a number of this kind: a score and a fee are never 几个."""
    return kind not in ("score_line", "fee") or not holds(text, figure_words().posts_asked)


def _own_school(shelf: Shelf, text: str, before: Wish, today: date) -> Wish | None:
    """Read the same figure of one's own school, which is not named: that is to be asked, never the one before."""
    if not holds(text, figure_words().own_school) or not _counts(before.kind, text):
        return None
    taken = (*_asking(), *shelf.triggers[before.kind], *year_words(text))
    named, rest = schools_of(shelf, without(text, taken))
    if named or rest:
        return None
    years = years_of(text, today, shelf.years(before.kind)) or before.years
    return replace(
        before, text=text, schools=(), doubtful=(), unknown=(), every=False, place="", years=years
    )


def with_schools_of(shelf: Shelf, wish: Wish, before: Wish | None) -> Wish:
    """Put the schools of the figure before into a question that leaves the school out: 招多少人."""
    leaves_out = not (wish.schools or wish.doubtful or wish.unknown or wish.every or wish.place)
    if before is None or wish.kind not in BY_SCHOOL or not leaves_out:
        return wish
    if wish.stage or wish.trend or wish.picture or len(wish.text) > _SHORT:
        return wish
    schools = _there(shelf, wish.kind, before.schools)
    return replace(wish, schools=schools) if schools else wish


def _same_figure(shelf: Shelf, text: str, before: Wish, today: date) -> Wish | None:
    """Read another school, year, part or view of the same figure."""
    words = figure_words()
    years = years_of(text, today, shelf.years(before.kind))
    parts = parts_of(shelf, before.kind, text)
    wide = [one for one in words.wide if one in text]
    named, rest = schools_of(shelf, without(text, [*parts, *wide, *year_words(text)]))
    if not (named or years or parts or wide):
        return None
    if rest and not named.doubtful and not named.unknown:
        return None
    wish = replace(
        before,
        text=before.text if named or years else text,
        years=years or before.years,
        parts=parts or before.parts,
        trend=bool(holds(text, words.trend)) or (before.trend and not years),
        every=before.every or (not named and is_every(text, named)),
    )
    compared = wish.every or len(wish.schools) > 1
    drawn = before.picture and (wish.trend or (compared and not named))
    wish = replace(wish, picture=drawn or bool(holds(text, words.picture)))
    if wish.trend and not years:
        wish = replace(wish, years=())
    if not named:
        return wish
    return replace(
        wish,
        schools=named.certain,
        doubtful=named.doubtful,
        unknown=named.unknown,
        every=False,
        place="",
    )


def _other_figure(shelf: Shelf, text: str, before: Wish, today: date) -> Wish | None:
    """Read another figure of the same schools: 学费呢 after a score line."""
    words = figure_words()
    for kind in words.kinds:
        if kind not in BY_SCHOOL or kind not in shelf.sheets or kind == before.kind:
            continue
        named = [word for word in shelf.triggers[kind] if word in text]
        schools = _there(shelf, kind, before.schools)
        if not named or not schools or about_rules(kind, text):
            continue
        taken = [*named, *words.amounts, *year_words(text)]
        if schools_of(shelf, without(text, taken))[1]:
            continue
        years = years_of(text, today) or (before.years if kind in WITH_YEAR else ())
        kept = tuple(year for year in years if year in shelf.years(kind))
        parts = parts_of(shelf, kind, text)
        return Wish(kind, text, schools=schools, years=kept or years, parts=parts)
    return None


def _there(shelf: Shelf, kind: str, schools: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the schools of which a kind of figure is published."""
    published = {one.id for one in shelf.schools_in(kind)} if kind in shelf.sheets else set()
    return tuple(one for one in schools if one in published)


def _other_step(text: str, before: Wish) -> Wish | None:
    """Read another step of the same hiring: 面试什么时候, 体检呢; 面试考什么 is for the FAQ."""
    words = figure_words()
    found = next(
        ((name, said) for name, also in words.steps.items() if (said := holds(text, also))), None
    )
    if found is None:
        return _other_round(text, before)
    step, said = found
    rest = text.replace(said, "", 1)
    for word in (*words.times, *words.progress, *words.noise):
        rest = rest.replace(word, "")
    return None if rest else replace(before, text=text, parts=(step,))


def _other_round(text: str, before: Wish) -> Wish | None:
    """Read the other sort of hiring, asked for as before: 选调呢."""
    words = figure_words()
    found = next(
        ((name, said) for name, also in words.sorts.items() if (said := holds(text, also))), None
    )
    if found is None or found[0] == before.stage:
        return None
    sort, said = found
    rest = without(text, [said, *words.times, *words.progress, *words.noise]).replace("的", "")
    return None if rest else replace(before, text=text, parts=(), stage=sort, office="")


def _other_address(shelf: Shelf, text: str, before: Wish) -> Wish | None:
    words, plain = figure_words(), text
    for noise in words.noise:
        plain = plain.replace(noise, "")
    said = {each: stage for stage, named in words.stages.items() for each in named}
    stage, number = said.get(plain, ""), HOUSE.fullmatch(plain)
    if stage and before.address is not None:
        return replace(before, stage=stage)
    if number is not None and before.address is not None:
        number_now = read_number(number.group(1))
        return replace(before, address=replace(before.address, number=number_now), more=())
    if _asks_again(shelf, plain):
        return replace(before, stage=stage_of(text) or before.stage)
    address = find_address(shelf, text)
    if address is None or not (address.known or address.number is not None):
        return None
    rest = plain.replace(address.name, "")
    for each in said:
        rest = rest.replace(each, "")
    is_all = (
        not rest or words.within_street_like.fullmatch(rest) is not None
    )  # 附近有地铁吗 is another question
    named = next((stage for each, stage in said.items() if each in plain), before.stage)
    return replace(before, address=address, more=(), stage=named) if is_all else None


def _asks_again(shelf: Shelf, text: str) -> bool:
    """Tell whether a text asks where an address belongs and says nothing else: 上哪个小学, 初中去哪."""
    words = figure_words()
    if not holds(text, ("哪", "什么")):
        return False
    stages = [word for named in words.stages.values() for word in named]
    asked = (
        *shelf.triggers["catchment"],
        *stages,
        "哪里",
        "哪儿",
        "哪个",
        "哪所",
        "哪",
        "什么",
        "学校",
    )
    return not without(text, asked).replace("的", "")
