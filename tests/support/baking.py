"""Badges baked into the smallest pictures that can hold them."""

from __future__ import annotations

import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"
HEAD = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    """A picture of one grey pixel, with the chunks between its head and its pixel."""
    pixel = chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    return PNG + b"".join((chunk(b"IHDR", HEAD), *chunks, pixel, chunk(b"IEND", b"")))


def international(text: bytes, keyword: bytes = b"openbadges", flag: int = 0, method: int = 0):
    return chunk(b"iTXt", keyword + bytes((0, flag, method)) + b"\x00\x00" + text)


def svg(inside: str, name: str = "assertion", home: str = "http://openbadges.org") -> bytes:
    """A picture with the badge in an element of its own, as text."""
    text = inside.replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">'
        f'<b:{name} xmlns:b="{home}">{text}</b:{name}></svg>'
    ).encode()
