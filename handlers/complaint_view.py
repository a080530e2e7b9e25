"""How the steps of the complaint look: the question in bold, a short why, buttons, a quiet last row.

Floor 2: pure. Every message of one draft has one slot, so that what is not yet sent is replaced, not piled up.
"""

from markupsafe import Markup

from bot.core.cases import CaseView
from bot.core.dialogue import Draft
from bot.core.texts import plain, say
from bot.core.turn import Button, Outgoing, Rows, Say, Turn
from handlers.case_card import title
from handlers.complaint_parts import Option, has_statement, statement
from handlers.complaint_steps import PLACES, STEPS, Step, can_keep, shown
from handlers.saying import EMPTY_LINE, NEW_LINE, button, in_pairs

ALBUM_HOLD_S = 1.5  # the items of an album arrive within this of one another
_PREVIEW_TEXT = 600  # characters of the statement shown in the preview
_WIDE = 8  # characters; longer labels get a row of their own


def step_message(turn: Turn, step: Step, draft: Draft) -> Outgoing:
    """Return the message that asks for a step."""
    parts = _preview(turn, draft) if step is Step.PREVIEW else _question(turn, step, draft)
    rows = (
        *_keep_row(turn, step, draft),
        *_option_rows(turn, step, draft),
        _last_row(turn, step, draft),
    )
    return Outgoing(NEW_LINE.join(part for part in parts if part), rows)


def ask(
    turn: Turn, step: Step, draft: Draft, *, note: Markup = Markup(), sure: bool = False
) -> Say:
    """Say what a step asks, under a note about what came before.

    `sure`: the note must reach the person, whatever is said next, so it is in no slot.
    """
    message = step_message(turn, step, draft)
    return tell(turn, draft, with_note(message, note), sure=sure)


def tell(turn: Turn, draft: Draft, message: Outgoing, *, sure: bool = False) -> Say:
    """Say something about a draft; the items of an album are answered once."""
    if sure:
        return Say(message)
    return Say(
        message, slot=f"draft:{draft.id}", hold_s=ALBUM_HOLD_S if turn.incoming.album else 0.0
    )


def with_note(message: Outgoing, note: Markup) -> Outgoing:
    """Return the message with a note above it."""
    return Outgoing(note + EMPTY_LINE + message.html, message.buttons) if note else message


def kept_so_far(turn: Turn, draft: Draft) -> Markup:
    """Say how much of the statement is kept: messages and files."""
    if not has_statement(draft):
        return Markup()
    key = "complaint.kept_both" if draft.texts and draft.files else "complaint.kept_texts"
    if not draft.texts:
        key = "complaint.kept_files"
    return say(key, turn.language, texts=len(draft.texts), files=draft.files)


def resume_message(turn: Turn, draft: Draft) -> Outgoing:
    """Ask whether to go on with a draft that was left."""
    values = {one: shown(turn, draft, one) for one in (Step.KIND, Step.CATEGORY, Step.SUBJECT)}
    known = " · ".join(value for value in values.values() if value)
    lines = [say("complaint.resume", turn.language)]
    if known:
        lines.append(say("complaint.resume_known", turn.language, known=known))
    lines.append(kept_so_far(turn, draft))
    if draft.waiting:
        lines.append(
            say("complaint.resume_waiting", turn.language, text=_cut(draft.waiting[0], 60))
        )
    rows = (
        (flow_button("complaint.go_on", turn, draft, "resume:go"),),
        (flow_button("complaint.anew", turn, draft, "resume:new"),),
        (flow_button("complaint.cancel", turn, draft, "resume:cancel"),),
    )
    return Outgoing(NEW_LINE.join(line for line in lines if line), rows)


def which_message(turn: Turn, draft: Draft, cases: tuple[CaseView, ...]) -> Outgoing:
    """Ask whether this belongs to an open case or is a matter of its own."""
    rows = tuple(
        (Button(add_label(turn, one), f"c:{draft.id}:which:{one.number}"),) for one in cases
    )
    new = (flow_button("complaint.new_matter", turn, draft, "which:new"),)
    cancel = (flow_button("complaint.cancel", turn, draft, "which:cancel"),)
    html = say("complaint.which", turn.language, count=len(cases))
    return Outgoing(html, (*rows, new, cancel))


