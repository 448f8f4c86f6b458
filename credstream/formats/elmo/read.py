"""ELMO, the transcripts of EMREX: courses that a learner passed, nested in programmes.

https://github.com/emrex-eu/elmo-schemas (1.x), and the older namespace http://purl.org/net/elmo.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.elmo.opportunity import LOI, LOS, read_opportunity
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import Parsed, Rules, SkippedPart, Value
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    child,
    children,
    local_name,
    namespace,
    qualified,
    text,
)

NAME = "elmo"
PART = "elmo-part"
# The newest, the older one, and none, as in real files.
NAMESPACES = ("https://github.com/emrex-eu/elmo-schemas/tree/v1", "http://purl.org/net/elmo", "")
# The reason by the status of an instance, where it was not passed; without a status it was.
CODE_BY_STATUS = {
    "failed": "elmo.failed",
    "in-progress": "elmo.in_progress",
    "in progress": "elmo.in_progress",
    "inprogress": "elmo.in_progress",
}
# Elements that hold documents and signatures: they are large, and nothing of them is read.
LARGE = frozenset({"attachment", "Signature", "groups", "content"})


def recognise(document: Any) -> bool:
    return isinstance(document, etree._Element) and _elmo(document) is not None  # noqa: SLF001


def unfit(document: Any) -> Reason | None:
    transcript = _transcript(document)
    if any(True for _ in _opportunities(transcript)):
        return None
    return Reason(code="elmo.empty", path=transcript.path, detail="no learning opportunity")


def split(document: Any, rules: Rules) -> Iterable[Any]:
    """A part for each top-level learning opportunity; one that was not passed is skipped."""
    del rules
    transcript = _transcript(document)
    # Looked up once for all, as there may be as many of them as their sender likes.
    generated, learner = text(transcript, "generatedDate"), child(transcript, "learner")
    for report in children(transcript, "report"):
        shared: tuple[Any, ...] | None = None
        for los in children(report, LOS):
            skipped = _not_passed(los)
            if skipped is None and shared is None:
                shared = _shared(report, generated, learner)
            yield skipped or _part(shared or (), los)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    if not isinstance(document, etree._Element) or local_name(document) != PART:  # noqa: SLF001
        raise Rejected("format.invalid", "", "no part of a transcript")
    path = document.get("path") or "/elmo"
    opportunities = list(document.iterchildren(*qualified((LOS,), NAMESPACES)))
    if not opportunities:
        raise Rejected("format.invalid", "", "no learning opportunity")
    los = XmlNode(opportunities[-1], path, (namespace(opportunities[-1]),))
    part = XmlNode(document, path, los.namespaces)
    return read_opportunity(part, path.rpartition("/")[0], los)


def _elmo(document: etree._Element) -> etree._Element | None:
    """The element `elmo`, which other networks wrap: EWP has it in its response."""
    return next(document.iter(*qualified(("elmo",), NAMESPACES)), None)


def _transcript(document: etree._Element) -> XmlNode:
    elmo = _elmo(document)
    # Its own namespace: a document of two would be read differently by its own schema.
    return XmlNode(elmo, "/elmo", (namespace(elmo),) if elmo is not None else ())


def _opportunities(transcript: XmlNode) -> Iterator[tuple[XmlNode, XmlNode]]:
    """The top-level learning opportunities, each with its report; what they nest are parts."""
    for report in children(transcript, "report"):
        for los in children(report, LOS):
            yield report, los


def _not_passed(los: XmlNode) -> SkippedPart | None:
    status = text(los, "specifies", LOI, "status")
    code = CODE_BY_STATUS.get(str(status.raw).lower()) if status else None
    if code and status:
        return SkippedPart(Reason(code=code, path=los.path, detail=f"status {status.raw}"))
    return None


def _shared(
    report: XmlNode, generated: Value | None, learner: XmlNode
) -> tuple[etree._Element, ...]:
    """The day of issue, the learner and the issuer of a report, as its parts have them.

    `generated` and `learner` are those of the transcript.
    """
    issued = text(report, "issueDate") or generated
    # The old schema has the learner in each report, 1.x once in the transcript.
    nodes = (child(report, "learner") or learner, child(report, "issuer"))
    elements = [_without_large(node.element) for node in nodes if node.element is not None]
    if issued:
        day = etree.Element("issued", path=issued.path)
        day.text = str(issued.raw)
        elements.insert(0, day)
    return tuple(elements)


def _part(shared: tuple[etree._Element, ...], los: XmlNode) -> etree._Element:
    """A learning opportunity with what its report says for all of them."""
    part = etree.Element(PART, path=los.path)
    part.extend([deepcopy(element) for element in shared])
    if los.element is not None:
        part.append(_without_large(los.element))
    return part


def _without_large(element: etree._Element) -> etree._Element:
    copied = deepcopy(element)
    copied.tail = None
    for nested in list(copied.iter()):
        parent = nested.getparent()
        if parent is not None and local_name(nested) in LARGE:
            parent.remove(nested)
    etree.cleanup_namespaces(copied)
    return copied
