# SPDX-License-Identifier: MIT
"""Reading the text off a picture of the framebuffer console, by the font that is built into it."""

import re
from pathlib import Path

from harness.screen import Picture

WIDTH, HEIGHT = 8, 16


class Font:
    """The glyphs of a build's generated font.h: which rows of bits are which character."""

    def __init__(self, header: Path) -> None:
        text = header.read_text()
        first = int(re.search(r"#define FONT_FIRST +(\w+)", text)[1], 0)
        rows = re.findall(r"\{((?:\s*0x[0-9a-f]{2},?){16})\s*\}", text)
        glyphs = [tuple(int(value, 16) for value in re.findall(r"0x[0-9a-f]{2}", row)) for row in rows]
        self.characters = {glyph: chr(first + i) for i, glyph in enumerate(glyphs)}
        assert len(self.characters) > 90

    def cell(self, picture: Picture, left: int, top: int) -> str:
        def pixel(x: int, y: int) -> bytes:
            start = 3 * ((top + y) * picture.width + left + x)
            return picture.pixels[start : start + 3]

        background = pixel(0, 0)  # no glyph begins there
        glyph = tuple(
            sum(0x80 >> x for x in range(WIDTH) if pixel(x, y) != background) for y in range(HEIGHT)
        )
        return self.characters.get(glyph, "?")

    def text(self, picture: Picture) -> str:
        """The characters, one line a row, without the blanks at the ends."""
        left, top = picture.width % WIDTH // 2, picture.height % HEIGHT // 2
        rows = [
            "".join(
                self.cell(picture, left + x, top + y)
                for x in range(0, picture.width - left - WIDTH + 1, WIDTH)
            ).rstrip()
            for y in range(0, picture.height - top - HEIGHT + 1, HEIGHT)
        ]
        return "\n".join(rows).rstrip()
