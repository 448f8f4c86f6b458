"""Europass credentials before ELM 3: EDCI in XML, whose elements refer to one another by id.

https://github.com/european-commission-europass/Europass-Learning-Model (version 2)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.elm2_xml.award import read_award
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.masks import masked_name
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
# Of each group of claims what is no claim, and how much of that comes before each claim.
Groups = dict[Any, tuple[list[Any], dict[Any, int]]]


def recognise(document: Any) -> bool:
    if not isinstance(document, etree._Element):  # noqa: SLF001 - lxml has no public name for it
        return False
    return namespace(document) in NAMESPACES and local_name(document) not in FEEDS


def unfit(document: Any) -> Reason | None:
    name = local_name(document)
    if name not in {CREDENTIAL, PRESENTATION}:
        return Reason(code="elm2.fragment", path="", detail=f"the root is {masked_name(name)}")
    if any(True for _ in _claims(document)):
        return None
    return Reason(
        code="elm2.no_claim", path="/credentialSubject", detail="no achievement, no activity"
    )


def split(document: Any, rules: Rules) -> Iterable[Any]:
    """A part for each claim: achievements, or activities where there are no achievements."""
    del rules
    claims = tuple(_claims(document))
    last: XmlNode | None = None
    groups: Groups = {}
    for credential, claim in claims:
        if credential is not last:
            last, groups = credential, _groups(credential)
        yield _part(credential, claim, groups, len(claims))


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    is_element = isinstance(document, etree._Element)  # noqa: SLF001 - as above
    path = document.get(CLAIM_PATH) if is_element else None
    if path is None:
        raise Rejected("format.invalid", "", "no part of a credential")
    credential = XmlNode(document, f"/{CREDENTIAL}", NAMESPACES)
    subject = child(credential, "credentialSubject")
    for group, name in CLAIMS:
        for claim in children(child(subject, group), name):
            read = XmlNode(claim.element, path, NAMESPACES)
            return read_award(credential, read, budget, attendance=name == "activity")
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


def _groups(credential: XmlNode) -> Groups:
    """The groups of claims of a credential, each with the place of each claim in it.

    Found once: with every claim the others would be looked through, many times many.
    """
    groups: Groups = {}
    for group, name in CLAIMS:
        holder = child(credential, "credentialSubject", group)
        claims = {claim.element for claim in children(holder, name)}
        if holder.element is not None:
            kept: list[etree._Element] = []
            places: dict[etree._Element, int] = {}
            for element in holder.element:
                if element in claims:
                    places[element] = len(kept)
                else:
                    kept.append(element)
            groups[holder.element] = kept, places
    return groups


def _part(credential: XmlNode, claim: XmlNode, groups: Groups, count: int) -> Any:
    """The credential with one claim alone, without pictures and signatures."""
    if credential.element is None or claim.element is None:
        raise Rejected("format.invalid", claim.path, "the claim is missing")
    part = _copy_with(credential.element, claim.element, groups)
    part.set(CLAIM_PATH, claim.path)
    own_id = attribute(claim, "id")
    # Awards of one credential would otherwise share its id, and with it their key.
    if count > 1:
        part.set("id", f"{part.get('id', '')}#{own_id.raw if own_id else claim.path}")
    return part


def _copy_with(element: etree._Element, claim: etree._Element, groups: Groups) -> etree._Element:
    """A copy with one claim; copying all and removing then would cost several copies."""
    copied = etree.Element(element.tag, element.attrib, nsmap=element.nsmap)
    copied.text = element.text
    for nested in _contents(element, claim, groups):
        if local_name(nested) not in LARGE:
            copied.append(_copy_with(nested, claim, groups) if len(nested) else deepcopy(nested))
    return copied


def _contents(
    element: etree._Element, claim: etree._Element, groups: Groups
) -> Iterable[etree._Element]:
    """The children of an element; of a group of claims, the one claim and what is no claim."""
    if element not in groups:
        return list(element)
    kept, places = groups[element]
    place = places.get(claim)
    return kept if place is None else (*kept[:place], claim, *kept[place:])
