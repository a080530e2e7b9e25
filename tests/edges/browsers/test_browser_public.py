"""The public page in a real browser: small and large, light and dark, by keyboard, without scripts, and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.edges.browser import (
    CONTRAST,
    DESKTOP,
    SMALL,
    Product,
    context,
    no_sideways_scroll,
)

pytestmark = pytest.mark.browser
PAGES = (
    "/public",
    "/public?q=孩子几岁可以上小学一年级",
    "/public?q=火星上的天气怎么样",
    "/public/topic/quota",
    "/public/primary-age",
    "/public/table/fee-2026",
    "/public/table/catchment-2026?q=没有这一行",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [SMALL, DESKTOP], ids=["small", "desktop"])
def test_every_page_fits_the_screen_can_be_read_and_breaks_no_rule(
    desk: Product, browser: Browser, size: dict[str, int], scheme: str
) -> None:
    with context(browser, size, color_scheme=scheme) as made:
        page, complaints = made.new_page(), list[str]()
        page.on("console", lambda message: complaints.append(message.text))
        for address in PAGES:
            page.goto(desk.url + address)
            assert no_sideways_scroll(page), address
            assert page.evaluate(CONTRAST) == [], address
        assert complaints == []


def test_a_question_is_asked_and_answered_by_keyboard_and_without_scripts(
    desk: Product, browser: Browser
) -> None:
    made = browser.new_context(java_script_enabled=False)
    page = made.new_page()
    page.goto(f"{desk.url}/public")
    _tabs_to(page, "q")
    page.keyboard.type("孩子几岁可以上小学一年级")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("搜索")
    expect(page.get_by_role("article").first).to_contain_text("6 周岁")
    made.close()


def test_paper_shows_the_table_and_its_source_and_nothing_to_click(
    desk: Product, browser: Browser
) -> None:
    with context(browser, DESKTOP, color_scheme="dark") as made:
        page = made.new_page()
        page.goto(f"{desk.url}/public/table/quota-2026")
        page.emulate_media(media="print")
        for hidden in (page.get_by_role("search"), page.get_by_role("button", name="查找")):
            expect(hidden).to_have_count(0)
        expect(page.get_by_role("table")).to_be_visible()
        expect(page.locator(".origin")).to_contain_text("×教基〔2026〕5号")
        assert page.evaluate(CONTRAST) == []


def _tabs_to(page: Page, name: str) -> None:
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.locator(f"#{name}:focus").count():
            return
    raise AssertionError(f"Tab does not reach {name}")
