"""Europass credentials before ELM 3: EDCI in XML, whose elements refer to one another by id.

https://github.com/european-commission-europass/Europass-Learning-Model (version 2)
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.elm2_xml.award import read_award
from credstream.formats.shared.parsed import Parsed, Rules
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    attribute,
    child,
    children,
    local_name,
    namespace,
    qualified,
)

NAME = "elm2-xml"
CREDENTIAL, PRESENTATION = "europassCredential", "verifiablePresentation"
# Those of credentials and presentations, and those of their members that are like the W3C's.
NAMESPACES = (
    "http://data.europa.eu/snb",
    "http://data.europa.eu/europass/model/credentials/w3c#",
    "http://data.europa.eu/snb/vp",
    "http://data.europa.eu/europass/model/vp/w3c#",
    "http://data.europa.eu/europass/model/credentials#",  # of the draft of 2019
)
# Feeds in the same namespace, which are neither credentials nor fragments of one.
FEEDS = frozenset({"Accreditations", "qmsAccreditations", "Courses"})
# The groups of claims; activities count as awards only where there is no achievement.
CLAIMS = (("achievements", "learningAchievement"), ("activities", "activity"))
# Pictures and signatures, of which nothing is read.
LARGE = frozenset({"logo", "displayParameters", "deliveryDetails", "Signature", "proof", "image"})
CLAIM_PATH = "claim-path"


def recognise(document: Any) -> bool:
    if not isinstance(document, etree._Element):  # noqa: SLF001 - lxml has no public name for it
        return False
    return namespace(document) in NAMESPACES and local_name(document) not in FEEDS


def unfit(document: Any) -> Reason | None:
    name = local_name(document)
    if name not in {CREDENTIAL, PRESENTATION}:
        return Reason(code="elm2.fragment", path="", detail=f"the root is {name}"[:80])
    if any(True for _ in _claims(document)):
        return None
    return Reason(
        code="elm2.no_claim", path="/credentialSubject", detail="no achievement, no activity"
    )


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    """A part for each claim: achievements, or activities where there are no achievements."""
    del rules
    claims = tuple(_claims(document))
    return tuple(_part(credential, claim, len(claims)) for credential, claim in claims)


def parse(document: Any) -> Parsed:
    is_element = isinstance(document, etree._Element)  # noqa: SLF001 - as above
    path = document.get(CLAIM_PATH) if is_element else None
    if path is None:
        raise Rejected("format.invalid", "", "no part of a credential")
    credential = XmlNode(document, f"/{CREDENTIAL}", NAMESPACES)
    subject = child(credential, "credentialSubject")
    for group, name in CLAIMS:
        for claim in children(child(subject, group), name):
            return read_award(
                credential,
                XmlNode(claim.element, path, NAMESPACES),
                attendance=name == "activity",
            )
    raise Rejected("format.invalid", path, "the claim is missing")


def _claims(document: etree._Element) -> Iterator[tuple[XmlNode, XmlNode]]:
    """The claims, each with its credential: a presentation may hold several credentials."""
    for element in document.iter(*qualified((CREDENTIAL,), NAMESPACES)):
        credential = XmlNode(element, f"/{CREDENTIAL}", NAMESPACES)
        subject = child(credential, "credentialSubject")
        for group, name in CLAIMS:
            claims = children(child(subject, group), name)
            yield from ((credential, claim) for claim in claims)
            if claims:
                break


def _part(credential: XmlNode, claim: XmlNode, count: int) -> Any:
    """The credential with one claim alone, without pictures and signatures."""
    if credential.element is None or claim.element is None:
        raise Rejected("format.invalid", claim.path, "the claim is missing")
    others = [
        other
        for group, name in CLAIMS
        for other in children(child(credential, "credentialSubject", group), name)
        if other.element is not claim.element
    ]
    part = _copy_without(credential.element, {id(other.element) for other in others})
    part.set(CLAIM_PATH, claim.path)
    own_id = attribute(claim, "id")
    # Awards of one credential would otherwise share its id, and with it their key.
    if count > 1:
        part.set("id", f"{part.get('id', '')}#{own_id.raw if own_id else claim.path}")
    return part


def _copy_without(element: etree._Element, left_out: set[int]) -> etree._Element:
    """A copy without some elements; copying all and removing then would cost several copies."""
    copied = etree.Element(element.tag, element.attrib, nsmap=element.nsmap)
    copied.text = element.text
    for nested in element:
        if id(nested) not in left_out and local_name(nested) not in LARGE:
            copied.append(_copy_without(nested, left_out) if len(nested) else deepcopy(nested))
    return copied
