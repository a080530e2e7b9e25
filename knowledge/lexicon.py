"""The words of the field: what means the same, what excludes each other, what is not ours, what is noise.

All of it is data under knowledge/lexicon/ that applies whatever content folder is used; the bureau's own synonyms
are added to it. Floor 0; read once, frozen.
"""

import math
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.senses import Senses
from knowledge.sound import Heard, Sounds, TypedWords, by_sound, lengths_by_start, shipped_sounds
from knowledge.text import normalise
from knowledge.words import Cutter, Vocabulary

FOLDER = Path(__file__).parent / "lexicon"
SUBJECT, ASPECT, CONTEXT = "S", "A", "X"
_KINDS = {"subjects": SUBJECT, "aspects": ASPECT, "context": CONTEXT}
_OWN_WORD = (
    7.0  # the price of a lexicon word of two characters when cutting; longer ones are cheaper
)
_CHEAPEST = 4.0
_TOTAL = 6e7  # roughly the sum of all counts in words.txt


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """Whole messages that are no question, and the words of abuse."""

    greeting: frozenset[str]
    thanks: frozenset[str]
    lead_in: frozenset[str]
    identity: frozenset[str]
    chat: frozenset[str]
    abuse: Vocabulary
    abuse_latin: frozenset[str]
    jailbreak: Vocabulary
    fragment: frozenset[str]
    fragment_start: tuple[str, ...]
    fragment_end: tuple[str, ...]
    endings: str  # particles a whole message may end in


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """How a question shows, and how a follow-up shows."""

    asking: Vocabulary
    asking_latin: frozenset[str]
    asking_end: tuple[str, ...]
    address: frozenset[str]
    tags: frozenset[str]  # said behind a question without asking more
    follow_start: tuple[str, ...]
    follow_end: tuple[str, ...]
    follow_latin: tuple[str, ...]
    leaning: frozenset[str]  # subjects that say little by themselves
    stage_names: Mapping[str, str]
    denied: tuple[re.Pattern[str], ...]  # what a message says it does not ask about


@dataclass(frozen=True, slots=True)
class Abroad:
    """What is not ours: other places and the subjects of other offices, and when they do not count."""

    any: Vocabulary  # all of both
    places: Vocabulary
    places_latin: frozenset[str]
    here: Vocabulary
    before_origin: tuple[str, ...]
    asked_about: tuple[str, ...]
    after_person: tuple[str, ...]
    offices: Vocabulary
    always: frozenset[str]  # subjects that count whatever else is named
    own: Vocabulary
    papers: frozenset[
        str
    ]  # subjects that are ours beside a word for enrolling: one enrols with them
    enrolling: Vocabulary
    needing: Vocabulary  # alone beside such a paper they ask whether it is needed
    child: Vocabulary  # words for somebody's child
    of_parents: tuple[str, ...]  # before a trade, of which it is then only told: 是
    offices_latin: frozenset[str]
    shared: frozenset[str]  # concepts that other offices have too


@dataclass(frozen=True, slots=True)
class SlotWords:
    """How the slots show that are no plain words."""

    next_stage: Mapping[str, str]  # who has left one stage asks about the next
    left_stage: tuple[str, ...]
    degrees: frozenset[str]  # a stage, or what the parents of a child have
    school: re.Pattern[str]
    relative_years: Mapping[str, int]
    year_of_life: re.Pattern[str]
    offered: Vocabulary
    may_not: Vocabulary
    may: Vocabulary


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the matcher knows about words before it has seen a single entry."""

    concepts: Mapping[str, tuple[str, ...]]  # of a word; the letter is the kind: "S:报名"
    concept_words: Vocabulary
    senses: Senses  # what words mean, as vectors
    cutter: Cutter
    sounds: Sounds
    typed: TypedWords
    by_sound: Mapping[Heard, str]  # the words of the concepts, by the ways they may sound
    lengths: Mapping[Heard, int]  # and how long those are that start with two sounds, as bits
    regional: Mapping[str, str]
    regional_words: Vocabulary
    english: Mapping[tuple[str, ...], str]  # stemmed words -> Chinese
    alike: Mapping[str, tuple[str, ...]]  # English stem -> ideas it shares with others
    slots: Mapping[str, tuple[tuple[str, str], ...]]  # word -> (family, value)
    slot_words: Vocabulary
    abroad: Abroad
    slot_forms: SlotWords
    small: SmallTalk
    clauses: ClauseWords
    noise: Vocabulary
    particles: frozenset[str]
    stop_latin: frozenset[str]
    guarded: frozenset[str]


def load_lexicon(extra: Mapping[str, tuple[str, ...]] = {}) -> Lexicon:
    """Load the shipped lexicon and add the bureau's own synonyms (canonical word -> synonyms)."""
    return _load(tuple(sorted((key, tuple(words)) for key, words in extra.items())))