def same_message(turn: Turn, draft: Draft, number: str) -> Outgoing:
    """Say that the very same was submitted within a day, and ask what is meant."""
    rows = (
        (
            Button(
                plain("complaint.add_to", turn.language, number=number),
                f"c:{draft.id}:same:{number}",
            ),
        ),
        (flow_button("complaint.new_matter", turn, draft, "same:new"),),
        (flow_button("complaint.cancel", turn, draft, "same:cancel"),),
    )
    return Outgoing(say("complaint.same", turn.language, number=number), rows)


def flow_button(key: str, turn: Turn, draft: Draft, rest: str) -> Button:
    """Make a button of this draft; `rest` is the step and the value."""
    return button(key, turn, f"c:{draft.id}:{rest}")


def add_label(turn: Turn, case: CaseView) -> str:
    """Return the label of the button that adds to a case; what it is about where that is known."""
    return plain(
        "complaint.add_to_titled", turn.language, number=case.number, title=title(turn, case)
    )


def _question(turn: Turn, step: Step, draft: Draft) -> list[Markup]:
    place, now = STEPS[step].place, shown(turn, draft, step)
    progress = say("complaint.progress", turn.language, place=place, places=PLACES)
    if step is Step.WHAT and has_statement(draft):
        return [progress, kept_so_far(turn, draft), say("complaint.more", turn.language)]
    return [
        progress,
        say(f"complaint.ask_{step}", turn.language),
        say("complaint.report_kept_secret", turn.language)
        if step is Step.NAME and draft.kind == "report"
        else Markup(),
        say("complaint.contact_of_nobody", turn.language)
        if step is Step.CONTACT and draft.anonymous
        else Markup(),
        say("complaint.now", turn.language, value=now)
        if now and step is not Step.FINER
        else Markup(),
    ]


def _preview(turn: Turn, draft: Draft) -> list[Markup]:
    text = statement(draft)
    parts = (Step.KIND, Step.CATEGORY, Step.SUBJECT, Step.NAME, Step.CONTACT)
    lines = [
        say(
            "complaint.preview_line",
            turn.language,
            what=say(f"complaint.part_{one}", turn.language),
            value=value,
        )
        for one in parts
        if (value := shown(turn, draft, one))
    ]
    what = (
        say("complaint.preview_text", turn.language, text=_cut(text, _PREVIEW_TEXT))
        if text
        else Markup()
    )
    urgent = say("complaint.preview_urgent", turn.language) if draft.urgent else Markup()
    head = say("complaint.ask_preview", turn.language)
    files = (
        say("complaint.kept_files", turn.language, files=draft.files) if draft.files else Markup()
    )
    return [head, urgent, *lines, what, files]


def _option_rows(turn: Turn, step: Step, draft: Draft) -> Rows:
    options = STEPS[step].options(turn, draft)
    buttons = [_option_button(draft, step, one) for one in options]
    if step is Step.PREVIEW:
        return ((buttons[0],), *in_pairs(buttons[1:]))
    if any(len(one.label) > _WIDE for one in options):
        return tuple((one,) for one in buttons)
    return in_pairs(buttons)


def _keep_row(turn: Turn, step: Step, draft: Draft) -> Rows:
    """Offer to leave an answer as it is; from a part that is being changed 返回核对 does the same."""
    if draft.editing or not can_keep(draft, step):
        return ()
    return ((flow_button("complaint.keep", turn, draft, f"{step}:keep"),),)


def _option_button(draft: Draft, step: Step, option: Option) -> Button:
    return Button(option.label, f"c:{draft.id}:{step}:{option.value}")


def _last_row(turn: Turn, step: Step, draft: Draft) -> tuple[Button, ...]:
    cancel = flow_button("complaint.cancel", turn, draft, f"{step}:cancel")
    if step is Step.KIND and not draft.editing:
        return (cancel,)
    back = "complaint.to_preview" if draft.editing else "complaint.back"
    return (flow_button(back, turn, draft, f"{step}:back"), cancel)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
