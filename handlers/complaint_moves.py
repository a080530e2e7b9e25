"""How one gets from step to step of the complaint, and how texts and files are kept at any of them.

Floor 2: pure. A text that is no answer to its step is kept for the statement; a file is kept at any step;
nothing that was sent is ever lost.
"""

from dataclasses import replace

from markupsafe import Markup

from bot.core.dialogue import Draft
from bot.core.texts import plain, say
from bot.core.turn import KeepFile, Outcome, Turn
from bot.core.workdays import local_day
from handlers import complaint_parts as parts
from handlers.answers import body
from handlers.complaint_parts import Taken, has_statement, statement
from handlers.complaint_steps import STEPS, Step, can_keep, following, preceding, shown
from handlers.complaint_view import ask, kept_so_far, same_message, tell
from handlers.danger import marked
from handlers.evidence import refusal, with_file
from handlers.filing import file_case, same_open_case
from handlers.saying import NEW_LINE
from handlers.spoken import label_said, part_to_change, said, sounds_asked, sounds_outraged
from handlers.words import Command, command_in, says_something
from knowledge.entry import Outcome as Found

FLOW = "complaint"
SAME = "same"  # the very same text was submitted within a day: is it meant again?
MOST_TEXT = 60_000  # characters of one statement; more belongs in a document
_FEW_WORDS, _LONG_WORD = 2, 30  # anonymous, no idea: in English a slip is longer
_SHORTEST = 4  # characters of what may be a whole statement
_SHORT_QUESTION = 16  # characters; a longer one tells what happened
_SHORT = 6  # characters; a shorter answer that fits nothing is a slip, not a part of the statement


def stay(
    turn: Turn, step: Step, draft: Draft, note: Markup = Markup(), *, sure: bool = False
) -> Outcome:
    """Be at a step with this draft, and ask what it asks; see `complaint_view.ask` for `sure`."""
    draft = replace(draft, at=turn.now, editing=draft.editing and step is not Step.PREVIEW)
    if step is Step.PREVIEW and draft.subject_name and not draft.subject:
        draft = replace(
            draft, subject=draft.subject_name
        )  # no listed one was chosen: as it was typed
    dialogue = replace(turn.dialogue, flow=FLOW, step=step, draft=draft, number="", burst=None)
    return Outcome(dialogue, (ask(turn, step, draft, note=note, sure=sure),))


def after(turn: Turn, step: Step, taken: Taken) -> Outcome:
    """Go on from an answer: to the next step when it is done, else ask once more."""
    goal = following(step, taken.draft, turn) if taken.done else step
    return stay(turn, goal, taken.draft, taken.note)


def back(turn: Turn, step: Step, draft: Draft) -> Outcome:
    """Go one step back; from a part that is being changed, back to the preview."""
    if draft.editing and step is not Step.PREVIEW:
        return stay(turn, Step.PREVIEW, draft)
    first = say("complaint.first_step", turn.language) if preceding(step) is step else Markup()
    return stay(turn, preceding(step), draft, first)


def choose(turn: Turn, step: Step, draft: Draft, value: str) -> Outcome | None:
    """Take the value of a button of this step; None when the step has no such value."""
    if value == "back":
        return back(turn, step, draft)
    if value == "keep" and can_keep(draft, step):
        return after(turn, step, Taken(draft))
    if step is Step.PREVIEW:
        if value == "submit":
            return submit(turn, draft)
        return stay(turn, Step(value), replace(draft, editing=True)) if value in {*Step} else None
    taken = STEPS[step].choose(turn, draft, value)
    return after(turn, step, taken) if taken else None


