"""The public page: the same content for everybody, without scripts, cookies or surprises."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
import pytest_asyncio

from bot.channels.web.app import WebParts, make_app
from bot.channels.web.channel import WebChannel
from bot.channels.web.public_view import ROWS
from bot.core.config import Config
from bot.service.engine import Engine
from bot.service.files import FileStore
from handlers import respond
from knowledge.library import Library
from tests.bot.bureau import Bureau, open_bureau
from tests.edges.pages import Page

HOSTILE = "<script>alert(1)</script>"
FEES = f"""\
- id: tuition
  question: 公办小学收学费吗
  phrasings: [义务教育要交学费吗, 读公立小学一学期学费多少, 小学学费]
  answer: |
    公办小学不收学费和杂费。
    {HOSTILE} & 课本费也不收。
  source: {{title: 中华人民共和国义务教育法, article: 第二条, date: 2018-12-29, url: "https://example.org/law"}}
  checked_on: 2026-11-22
  related: [meals, secret]
  question_en: Is there tuition at public primary schools?
  answer_en: No tuition is charged.
- id: meals
  question: 学校食堂的餐费怎么收
  phrasings: [午餐费多少钱, 伙食费退不退]
  answer: 按实际用餐收取,多退少补。
  sample: true
- id: secret
  question: 还没有定稿的条目
  answer: 草稿内容。
  status: draft
- id: old-plan
  question: 转学手续在哪里办理
  phrasings: [怎么转学, 转学需要什么材料]
  answer: 去年的办法。
  source: {{title: 转学办法, number: ×教〔2025〕1号}}
  valid_until: 2026-08-31
  school_year: 2025
- id: next-plan
  question: 明年幼儿园什么时候报名
  answer: 明年三月。
  source: {{title: 报名通知}}
  valid_from: 2027-01-01
