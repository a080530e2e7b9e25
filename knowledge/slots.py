"""Hard slots: what a question names that an answer must not contradict, whatever its score.

Year, school, stage, public or private, which examination, which post, in or out, winter or summer, may or may not;
and places and offices that are not ours. Floor 0; pure.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date

from knowledge.entry import Entry, Stage
from knowledge.lexicon import Lexicon, SlotWords
from knowledge.text import is_latin

Values = Mapping[str, frozenset[str]]
_YEAR = re.compile(r"(?<!\d)(20[1-3]\d)(?!\d)(?:年|级|届)?(.{0,12})")
_LATIN = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Slots:
    """What a text names, by family; `place` and `office` only where the text is about them."""

    values: Values = field(default_factory=dict)
    place: str = ""
    office: str = ""

    @property
    def key(self) -> Hashable:
        """Return what is the same for the same slots, and may be looked up by."""
        return tuple(self.values.items()), self.place, self.office

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Return the other place and the other office the text is about, if any."""
        return tuple(name for name in (self.place, self.office) if name)

    def compared(self, other: "Slots") -> tuple[int, tuple[str, ...]]:
        """Count the families in which both texts name the same value; name those where they agree on nothing."""
        theirs = other.values
        both = [(family, mine) for family, mine in self.values.items() if family in theirs]
        clashes = tuple([family for family, mine in both if mine.isdisjoint(theirs[family])])
        return len(both) - len(clashes), clashes

    def conflicts(self, other: "Slots") -> tuple[str, ...]:
        """Name the families in which both texts say something and agree on nothing."""
        return self.compared(other)[1]


def find_slots(text: str, lexicon: Lexicon, *, today: date | None) -> Slots:
    """Find the slots of a normalised text; without `today` words like 去年 say nothing."""
    found: dict[str, set[str]] = {}
    forms = lexicon.slot_forms
    of_parents = forms.degrees if any(lexicon.abroad.child.find(text)) else frozenset()
    for place, word in lexicon.slot_words.find(text):
        if word in of_parents:
            continue
        left = text[place + len(word) :].startswith(forms.left_stage)
        for family, value in lexicon.slots[word]:
            if left and family == "stage":
                value = forms.next_stage.get(value, value)
            found.setdefault(family, set()).add(value)
    if "post" in found:
        found.get("stage", set()).discard("university")
    years = _years(text, forms, today)
    if years:
        found["year"] = years
    schools = {next(filter(None, match)).removeprefix("第") for match in forms.school.findall(text)}
    if schools:
        found["school"] = schools
    leave = polarity(text, forms)
    if leave:
        found["may"] = {leave}
    values = {family: frozenset(named) for family, named in found.items() if named}
    if not any(lexicon.abroad.any.find(text)) and not _LATIN.search(text):
        return Slots(values)
    return Slots(values, _place(text, lexicon), _office(text, lexicon))


def entry_slots(entry: Entry, phrasings: tuple[Slots, ...]) -> Slots:
    """Join what an entry is restricted to: what its question, half of its phrasings or its fields name."""
    joined: dict[str, frozenset[str]] = {}
    named = [family for slots in phrasings for family in slots.values]
    for family in dict.fromkeys(named):
        in_question = family in phrasings[0].values
        if in_question or 2 * named.count(family) >= len(phrasings):
            joined[family] = frozenset().union(
                *(slots.values.get(family, ()) for slots in phrasings)
            )
    if entry.stage is not None and entry.stage is not Stage.STAFF:
        joined["stage"] = joined.get("stage", frozenset()) | {entry.stage.value}
    if entry.school_year is not None:
        joined["year"] = frozenset({str(entry.school_year)})
    return Slots(joined)


def polarity(text: str, forms: SlotWords) -> str:
    """Tell whether a text says that something may ("yes") or may not ("no") be done; mostly neither."""
    plain = forms.offered.replace(text, {})
    if any(forms.may_not.find(plain)):
        return "no"
    return "yes" if any(forms.may.find(plain)) else ""


