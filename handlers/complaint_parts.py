"""The parts of a complaint, one by one: what is offered for each, and what is made of an answer.

Floor 2: pure. `..._options` are the buttons, `choose_...` takes the value of one, `read_...` takes what was
typed; both return the draft as it is then, or None for an answer they cannot make sense of.
"""

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from bot.core.cases import Kind
from bot.core.dialogue import Draft
from bot.core.numbers import looks_like
from bot.core.texts import plain, say
from bot.core.turn import Turn
from bot.core.workdays import local_day
from handlers.contact_details import LONGEST
from handlers.contact_details import read_contact as contact_in
from handlers.spoken import is_short_answer, said, sounds_asked, tells_a_story
from handlers.words import Command, command_in
from knowledge.entry import Outcome as Found
from knowledge.entry import Small
from knowledge.routing import Category
from knowledge.schools import School, find_schools, is_called, mentioned_schools

KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.SUGGESTION, Kind.OPINION, Kind.QUESTION)
NO_SCHOOL = "none"  # the value for a matter that is not about one school or office
AS_TYPED = "typed"
ALL_OF_IT = "all"  # the whole of a category, nothing finer
_SENTENCE = re.compile(r"[,!?;\uff0c\u3002\uff01\uff1f\uff1b]")
LONGEST_NAME = 40  # characters; a longer answer to "which school" is a story
PARTS = (
    "kind",
    "category",
    "subject",
    "what",
    "name",
    "contact",
)  # what can be changed from the preview


@dataclass(frozen=True, slots=True)
class Option:
    """A button of a step."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer: the draft, whether the step is done, and a word about it."""

    draft: Draft
    done: bool = True
    note: Markup = Markup()


def statement(draft: Draft) -> str:
    """Return all that was written, one message a line."""
    return "\n".join(text for text, _ in draft.texts)


def has_statement(draft: Draft) -> bool:
    """Tell whether something was said or shown."""
    return bool(draft.texts or draft.files)


def label_of(turn: Turn, category: Category) -> str:
    """Return the name of a category in the language of the turn."""
    return (category.label_en or category.label) if turn.language == "en" else category.label


# kind


def kind_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer every kind."""
    return tuple(Option(kind, plain(f"complaint.kind_{kind}", turn.language)) for kind in KINDS)


def choose_kind(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """Take a kind."""
    return Taken(replace(draft, kind=value)) if value in KINDS else None


def read_kind(turn: Turn, draft: Draft, text: str) -> Taken | None:
    """Take the kind that a bare 我要投诉 or 我要举报 names."""
    kind = turn.knowledge.routing.plain_kind(text) if command_in(text) is Command.COMPLAIN else None
    return Taken(replace(draft, kind=kind)) if kind else None


# category


def category_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer the first categories, those the statement hints at before the others."""
    routing = turn.knowledge.routing
    likely = routing.suggest(statement(draft)) if draft.texts else ()
    rest = tuple(one for one in routing.first_choices() if one not in likely)
    return tuple(Option(one.id, label_of(turn, one)) for one in (*likely, *rest))


