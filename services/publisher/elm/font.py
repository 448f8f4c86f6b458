"""The fonts of the display image: which characters they have, and how wide each is.

OpenType 1.9: the tables `head`, `hhea`, `hmtx`, and `cmap` in format 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import cache

import ttf_opensans

FONTS = {
    400: ttf_opensans.OPENSANS_REGULAR.path,
    600: ttf_opensans.OPENSANS_SEMIBOLD.path,
}


def width(text: str, weight: int) -> float:
    """Measure a text in ems, without kerning, which makes lines shorter rather than longer."""
    advances = _advances(weight)
    return sum(advances.get(ord(char), 1.0) for char in text)


def has_glyph(char: str) -> bool:
    return ord(char) in _advances(400)


@cache
def _advances(weight: int) -> Mapping[int, float]:
    """Read the width of each character, in ems, from a font file."""
    font = FONTS[weight].read_bytes()
    tables = font[12 : 12 + 16 * _u16(font, 4)]
    at = {tag: at for tag, _, at, _ in struct.iter_unpack(">4s3I", tables)}
    em, widths = _u16(font, at[b"head"] + 18), _u16(font, at[b"hhea"] + 34)
    glyphs = _glyphs(font, at[b"cmap"] + struct.unpack_from(">I", font, at[b"cmap"] + 8)[0])
    return {
        char: _u16(font, at[b"hmtx"] + 4 * min(glyph, widths - 1)) / em
        for char, glyph in glyphs
        if glyph
    }


def _glyphs(font: bytes, table: int) -> Iterator[tuple[int, int]]:
    """Walk the segments of a cmap subtable of format 4: pairs of character and glyph."""
    size = _u16(font, table + 6)
    for end in range(table + 14, table + 14 + size, 2):
        start, delta, offset = (_u16(font, end + 2 + n * size) for n in (1, 2, 3))
        for char in range(start, _u16(font, end) + 1):
            # An offset counts from its own place in the table to that of the glyph.
            index = end + 2 + 3 * size + offset + 2 * (char - start)
            glyph = _u16(font, index) if offset else char
            yield char, (glyph + delta) % 65536


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2])
