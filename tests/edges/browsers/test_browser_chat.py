"""The chat page in a real browser: connections that break, text that must not be lost, small screens, no scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.edges.browser import (
    CONTRAST,
    DESKTOP,
    PHONE,
    SMALL,
    Product,
    context,
    hears,
    no_sideways_scroll,
    press,
    say,
)

pytestmark = pytest.mark.browser
QUESTION = "孩子几岁可以上小学一年级?"
ANSWER = "6 周岁"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a.button, textarea, label.attach")]
    .filter((e) => e.checkVisibility())
    .map((e) => [e.innerText.slice(0, 12), Math.round(e.getBoundingClientRect().height)])
    .filter(([, height]) => height < 44)"""


@pytest.fixture
def page(desk: Product, browser: Browser) -> Iterator[Page]:
    with context(browser, PHONE) as made:
        opened = made.new_page()
        opened.goto(desk.url)
        yield opened


def test_a_question_is_answered_and_a_reload_keeps_both_sides(page: Page) -> None:
    say(page, QUESTION)
    hears(page, ANSWER)
    page.reload()
    expect(page.locator(".line.theirs")).to_contain_text(QUESTION)
    expect(page.locator(".line.ours")).to_contain_text(ANSWER)
    assert page.locator(".line").count() == 2


def test_what_is_typed_survives_a_reload(page: Page) -> None:
    page.get_by_role("textbox").fill("写到一半")
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("写到一半")


def test_an_input_method_may_use_enter_for_itself(page: Page) -> None:
    box = page.get_by_role("textbox")
    box.fill("wo yao")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    page.wait_for_timeout(300)
    expect(box).to_have_value("wo yao")
    assert page.locator(".line").count() == 0


def test_buttons_of_older_messages_can_still_be_pressed(page: Page) -> None:
    say(page, QUESTION)
    hears(page, ANSWER)
    say(page, "/help")
    hears(page, "可以这样用")
    press(page, "有帮助")
    hears(page, "谢谢,已经记下")


def test_a_crash_of_the_desk_loses_nothing_and_the_page_goes_on_by_itself(
    desk: Product, page: Page
) -> None:
    say(page, QUESTION)
    hears(page, ANSWER)
    desk.stops(kill=True)
    expect(page.locator("#offline")).to_be_visible()
    say(page, "转学需要什么手续?")
    expect(page.locator("#trouble")).to_contain_text("没有发出去")
    expect(page.get_by_role("textbox")).to_have_value("转学需要什么手续?")
    desk.starts()
    expect(page.locator("#offline")).to_be_hidden(timeout=20_000)
    page.get_by_role("textbox").press("Enter")
    expect(page.locator(".line.theirs").last).to_contain_text("转学需要什么手续?")
    assert page.locator(".line.theirs").count() == 2


def test_a_picture_is_seen_and_is_there_again_after_a_crash(desk: Product, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    say(page, "各校指标到校对比图")
    hears(page, "共 5 所")
    picture = page.locator(".line.ours img")
    expect(picture).to_have_js_property("naturalWidth", 1080)
    assert "示例区第三中学" in (picture.get_attribute("alt") or "")
    assert no_sideways_scroll(page)
    assert [one for one in complaints if "Content Security Policy" in one] == []
    desk.stops(kill=True)
    desk.starts()
    page.reload()
    expect(page.locator(".line.ours img")).to_have_js_property("naturalWidth", 1080)


def test_a_second_tab_shows_the_same_conversation(desk: Product, page: Page) -> None:
    other = page.context.new_page()
    other.goto(desk.url)
    say(page, QUESTION)
    hears(other, ANSWER)


def test_nothing_jumps_when_a_message_arrives_while_one_reads_above(
    desk: Product, page: Page
) -> None:
    for lines in (2, 4, 6):
        say(page, "/menu")
        expect(page.locator(".line")).to_have_count(lines)
    page.evaluate("window.scrollTo(0, 0)")
    other = page.context.new_page()
    other.goto(desk.url)
    say(other, QUESTION)
    hears(other, ANSWER)
    expect(page.locator(".line.ours").filter(has_text=ANSWER)).to_be_attached()
    assert page.evaluate("window.scrollY") == 0
    page.get_by_role("button", name="有新消息").click()
    expect(page.get_by_role("button", name="有新消息")).to_be_hidden()
    assert page.evaluate("window.scrollY") > 0


def test_dark_and_light_can_be_chosen_and_are_remembered(page: Page) -> None:
    page.get_by_role("button", name="深色").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.get_by_role("button", name="浅色")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [SMALL, DESKTOP], ids=["320", "desktop"])