def take_text(turn: Turn, step: Step, draft: Draft) -> Outcome:
    """Take what was typed at a step: an answer to it, or else a part of the statement."""
    text = turn.incoming.text.strip()
    if not says_something(text):  # nothing, or a smiley
        return stay(turn, step, draft, say("complaint.empty", turn.language))
    if step is Step.PREVIEW and said(text, "submit"):
        return submit(turn, draft)
    if said(text, "keep") and can_keep(draft, step):
        return after(turn, step, Taken(draft))
    answer = _changed(turn, draft, text) if step is Step.PREVIEW else None
    answer = answer or _named(turn, step, draft, text) or _answer(turn, step, draft, text)
    if answer is not None:
        return answer
    if step is not Step.WHAT and _is_slip(turn, text):
        is_late = command_in(text) is Command.DONE  # 写好了, said once more
        note = Markup() if is_late else say("complaint.not_understood", turn.language)
        return stay(turn, step, draft, note)
    return keep_text(turn, step, draft, text)


def _changed(turn: Turn, draft: Draft, text: str) -> Outcome | None:
    """Take what is to be changed in words, at the preview: 匿名, 我要改学校, 联系方式改成 13900139000."""
    named = parts.read_name(turn, draft, text)
    if named is not None:
        return stay(turn, Step.PREVIEW, named.draft)
    wanted = part_to_change(text)
    if wanted is None:
        return None
    step, value = Step(wanted[0]), wanted[1]
    editing = replace(draft, editing=True)
    if not value:
        return stay(turn, step, editing)
    taken = STEPS[step].read(turn, editing, value)
    return after(turn, step, taken) if taken is not None and _is_sure(turn, step, taken) else None


def _named(turn: Turn, step: Step, draft: Draft, text: str) -> Outcome | None:
    """Take 匿名 or 实名 said before or after its step: it is an answer there too, and no part of what happened."""
    named = parts.read_name(turn, draft, text) if step is not Step.NAME else None
    if named is None:
        return None
    name = shown(turn, named.draft, Step.NAME)
    return stay(turn, step, named.draft, say("complaint.name_taken", turn.language, name=name))


def _is_sure(turn: Turn, step: Step, taken: Taken) -> bool:
    """Tell whether a new value is one for certain: 学校改成周六上课 tells what happened."""
    if step is Step.SUBJECT:
        return any(one.id == taken.draft.subject for one in turn.knowledge.schools)
    return taken.done


def _is_slip(turn: Turn, text: str) -> bool:
    """Tell whether a text is too little for a part of the statement: a few characters, or a word or two of English.

    学校乱收费 is short, and all there is to say: it names what the bureau deals with.
    """
    routing = turn.knowledge.routing
    if routing.emergency(text) or (len(text) >= _SHORTEST and routing.suggest(text)):
        return False
    if asks_of_the_form(turn, text):
        return True
    few_words = text.isascii() and len(text.split()) <= _FEW_WORDS and len(text) < _LONG_WORD
    return len(text) < _SHORT or few_words


def asks_of_the_form(turn: Turn, text: str) -> bool:
    """Tell whether a short text asks of what is being filled in: 选哪个好. It names no matter, so it is none."""
    if len(text) > _SHORT_QUESTION or not sounds_asked(text) or sounds_outraged(text):
        return False
    return not turn.knowledge.routing.suggest(text)


def _answer(turn: Turn, step: Step, draft: Draft, text: str) -> Outcome | None:
    """Read a text as an answer to the step: a label typed by hand, or what the step itself reads."""
    row = STEPS[step]
    if row.by_label or (step is Step.SUBJECT and text.isdecimal()):
        options = row.options(turn, draft)
        place = label_said(text, [one.label for one in options])
        if place is not None:
            return choose(turn, step, draft, options[place].value)
    if step in (Step.SUBJECT, Step.CONTACT) and turn.knowledge.routing.emergency(text):
        return None  # 孩子要跳楼 is neither a school nor a number: kept, with the hotlines
    taken = row.read(turn, draft, text)
    if taken and step in (Step.CATEGORY, Step.FINER) and len(text) >= _SHORT:
        taken = _kept_with(turn, taken, text)  # 午餐里有虫子 names a category, and is what happened
    return after(turn, step, taken) if taken else None


