# SPDX-License-Identifier: MIT
"""What a guest's screen shows: pictures from screendumps, and the memory of VGA text screens."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

VGA_TEXT = 0xB8000
VGA_COLUMNS = 80
VGA_ROWS = 25
GLYPH_HEIGHT = 16  # of the kernel's font, and of VGA text


@dataclass(frozen=True)
class Picture:
    """A binary PPM (P6, 8 bits a colour)."""

    width: int
    height: int
    pixels: bytes

    @classmethod
    def read(cls, path: Path) -> "Picture":
        contents = path.read_bytes()
        magic, width, height, depth, _ = contents.split(maxsplit=4)
        if magic != b"P6" or depth != b"255":
            raise ValueError(f"{path} is not a PPM that we read")
        return cls(int(width), int(height), contents[-3 * int(width) * int(height) :])

    @classmethod
    def of_memory(cls, width: int, height: int, memory: bytes) -> "Picture":
        """What a framebuffer of 32 bits a pixel holds: blue, green, red, nothing."""
        pixels = bytearray(3 * width * height)
        for colour in range(3):
            pixels[colour::3] = memory[2 - colour :: 4]
        return cls(width, height, bytes(pixels))

    def banner(self) -> str | None:
        """The background of the bottom text row: "green", "red", or None for anything else."""
        start = (self.height - GLYPH_HEIGHT) * self.width * 3
        row = self.pixels[start:]
        colours = Counter(zip(row[0::3], row[1::3], row[2::3]))
        (red, green, blue), count = colours.most_common(1)[0]
        if count * 2 < self.width * GLYPH_HEIGHT:
            return None
        if green >= 0x60 and green > 2 * red and green > 2 * blue:
            return "green"
        if red >= 0x60 and red > 2 * green and red > 2 * blue:
            return "red"
        return None


def vga_text(memory: bytes) -> str:
    """The characters of a VGA text screen, one line a row, without the blanks at the ends."""
    characters = memory[0 : 2 * VGA_COLUMNS * VGA_ROWS : 2].decode("cp437").replace("\0", " ")
    starts = range(0, len(characters), VGA_COLUMNS)
    return "\n".join(characters[i : i + VGA_COLUMNS].rstrip() for i in starts).rstrip()