def test_everything_is_readable_and_large_enough(
    desk: Product, browser: Browser, scheme: str, size: dict[str, int]
) -> None:
    with context(browser, size, color_scheme=scheme) as made:
        page = made.new_page()
        page.goto(desk.url)
        assert page.evaluate(CONTRAST) == []
        say(page, QUESTION)
        hears(page, ANSWER)
        say(page, "我要投诉,这是一个没有空格的很长的网址https://example.com/" + "a" * 200)
        page.wait_for_timeout(800)
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert no_sideways_scroll(page)
        log = page.get_by_role("log")
        assert log.get_attribute("aria-live") == "polite"


def test_without_motion_nothing_moves(desk: Product, browser: Browser) -> None:
    with context(browser, PHONE, reduced_motion="reduce") as made:
        page = made.new_page()
        page.goto(desk.url)
        durations = page.evaluate(
            "[...document.querySelectorAll('*')].map((e) => getComputedStyle(e).transitionDuration)"
        )
        assert set(durations) == {"0s"}


def test_the_page_works_without_scripts(desk: Product, browser: Browser) -> None:
    made = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]  # a plain dict will do
    with made:
        page = made.new_page()
        page.goto(desk.url)
        page.get_by_role("textbox").fill(QUESTION)
        page.get_by_role("button", name="发送").click()
        expect(page.locator(".line.ours").last).to_contain_text(ANSWER)
        page.get_by_role("button", name="有帮助").click()
        expect(page.locator(".line.ours").last).to_contain_text("谢谢,已经记下")
        expect(page.get_by_role("link", name="查看新消息")).to_be_visible()


def test_a_picked_photo_can_be_taken_back(page: Page) -> None:
    png = b"\x89PNG\r\n\x1a\n"
    page.locator("#files").set_input_files(
        {"name": "图.png", "mimeType": "image/png", "buffer": png}
    )
    expect(page.locator(".picked li")).to_contain_text("图.png")
    page.get_by_role("button", name="移除").click()
    expect(page.locator(".picked li")).to_have_count(0)


def _photos(count: int) -> list[FilePayload]:
    drawn = BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
    return [
        FilePayload(name=f"{one}.png", mimeType="image/png", buffer=drawn.getvalue())
        for one in range(count)
    ]


def test_a_photo_that_was_only_picked_goes_along_with_the_button_that_ends_the_statement(
    page: Page,
) -> None:
    say(page, "我要投诉")
    for label in ("投诉", "食堂和食品", "不涉及具体学校"):
        press(page, label)
    hears(page, "发生了什么事")
    say(page, "午餐里有虫子。")
    hears(page, "已记下 1 段文字")
    page.locator("#files").set_input_files(_photos(1))
    press(page, "写好了")
    hears(page, "实名还是匿名")
    expect(page.locator(".picked li")).to_have_count(0)
    theirs = page.locator(".line.theirs").filter(has_text="0.png")
    assert theirs.locator(".words").inner_text().strip() == "0.png"
    expect(theirs.locator("img")).to_be_visible()
    height = theirs.locator(".words").evaluate("w => w.clientHeight")
    assert height < 160 + 64  # the photo and its name, no empty line below
    for label in ("匿名", "不留,跳过"):
        press(page, label)
    hears(page, "已收到 1 个文件")


def test_a_file_that_cannot_go_is_named_at_once_and_holds_nothing_up(page: Page) -> None:
    page.locator("#files").set_input_files(_photos(12))
    expect(page.locator(".picked li")).to_have_count(10)
    expect(page.locator("#trouble")).to_contain_text("还有 2 个没有选上")
    while page.locator(".picked li").count():
        page.get_by_role("button", name="移除").first.click()
    page.evaluate(
        "pick([new File([new Uint8Array(21 * 2 ** 20)], '很大的$&.pdf'), new File(['x'], '小.txt')])"
    )
    expect(page.locator(".picked li")).to_have_text(["小.txt移除"])
    expect(page.locator("#trouble")).to_contain_text("“很大的$&.pdf”超过 20 MB,没有选上")


def test_a_long_letter_is_refused_in_words_and_never_cut_short(page: Page) -> None:
    page.get_by_role("textbox").focus()
    page.keyboard.insert_text("甲" * 4001)
    page.keyboard.press("Enter")
    expect(page.locator("#trouble")).to_contain_text("文字太长")
    assert len(page.get_by_role("textbox").input_value()) == 4001


def test_english_changes_the_whole_page(page: Page) -> None:
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("textbox")).to_have_attribute("placeholder", "Write your question")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("en"))