def _kept_with(turn: Turn, taken: Taken, text: str) -> Taken:
    """Keep the words of an answer for the statement too."""
    draft, danger = with_text(turn, taken.draft, text)
    parts = (danger, taken.note, kept_so_far(turn, draft))
    return replace(taken, draft=draft, note=NEW_LINE.join(part for part in parts if part))


def keep_text(turn: Turn, step: Step, draft: Draft, text: str) -> Outcome:
    """Keep a text as part of the statement, at whatever step it came; 谢谢 is no part of it."""
    if parts.is_courtesy(turn, text):
        return stay(turn, step, draft)
    if len(statement(draft)) + len(text) > MOST_TEXT:
        return stay(turn, step, draft, say("complaint.too_much", turn.language), sure=True)
    draft, danger = with_text(turn, draft, text)
    noted = kept_so_far(turn, draft) if step is not Step.WHAT else Markup()
    answered = Markup() if danger else _answered(turn, text)
    note = NEW_LINE.join(part for part in (danger, answered, noted) if part)
    return stay(turn, step, draft, note, sure=bool(danger or answered))


def _answered(turn: Turn, text: str) -> Markup:
    """Give the answer to a short question that is kept as part of what happened: 会保密吗 waits for one."""
    if len(text) > _SHORT_QUESTION or not sounds_asked(text) or sounds_outraged(text):
        return Markup()
    decision = turn.knowledge.index.ask(text, today=local_day(turn.now))
    if decision.outcome is not Found.HIT or len(decision.answers) != 1:
        return Markup()
    entry = turn.knowledge.entries.get(decision.answers[0].id)
    return body(turn, entry) if entry is not None and not entry.draft else Markup()


def with_text(turn: Turn, draft: Draft, text: str) -> tuple[Draft, Markup]:
    """Return the draft with one more text, marked when it tells of danger, and the hotlines to show."""
    draft = replace(draft, texts=(*draft.texts, (text, turn.incoming.message)))
    return marked(turn, draft, text)


def keep_file(turn: Turn, step: Step, draft: Draft) -> Outcome:
    """Keep a file, and its caption with it; what cannot be taken is refused in words."""
    media, caption = turn.incoming.media, turn.incoming.text.strip()
    refused = refusal(turn, media) if media else say("complaint.unsupported", turn.language)
    danger = Markup()
    if caption:
        draft, danger = with_text(turn, draft, caption)
    if media is None or refused is not None:
        note = NEW_LINE.join(part for part in (danger, refused) if part)
        return stay(turn, step, draft, note, sure=True)
    draft = with_file(turn, draft)
    noted = kept_so_far(turn, draft) if step is not Step.WHAT else Markup()
    note = NEW_LINE.join(part for part in (danger, noted) if part)
    outcome = stay(turn, step, draft, note, sure=bool(danger))
    return replace(outcome, effects=(KeepFile(media, draft=draft.id), *outcome.effects))


def keep_place(turn: Turn, step: Step, draft: Draft) -> Outcome:
    """Keep a place on the map as part of the statement."""
    return keep_text(
        turn, step, draft, plain("complaint.place", turn.language, where=turn.incoming.text)
    )


def submit(turn: Turn, draft: Draft) -> Outcome:
    """Register the case, unless the very same was registered within a day: then ask first.

    Where the only file was refused meanwhile, nothing is left to register.
    """
    if not has_statement(draft):
        return stay(turn, Step.WHAT, draft, say("complaint.nothing_yet", turn.language), sure=True)
    same = same_open_case(turn, draft)
    if same is None:
        return file_case(turn, draft)
    dialogue = replace(turn.dialogue, flow=FLOW, step=SAME, draft=replace(draft, at=turn.now))
    return Outcome(dialogue, (tell(turn, draft, same_message(turn, draft, same.number)),))
