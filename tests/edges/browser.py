"""The product as a process of its own, and Debian's Chromium in front of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.house.tree import ROOT

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE, DESKTOP = {"width": 375, "height": 740}, {"width": 1280, "height": 800}
SMALL = {"width": 320, "height": 560}
# what stands out too little from its ground, with the ratio
CONTRAST = """() => {
    const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
    const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
    const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; };
    const poor = [];
    for (const e of document.querySelectorAll("body *")) {
        if (!e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
        const [a, b] = [light(parse(getComputedStyle(e).color).slice(0, 3)), light(ground(e).slice(0, 3))];
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) poor.push([e.innerText.slice(0, 20), ratio.toFixed(2)]);
    }
    return poor;
}"""
START_S = 60.0
SAME_WIDTH = """() => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = '20px sans-serif';
    return pen.measureText("教").width === pen.measureText("\\u{10FFFF}").width;
}"""


@dataclass
class Product:
    """`run_bot.py serve` in demo mode, in a folder of its own."""

    folder: Path
    url: str = ""
    console: str = ""
    process: subprocess.Popen[str] | None = None

    def starts(self) -> None:
        env = {
            **os.environ,
            "BOT__DATABASE": f"sqlite:{self.folder}/bot.sqlite3",
            "BOT__WEB__PORT": self.url.rpartition(":")[2] or "0",
            "PYTHONUNBUFFERED": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "run_bot.py"), "serve"],
            cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        until = time.monotonic() + START_S
        while time.monotonic() < until and (line := self.process.stdout.readline()):
            if line.startswith("ready: "):
                self.url = line.split()[1]
            if line.startswith("console: "):
                self.console = line.split()[1]
                return
        assert self.process.stderr is not None
        pytest.fail(f"the product did not start: {self.process.stderr.read()}")

    def stops(self, *, kill: bool = False) -> None:
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        self.process.communicate(timeout=15)

    def staff_link(self, name: str) -> str:
        """Make a sign-in link beside the running desk, as an operator does."""
        env = {
            **os.environ,
            "BOT__DATABASE": f"sqlite:{self.folder}/bot.sqlite3",
            "BOT__WEB__PUBLIC_URL": self.url,
        }
        done = subprocess.run(
            [sys.executable, str(ROOT / "run_bot.py"), "staff", "link", name],
            cwd=self.folder, env=env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()


@contextlib.contextmanager
def product(folder: Path) -> Iterator[Product]:
    running = Product(folder)
    running.starts()
    try:
        yield running
    finally:
        running.stops()


@cache
def missing() -> str:
    """Return in plain words what the browser tests lack, '' when nothing."""
    if not CHROMIUM.exists():
        return f"there is no {CHROMIUM}; on Debian: apt-get install chromium fonts-noto-cjk"
    with chromium() as browser:
        page = browser.new_page()
        return (
            "there is no Chinese font; on Debian: apt-get install fonts-noto-cjk"
            if page.evaluate(SAME_WIDTH)
            else ""
        )


def need_browser() -> None:
    """Skip in plain words where there is no browser; in CI that is a failure."""
    if lack := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(lack)
        pytest.skip(lack)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def say(page: Page, text: str) -> None:
    """Type into the chat page and press Enter."""
    box = page.get_by_role("textbox")
    box.fill(text)
    box.press("Enter")


def press(page: Page, label: str) -> None:
    """Press the newest button that says so."""
    page.locator("#lines").get_by_role("button", name=label, exact=True).last.click()


def hears(page: Page, text: str) -> None:
    """Wait until the newest message of the desk holds the text."""
    page.locator(".line.ours").filter(has_text=text).last.wait_for()


def complain(
    page: Page, text: str, *, photo: Path | None = None, category: str = "食堂和食品"
) -> str:
    """Go from 我要投诉 to the receipt and return the number."""
    say(page, "我要投诉")
    for label in ("投诉", category, "不涉及具体学校"):
        press(page, label)
    hears(page, "发生了什么事")
    if photo is not None:
        page.locator("#files").set_input_files(photo)
        page.locator(".picked img").wait_for()
    say(page, text)
    press(page, "写好了")
    press(page, "实名")
    press(page, "不留,跳过")
    press(page, "提交")
    hears(page, "已受理,编号")
    words = page.locator(".line.ours").filter(has_text="已受理,编号").last.inner_text()
    return words.split("编号", 1)[1].split()[0]


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def context(browser: Browser, size: dict[str, int], **options: str) -> BrowserContext:
    made: BrowserContext = browser.new_context(viewport=size, **options)  # type: ignore[arg-type]  # a plain dict will do
    made.set_default_timeout(20_000)
    return made
