"""Files from parents: what is kept, what is refused and how, and what never leaves the phone's picture."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.core.turn import KeepFile, Media, MediaKind
from bot.service import files
from bot.service.delivery import DeliveryFailed, Failing
from bot.service.files import Fetcher, FileStore, Refused, check
from bot.storage import attachments
from tests.bot.bureau import Bureau

TOKEN = "0123456789abcdef" * 2


def picture(
    form: str = "JPEG", mode: str = "RGB", *, size: tuple[int, int] = (60, 40), secret: bool = False
) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, size)
    options: dict[str, object] = {}
    if secret:
        exif = Image.Exif()
        exif[0x010F], exif[0x0112] = "PHONE-OF-LI", 6  # made by; lying on its side
        exif[0x8825] = {1: "N", 2: (31.0, 13.0, 49.0)}
        options = {"exif": exif, "comment": b"HOME-OF-LI", "icc_profile": b"PROFILE-OF-LI"}
    image.save(out, form, **options)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        check(content)
    return refused.value.key


def test_a_picture_is_written_anew_without_what_the_phone_hid_and_upright() -> None:
    given = picture(secret=True)
    assert b"PHONE-OF-LI" in given
    kept = check(given)
    for hidden in (b"PHONE-OF-LI", b"HOME-OF-LI", b"PROFILE-OF-LI", b"Exif"):
        assert hidden not in kept.content
    image = Image.open(io.BytesIO(kept.content))
    assert image.size == (40, 60)
    assert len(image.getexif()) == 0


@pytest.mark.parametrize(
    ("form", "mode", "mime"),
    [
        ("JPEG", "RGB", "image/jpeg"), ("JPEG", "L", "image/jpeg"), ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGBA", "image/png"), ("PNG", "P", "image/png"), ("PNG", "I;16", "image/png"), ("PNG", "1", "image/png"),
        ("WEBP", "RGBA", "image/webp"), ("GIF", "P", "image/png"), ("BMP", "RGB", "image/png"),
    ],
)  # fmt: skip
def test_every_usual_kind_of_picture_is_kept(form: str, mode: str, mime: str) -> None:
    kept = check(picture(form, mode))
    assert kept.mime == mime
    assert Image.open(io.BytesIO(kept.content)).size == (60, 40)


def test_what_is_appended_to_a_picture_is_gone() -> None:
    kept = check(picture() + b"<script>alert(1)</script>" + b"PK\x03\x04")
    assert b"script" not in kept.content


def test_a_large_photo_is_made_smaller_and_a_bomb_is_not_opened() -> None:
    kept = check(picture(size=(6000, 4000)))
    assert max(Image.open(io.BytesIO(kept.content)).size) == files.MAX_SIDE
    assert refusal(bomb(30_000, 30_000)) == "file_too_big"
    assert refusal(bomb(7_000, 7_000)) == "file_too_big"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that claims to be huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100


def archive(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr(name, "x" * 1000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "file_empty"),
        (b"%PDF-" + b"x" * files.MAX_BYTES, "file_too_big"),
        (heic(), "file_heic"),
        (b"MZ\x90\x00" + b"\0" * 100, "file_kind"),
        (b"\x7fELF" + b"\0" * 100, "file_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "file_kind"),
        (b"<!doctype html><script>1</script>", "file_kind"),
        (b"#!/bin/sh\nrm -rf /", "file_kind"),
        (archive("../../etc/passwd"), "file_kind"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "file_broken"),
        (picture()[:200], "file_broken"),
        (picture("PNG")[:60], "file_broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "file_broken"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20, "file_broken"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_with_its_reason(content: bytes, key: str) -> None:
    assert refusal(content) == key


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"%PDF-1.7 x", "application/pdf"),
        (b"OggS" + b"\0" * 60, "audio/ogg"),
        (b"#!AMR\n" + b"\0" * 60, "audio/amr"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 60, "video/mp4"),
    ],
)
def test_documents_voice_and_video_are_kept_as_they_are(content: bytes, mime: str) -> None:
    assert (check(content).content, check(content).mime) == (content, mime)


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 33, "/" * 32, "٣" * 32, "a" * 31 + "\n"],
)
def test_nothing_but_a_token_names_a_file(tmp_path: Path, name: str) -> None:
    store = FileStore(tmp_path / "files")
    with pytest.raises(ValueError, match="token"):
        store.save(name, b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_bytes_are_written_whole_under_their_token(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    digest = store.save(TOKEN, b"evidence")
    assert store.load(TOKEN) == b"evidence"
    assert len(digest) == 64
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [TOKEN]


class Attic:
    """A channel with files, some of which cannot be had."""

    name = "telegram"

    def __init__(self) -> None:
        self.answers: dict[str, list[bytes | Exception]] = {}

    async def fetch(self, media: Media) -> bytes:
        waiting = self.answers[media.file_id]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def attic() -> Attic:
    return Attic()


@pytest.fixture
def fetcher(bureau: Bureau, tmp_path: Path, attic: Attic) -> Fetcher:
    return Fetcher(bureau.office, FileStore(tmp_path / "files"), [attic])


def sends(
    bureau: Bureau, attic: Attic, *answers: bytes | Exception, channel: str = "telegram"
) -> str:
    """Let a parent send a file, with what fetching it will give."""
    token = f"{bureau.office.chance.bits(128):032x}"
    attic.answers[token] = list(answers)
    kept = KeepFile(Media(MediaKind.DOCUMENT, token), draft="d1")
    person = bureau.parent("501", channel=channel)
    bureau.do(lambda job: attachments.keep(job.tx, person.id, channel, kept, token=token, case_id=None, event_id=None, now=job.now))  # fmt: skip
    return token


def state(bureau: Bureau, token: str) -> tuple[str, str]:
    row = bureau.rows("SELECT state, reason FROM attachments WHERE token = ?", token)[0]
    return row["state"], row["reason"]


async def test_a_file_that_cannot_be_had_now_is_tried_again_with_growing_waits(
    bureau: Bureau, attic: Attic, fetcher: Fetcher
) -> None:
    away = DeliveryFailed(Failing.TRANSIENT, "network")
    token = sends(bureau, attic, away, away, b"%PDF-1.7 x")
    assert await fetcher.fetch_pending() == 1
    assert await fetcher.fetch_pending() == 0  # not yet
    bureau.clock.passes(1)
    assert await fetcher.fetch_pending() == 1
    bureau.clock.passes(1)
    assert await fetcher.fetch_pending() == 0
    bureau.clock.passes(1)
    assert await fetcher.fetch_pending() == 1
    assert state(bureau, token) == ("stored", "")
    assert bureau.owed() == []


async def test_a_file_written_down_before_the_clock_was_set_back_is_fetched_now(
    bureau: Bureau, attic: Attic, fetcher: Fetcher
) -> None:
    token = sends(bureau, attic, b"%PDF-1.7 x")
    bureau.clock.passes(-8 * 3600)
    assert await fetcher.fetch_pending() == 1
    assert state(bureau, token) == ("stored", "")


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (DeliveryFailed(Failing.PERMANENT, "too_big"), "file_too_big"),
        (DeliveryFailed(Failing.PERMANENT, "bad_file"), "file_lost"),
        (b"MZ\x90\x00 program", "file_kind"),
    ],
)
async def test_a_file_that_is_not_taken_is_told_to_the_parent_once(
    bureau: Bureau, attic: Attic, fetcher: Fetcher, answer: bytes | Exception, key: str
) -> None:
    token = sends(bureau, attic, answer)
    for _ in range(3):
        await fetcher.fetch_pending()
    assert state(bureau, token) == ("refused", key)
    assert len(bureau.owed_texts("501")) == 1


async def test_a_file_that_never_comes_is_given_up_after_a_day(
    bureau: Bureau, attic: Attic, fetcher: Fetcher
) -> None:
    token = sends(bureau, attic, DeliveryFailed(Failing.TRANSIENT, "network"))
    bureau.clock.passes(86_401)
    await fetcher.fetch_pending()
    assert state(bureau, token) == ("refused", "file_lost")


async def test_one_file_that_breaks_something_stops_no_other(
    bureau: Bureau, attic: Attic, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = sends(bureau, attic, LookupError("a bug"))
    fine = sends(bureau, attic, b"%PDF-1.7 x")
    assert await fetcher.fetch_pending() == 2
    assert state(bureau, broken) == ("pending", "")
    assert state(bureau, fine) == ("stored", "")
    full = sends(bureau, attic, b"%PDF-1.7 x")
    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "save", no_space)
        await fetcher.fetch_pending()
    assert state(bureau, full) == ("pending", "")
    bureau.clock.passes(5)
    await fetcher.fetch_pending()
    assert state(bureau, full) == ("stored", "")


def no_space(self: FileStore, token: str, content: bytes) -> str:
    raise OSError(28, "No space left on device")


async def test_files_of_a_channel_that_is_off_wait_without_holding_up_others(
    bureau: Bureau, attic: Attic, fetcher: Fetcher
) -> None:
    waiting = [sends(bureau, attic, b"x", channel="web") for _ in range(30)]
    fine = sends(bureau, attic, b"%PDF-1.7 x")
    assert await fetcher.fetch_pending() == 1
    assert state(bureau, fine) == ("stored", "")
    assert state(bureau, waiting[0]) == ("pending", "")
