"""European credentials before ELM 3: EDCI in XML, a graph of elements that refer by id.

https://github.com/european-commission-europass/Europass-Learning-Model (version 2)
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.elm2_xml import parts
from credstream.formats.shared.parsed import Parsed, Rules
from credstream.formats.shared.xml_nodes import XmlNode, attribute, child, children, local_name

NAME = "elm2-xml"
CREDENTIAL, PRESENTATION = "europassCredential", "verifiablePresentation"
SPACE = "http://data.europa.eu/snb"
# Feeds of the same namespace, which are no credentials and no parts of one.
FEEDS = frozenset({"Accreditations", "qmsAccreditations", "Courses"})
CLAIMS = (("achievements", "learningAchievement"), ("activities", "activity"))
HEAVY = frozenset({"logo", "displayParameters", "deliveryDetails", "Signature", "proof", "image"})
CLAIM = "claim-path"


def recognise(document: Any) -> bool:
    if not isinstance(document, etree._Element):  # noqa: SLF001 - the only name that lxml gives it
        return False
    name = local_name(document)
    if name in {CREDENTIAL, PRESENTATION}:
        return True
    inside = isinstance(document.tag, str) and document.tag.startswith(f"{{{SPACE}")
    return inside and name not in FEEDS


def unfit(document: Any) -> Reason | None:
    if local_name(document) not in {CREDENTIAL, PRESENTATION}:
        return Reason(
            code="elm2.fragment", path="", detail=f"the root is {local_name(document)}"[:80]
        )
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
    path = document.get(CLAIM) if isinstance(document, etree._Element) else None  # noqa: SLF001
    if path is None:
        raise Rejected("format.invalid", "", "no part of a credential")
    credential = XmlNode(document, f"/{CREDENTIAL}")
    subject = child(credential, "credentialSubject")
    for group, name in CLAIMS:
        for claim in children(child(subject, group), name):
            return parts.read(credential, XmlNode(claim.element, path), name == "activity")
    raise Rejected("format.invalid", path, "the claim is missing")


def _claims(document: etree._Element) -> Iterator[tuple[XmlNode, XmlNode]]:
    credentials = [each for each in document.iter() if local_name(each) == CREDENTIAL]
    for each in credentials:
        credential = XmlNode(each, f"/{CREDENTIAL}")
        subject = child(credential, "credentialSubject")
        for group, name in CLAIMS:
            found = children(child(subject, group), name)
            yield from ((credential, claim) for claim in found)
            if found:
                break


def _part(credential: XmlNode, claim: XmlNode, count: int) -> Any:
    """The credential with one claim alone, without pictures and signatures."""
    if credential.element is None or claim.element is None:
        raise Rejected("format.invalid", claim.path, "the claim is missing")
    others = [
        each
        for group, name in CLAIMS
        for each in children(child(credential, "credentialSubject", group), name)
        if each.element is not claim.element
    ]
    dropped = {id(each.element) for each in others}
    part = _copied(credential.element, dropped)
    part.set(CLAIM, claim.path)
    own = attribute(claim, "id")
    if count > 1:  # the credential's id would be the id of all of them
        part.set("id", f"{part.get('id', '')}#{own.raw if own else claim.path}")
    return part


def _copied(element: etree._Element, dropped: set[int]) -> etree._Element:
    """A copy without what is dropped; the tree is copied once, not thinned afterwards."""
    made = etree.Element(element.tag, element.attrib, nsmap=element.nsmap)
    made.text = element.text
    for each in element:
        if id(each) not in dropped and local_name(each) not in HEAVY:
            made.append(_copied(each, dropped) if len(each) else deepcopy(each))
    return made
