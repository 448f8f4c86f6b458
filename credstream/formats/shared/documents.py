"""A part of a submission as bytes, and back: JSON, or XML where the format is XML."""

from __future__ import annotations

from typing import Any

import orjson
from lxml import etree

from credstream.formats.shared.json_text import read_json, read_text
from credstream.formats.shared.xml_text import read_xml


def write(document: Any) -> bytes:
    """The bytes of a part, the same for the same content."""
    if isinstance(document, etree._Element):  # noqa: SLF001 - the only name that lxml gives it
        return bytes(
            etree.tostring(document, encoding="utf-8", xml_declaration=True, with_tail=False)
        )
    return orjson.dumps(document)


def read(payload: bytes) -> Any:
    """What `write` wrote; raises Rejected."""
    return read_xml(payload) if payload.startswith(b"<") else read_json(read_text(payload))
