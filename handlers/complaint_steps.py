"""The steps of the complaint dialogue as a table, and the one place that says which comes next.

Floor 2: pure. A step is a row of STEPS and knows nothing of the others; everything that decides the order is
in `following` and `preceding`. What a row offers and takes is in `complaint_parts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.core.dialogue import Draft
from bot.core.texts import plain
from bot.core.turn import Turn
from handlers import complaint_parts as parts
from handlers.complaint_parts import NO_SCHOOL, Option, Taken, label_of


class Step(StrEnum):
    """The steps, in their order; FINER is the second half of CATEGORY."""

    KIND = "kind"
    CATEGORY = "category"
    FINER = "finer"
    SUBJECT = "subject"
    WHAT = "what"
    NAME = "name"
    CONTACT = "contact"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Row:
    """One step: its place in the progress mark, what it offers, how it takes a button and a text."""

    place: int
    options: Callable[[Turn, Draft], tuple[Option, ...]]
    choose: Callable[[Turn, Draft, str], Taken | None]
    read: Callable[[Turn, Draft, str], Taken | None]
    by_label: bool = True  # a label, or its place in the list, may be typed instead of pressed


def following(step: Step, draft: Draft, turn: Turn) -> Step:
    """Return the step after a finished one; a part changed from the preview leads back there."""
    if step is Step.CATEGORY and turn.knowledge.routing.second_choices(draft.category):
        return Step.FINER
    if draft.editing:
        return Step.PREVIEW
    order = [one for one in Step if one is not Step.FINER]
    return order[order.index(Step.CATEGORY if step is Step.FINER else step) + 1]


def preceding(step: Step) -> Step:
    """Return the step before; the first has none before it and stays."""
    order = [one for one in Step if one is not Step.FINER]
    if step is Step.FINER:
        return Step.CATEGORY
    return order[max(0, order.index(step) - 1)]


def can_keep(draft: Draft, step: Step) -> bool:
    """Tell whether a step that is written, not pressed, holds an answer that may stay as it is."""
    if step is Step.SUBJECT:
        return draft.subject not in ("", NO_SCHOOL)
    return step is Step.CONTACT and bool(draft.contact)


def shown(turn: Turn, draft: Draft, step: Step) -> str:
    """Return what a draft holds for a step, as a person reads it; empty when nothing yet."""
    match step:
        case Step.KIND:
            return plain(f"kind_{draft.kind}", turn.language) if draft.kind else ""
        case Step.CATEGORY | Step.FINER:
            found = turn.knowledge.routing.categories.get(draft.category)
            return label_of(turn, found) if found else ""
        case Step.SUBJECT:
            if draft.subject == NO_SCHOOL:
                return plain("complaint.no_school", turn.language)
            return draft.subject_name if draft.subject else ""
        case Step.NAME if draft.anonymous is not None:
            value = "anonymous" if draft.anonymous else "named"
            return plain(f"complaint.{value}", turn.language)
        case Step.CONTACT if draft.contact_done and draft.contact and draft.anonymous:
            return plain("complaint.contact_unused", turn.language, contact=draft.contact)
        case Step.CONTACT if draft.contact_done:
            return draft.contact or plain("complaint.no_contact", turn.language)
        case _:
            return ""


STEPS: dict[Step, Row] = {
    Step.KIND: Row(1, parts.kind_options, parts.choose_kind, parts.read_kind),
    Step.CATEGORY: Row(2, parts.category_options, parts.choose_category, parts.read_category),
    Step.FINER: Row(2, parts.finer_options, parts.choose_finer, parts.read_category),
    Step.SUBJECT: Row(
        3, parts.subject_options, parts.choose_subject, parts.read_subject, by_label=False
    ),
    Step.WHAT: Row(4, parts.what_options, parts.choose_what, parts.read_what, by_label=False),
    Step.NAME: Row(5, parts.name_options, parts.choose_name, parts.read_name),
    Step.CONTACT: Row(
        6, parts.contact_options, parts.choose_contact, parts.read_contact, by_label=False
    ),
    Step.PREVIEW: Row(0, parts.preview_options, parts.nothing_to_take, parts.nothing_to_take),
}
PLACES = 6
