"""Parses bytes to an XML tree that refers to nothing outside itself."""

from __future__ import annotations

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.formats.shared.json_text import DEEPEST

# A transcript of a whole degree has some thousands.
MOST_ELEMENTS = 50_000
DOCTYPE = b"<!DOCTYPE"


def read_xml(value: bytes) -> etree._Element:
    """The root of an XML document, without its comments; raises Rejected.

    A document type (https://www.w3.org/TR/xml/#sec-prolog-dtd) is refused before any parser sees
    it: entities, external subsets and attribute defaults are all declared there.
    """
    if DOCTYPE in value or DOCTYPE in value.replace(b"\x00", b""):  # UTF-16 as well
        raise Rejected("xml.doctype", "", "a document type (DOCTYPE)")
    try:
        root = etree.fromstring(value, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise Rejected("xml.invalid", "", f"line {line}, column {column}") from None
    except (ValueError, LookupError) as error:
        raise Rejected("xml.invalid", "", "not readable in the encoding that it names") from error
    _check_tree(root)
    return root


def _parser() -> etree.XMLParser:
    """A parser keeps the errors of its last document, so each document has a parser of its own."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _check_tree(root: etree._Element) -> None:
    if root.getroottree().docinfo.doctype:
        raise Rejected("xml.doctype", "", "a document type (DOCTYPE)")
    level, count = [root], 1
    for _ in range(DEEPEST):
        level = [child for node in level for child in node]
        count += len(level)
        if count > MOST_ELEMENTS:
            raise Rejected("xml.too_many", "", f"more than {MOST_ELEMENTS} elements")
        if not level:
            return
    raise Rejected("xml.too_deep", "", f"more than {DEEPEST} levels")