def choose_category(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """Take a category, of either level."""
    known = value in turn.knowledge.routing.categories
    return Taken(replace(draft, category=value)) if known else None


def read_category(turn: Turn, draft: Draft, text: str) -> Taken | None:
    """Take a category by its hints, when a short text points to exactly one."""
    likely = turn.knowledge.routing.suggest(text) if len(text) <= LONGEST_NAME else ()
    if len(likely) != 1:
        return None
    note = say("complaint.category_taken", turn.language, name=label_of(turn, likely[0]))
    return Taken(replace(draft, category=likely[0].id), note=note)


def finer_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer what is finer within the category chosen."""
    finer = turn.knowledge.routing.second_choices(draft.category)
    whole = Option(ALL_OF_IT, plain("complaint.none_of_these", turn.language))
    return (*(Option(one.id, label_of(turn, one)) for one in finer), whole)


def choose_finer(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """Take a finer category, or stay with the whole of it."""
    return Taken(draft) if value == ALL_OF_IT else choose_category(turn, draft, value)


# subject


def subject_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer the schools that may be meant, the name as typed, and none."""
    near = _candidates(turn, draft)
    options = [Option(one.id, one.name) for one in near]
    if draft.subject_name and not draft.subject:
        options.append(
            Option(AS_TYPED, plain("complaint.as_typed", turn.language, name=draft.subject_name))
        )
    return (*options, Option(NO_SCHOOL, plain("complaint.no_school", turn.language)))


def _candidates(turn: Turn, draft: Draft) -> tuple[School, ...]:
    """Give the schools to choose from: like the name that was typed, or named in the statement."""
    schools = turn.knowledge.schools
    if draft.subject_name and not draft.subject:
        return find_schools(schools, draft.subject_name).schools
    return mentioned_schools(schools, statement(draft))[:3] if draft.texts else ()


def choose_subject(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """Take a listed school, the name as typed, or none."""
    if value == NO_SCHOOL:
        return Taken(replace(draft, subject=NO_SCHOOL, subject_name=""))
    if value == AS_TYPED and draft.subject_name:
        return Taken(replace(draft, subject=draft.subject_name))
    school = next((one for one in turn.knowledge.schools if one.id == value), None)
    return Taken(_about(draft, school)) if school else None


def read_subject(turn: Turn, draft: Draft, text: str) -> Taken | None:
    """Take a school the bureau lists, ask back when unsure, and keep any other name as it was typed."""
    if said(text, "no_school"):
        return choose_subject(turn, draft, NO_SCHOOL)
    if said(text, "none_listed") and draft.subject_name and not draft.subject:
        return choose_subject(turn, draft, AS_TYPED)
    if said(text, "unlisted"):
        return Taken(draft, done=False, note=say("complaint.name_it", turn.language))
    if len(text) > LONGEST_NAME or _is_no_name(turn, text):
        return None
    match = find_schools(turn.knowledge.schools, text)
    name = " ".join(text.split())
    if match.outcome is Found.HIT and is_called(match.schools[0], text):
        school = match.schools[0]
        note = say("complaint.school_taken", turn.language, name=school.name)
        return Taken(_about(draft, school), note=note if name != school.name else Markup())
    if match.outcome is not Found.MISS:
        unsure = replace(draft, subject="", subject_name=name)
        return Taken(
            unsure, done=False, note=say("complaint.which_school", turn.language, name=name)
        )
    if not any(one.isalnum() for one in name):
        return None  # a smiley
    if _SENTENCE.search(name) or sounds_asked(name) or tells_a_story(name):
        return None
    if is_small_talk(turn, name):
        return None  # a sentence is no name, it belongs to what happened; 你好 is neither
    kept = replace(draft, subject=name, subject_name=name)
    return Taken(kept, note=say("complaint.other_school", turn.language, name=name))


def _is_no_name(turn: Turn, text: str) -> bool:
    """Tell whether a text is a command, a short answer, a number or a matter: 写好了 and 乱收费 are no school."""
    hints = (hint for one in turn.knowledge.routing.categories.values() for hint in one.hints)
    is_answer = command_in(text) is not None or is_short_answer(text) or looks_like(text)
    return is_answer or text.isdecimal() or text.strip() in hints


def is_small_talk(turn: Turn, text: str) -> bool:
    """Tell whether a text is a greeting, thanks or the like; or swearing, which is no name of a school either."""
    return turn.knowledge.index.ask(text, today=local_day(turn.now)).small is not None


def is_courtesy(turn: Turn, text: str) -> bool:
    """Tell whether a text says nothing of the matter: 谢谢, 您好, 你是真人吗. Swearing may be what happened."""
    small = turn.knowledge.index.ask(text, today=local_day(turn.now)).small
    return small not in (None, Small.ABUSE)


def _about(draft: Draft, school: School) -> Draft:
    return replace(draft, subject=school.id, subject_name=school.name)


# what happened: any number of messages; the texts themselves are kept by `complaint`


def what_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer to end the statement once there is one; to clear it when it is being changed."""
    options = (
        [Option("done", plain("complaint.done", turn.language))] if has_statement(draft) else []
    )
    if draft.editing and draft.texts:
        options.append(Option("rewrite", plain("complaint.rewrite", turn.language)))
    return tuple(options)


def choose_what(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """End the statement, or clear its words."""
    if value == "rewrite":
        note = say("complaint.rewritten", turn.language)
        return Taken(replace(draft, texts=()), done=False, note=note)
    if value != "done":
        return None
    if not has_statement(draft):
        return Taken(draft, done=False, note=say("complaint.nothing_yet", turn.language))
    return Taken(draft)


def read_what(turn: Turn, draft: Draft, text: str) -> Taken | None:
    """Take the words that end or clear a statement; any other text is a part of it."""
    if command_in(text) is Command.DONE or said(text, "done"):
        return choose_what(turn, draft, "done")
    return choose_what(turn, draft, "rewrite") if said(text, "rewrite") else None


# named or anonymous


def name_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer both ways to submit."""
    return tuple(
        Option(one, plain(f"complaint.{one}", turn.language)) for one in ("named", "anonymous")
    )


def choose_name(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """Take one of them."""
    known = value in ("named", "anonymous")
    return Taken(replace(draft, anonymous=value == "anonymous")) if known else None


def read_name(turn: Turn, draft: Draft, text: str) -> Taken | None:
    """Take one of them in words."""
    for value in ("named", "anonymous"):
        if said(text, value):
            return choose_name(turn, draft, value)
    return None


# contact


def contact_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer to leave none."""
    return (Option("skip", plain("complaint.skip_contact", turn.language)),)


def choose_contact(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """Leave none."""
    return Taken(replace(draft, contact="", contact_done=True)) if value == "skip" else None


def read_contact(turn: Turn, draft: Draft, text: str) -> Taken | None:
    """Take a contact that can be one; say what is wrong with any other."""
    if said(text, "skip"):
        return choose_contact(turn, draft, "skip")
    if len(text) > LONGEST:
        return None
    contact = contact_in(text)
    if contact.wrong:
        note = say(contact.wrong, turn.language, typed=text.strip(), count=contact.count)
        return Taken(draft, done=False, note=note)
    return Taken(replace(draft, contact=contact.kept, contact_done=True))


# preview


def preview_options(turn: Turn, draft: Draft) -> tuple[Option, ...]:
    """Offer to submit, and to change each part."""
    edits = tuple(Option(part, plain(f"complaint.edit_{part}", turn.language)) for part in PARTS)
    return (Option("submit", plain("complaint.submit", turn.language)), *edits)


def nothing_to_take(turn: Turn, draft: Draft, value: str) -> Taken | None:
    """Take nothing: to submit or to change is an act, see `complaint_moves.choose`."""
    return None