def _years(text: str, forms: SlotWords, today: date | None) -> set[str]:
    years = {year for year, after in _YEAR.findall(text) if not forms.year_of_life.search(after)}
    if today is not None:
        named = (step for word, step in forms.relative_years.items() if word in text)
        years |= {str(today.year + step) for step in named}
    return years


def _place(text: str, lexicon: Lexicon) -> str:
    """Return the other place a text asks about, not one that somebody comes from or goes to."""
    for found in _LATIN.finditer(text):
        latin = found.group()
        if latin in lexicon.abroad.places_latin and not re.search(
            rf"(from|to|leaving) {latin}", text
        ):
            return latin
    if any(lexicon.abroad.here.find(text)):
        return ""
    for place, name in lexicon.abroad.places.find(text):
        before, after = text[:place], text[place + len(name) :]
        if after.startswith("那边"):
            return name
        if name in _ABROAD and after.startswith(lexicon.abroad.after_person):
            continue
        only_from = before.endswith(lexicon.abroad.before_origin) and not before.endswith(
            lexicon.abroad.asked_about
        )
        there = before.endswith("在") and "那边" in after
        if (there or not only_from) and not after.startswith(lexicon.abroad.after_person):
            return name
    return ""


_ABROAD = frozenset({"香港", "澳门", "台湾"})


def _office(text: str, lexicon: Lexicon) -> str:
    """Return the subject of another office, if the text names nothing of a school's own."""
    found = [
        word
        for place, word in lexicon.abroad.offices.find(text)
        if not _is_other(text, place, word, lexicon)
    ]
    for word in found:
        if word in lexicon.abroad.always:
            return word
    latin = [
        word
        for word in re.findall(r"[a-z]+", text)
        if not lexicon.abroad.offices_latin.isdisjoint((word, word.removesuffix("s")))
    ]
    if not (found or latin) or _is_ours(text, found, lexicon):
        return ""
    word = (found or latin)[0]
    return word if len(text) > len(word) + 1 else ""


def _is_other(text: str, place: int, word: str, lexicon: Lexicon) -> bool:
    """Tell whether an office's word only stands in a subject of ours, or says whose child is meant.

    饮水费 is no 水费, 疫苗本 is what a school asks for; 消防员的孩子 and 爸爸是消防员,孩子几岁上学 ask nothing of
    firemen.
    """
    after = text[place + len(word) :].removeprefix("的")
    if after and lexicon.abroad.child.at(after, 0):
        return True
    if text[:place].endswith(lexicon.abroad.of_parents) and any(lexicon.abroad.child.find(after)):
        return True
    return word not in lexicon.abroad.always and any(
        start <= place and place + len(word) <= start + len(longer) and len(longer) > len(word)
        for start, longer in lexicon.concept_words.find(text)
        if any(concept[0] == "S" for concept in lexicon.concepts[longer])
    )


def _is_ours(text: str, found: list[str], lexicon: Lexicon) -> bool:
    """Tell whether a text names something of a school's own beside the words found."""
    for word in found:
        text = text.replace(word, " ")
    if any(lexicon.abroad.own.find(text)) or (
        "报名" in text and is_latin(text.replace("报名", ""))
    ):
        return True
    if lexicon.abroad.papers.issuperset(found) and (
        any(lexicon.abroad.enrolling.find(text)) or _only_needs(text, lexicon)
    ):
        return True
    return any(
        concept[0] == "S" and concept[2:] not in lexicon.abroad.shared
        for _, word in lexicon.concept_words.find(text)
        if len(word) > 1
        for concept in lexicon.concepts[word]
    )


def _only_needs(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a text says nothing but that something is needed, or lacking: 要吗, 没有行不行."""
    for _, word in lexicon.abroad.needing.find(text):
        text = text.replace(word, " ")
    return not text.strip()
