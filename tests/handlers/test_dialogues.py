"""Plays the scripts of tests/dialogues, which a clerk can read; how they are written is in its README.

A message of the desk that the script does not mention fails the scene, and so does one that does not come.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.numbers import find_code
from bot.core.turn import Media, MediaKind, Place
from tests.handlers.talk import Talk

SCRIPTS = Path(__file__).resolve().parents[1] / "dialogues"
SECONDS = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400}


def scenes() -> list[Any]:
    found = []
    for file in sorted(SCRIPTS.glob("*.yaml")):
        for scene in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader):
            found.append(pytest.param(scene["对话"], id=f"{file.stem}-{scene['场景']}"))
    return found


@pytest.mark.parametrize("lines", scenes())
def test_a_scene_plays_as_written(lines: list[dict[str, Any]]) -> None:
    stage = Stage()
    for number, line in enumerate(lines, start=1):
        [(who, what)] = line.items()
        try:
            stage.play(who, what)
        except AssertionError as wrong:
            raise AssertionError(f"第 {number} 行 {who}: {what}\n{wrong}") from wrong
    assert not stage.unread, f"机器人多说了: {list(stage.unread)}"


class Stage:
    """One talk, and what the desk said that the script has not mentioned yet."""

    def __init__(self) -> None:
        self.talk = Talk()
        self.unread: deque[str] = deque()
        self.read = ""
        self.code = ""

    def play(self, who: str, what: Any) -> None:
        """Play one line of the script."""
        if who in ACTIONS:
            said = ACTIONS[who](self.talk, self.filled(what))
            assert not self.unread, f"机器人多说了: {list(self.unread)}"
            self.unread.extend(said or [])
            for one in self.talk.heard:
                self.code = find_code(str(one.html)) or self.code
        else:
            CHECKS[who](self, what)

    def filled(self, what: Any) -> Any:
        """Put the number and the code of the newest case where the script names them."""
        if not isinstance(what, str) or "{" not in what:
            return what
        return what.replace("{编号}", self.talk.cases[0].number).replace("{查询码}", self.code)

    def says(self, what: Any) -> None:
        """Check that the next message holds all these words."""
        assert self.unread, f"机器人没有说话;按钮是 {self.talk.buttons}"
        self.read = self.unread.popleft()
        for words in _list(what):
            wanted = self.filled(words)
            assert wanted in self.read, f"没有说“{wanted}”,说的是:\n{self.read}"

    def does_not_say(self, what: Any) -> None:
        """Check that the message just read holds none of these words."""
        for words in _list(what):
            assert words not in self.read, f"说了“{words}”:\n{self.read}"

    def shows(self, what: Any) -> None:
        """Check that these buttons are under the newest message."""
        wanted = [self.filled(label) for label in _list(what)]
        missing = [label for label in wanted if label not in self.talk.buttons]
        assert not missing, f"没有按钮 {missing},有 {self.talk.buttons}"

    def hides(self, what: Any) -> None:
        """Check that these buttons are not under the newest message."""
        extra = [label for label in _list(what) if label in self.talk.buttons]
        assert not extra, f"不该有按钮 {extra}"

    def has_picture(self, what: Any) -> None:
        """Check that the newest message is a picture in which all these words and figures stand."""
        picture = self.talk.heard[-1].picture
        assert picture is not None, "没有图片"
        words = list(picture.chart.words)
        missing = [each for each in _list(what) if each not in words]
        assert not missing, f"图里没有 {missing},有 {words}"

    def has_no_picture(self, what: Any) -> None:
        """Check that the newest message is words only."""
        assert self.talk.heard[-1].picture is None, "发了图片"

    def is_silent(self, what: Any) -> None:
        """Check that nothing was said."""
        assert not self.unread, f"机器人说了: {list(self.unread)}"

    def has_cases(self, what: Any) -> None:
        """Check how many cases there are."""
        assert len(self.talk.cases) == int(what), f"有 {len(self.talk.cases)} 个工单"


def _list(what: Any) -> list[str]:
    return what if isinstance(what, list) else [what]


def _wait(talk: Talk, what: str) -> list[str]:
    amount, unit = what.split()
    return talk.waits(float(amount) * SECONDS[unit])


def _restart(talk: Talk, what: str) -> None:
    talk.restarts()


def _enter_group(talk: Talk, what: str) -> None:
    talk.place = Place.GROUP


def _enter_private(talk: Talk, what: str) -> None:
    talk.place = Place.PRIVATE


def _other_person(talk: Talk, what: str) -> None:
    """Let somebody else go on, who has a conversation of their own."""
    talk.person = replace(talk.person, id=talk.person.id + 1, chat=f"chat{talk.person.id + 1}")
    talk.dialogue = type(talk.dialogue)()
    talk.heard.clear()


def _text_only(talk: Talk, what: str) -> None:
    talk.desk = replace(talk.desk, pictures=False)


def _answer(talk: Talk, what: str) -> None:
    talk.answers(talk.cases[0].number)


def _voice(talk: Talk, what: str) -> list[str]:
    return talk.sends(Media(MediaKind.VOICE, "voice", 1000, "audio/ogg"), what)


ACTIONS: dict[str, Callable[[Talk, Any], list[str] | None]] = {
    "家长": lambda talk, what: talk.says(what),
    "家长按": lambda talk, what: talk.presses(what),
    "家长按旧按钮": lambda talk, what: talk.presses_data(what),
    "家长发照片": lambda talk, what: talk.sends_photo(what),
    "家长发相册": lambda talk, what: talk.sends_album(int(what)),
    "家长发语音": _voice,
    "家长发贴纸": lambda talk, what: talk.sends_sticker(),
    "家长发位置": lambda talk, what: talk.sends_location(),
    "家长发名片": lambda talk, what: talk.sends_contact(what),
    "家长改上一条": lambda talk, what: talk.edits(talk.last_message, what),
    "群里有人闲聊": lambda talk, what: talk.says(what, addressed=False),
    "等待": _wait,
    "重启": _restart,
    "到群里": _enter_group,
    "到私聊": _enter_private,
    "换一个人": _other_person,
    "科室答复": _answer,
    "没装画图组件": _text_only,
}
CHECKS: dict[str, Callable[[Stage, Any], None]] = {
    "机器人": Stage.says,
    "机器人没说": Stage.does_not_say,
    "按钮": Stage.shows,
    "没有按钮": Stage.hides,
    "图片": Stage.has_picture,
    "没有图片": Stage.has_no_picture,
    "安静": Stage.is_silent,
    "工单数": Stage.has_cases,
}