"""
TABLE = """\
title: 2026 年指标到校分配表
kind: quota
school_year: 2026
source: {title: 2026 年招生计划, number: ×教基〔2026〕5号, date: 2026-05-12}
published_on: 2026-05-12
file: quota.csv
columns: [{name: 初中}, {name: 名额, type: number, unit: 个}, {name: 公示, type: url}, {name: 备注}]
key: [初中]
ask: [指标到校]
sample: {sample}
"""
ROWS_CSV = "初中,名额,公示,备注\n第三中学,45,https://example.org/3,\n=1+1,12,,javascript:alert(1)\n<b>四中</b>,7,,\n"

Opens = Callable[..., "httpx.AsyncClient"]


@dataclass
class Public:
    folder: Path
    bureau: Bureau
    client: httpx.AsyncClient

    async def sees(self, address: str, status: int = 200) -> Page:
        answer = await self.client.get(address)
        assert answer.status_code == status, answer.text
        return Page(answer.text)


async def opened(stack: AsyncExitStack, tmp_path: Path, *, demo: bool) -> Public:
    folder = tmp_path / "content"
    for name in ("faq", "tables"):
        (folder / name).mkdir(parents=True)
    (folder / "faq" / "fees.yaml").write_text(FEES, encoding="utf-8")
    (folder / "tables" / "quota.yaml").write_text(
        TABLE.replace("{sample}", "true"), encoding="utf-8"
    )
    (folder / "tables" / "quota.csv").write_text(ROWS_CSV, encoding="utf-8")
    bureau = open_bureau(tmp_path / "bot.sqlite3")
    stack.callback(bureau.office.db.close)
    office = bureau.office
    office.library = Library(folder)
    app = make_app(
        WebParts(
            office=office, engine=Engine(office, respond), files=FileStore(tmp_path / "files"),
            channel=WebChannel(office, tmp_path / "uploads"),
            config=Config.model_validate({"demo": str(demo).lower(), "bureau": {"phone": "12345"}}),
        )
    )  # fmt: skip
    transport = httpx.ASGITransport(app)
    client = await stack.enter_async_context(
        httpx.AsyncClient(transport=transport, base_url="http://desk.test")
    )
    return Public(folder, bureau, client)


@pytest_asyncio.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Public]:
    async with AsyncExitStack() as stack:
        yield await opened(stack, tmp_path, demo=True)


@pytest_asyncio.fixture
async def real(tmp_path: Path) -> AsyncIterator[Public]:
    async with AsyncExitStack() as stack:
        yield await opened(stack, tmp_path, demo=False)


PAGES = (
    "/public",
    "/public?q=小学学费",
    "/public?q=" + HOSTILE,
    "/public/topic/fees",
    "/public/tuition",
    "/public/old-plan",
    "/public/table/quota",
    "/public/table/quota?q=" + HOSTILE,
)


@pytest.mark.parametrize("address", PAGES)
async def test_a_page_is_whole_html_in_chinese_with_a_title_and_runs_nothing(
    demo: Public, address: str
) -> None:
    answer = await demo.client.get(address)
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.runs == []
    assert HOSTILE not in answer.text
    assert "script" not in [tag for tag, _ in page.tags]
    assert ("html", {"lang": "zh-CN"}) in page.tags
    assert "示例区教育局" in answer.text.split("<title>")[1].split("</title>")[0]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    labels = {attrs.get("for") for tag, attrs in page.tags if tag == "label"}
    inputs = {attrs.get("id") for tag, attrs in page.tags if tag == "input"}
    assert inputs <= labels
    assert [tag for tag, _ in page.tags if tag in ("h1", "main")] == ["main", "h1"]


async def test_topics_and_tables_are_listed_with_their_counts(demo: Public) -> None:
    page = await demo.sees("/public")
    assert "4 条" in page.text  # the draft is not one of them
    assert "×教基〔2026〕5号 · 2026-05-12 公布 · 3 行" in page.text


async def test_an_entry_shows_answer_source_and_the_day_it_was_checked(demo: Public) -> None:
    page = await demo.sees("/public/tuition")
    text = " ".join(page.text.split())
    assert "公办小学不收学费和杂费。" in page.texts
    assert f"{HOSTILE} & 课本费也不收。" in page.texts
    assert "《中华人民共和国义务教育法》 第二条 · 2018-12-29 · 核对于 2026-11-22" in text
    assert ("section", {"lang": "en", "aria-labelledby": "english"}) in page.tags
    assert "No tuition is charged." in page.texts
    assert "还没有定稿的条目" not in page.text


async def test_what_is_out_of_its_time_is_marked_wherever_it_stands(demo: Public) -> None:
    assert "已失效。" in (await demo.sees("/public/old-plan")).texts
    assert "这是 2025 年的规定" in (await demo.sees("/public/old-plan")).text
    assert "尚未生效。" in (await demo.sees("/public/next-plan")).texts
    topic = await demo.sees("/public/topic/fees")
    assert topic.texts.count("已失效。") == 1
    found = (await demo.sees("/public?q=怎么转学")).text
    assert "已失效" in found


async def test_samples_are_marked_in_the_demo_and_absent_outside_of_it(demo: Public) -> None:
    assert "示例。" in (await demo.sees("/public/meals")).texts
    assert "示例。" in (await demo.sees("/public/table/quota")).texts


@pytest.mark.parametrize(
    "address", ["/public/meals", "/public/table/quota", "/public/table/quota.csv"]
)
async def test_samples_are_not_there_outside_of_the_demo(real: Public, address: str) -> None:
    await real.sees(address, 404)
    assert "餐费" not in (await real.sees("/public/topic/fees")).text
    assert "指标到校" not in (await real.sees("/public")).text
    assert "餐费" not in (await real.sees("/public?q=学校食堂的餐费怎么收")).text.replace(
        "学校食堂的餐费怎么收", ""
    )


@pytest.mark.parametrize(
    "address",
    ["/public/secret", "/public/none", "/public/topic/none", "/public/table/none",
     "/public/table/..%2Fquota", "/public/..%2F..%2Fetc", "/public/table/none.csv"],
)  # fmt: skip
async def test_drafts_and_what_is_not_there_are_not_found(demo: Public, address: str) -> None:
    await demo.sees(address, 404)


async def test_a_search_gives_the_answer_the_desk_would_give(demo: Public) -> None:
    page = await demo.sees("/public?q=读公立小学一学期学费多少")
    assert "公办小学不收学费和杂费。" in page.texts
    assert page.form("/public").fields["q"] == "读公立小学一学期学费多少"
    assert ("meta", {"name": "robots", "content": "noindex"}) in page.tags


async def test_a_search_names_the_table_that_has_the_figure(demo: Public) -> None:
    assert "2026 年指标到校分配表" in (await demo.sees("/public?q=三中指标到校多少个")).text


async def test_a_search_without_an_answer_says_so_and_offers_a_person(demo: Public) -> None:
    text = (await demo.sees("/public?q=火星上的天气怎么样")).text
    assert "没有找到能回答这个问题的公开内容" in text
    assert "12345" in text
    assert "学费" not in text


@pytest.mark.parametrize(
    "question", ["x" * 5000, "\ud7ff\u202e\x00学费", "%00", "' OR 1=1 --", " "]
)
async def test_no_question_breaks_the_search(demo: Public, question: str) -> None:
    answer = await demo.client.get("/public", params={"q": question})
    assert answer.status_code == 200
    assert "\u202e" not in answer.text


async def test_a_phone_number_in_a_search_is_not_shown_again(demo: Public) -> None:
    page = await demo.sees("/public?q=我的电话13812345678,小学学费多少")
    assert "13812345678" not in page.html
    assert "公办小学不收学费和杂费。" in page.text


async def test_a_table_has_headings_units_links_and_its_source(demo: Public) -> None:
    page = await demo.sees("/public/table/quota")
    text = " ".join(page.text.split())
    assert "名额(个)" in page.texts
    assert "《2026 年招生计划》 ×教基〔2026〕5号 · 2026-05-12 公布 · 2026 年" in text
    heads = [attrs["scope"] for tag, attrs in page.tags if tag == "th"]
    assert heads == ["col"] * 4 + ["row"] * 3
    links = [attrs.get("href", "") for tag, attrs in page.tags if tag == "a"]
    assert "https://example.org/3" in links
    assert "javascript:alert(1)" in page.texts  # as text
    assert "共 3 行" in page.texts


async def test_a_table_is_searched_and_turned_page_by_page(demo: Public) -> None:
    rows = "".join(f"第{n}中学,{n},,\n" for n in range(2 * ROWS + 1))
    (demo.folder / "tables" / "quota.csv").write_text(
        "初中,名额,公示,备注\n" + rows, encoding="utf-8"
    )
    demo.bureau.office.library.refresh()
    first, last = (
        await demo.sees("/public/table/quota"),
        await demo.sees("/public/table/quota?page=3"),
    )
    assert (first.texts.count("上一页"), first.texts.count("下一页")) == (0, 1)
    assert (last.texts.count("上一页"), last.texts.count("下一页")) == (1, 0)
    assert f"第{2 * ROWS}中学" in last.texts
    assert last.html == (await demo.sees("/public/table/quota?page=99999")).html
    found = await demo.sees("/public/table/quota?q=第399中学")
    assert "含“第399中学”的 1 行" in found.texts
    assert "没有含" in (await demo.sees("/public/table/quota?q=没有")).text


async def test_the_download_is_a_file_that_a_spreadsheet_opens_and_does_not_run(
    demo: Public,
) -> None:
    answer = await demo.client.get("/public/table/quota.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0] == ["初中", "名额(个)", "公示", "备注"]
    assert rows[2] == ["'=1+1", "12", "", "javascript:alert(1)"]
    given = answer.headers["content-disposition"]
    assert given.startswith("attachment; ")
    assert "2026 年指标到校分配表-2026-05-12.csv" in unquote(given)
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_that_has_the_page_is_told_so_until_the_content_changes(
    demo: Public,
) -> None:
    first = await demo.client.get("/public/tuition")
    known = {"If-None-Match": f'W/"other", {first.headers["etag"]}'}
    assert first.headers["cache-control"] == "public, no-cache"
    again = await demo.client.get("/public/tuition", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    changed = FEES.replace("课本费也不收", "课本费也免了")
    (demo.folder / "faq" / "fees.yaml").write_text(changed, encoding="utf-8")
    demo.bureau.office.library.refresh()
    fresh = await demo.client.get("/public/tuition", headers=known)
    assert fresh.status_code == 200
    assert "课本费也免了" in fresh.text
    assert fresh.headers["etag"] != first.headers["etag"]


async def test_a_page_is_not_the_same_on_the_next_day_nor_in_the_other_theme(demo: Public) -> None:
    first = await demo.client.get("/public/old-plan")
    dark = await demo.client.get("/public/old-plan", headers={"Cookie": "theme=dark"})
    demo.bureau.clock.passes(86_400)
    later = await demo.client.get("/public/old-plan")
    assert len({one.headers["etag"] for one in (first, dark, later)}) == 3


async def test_what_somebody_searched_for_is_kept_by_no_shared_cache(demo: Public) -> None:
    answer = await demo.client.get("/public?q=学费")
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_only_reading_is_possible(demo: Public) -> None:
    for address in ("/public", "/public/tuition", "/public/table/quota"):
        assert (await demo.client.post(address, data={"q": "x"})).status_code == 405
        assert (await demo.client.head(address)).status_code == 200
