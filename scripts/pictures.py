"""Take the README's pictures from the running product, so that they are never stale: `make pictures`.

A developer's tool. Starts the demo in a folder of its own, goes through the main job in Chromium, and photographs
the chat page on a phone and the console on a desk into docs/pictures/.
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.edges import browser  # noqa: E402  # the folder above must be known first

PICTURES = ROOT / "docs" / "pictures"
PHONE, DESKTOP = {"width": 400, "height": 780}, {"width": 1200, "height": 760}
COMPLAINT = "孩子学校食堂的午餐这周两次吃出异物,向班主任反映后没有答复。希望检查并公开结果。"
NOTE = "已电话联系学校后勤,周三前交检查记录。"
ANSWER = "您好,已要求学校在本周五前完成检查并公开结果,结果会在这里告诉您。"
OTHERS = (
    ("收费、退费", "课后服务收费的标准没有公示。"),
    ("作业、补课、作息、手机", "周末还在集中补课。"),
)


def main() -> None:
    """Take every picture."""
    if lack := browser.missing():
        sys.exit(lack)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with browser.product(folder) as desk, browser.chromium() as chrome:
            for category, text in OTHERS:
                browser.complain(_open(chrome, desk.url, PHONE), text, category=category)
            parent = _open(chrome, desk.url, PHONE)
            _ask(parent)
            _compare(_open(chrome, desk.url, PHONE))
            number = browser.complain(parent, COMPLAINT, photo=_photo(folder))
            _shot(parent, "receipt")
            _answer(_open(chrome, desk.staff_link("演示管理员"), DESKTOP), desk.url, number)
            browser.hears(parent, ANSWER)
            _shot(parent, "reply")


def _open(chrome: Browser, url: str, size: dict[str, int]) -> Page:
    """Open a page in a browser of its own, twice as sharp."""
    made = chrome.new_context(viewport=size, device_scale_factor=2)  # type: ignore[arg-type]  # a plain dict will do
    page = made.new_page()
    page.goto(url)
    return page


def _ask(parent: Page) -> None:
    browser.say(parent, "外地户口的孩子几岁可以上小学一年级?")
    parent.locator(".line.ours").first.wait_for()
    _shot(parent, "chat")
    parent.get_by_role("button", name="深色").click()
    _shot(parent, "chat-dark")
    parent.get_by_role("button", name="浅色").click()


def _compare(parent: Page) -> None:
    """Ask for a picture of figures; it is there when the browser has drawn it."""
    browser.say(parent, "各校指标到校对比图")
    parent.locator(".line.ours img").wait_for()
    parent.wait_for_function("document.querySelector('.line.ours img').naturalWidth > 0")
    _shot(parent, "chart")


def _answer(staff: Page, url: str, number: str) -> None:
    """Write a note, preview the reply, send it, and photograph each."""
    staff.get_by_role("button", name="登录").click()
    _shot(staff, "console")
    staff.goto(f"{url}/console/case/{number}")
    staff.get_by_text("内部备注", exact=True).click()
    staff.get_by_label("内容").fill(NOTE)
    staff.get_by_role("button", name="保存备注").click()
    staff.get_by_label("内容").fill(ANSWER)
    staff.get_by_role("button", name="发送给家长").click()
    _shot(staff, "preview")
    staff.get_by_role("button", name="发送给家长").click()
    staff.locator(".entry.reply").wait_for()
    staff.goto(f"{url}/console/case/{number}")
    _shot(staff, "case")


def _photo(folder: Path) -> Path:
    """Draw a plate: no real picture of anybody's lunch."""
    picture = Image.new("RGB", (800, 600), "#d9c7a8")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((150, 60, 650, 560), fill="#f4f4f0", outline="#cfcfc8", width=6)
    pen.ellipse((230, 140, 570, 480), fill="#7fa650")
    pen.ellipse((330, 230, 430, 330), fill="#c94f3d")
    path = folder / "午餐.jpg"
    picture.save(path)
    return path


def _shot(page: Page, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
