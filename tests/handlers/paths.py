"""Ways to every step of the complaint, so that a test can begin anywhere."""

from bot.core.turn import Act, KeepFile, OpenCase
from tests.handlers.talk import Talk

STORY = "上周五的饭里有虫子"
WAY = {
    "kind": ("我要投诉",),
    "category": ("投诉",),
    "finer": ("校园安全、欺凌、心理",),
    "subject": ("欺凌、打架",),
    "what": ("不涉及",),
    "name": (STORY, "写好了"),
    "contact": ("匿名",),
    "preview": ("不留",),
}
STEPS = tuple(WAY)
QUESTIONS = ("resume", "which", "same")


def at(step: str) -> Talk:
    """Return a talk that has just reached a step, or one of the questions beside the steps."""
    talk = Talk()
    if step in QUESTIONS:
        return {"resume": _at_resume, "which": _at_which, "same": _at_same}[step](talk)
    walk(talk, step)
    assert talk.dialogue.step == step
    return talk


def walk(talk: Talk, step: str) -> None:
    """Go from the beginning to a step."""
    for one in STEPS[: STEPS.index(step) + 1]:
        for text in WAY[one]:
            talk.says(text)


def file_one(talk: Talk) -> str:
    """File a complaint and return its number."""
    walk(talk, "preview")
    talk.presses("提交")
    return talk.cases[0].number


def kept(talk: Talk) -> list[KeepFile]:
    """Return every file that was kept."""
    return [one for one in talk.effects if isinstance(one, KeepFile)]


def opened(talk: Talk) -> list[OpenCase]:
    """Return every case that was opened, or would have been."""
    return [one for one in talk.effects if isinstance(one, OpenCase)]


def acts(talk: Talk) -> list[Act]:
    """Return everything that was done to a case."""
    return [one for one in talk.effects if isinstance(one, Act)]


def statement(talk: Talk) -> str:
    """Return all that the open draft, or the one put aside, holds in words."""
    draft = talk.dialogue.draft or talk.dialogue.parked
    assert draft is not None
    waiting = (draft.waiting,) if draft.waiting else ()
    return "\n".join(text for text, _ in (*draft.texts, *waiting))


def _at_resume(talk: Talk) -> Talk:
    walk(talk, "what")
    talk.says(STORY)
    talk.says("取消")
    talk.says("我要投诉")
    return talk


def _at_which(talk: Talk) -> Talk:
    file_one(talk)
    talk.says("我要投诉")
    return talk


def _at_same(talk: Talk) -> Talk:
    file_one(talk)
    talk.says("我要投诉")
    talk.presses("新提一件")
    for text in ("投诉", "食堂和食品", "不涉及", STORY, "写好了", "实名", "不留", "提交"):
        talk.says(text)
    return talk