@lru_cache(maxsize=4)
def _load(extra: tuple[tuple[str, tuple[str, ...]], ...]) -> Lexicon:
    concepts = _concepts(extra)
    families = _read("slots")
    slots = _slots(families)
    noise, abroad = _read("noise"), _abroad(_read("places"), _read("offices"))
    regional = {normalise(key): str(value) for key, value in _read("regional").items()}
    costs = _costs(word_counts(), (*concepts, *slots, *sorted(abroad.any)))
    sounds = shipped_sounds()
    heard = by_sound(sounds, concepts)
    return Lexicon(
        concepts=concepts,
        concept_words=Vocabulary(concepts),
        senses=Senses.read(FOLDER / "senses.npz", _split(noise["particles"])),
        cutter=Cutter(costs),
        sounds=sounds,
        typed=TypedWords(sounds, costs),
        by_sound=heard,
        lengths=lengths_by_start(heard),
        regional=regional,
        regional_words=Vocabulary(regional),
        english=_english(_read("english")),
        alike=_alike(_read("same_english")["alike"]),
        slots=slots,
        slot_words=Vocabulary(slots),
        abroad=abroad,
        slot_forms=_slot_forms(families),
        small=_small(_read("small")),
        clauses=_clauses(_read("clauses")),
        noise=Vocabulary(_split(noise["noise"])),
        particles=frozenset(_split(noise["particles"])),
        stop_latin=frozenset(_split(noise["english_stop"])),
        guarded=frozenset(_split(noise["common"])),
    )


