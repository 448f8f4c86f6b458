"""Writes a part of a submission as bytes and reads it back: JSON, or XML for formats in XML."""

from __future__ import annotations

from typing import Any

import orjson
from lxml import etree

from credstream.formats.shared.json_text import read_json, read_text
from credstream.formats.shared.xml_text import read_xml


def write(document: Any) -> bytes:
    """The bytes of a part; the same for the same content, as its digest is made of them."""
    if isinstance(document, etree._Element):  # noqa: SLF001 - lxml has no public name for it
        return bytes(
            etree.tostring(document, encoding="utf-8", xml_declaration=True, with_tail=False)
        )
    # Copied, as orjson keeps eight times the size of a text for what it might have to escape.
    return bytes(memoryview(orjson.dumps(document)))


def read(payload: bytes) -> Any:
    """The document of bytes that `write` made; raises Rejected."""
    return read_xml(payload) if payload.startswith(b"<") else read_json(read_text(payload))
