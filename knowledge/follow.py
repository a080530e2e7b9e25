"""Read a follow-up with the exchange before it: 那初中呢, 要带什么.

A question that stands on its own is not bent by what went before. Floor 0; pure.
"""

import re
from dataclasses import dataclass
from datetime import date

from knowledge.entry import Context, Entry
from knowledge.indexed import Indexed
from knowledge.lexicon import Lexicon
from knowledge.parse import Parsed, Parser
from knowledge.text import bare, is_latin

# How long a message may be that leans: one that has an answer by itself, and any.
_CHARACTERS = 5, 16
_WORDS = 5, 8
_HOW = "A:方式"  # 怎么办 says little beside another word
_YEAR = re.compile(r"20[1-3]\d年?")


@dataclass(frozen=True, slots=True)
class Leaning:
    """A message that may lean on the last exchange; an English one in the Chinese of the glossary."""

    text: str
    ideas: frozenset[str]  # the subjects and aspects it names itself
    slots: frozenset[tuple[str, str]]


def read_leaning(cleaned: str, parsed: Parsed, parser: Parser, *, is_sure: bool) -> Leaning | None:
    """Read a short message that names no subject, or one only in the place of another; else None.

    A message that by itself leads to an answer for sure (`is_sure`) leans only if it is very short.
    """
    lexicon, text = parser.lexicon, bare(cleaned)
    latin = is_latin(text)
    length, (sure, longest) = (len(text.split()), _WORDS) if latin else (len(text), _CHARACTERS)
    if not 0 < length <= (sure if is_sure else longest) or parsed.slots.elsewhere:
        return None
    own = parsed.gloss if latin else _stripped(text, lexicon)
    if not own or _is_strange(parsed, parser):
        return None
    if not _in_place_of_another(text, own, lexicon) and _stands_alone(own, lexicon):
        return None
    slots = {(family, one) for family, named in parsed.slots.values.items() for one in named}
    named = {idea for idea, weight in parsed.ideas.items() if idea[0] in "SA" and weight > 0.5}
    if not named and not slots and not text.startswith(lexicon.clauses.follow_start):
        return None
    return Leaning(own, frozenset(named - {_HOW} or named), frozenset(slots))


def joined(leaning: Leaning, before: Entry | None, context: Context, *, parser: Parser) -> str:
    """Return a message that leans, joined with what it leans on; empty if there is nothing.

    After a figure there is no entry, and only the subject of the question is lent: 要什么条件.
    """
    lexicon = parser.lexicon
    asked = bare(parser.clean(context.question)[0])
    base = bare(parser.clean(before.question)[0]) if before is not None else asked
    asks = _asks_something(leaning.text, lexicon)
    if asks:
        base = _subjects(base, lexicon) or (base if before is not None else "")
    elif before is None:
        return ""
    families = {family for family, _ in leaning.slots}
    for family, word in _slot_words(base, lexicon):
        if family in families:
            base = base.replace(word, "")
    there = {family for family, _ in _slot_words(base, lexicon)} | families
    found = _slot_words(asked, lexicon)
    if before is not None and before.stage is not None:
        found.append(("stage", lexicon.clauses.stage_names.get(before.stage, "")))
    this_year = {word for word, step in lexicon.slot_forms.relative_years.items() if not step}
    lent = [word for family, word in found if family not in there and word not in this_year]
    base = "".join(dict.fromkeys(lent)) + base
    if not base:
        return ""
    return f"{base}{leaning.text}" if asks else f"{leaning.text},{base}"


def covers(entry: Indexed, leaning: Leaning, today: date, *, whole: bool) -> bool:
    """Tell whether an entry has what a message adds to the exchange: all of it, or (not `whole`) what it asks."""
    known = {(family, one) for family, named in entry.slots.values.items() for one in named}
    known.add(("year", str(today.year)))
    strict = {"year", "school"}
    told = {pair for pair in leaning.slots if pair[0] != "may" and (whole or pair[0] in strict)}
    if not told <= known:
        return False
    if whole:
        return leaning.ideas <= entry.ideas
    aspects = frozenset(idea for idea in leaning.ideas if idea[0] == "A") or leaning.ideas
    return not aspects or not aspects.isdisjoint(entry.ideas)


def _is_strange(parsed: Parsed, parser: Parser) -> bool:
    """Tell whether a message has a word that stands in no entry: 今天会下雨吗 goes on from nothing here."""
    known = parser.known
    forms = parser.lexicon.slot_forms
    plain = (idea[2:] for idea in parsed.ideas if idea.startswith("w:"))
    return any(
        word not in known and word not in forms.relative_years and not forms.school.fullmatch(word)
        for word in plain
    )


def _stripped(text: str, lexicon: Lexicon) -> str:
    text = text.rstrip("呢?")
    for start in lexicon.clauses.follow_start:
        text = text.removeprefix(start)
    return text


def _in_place_of_another(text: str, own: str, lexicon: Lexicon) -> bool:
    """Tell whether a message only puts one thing in the place of another: 那民办呢."""
    words = lexicon.clauses
    put = text.startswith(words.follow_latin) or text.endswith(words.follow_end)
    return put and not _asks_something(own, lexicon)


def _stands_alone(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a text names its subject: 外地户口 and 小学报名 do; 初中, 报名 and 要带 lean on one."""
    named = []
    for word in lexicon.cutter.cut(text):
        kinds = lexicon.concepts.get(word, ())
        subjects = {concept[2:] for concept in kinds if concept[0] == "S"}
        if subjects and lexicon.clauses.leaning.isdisjoint(subjects):
            return True
        if subjects and not any(concept[0] == "A" for concept in kinds):
            named.append(word)
    return len(named) > 1


def _asks_something(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a text says what it asks about its subject: the time, the papers, the price."""
    return any(lexicon.clauses.asking.find(text)) or any(
        concept[0] == "A"
        for word in lexicon.cutter.cut(text)
        if len(word) > 1
        for concept in lexicon.concepts.get(word, ())
    )


def _subjects(text: str, lexicon: Lexicon) -> str:
    """Keep the words of a question that say what it is about."""
    kept = []
    for word in lexicon.cutter.cut(text):
        kinds = {concept[0] for concept in lexicon.concepts.get(word, ())}
        if "S" in kinds and "A" not in kinds and not any(lexicon.clauses.asking.find(word)):
            kept.append(word)
    return "".join(dict.fromkeys(kept))


def _slot_words(text: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    """List the words of a text that fill a slot, each with its family."""
    forms = lexicon.slot_forms
    found = [
        (family, word)
        for _, word in lexicon.slot_words.find(text)
        for family, _ in lexicon.slots[word]
    ]
    found += [("year", word) for word in forms.relative_years if word in text]
    found += [("year", word) for word in _YEAR.findall(text)]
    found += [("school", match.group()) for match in forms.school.finditer(text)]
    return found
