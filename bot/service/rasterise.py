"""The program that turns SVG into PNG: `python rasterise.py FONT FAMILY`, the drawing in and the picture out by pipe.

Floor 3, a process of its own (`pictures`): the renderer holds Python's lock for as long as it draws, which would stop
every answer of the desk; and whatever becomes of it here ends here.
"""

import sys


def main(font: str, family: str) -> None:
    """Draw what comes in."""
    import resvg_py

    png = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        skip_system_fonts=True,
        font_files=[font],
        font_family=family,
    )
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main(*sys.argv[1:3])
