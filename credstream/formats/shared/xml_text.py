"""Parses bytes to an XML tree that refers to nothing outside itself and is cheap to work on."""

from __future__ import annotations

import re

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.formats.shared.budget import Budget, too_much
from credstream.formats.shared.json_text import BOM, DEEPEST

# Each is ten times what the largest real file has: 5,657 elements in a schema of Europass, six
# attributes of an element in an EDCI credential, 38 namespaces and 1,853 elements in a feed of AMS.
MOST_ELEMENTS = 60_000
MOST_ATTRIBUTES = 64
MOST_NAMESPACES = 400
# Canonicalisation (https://www.w3.org/TR/xml-c14n11/) looks at every namespace of every element.
MOST_NAMESPACE_NODES = 750_000
DOCTYPE = b"<!DOCTYPE"
NAMESPACE = b"xmlns"
# In these, ASCII is ASCII but for NUL bytes, so that names can be looked for in the bytes.
ENCODINGS = re.compile(
    r"utf-?8|utf-?16(le|be)?|(us-)?ascii|iso-?8859-\d{1,2}|iso-latin-1|windows-125\d|cp125\d",
    re.IGNORECASE,
)
_ELEMENTS = etree.XPath("count(/descendant::*)")
_WIDE = etree.XPath(f"boolean(/descendant::*/@*[{MOST_ATTRIBUTES + 1}])")
_DEEP = etree.XPath(f"boolean({'/*' * (DEEPEST + 1)})")


def read_xml(value: bytes, budget: Budget | None = None) -> etree._Element:
    """The root of an XML document, without its comments and instructions; raises Rejected."""
    return without_notes(parse_xml(value, budget))


def without_notes(root: etree._Element) -> etree._Element:
    """The same tree without comments and processing instructions; text around them is joined."""
    notes = list(root.iter(etree.Comment, etree.ProcessingInstruction))
    before = [(note.getparent(), note.getprevious()) for note in notes]
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    # libxml2 keeps the pieces of a text apart, and lxml would put them together at each reading.
    for parent, previous in before:
        if previous is None and parent is not None:
            parent.text = parent.text
        elif previous is not None and isinstance(previous.tag, str):
            previous.tail = previous.tail
    return root


def parse_xml(value: bytes, budget: Budget | None = None) -> etree._Element:
    """The root of an XML document with all that may be signed; raises Rejected.

    A document type (https://www.w3.org/TR/xml/#sec-prolog-dtd) is refused before any parser sees
    it: entities, external subsets and attribute defaults are all declared there. What passes is
    within the limits that keep libxml2's canonicaliser fast; comments are not counted.
    """
    plain = value.replace(b"\x00", b"") if b"\x00" in value else value  # UTF-16 as well
    if DOCTYPE in plain:
        raise Rejected("xml.doctype", "", "a document type (DOCTYPE)")
    try:
        root = etree.fromstring(value.removeprefix(BOM).lstrip(), _parser(value))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise Rejected("xml.invalid", "", f"line {line}, column {column}") from None
    except (ValueError, LookupError) as error:
        raise Rejected("xml.invalid", "", "not readable in the encoding that it names") from error
    elements = _check_tree(root, plain.count(NAMESPACE))
    if budget is not None:
        budget.add_nodes(elements)
    return root


def _parser(value: bytes) -> etree.XMLParser:
    """A parser keeps the errors of its last document, so each document has a parser of its own."""
    return etree.XMLParser(
        # A byte order mark outweighs the declaration: https://www.w3.org/TR/xml/#sec-guessing
        encoding="utf-8" if value.startswith(BOM) else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def _check_tree(root: etree._Element, namespaces: int) -> int:
    """The number of elements; raises Rejected for a tree that is costly to work on.

    `namespaces` is how many are declared at most.
    """
    document = root.getroottree().docinfo
    if document.doctype:
        raise Rejected("xml.doctype", "", "a document type (DOCTYPE)")
    if ENCODINGS.fullmatch(document.encoding or "utf-8") is None:
        raise Rejected("xml.invalid", "", "an encoding other than UTF-8, UTF-16 and Latin")
    if namespaces > MOST_NAMESPACES:
        raise too_much("", f"more than {MOST_NAMESPACES} namespaces")
    elements = int(_ELEMENTS(root))
    if elements > MOST_ELEMENTS:
        raise Rejected("xml.too_many", "", f"more than {MOST_ELEMENTS} elements")
    if elements * namespaces > MOST_NAMESPACE_NODES:
        raise too_much("", f"{namespaces} namespaces for {elements} elements")
    if _WIDE(root):
        raise too_much("", f"an element of more than {MOST_ATTRIBUTES} attributes")
    if _DEEP(root):
        raise Rejected("xml.too_deep", "", f"more than {DEEPEST} levels")
    return elements
