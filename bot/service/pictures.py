"""Makes PNG pictures of charts, with Chinese words on a machine where nobody installed a Chinese font.

Floor 3. What draws is an extra (`make charts`): a renderer and a package with one font file, neither of which is
looked at before it is needed. One picture is drawn at a time, by a process of its own (`rasterise`), so that no answer
waits for one; whatever goes wrong is told as `None`, and the message goes out as its text.
"""

import asyncio
import importlib.util
import logging
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from bot.core.chart import Chart, Series, Shape
from bot.core.clean import clean_text
from bot.core.drawing import svg
from bot.service.glyphs import Glyphs, Unreadable, read_glyphs

log = logging.getLogger(__name__)
RENDERER = "resvg_py"
FONT_PACKAGE, FONT_FILE = "paperang_p2_fonts_cjk", "fonts/wqy-microhei.ttc"
FONT_FAMILY = "WenQuanYi Micro Hei"
PROGRAM = Path(__file__).with_name("rasterise.py")
PATIENCE_S = 10.0  # a picture takes a tenth of a second
KEPT = 128  # pictures of at most a few hundred kB: the comparisons that everybody asks for
MOST_WAITING = (
    8  # drawings; a message that would wait longer than these goes out as text, and holds nobody up
)
PNG = b"\x89PNG"
TRIAL = Chart(Shape.BARS, "2026", ("A", "B"), (Series("", ("1", "2")),))


class Trouble(StrEnum):
    """Why no picture can be drawn."""

    NO_RENDERER = "no_renderer"
    NO_FONT = "no_font"
    BROKEN = "broken"  # both are there, and yet nothing comes out


class Pictures:
    """Draws charts. One per process; the last pictures are kept, as many people ask for the same."""

    def __init__(
        self, find: Callable[[str], Path | None] | None = None, *, program: Path = PROGRAM
    ) -> None:
        find = find or folder_of
        folder = find(FONT_PACKAGE)
        font = None if folder is None else folder / FONT_FILE
        self._font = font if font is not None and font.is_file() else None
        self._has_renderer = find(RENDERER) is not None
        self._program = program
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._kept: OrderedDict[Chart, bytes] = OrderedDict()
        self._under_way: dict[Chart, asyncio.Future[bytes | None]] = {}

    @property
    def ready(self) -> bool:
        """Tell whether pictures may be offered; nothing is loaded for that."""
        return self._has_renderer and self._font is not None

    async def png(self, chart: Chart) -> bytes | None:
        """Draw a chart, or return None when it cannot be drawn here and now."""
        if chart in self._kept:
            self._kept.move_to_end(chart)
            return self._kept[chart]
        drawing = self._under_way.get(chart)
        if drawing is None:
            if not self.ready or len(self._under_way) >= MOST_WAITING:
                return None
            loop = asyncio.get_running_loop()
            drawing = self._under_way[chart] = loop.run_in_executor(
                self._worker, self._drawn, chart
            )
            drawing.add_done_callback(lambda done: self._under_way.pop(chart, None))
        png = await asyncio.shield(drawing)  # whoever goes away leaves the others their picture
        if png is not None:
            self._kept[chart] = png
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return png

    def trouble(self) -> Trouble | None:
        """Draw something small and say what is wrong; for `doctor`."""
        if not self._has_renderer:
            return Trouble.NO_RENDERER
        if self._font is None:
            return Trouble.NO_FONT
        return None if self._drawn(TRIAL) else Trouble.BROKEN

    def _drawn(self, chart: Chart) -> bytes | None:
        try:
            return self._draw(chart)
        except (OSError, Unreadable, subprocess.SubprocessError) as trouble:
            log.warning("picture not drawn", extra={"error": type(trouble).__name__})
            return None

    def _draw(self, chart: Chart) -> bytes | None:
        words = clean_text("".join(chart.words)).replace("\n", " ")  # as they will be drawn
        if lacking := self._glyphs.missing(words):
            # by number: it may stand in a name that somebody typed
            log.warning("font lacks characters", extra={"code": f"U+{ord(lacking[0]):04X}"})
            return None
        done = subprocess.run(  # noqa: S603  # our own program; what people wrote goes in by pipe
            [sys.executable, "-I", str(self._program), str(self._font), FONT_FAMILY],
            input=svg(chart).encode(),
            capture_output=True,
            timeout=PATIENCE_S,
            check=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("BOT_")},
            start_new_session=True,  # Ctrl-C ends the desk in its order, not a picture under way
        )
        return done.stdout if done.stdout.startswith(PNG) else None

    @cached_property
    def _glyphs(self) -> Glyphs:
        if self._font is None:
            raise Unreadable(FONT_FILE)
        return read_glyphs(self._font)


def folder_of(package: str) -> Path | None:
    """Find where a package is installed, without running any of it."""
    found = importlib.util.find_spec(package)
    places = found.submodule_search_locations if found is not None else None
    return Path(places[0]) if places else None
