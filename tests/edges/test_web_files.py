"""Files from the chat page: what is taken, what is refused, who may see them, and when the upload goes."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from bot.channels.web import guard, incoming
from bot.channels.web.uploads import DAY_S
from bot.core.people import Role
from tests.edges.webdesk import Parent, WebDesk, open_desk

KEY = "a-key-of-the-page"
File = tuple[str, bytes, str]


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with open_desk(tmp_path) as opened:
        yield opened


def photo(size: tuple[int, int] = (64, 48), *, maker: str = "Phone of 李女士") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = maker
    made = io.BytesIO()
    Image.new("RGB", size, (10, 120, 90)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def given(*files: File) -> list[tuple[str, File]]:
    return [("files", file) for file in files]


async def fetched(desk: WebDesk) -> None:
    async with asyncio.timeout(10):
        while desk.bureau.value("SELECT count(*) FROM attachments WHERE state = 'pending'"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def sends(parent: Parent, *files: File, **fields: str) -> httpx.Response:
    return await parent.posts(await parent.fields(**fields), files=given(*files))


async def test_a_photo_in_a_complaint_is_kept_without_its_hidden_data(desk: WebDesk) -> None:
    parent = desk.parent()
    number = await parent.complains(files=given(("食堂.jpg", photo(), "image/jpeg")))
    await fetched(desk)
    row = desk.bureau.rows("SELECT token, state, mime FROM attachments")[0]
    assert (row["state"], row["mime"]) == ("stored", "image/jpeg")
    kept = desk.files.load(row["token"])
    assert b"Phone of" not in kept
    assert "食堂.jpg" in (await parent.page()).text
    staff = await desk.staff()
    shown = await staff.client.get(f"/console/file/{row['token']}")
    assert shown.content == kept
    assert shown.headers["content-disposition"] == f'inline; filename="{number}-1.jpeg"'
    assert "sandbox" in shown.headers["content-security-policy"]


async def test_a_document_is_handed_to_staff_as_a_download_under_our_own_name(
    desk: WebDesk,
) -> None:
    pdf = b"%PDF-1.7\n<script>alert(1)</script>"
    name = '../"><img src=x onerror=alert(1)>.pdf'
    number = await desk.parent().complains(files=given((name, pdf, "application/pdf")))
    await fetched(desk)
    staff = await desk.staff()
    token = desk.bureau.value("SELECT token FROM attachments")
    got = await staff.client.get(f"/console/file/{token}")
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == f'attachment; filename="{number}-1.pdf"'
    page = await staff.sees(f"/console/case/{number}")
    assert "onerror" not in page.html
    assert page.runs == []


async def test_only_people_who_may_see_the_case_get_its_files(desk: WebDesk) -> None:
    await desk.parent().complains(files=given(("a.jpg", photo(), "image/jpeg")))
    await fetched(desk)
    address = f"/console/file/{desk.bureau.value('SELECT token FROM attachments')}"
    department = desk.bureau.value("SELECT department FROM cases")
    near = await desk.staff("陈老师", Role.STAFF, (department,))
    far = await desk.staff("孙老师", Role.STAFF, ("renshi",))
    editor = await desk.staff("周编辑", Role.EDITOR)
    seen = [(await one.client.get(address)).status_code for one in (near, far, editor)]
    assert seen == [200, 404, 404]
    assert (await desk.browser().get(address)).status_code == 401
    for strange in ("0" * 32, "..%2f..%2fbot.sqlite3", "x"):
        assert (await near.client.get(f"/console/file/{strange}")).status_code == 404


async def test_several_photos_are_one_album_with_one_caption(desk: WebDesk) -> None:
    parent = desk.parent()
    photos = [(f"{number}.jpg", photo(), "image/jpeg") for number in range(3)]
    answer = await sends(parent, *photos, text="三张照片")
    assert answer.status_code == 204
    page = await parent.page()
    assert page.texts.count("三张照片") == 1
    assert all(f"{number}.jpg" in page.text for number in range(3))
    assert desk.bureau.value("SELECT count(*) FROM updates WHERE bot = 'web'") == 3


async def test_the_same_files_sent_twice_have_one_effect_and_other_files_are_refused(
    desk: WebDesk,
) -> None:
    parent = desk.parent()
    first, other = ("a.jpg", photo(), "image/jpeg"), ("a.jpg", photo((9, 9)), "image/jpeg")
    statuses = [
        (await sends(parent, file, text="看", key=KEY)).status_code
        for file in (first, first, other)
    ]
    assert statuses == [204, 204, 409]
    assert desk.bureau.value("SELECT count(*) FROM updates WHERE bot = 'web'") == 1


async def test_too_many_files_are_refused_in_words_and_none_is_taken(desk: WebDesk) -> None:
    parent = desk.parent()
    files = [(f"{n}.jpg", b"x", "image/jpeg") for n in range(incoming.MOST_FILES + 1)]
    answer = await sends(parent, *files, text="看")
    assert (answer.status_code, "10 个" in answer.json()["error"]) == (413, True)
    assert desk.channel.uploads.listed() == []


async def test_a_file_over_the_limit_is_refused_in_words(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MAX_BYTES", 1000)
    parent = desk.parent()
    refused = await sends(parent, ("a.jpg", b"x" * 1001, "image/jpeg"), text="看")
    assert (refused.status_code, "20 MB" in refused.json()["error"]) == (413, True)
    assert (await sends(parent, ("a.jpg", b"x" * 1000, "image/jpeg"), text="看")).status_code == 204


async def test_where_the_disk_is_full_nothing_is_taken_and_it_is_said(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    parent = desk.parent()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full)
        refused = await sends(parent, ("a.jpg", photo(), "image/jpeg"), text="看")
    assert (refused.status_code, "内容没有丢" in refused.json()["error"]) == (503, True)
    assert desk.bureau.value("SELECT count(*) FROM attachments") == 0
    assert not list(desk.channel.uploads.path("0" * 32).parent.iterdir())
    assert (await sends(parent, ("a.jpg", photo(), "image/jpeg"), text="看")).status_code == 204


async def test_a_body_over_the_limit_is_not_read_to_its_end(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "UPLOAD_LIMIT", 100_000)
    parent = desk.parent()
    declared = await sends(parent, ("a.jpg", b"x" * 200_000, "image/jpeg"))
    assert (declared.status_code, "太大" in declared.json()["error"]) == (413, True)

    async def endless() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(50):
            yield b"x" * 10_000

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Accept": "application/json"}
    undeclared = await parent.client.post("/chat", content=endless(), headers=headers)
    assert undeclared.status_code == 413
    assert desk.channel.uploads.listed() == []


async def test_a_file_of_a_kind_we_do_not_take_is_refused_to_the_parent_in_words(
    desk: WebDesk,
) -> None:
    parent = desk.parent()
    html = b"<html><script>alert(1)</script></html>"
    await parent.complains(files=given(("a.jpg", html, "image/jpeg")))
    await fetched(desk)
    await desk.settles()
    assert "刚才的文件类型不能收" in (await parent.page()).text
    assert desk.bureau.value("SELECT state FROM attachments") == "refused"


async def test_an_upload_goes_once_it_is_stored(desk: WebDesk) -> None:
    await desk.parent().complains(files=given(("a.jpg", photo(), "image/jpeg")))
    assert len(desk.channel.uploads.listed()) == 1
    await fetched(desk)
    await desk.channel.sweep()
    assert desk.channel.uploads.listed() == []  # whoever swept: the app sweeps too when it starts


async def test_an_upload_nobody_kept_goes_after_a_day_and_a_waiting_one_never(
    desk: WebDesk,
) -> None:
    forgotten = "0123456789abcdef" * 2
    desk.channel.uploads.save(forgotten, io.BytesIO(photo()))
    assert await desk.channel.sweep() == 0
    yesterday = time.time() - DAY_S - 1
    os.utime(desk.channel.uploads.path(forgotten), (yesterday, yesterday))
    assert desk.channel.uploads.sweep(done=(), wanted=[forgotten]) == 0
    await desk.channel.sweep()
    assert desk.channel.uploads.listed() == []


@pytest.mark.parametrize("name", ["", "..", "../bot.sqlite3", "a" * 31, "A" * 32, "a" * 32 + "\n"])
def test_an_upload_is_found_by_its_random_name_only(tmp_path: Path, name: str) -> None:
    from bot.channels.web.uploads import Uploads

    with pytest.raises(ValueError, match="not an upload"):
        Uploads(tmp_path / "uploads").path(name)


async def test_a_picture_that_is_none_is_counted_nowhere_and_the_case_page_says_so(
    desk: WebDesk,
) -> None:
    parent = desk.parent()
    number = await parent.complains(files=given(("假.jpg", b"no picture", "image/jpeg")))
    await fetched(desk)
    page = await parent.page()
    assert "没有收下" in page.text or "不能收" in page.text
    staff = await desk.staff()
    shown = await staff.sees(f"/console/case/{number}")
    assert "未收下(类型不能收)" in shown.text


async def test_a_parent_sees_the_photo_that_was_sent_and_nobody_else_does(desk: WebDesk) -> None:
    li, other = desk.parent(), desk.parent()
    await sends(
        li, ("食堂.jpg", photo(), "image/jpeg"), ("说明.pdf", b"%PDF-1.4 x", "application/pdf")
    )
    page = (await li.client.get("/")).text
    [shown] = set(re.findall(r"/chat/file/\d+", page))
    assert f'<img src="{shown}"' in page
    assert "食堂.jpg" in page
    assert "说明.pdf" in page
    given_back = await li.client.get(shown)
    assert (given_back.status_code, given_back.headers["content-type"]) == (200, "image/jpeg")
    assert b"Phone of" not in given_back.content
    assert "sandbox" in given_back.headers["content-security-policy"]
    await other.client.get("/")
    assert (await other.client.get(shown)).status_code == 404
    assert (await li.client.get(f"/chat/file/{2**70}")).status_code == 404
    assert (await li.client.get("/chat/file/999999")).status_code == 404


async def test_a_photo_that_was_refused_is_not_given_back(desk: WebDesk) -> None:
    li = desk.parent()
    await sends(li, ("食堂.jpg", b"MZ no picture", "image/jpeg"))
    [shown] = set(re.findall(r"/chat/file/\d+", (await li.client.get("/")).text))
    assert (await li.client.get(shown)).status_code == 404
