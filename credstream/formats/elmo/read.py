"""ELMO, the transcripts of EMREX: courses that a learner passed, nested in programmes.

https://github.com/emrex-eu/elmo-schemas (1.x), and the older http://purl.org/net/elmo.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.elmo import parts
from credstream.formats.shared.parsed import Parsed, Rules, SkippedPart
from credstream.formats.shared.xml_nodes import XmlNode, child, children, local_name, text

NAME = "elmo"
LOS, LOI = "learningOpportunitySpecification", "learningOpportunityInstance"
PART = "elmo-part"
# What is no award, by the status of its instance.
UNFINISHED = {
    "failed": "elmo.failed",
    "in-progress": "elmo.in_progress",
    "in progress": "elmo.in_progress",
    "inprogress": "elmo.in_progress",
}
# Documents inside a transcript: they are large, and nothing of them is read.
HEAVY = frozenset({"attachment", "Signature", "groups", "content"})


def recognise(document: Any) -> bool:
    return isinstance(document, etree._Element) and _elmo(document) is not None  # noqa: SLF001


def unfit(document: Any) -> Reason | None:
    whole = _whole(document)
    if any(True for _ in _opportunities(whole)):
        return None
    return Reason(code="elmo.empty", path=whole.path, detail="no learning opportunity")


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    """A part for each top-level learning opportunity that was passed; the others are told."""
    del rules
    whole = _whole(document)
    return tuple(_part(whole, report, los) for report, los in _opportunities(whole))


def parse(document: Any) -> Parsed:
    if not isinstance(document, etree._Element) or local_name(document) != PART:  # noqa: SLF001
        raise Rejected("format.invalid", "", "no part of a transcript")
    path = document.get("path") or "/elmo"
    holder = XmlNode(document, path)
    report = XmlNode(document, path.rpartition("/")[0])
    return parts.read(holder, report, XmlNode(_last(document), path))


def _last(document: etree._Element) -> etree._Element:
    found = [each for each in document if local_name(each) == LOS]
    if not found:
        raise Rejected("format.invalid", "", "no learning opportunity")
    return found[-1]


def _elmo(document: etree._Element) -> etree._Element | None:
    if local_name(document) == "elmo":
        return document
    return next((each for each in document.iter() if local_name(each) == "elmo"), None)


def _whole(document: etree._Element) -> XmlNode:
    return XmlNode(_elmo(document), "/elmo")


def _opportunities(whole: XmlNode) -> Iterator[tuple[XmlNode, XmlNode]]:
    for report in children(whole, "report"):
        for los in children(report, LOS):
            yield report, los


def _part(whole: XmlNode, report: XmlNode, los: XmlNode) -> Any:
    status = text(los, "specifies", LOI, "status")
    code = UNFINISHED.get(str(status.raw).lower()) if status else None
    if code and status:
        return SkippedPart(Reason(code=code, path=los.path, detail=f"status {status.raw}"))
    holder = etree.Element(PART, path=los.path)
    issued = text(report, "issueDate") or text(whole, "generatedDate")
    if issued:
        etree.SubElement(holder, "issued", path=issued.path).text = str(issued.raw)
    for each in (child(report, "learner") or child(whole, "learner"), child(report, "issuer"), los):
        if each.element is not None:
            holder.append(_lighter(each.element))
    return holder


def _lighter(element: etree._Element) -> etree._Element:
    copied = deepcopy(element)
    copied.tail = None
    for each in list(copied.iter()):
        parent = each.getparent()
        if parent is not None and local_name(each) in HEAVY:
            parent.remove(each)
    etree.cleanup_namespaces(copied)
    return copied
