"""How users of the benchmark go on by buttons: some file a complaint, some browse the menu.

Both read the keyboard under the bot's last message and say what to press next, or what to write.
"""

import json
from random import Random

OPENING = {"file": "我要投诉", "browse": "菜单"}
WRITTEN = "食堂的饭菜经常是凉的,孩子反映过几次,没有人管,希望能查一查。"
WISHES = {
    "kind": "complaint",
    "category": "other",
    "finer": "all",
    "subject": "none",
    "what": "done",
    "name": "named",
    "contact": "skip",
    "preview": "submit",
    "which": "new",
    "resume": "new",
}
LEADS_AWAY = ("c:", "k:", "person", "/complain", "/lang")  # buttons that are no browsing
BACK_TO_MENU = 0.1


def offered(markup: str) -> list[str]:
    """Return what the buttons of a keyboard stand for."""
    rows = json.loads(markup)["inline_keyboard"] if markup else ()
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def filing(markup: str) -> tuple[str, str] | None:
    """Return the button to press and the words to say, one of them empty; None when all is filed."""
    buttons = offered(markup)
    steps = [data.split(":", 3) for data in buttons if data.startswith("c:")]
    if not steps:
        return None
    step = steps[0][2]
    wanted = [data for data in buttons if data.endswith(f":{step}:{WISHES[step]}")]
    return (wanted[0], "") if wanted else ("", WRITTEN)


def browsing(markup: str, chance: Random) -> tuple[str, str]:
    """Return any button that leads on among what is published, or the word for the menu."""
    buttons = [data for data in offered(markup) if not data.startswith(LEADS_AWAY)]
    if not buttons or chance.random() < BACK_TO_MENU:
        return "", OPENING["browse"]
    return chance.choice(buttons), ""