def _read(name: str) -> dict[str, Any]:
    """Read one lexicon file."""
    loaded: dict[str, Any] = yaml.load(
        (FOLDER / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return loaded


def _split(words: str) -> tuple[str, ...]:
    """Split words that are separated by blanks."""
    return tuple(str(words).split())


def _concepts(extra: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Map each word to the concepts it carries, its own and those of words inside it."""
    found: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    spoken = _read("spoken")
    for name, kind in _KINDS.items():
        for canonical, words in (*_read(name).items(), *spoken.get(name, {}).items()):
            kinds.setdefault(canonical, kind)
            concept = sys.intern(f"{kind}:{canonical}")
            for word in dict.fromkeys((canonical, *_split(words))):
                found.setdefault(_key(word), []).append(concept)
    for canonical, synonyms in extra:
        concept = f"{kinds.get(canonical, SUBJECT)}:{canonical}"
        for word in dict.fromkeys((canonical, *synonyms)):
            found.setdefault(_key(word), []).append(concept)
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # thousands of words carry the same
    carried = ((word, tuple(dict.fromkeys(names))) for word, names in found.items() if word)
    return {word: shared.setdefault(names, names) for word, names in carried}


def _key(word: str) -> str:
    """Write a word as it will stand in a normalised text."""
    return normalise(word).replace(" ", "")


def word_counts() -> dict[str, int]:
    """Read how common words are; the counts are needed only to price them."""
    rows = (line.split(" ") for line in (FOLDER / "words.txt").read_text("utf-8").splitlines())
    return {word: int(count) for word, count in rows}


def _costs(counts: Mapping[str, int], own_words: Iterable[str]) -> dict[str, float]:
    """Price every known word for the cutter: the rarer the dearer, the lexicon's own cheap."""
    costs = {word: common_cost(count) for word, count in counts.items()}
    for word in own_words:
        if len(word) > 1:
            own = _OWN_WORD - 0.8 * (len(word) - 2)
            costs[word] = min(costs.get(word, 99.0), max(own, _CHEAPEST))
    return costs


def _english(glossary: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Map stemmed English phrases to the Chinese a parent would write."""
    pairs: dict[tuple[str, ...], str] = {}
    for chinese, phrases in glossary.items():
        for phrase in str(phrases).split(","):
            words = tuple(stem(word) for word in phrase.strip().lower().replace("-", " ").split())
            pairs.setdefault(words, str(chinese))
    return pairs


def _alike(groups: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Map an English stem to the ideas it shares with other words."""
    found: dict[str, list[str]] = {}
    for group in groups:
        words = _split(group)
        for word in dict.fromkeys(stem(word) for word in words):
            found.setdefault(word, []).append("E:" + words[0])
    return {word: tuple(ideas) for word, ideas in found.items()}


@cache  # many words are as common as others, and every price is an object
def common_cost(count: int) -> float:
    """Price a word for the cutter by how often it is seen."""
    return math.log(_TOTAL / count)


def stem(word: str) -> str:
    """Cut the commonest English endings: enough to bring books and book together, no more."""
    if word.endswith("'s"):
        word = word[:-2]
    for ending, put, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + put
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    return word


_ENDINGS = (
    ("ies", "y", 2), ("sses", "ss", 1), ("ing", "", 3), ("edly", "", 3), ("ied", "y", 2), ("ed", "", 3),
    ("ment", "", 4), ("es", "e", 3), ("ss", "ss", 0), ("us", "us", 0), ("s", "", 3), ("ly", "", 4),
)  # fmt: skip


def _abroad(places: Mapping[str, str], offices: Mapping[str, str]) -> Abroad:
    """Read what is not ours."""
    names = _split(places["places"])
    always = _split(offices["always"]) + _split(offices["never"])
    subjects = _split(offices["subjects"]) + _split(offices["chat"]) + always
    return Abroad(
        any=Vocabulary(names + subjects),
        places=Vocabulary(names),
        places_latin=frozenset(_split(places["english"]) + _split(places["pinyin"])),
        here=Vocabulary(_split(places["here"])),
        before_origin=_split(places["origin_before"]),
        asked_about=_split(places["asked_about"]),
        after_person=_split(places["person_after"]),
        offices=Vocabulary(subjects),
        always=frozenset(always),
        own=Vocabulary(_split(offices["own"])),
        papers=frozenset(_split(offices["papers"])),
        enrolling=Vocabulary(_split(offices["enrolling"])),
        needing=Vocabulary(_split(offices["needing"])),
        child=Vocabulary(_split(offices["child"])),
        of_parents=_split(offices["of_parents"]),
        offices_latin=frozenset(_split(offices["english"])),
        shared=frozenset(_split(offices["shared"])),
    )


def _slots(data: Mapping[str, Any]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Map a word to the exclusive values it names; words that hold one by accident name none."""
    found: dict[str, list[tuple[str, str]]] = {}
    for family, values in data["families"].items():
        for value, words in values.items():
            for word in _split(words):
                found.setdefault(_key(word), []).append((family, value))
    named = {word: tuple(pairs) for word, pairs in found.items()}
    return named | dict.fromkeys(_split(data["plain"]), ())


def _slot_forms(data: Mapping[str, Any]) -> SlotWords:
    """Read how the slots show that are no plain words."""
    kinds, names = "|".join(_split(data["school_kinds"])), "|".join(_split(data["school_names"]))
    after = "".join(_split(data["school_not_before"]))
    called = "|".join(_split(data["school_called"]))
    return SlotWords(
        next_stage=data["next_stage"],
        left_stage=_split(data["left"]),
        degrees=frozenset(_split(data["degrees"])),
        school=re.compile(
            rf"第?([一二三四五六七八九十]{{1,3}})(?:{kinds})(?![{after}])"
            rf"|((?:{names}){{1,2}}(?:{called}))"
        ),
        relative_years=data["relative_years"],
        year_of_life=re.compile("|".join(_split(data["year_of_life"]))),
        offered=Vocabulary(_split(data["offered"])),
        may_not=Vocabulary(_split(data["may_not"])),
        may=Vocabulary(_split(data["may"])),
    )


def _small(data: Mapping[str, str]) -> SmallTalk:
    """Read the whole messages that are small talk."""

    def messages(name: str) -> frozenset[str]:
        return frozenset(normalise(word).replace(" ", "") for word in _split(data[name]))

    return SmallTalk(
        greeting=messages("greeting"),
        thanks=messages("thanks"),
        lead_in=messages("lead_in"),
        identity=messages("identity"),
        chat=messages("chat"),
        abuse=Vocabulary(messages("abuse_words")),
        abuse_latin=messages("abuse_latin"),
        jailbreak=Vocabulary(messages("jailbreak")),
        fragment=messages("fragment"),
        fragment_start=_split(data["fragment_start"]),
        fragment_end=_split(data["fragment_end"]),
        endings="".join(_split(data["endings"])),
    )


def _clauses(data: Mapping[str, Any]) -> ClauseWords:
    """Read how questions and follow-ups show."""
    return ClauseWords(
        asking=Vocabulary(_split(data["asking"])),
        asking_latin=frozenset(_split(data["asking_latin"])),
        asking_end=_split(data["asking_end"]),
        address=frozenset(_split(data["address"])),
        tags=frozenset(_split(data["tags"])),
        follow_start=_split(data["follow_start"]),
        follow_end=_split(data["follow_end"]),
        follow_latin=tuple(f"{start.strip()} " for start in data["follow_latin"].split(",")),
        leaning=frozenset(_split(data["leaning"])),
        stage_names=data["stage_names"],
        denied=_denied(data["denial"]),
    )


def _denied(data: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    """Read how a message says what it does not ask: 不是问A,是问B; A我知道,就问B; 不是A,是B; 问的是B,不是A."""
    one_of = {name: "|".join(_split(words)) for name, words in data.items()}
    known = rf"(?:{one_of['knower']})+(?:{one_of['known']})(?:了|的|啦)*"
    asked = rf"(?:{one_of['turn']})*(?:{one_of['asked']})"
    only = rf"(?:{one_of['turn']})*是(?!{one_of['not_behind']})"
    clause = "[^,.?!;:\\n]"
    return (
        re.compile(rf"(?:{one_of['not_asked']}){clause}{{1,16}}?[,.;]? ?(?={asked})"),
        re.compile(rf"(?:^|(?<=[,.;!?\n])){clause}{{2,24}}?{known}[,.;]? ?(?={asked})"),
        re.compile(rf"{known}{clause}{{1,20}}[,;] ?(?={asked})"),
        re.compile(
            rf"(?<!{one_of['not_before']})不是(?!不){clause}{{1,16}}(?<!{one_of['rhetorical']})[,;] ?"
            rf"(?={only})"
        ),
        re.compile(
            rf"(?P<kept>(?:{one_of['said']})的?是{clause}{{1,16}}?)[,;]? ?而?不是(?!不){clause}{{1,16}}"
            rf"(?<!{one_of['rhetorical']})(?=$|[,.;!])"
        ),
        re.compile(
            rf"(?P<kept>(?:{one_of['said']})的)不是(?!不){clause}{{1,16}}?[,;]? ?而?(?={only})"
        ),
    )
