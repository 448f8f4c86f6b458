"""Reads the text of a badge that is baked into a PNG or an SVG image.

https://www.imsglobal.org/spec/ob/v3p0/#baked-badge
https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/baking/index.html
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.formats.shared.budget import Budget

PNG = b"\x89PNG\r\n\x1a\n"
# The keyword of the text chunk in version 3, and before.
KEYWORDS = (b"openbadgecredential", b"openbadges")
LONGEST_TEXT = 1024 * 1024
SVG = "{http://www.w3.org/2000/svg}svg"
SVG_NAMES = (
    "{https://purl.imsglobal.org/ob/v3p0}credential",
    "{http://openbadges.org}assertion",
    "{http://specification.openbadges.org}assertion",
)


def from_png(image: bytes, budget: Budget) -> str:
    """The text of the one badge in a PNG image; the pixels are not decoded.

    Raises Rejected, also for two badges that differ: the image does not say which of them counts.
    """
    first: str | None = None
    for badge in _badges(image):
        # A kilobyte may unpack to a mebibyte, and an image have a thousand of them.
        budget.add_bytes(len(badge))
        if first not in (None, badge):
            raise Rejected(
                "image.several_credentials", "", "the PNG image holds badges that differ"
            )
        first = badge
    if first is None:
        raise Rejected("image.no_credential", "", "a PNG image without a badge inside")
    return first


def _badges(image: bytes) -> Iterator[str]:
    for kind, data in _text_chunks(image):
        keyword, _, rest = data.partition(b"\x00")
        if keyword not in KEYWORDS:
            continue
        text = _international_text(rest) if kind == b"iTXt" else rest
        try:
            yield text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Rejected("text.encoding", "", "the badge in the picture is not UTF-8") from error


def from_svg(root: etree._Element) -> str:
    """The token or the JSON of the first badge in an SVG image; raises Rejected."""
    for name in SVG_NAMES:
        for element in root.iter(name):
            badge = (element.get("verify") or element.text or "").strip()
            if badge:
                return badge
    raise Rejected("image.no_credential", "", "an SVG image without a badge inside")


def _text_chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The text chunks, each with its kind; a truncated or changed image is refused."""
    # A chunk is its length, its kind, its data and a checksum of kind and data:
    # https://www.w3.org/TR/png-3/#5Chunk-layout
    offset = len(PNG)
    while offset + 12 <= len(image):
        length, kind = struct.unpack(">I4s", image[offset : offset + 8])
        data = image[offset + 8 : offset + 8 + length]
        offset += 12 + length
        if kind not in {b"iTXt", b"tEXt"}:
            continue
        if offset > len(image):
            raise Rejected("image.damaged", "", "the PNG image ends inside a part")
        if zlib.crc32(kind + data) != int.from_bytes(image[offset - 4 : offset]):
            raise Rejected("image.damaged", "", "a part of the PNG image does not fit its checksum")
        yield kind, data


def _international_text(rest: bytes) -> bytes:
    """The text of an iTXt chunk; `rest` is its data behind the keyword.

    Compression flag, compression method, language and translated keyword come before the text:
    https://www.w3.org/TR/png-3/#11iTXt
    """
    if len(rest) < 2:  # noqa: PLR2004 - flag and method
        raise Rejected("image.damaged", "", "a text chunk that is too short")
    compressed, method = rest[0], rest[1]
    _language, _, rest = rest[2:].partition(b"\x00")
    _keyword, _, text = rest.partition(b"\x00")
    if compressed and method:
        raise Rejected("image.damaged", "", "the badge is packed in a way that PNG does not know")
    return _decompressed(text) if compressed else text


def _decompressed(packed: bytes) -> bytes:
    """The text of a compressed chunk; bounded, since a few kilobytes may unpack to gigabytes."""
    decompressor = zlib.decompressobj()
    try:
        text = decompressor.decompress(packed, LONGEST_TEXT)
    except zlib.error as error:
        raise Rejected("image.damaged", "", "the badge cannot be unpacked") from error
    if decompressor.unconsumed_tail:
        raise Rejected("size.too_large", "", "the badge in the picture is larger than 1 MiB")
    if not decompressor.eof:
        raise Rejected("image.damaged", "", "the packed badge ends too early")
    return text
