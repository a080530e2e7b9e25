"""The main job in a real browser: a complaint from the chat page to the reply in the console, read by the parent."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.edges.browser import (
    DESKTOP,
    PHONE,
    Product,
    complain,
    context,
    hears,
    no_sideways_scroll,
    press,
    say,
)

pytestmark = pytest.mark.browser
LINES = "links => links.map((link) => link.getClientRects().length)"
ANSWER = "您好,已要求学校公开检查结果,并更换供应商。"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "食堂.jpg"
    Image.effect_mandelbrot((640, 480), (-2, -1.2, 1, 1.2), 60).convert("RGB").save(path)
    return path


def signs_in(desk: Product, page: Page) -> None:
    page.goto(desk.staff_link("演示管理员"))
    page.get_by_role("button", name="登录").press("Enter")
    expect(page.get_by_role("link", name="全部")).to_be_visible()


def watched(page: Page) -> list[str]:
    """Collect what the page complains about: errors, refused scripts, dialogs."""
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    return complaints


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_complaint_with_a_photo_is_answered_and_the_answer_is_read(
    desk: Product, browser: Browser, photo: Path, size: dict[str, int]
) -> None:
    with context(browser, size) as parents, context(browser, size) as offices:
        parent, staff = parents.new_page(), offices.new_page()
        complaints = [watched(parent), watched(staff)]
        parent.goto(desk.url)
        number = complain(parent, "午餐里有虫子,学校一直没有答复。", photo=photo)
        signs_in(desk, staff)
        assert staff.locator(".bar a").evaluate_all(LINES) == [1] * 5
        staff.get_by_label("按编号查找").fill(number)
        staff.get_by_label("按编号查找").press("Enter")
        expect(staff.locator(".entry.parent img")).to_have_js_property("complete", value=True)
        assert staff.locator(".entry.parent img").evaluate("img => img.naturalWidth") == 640
        staff.get_by_label("内容").fill(ANSWER)
        staff.get_by_role("button", name="发送给家长").click()
        expect(staff.locator(".leaves")).to_contain_text(ANSWER)
        assert not parent.get_by_text(ANSWER).is_visible()
        staff.get_by_role("button", name="发送给家长").click()
        hears(parent, ANSWER)
        staff.reload()
        expect(staff.locator(".entry.reply .chip")).to_have_text("已送达")
        press(parent, "满意")
        hears(parent, "谢谢")
        for page in (parent, staff):
            assert no_sideways_scroll(page)
        assert complaints == [[], []]


def test_the_whole_job_needs_no_mouse(desk: Product, browser: Browser) -> None:
    with context(browser, DESKTOP) as parents, context(browser, DESKTOP) as offices:
        parent, staff = parents.new_page(), offices.new_page()
        parent.goto(desk.url)
        parent.keyboard.press("Tab")
        expect(parent.get_by_role("link", name="跳到输入框")).to_be_focused()
        parent.keyboard.press("Enter")
        parent.keyboard.type("我要投诉")
        parent.keyboard.press("Enter")
        for label in ("投诉", "食堂和食品", "不涉及具体学校"):
            _reach(parent, label)
        hears(parent, "发生了什么事")
        parent.get_by_role("textbox").focus()
        parent.keyboard.type("第一行")
        parent.keyboard.press("Shift+Enter")
        parent.keyboard.type("第二行")
        parent.keyboard.press("Enter")
        for label in ("写好了", "匿名", "不留,跳过", "提交"):
            _reach(parent, label)
        hears(parent, "已受理,编号")
        assert parent.locator(".line.theirs").filter(has_text="第一行\n第二行").count() == 1

        signs_in(desk, staff)
        _tab_to(staff, "食堂和食品")
        staff.keyboard.press("Enter")
        expect(staff.get_by_label("内容")).to_be_visible()
        _tab_to(staff, "as-reply")
        staff.keyboard.press("ArrowRight")
        expect(staff.get_by_role("button", name="保存备注")).to_be_visible()
        expect(staff.get_by_role("button", name="发送给家长")).to_be_hidden()
        staff.keyboard.press("Tab")
        staff.keyboard.type("先问学校")
        staff.keyboard.press("Tab")
        staff.keyboard.press("Enter")
        expect(staff.locator(".entry.note")).to_contain_text("先问学校")


def _reach(page: Page, label: str) -> None:
    """Press the newest button of that name with the keyboard."""
    button = page.locator("#lines").get_by_role("button", name=label, exact=True).last
    button.focus()
    assert button.evaluate("b => getComputedStyle(b).outlineStyle") != "none"
    page.keyboard.press("Enter")


def _tab_to(page: Page, what: str) -> None:
    """Walk with Tab until the focused element holds the text or has the id."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "what => document.activeElement.id === what || document.activeElement.innerText?.includes(what)",
            what,
        ):
            return
    raise AssertionError(f"{what} cannot be reached with Tab")


def test_hostile_text_stays_text_in_both_pages(desk: Product, browser: Browser) -> None:
    text = '<img src=x onerror=alert(1)><script>alert(2)</script>"><svg/onload=alert(3)>'
    with context(browser, DESKTOP) as parents, context(browser, DESKTOP) as offices:
        parent, staff = parents.new_page(), offices.new_page()
        complaints = [watched(parent), watched(staff)]
        parent.goto(desk.url)
        number = complain(parent, text)
        signs_in(desk, staff)
        staff.goto(f"{desk.url}/console/case/{number}")
        expect(staff.locator(".entry.parent")).to_contain_text(text)
        parent.reload()
        expect(parent.locator(".line.theirs").filter(has_text="onerror")).to_contain_text(text)
        say(parent, "查进度")
        hears(parent, number)
        assert complaints == [[], []]


def test_text_that_runs_from_the_right_does_so_alone(desk: Product, browser: Browser) -> None:
    with context(browser, DESKTOP) as parents, context(browser, DESKTOP) as offices:
        parent, staff = parents.new_page(), offices.new_page()
        parent.goto(desk.url)
        number = complain(parent, "مرحبا, ابني في المدرسة")
        signs_in(desk, staff)
        staff.goto(f"{desk.url}/console/case/{number}")
        direction = "words => getComputedStyle(words).direction"
        assert staff.locator(".entry.parent .words").evaluate(direction) == "rtl"
        assert staff.locator("h1").evaluate(direction) == "ltr"
        theirs = parent.locator(".line.theirs .words").filter(has_text="مرحبا")
        assert theirs.evaluate(direction) == "rtl"
