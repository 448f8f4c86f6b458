"""Badges baked into pictures: the text inside a PNG or an SVG.

https://www.imsglobal.org/spec/ob/v3p0/#baked-badge
https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/baking/index.html
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from lxml import etree

from credstream.contract.errors import Rejected

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"openbadgecredential", b"openbadges")
LONGEST = 1024 * 1024
SVG = "{http://www.w3.org/2000/svg}svg"
SVG_NAMES = (
    "{https://purl.imsglobal.org/ob/v3p0}credential",
    "{http://openbadges.org}assertion",
    "{http://specification.openbadges.org}assertion",
)


def from_png(value: bytes) -> str:
    """The text of the one badge inside; no pixel is looked at.

    Raises Rejected, also where a picture holds two badges that differ: nobody could say which.
    """
    found = dict.fromkeys(_badges(value))
    if not found:
        raise Rejected("image.no_credential", "", "a PNG image without a badge inside")
    if len(found) > 1:
        raise Rejected("image.several_credentials", "", "the PNG image holds badges that differ")
    return next(iter(found))


def _badges(value: bytes) -> Iterator[str]:
    for kind, data in _chunks(value):
        keyword, _, rest = data.partition(b"\x00")
        if keyword not in KEYWORDS:
            continue
        text = _international(rest) if kind == b"iTXt" else rest
        try:
            yield text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Rejected("text.encoding", "", "the badge in the picture is not UTF-8") from error


def from_svg(root: etree._Element) -> str:
    """The token or the JSON of the first badge in an SVG image; raises Rejected."""
    for name in SVG_NAMES:
        for element in root.iter(name):
            inside = (element.get("verify") or element.text or "").strip()
            if inside:
                return inside
    raise Rejected("image.no_credential", "", "an SVG image without a badge inside")


def _chunks(value: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Text chunks, each with its kind; a picture that ends too early or is changed is refused."""
    place = len(PNG)
    while place + 12 <= len(value):
        length, kind = struct.unpack(">I4s", value[place : place + 8])
        data = value[place + 8 : place + 8 + length]
        place += 12 + length
        if kind not in {b"iTXt", b"tEXt"}:
            continue
        if place > len(value):
            raise Rejected("image.damaged", "", "the PNG image ends inside a part")
        if zlib.crc32(kind + data) != int.from_bytes(value[place - 4 : place]):
            raise Rejected("image.damaged", "", "a part of the PNG image does not fit its checksum")
        yield kind, data


def _international(rest: bytes) -> bytes:
    """The text of an iTXt chunk behind its keyword: flag, method, language, translated keyword."""
    if len(rest) < 2:  # noqa: PLR2004 - flag and method
        raise Rejected("image.damaged", "", "a text chunk that is too short")
    _language, _, behind = rest[2:].partition(b"\x00")
    _translated, _, text = behind.partition(b"\x00")
    if rest[0] and rest[1]:
        raise Rejected("image.damaged", "", "the badge is packed in a way that PNG does not know")
    return _unpacked(text) if rest[0] else text


def _unpacked(packed: bytes) -> bytes:
    unpack = zlib.decompressobj()
    try:
        text = unpack.decompress(packed, LONGEST)
    except zlib.error as error:
        raise Rejected("image.damaged", "", "the badge cannot be unpacked") from error
    if unpack.unconsumed_tail:
        raise Rejected("size.too_large", "", "the badge in the picture is larger than 1 MiB")
    if not unpack.eof:
        raise Rejected("image.damaged", "", "the packed badge ends too early")
    return text
