"""Checks what an XML signature refers to, before the library that follows references sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from credstream.formats.shared.xml_nodes import namespace
from services.ingest.proofs.xml_algorithms import (
    ALLOWED_FILTERS,
    CANONICALIZATIONS,
    ENVELOPED,
    FILTER,
    METHODS,
    NAMESPACES,
)

DS = "{http://www.w3.org/2000/09/xmldsig#}"
MOST_REFERENCES = 16
# The longest chain of a real signature has three.
MOST_TRANSFORMS = 4
# libxml2's inclusive canonical form takes the square of the namespaces for each element; a real
# seal of 1,400 elements in 8 namespaces is a hundredth of this, which takes a quarter of a second.
MOST_WORK = 20_000_000
ID_NAMES = ("Id", "ID", "id")
# libxml2 takes this attribute for an id without being told so.
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

ById = Mapping[str, list[etree._Element]]  # noqa: SLF001 - lxml has no public name for it


@dataclass(frozen=True, slots=True)
class SignatureProblem(Exception):
    """Why a signature cannot be verified or is false: the state of the proof and its detail."""

    state: str
    detail: str


def elements_by_id(root: etree._Element) -> ById:
    """The elements by their id; several where they share one."""
    by_id: dict[str, list[etree._Element]] = {}
    for element in root.iter(etree.Element):
        for id_ in {element.get(name) for name in (*ID_NAMES, XML_ID)} - {None}:
            by_id.setdefault(str(id_), []).append(element)
    return by_id


def check_work(root: etree._Element) -> None:
    """Raise SignatureProblem where the canonical form would take too long for all references."""
    most = declared = elements = 0
    events = etree.iterwalk(root, events=("start", "start-ns", "end-ns"))
    for event, _ in events:
        elements += event == "start"
        declared += (event == "start-ns") - (event == "end-ns")
        most = max(most, declared)
    references = sum(1 for _ in root.iter(f"{DS}Reference"))
    if elements * (most + 1) ** 2 * references > MOST_WORK:
        raise SignatureProblem(
            "unverifiable", "too many namespaces for its signature to be checked"
        )


def covers_document(signature: etree._Element, root: etree._Element, by_id: ById) -> bool:
    """Whether one of the signed references is the whole document.

    Raises SignatureProblem for a signature that is not on the allow-lists or refers elsewhere.
    """
    _check_algorithms(signature)
    references = list(signature.iter(f"{DS}Reference"))
    if len(references) > MOST_REFERENCES:
        raise SignatureProblem("unverifiable", "the signature has too many references")
    # References in a manifest are not compared with what they refer to: xmldsig-core1, 5.1.
    signed = set(signature.findall(f"{DS}SignedInfo/{DS}Reference"))
    covers = False
    for reference in references:
        element = _referenced(reference, by_id)
        _check_transforms(reference)
        covers = covers or (reference in signed and (element is None or element is root))
    return covers


def _check_algorithms(signature: etree._Element) -> None:
    for name in ("RetrievalMethod", "HMACOutputLength"):
        if next(signature.iter(f"{DS}{name}"), None) is not None:
            raise SignatureProblem("failed", "the signature points to a key elsewhere")
    canonicalizations = {
        element.get("Algorithm", "") for element in signature.iter(f"{DS}CanonicalizationMethod")
    }
    is_allowed = METHODS.issuperset(methods(signature))
    if not is_allowed or not CANONICALIZATIONS.issuperset(canonicalizations):
        detail = "an algorithm of the signature is not on the allow-list"
        raise SignatureProblem("unverifiable", detail)


def holds_other(signature: etree._Element) -> bool:
    """Whether a signature holds elements that are none of a signature's, such as a document."""
    return not NAMESPACES.issuperset(map(namespace, signature.iter(etree.Element)))


def methods(signature: etree._Element) -> Iterator[str]:
    """The methods of signing and hashing."""
    for name in ("SignatureMethod", "DigestMethod"):
        for element in signature.iter(f"{DS}{name}"):
            yield element.get("Algorithm", "")


def _referenced(reference: etree._Element, by_id: ById) -> etree._Element | None:
    """The element that a reference is to; None for the whole document."""
    address = reference.get("URI")
    if address is None:
        raise SignatureProblem("unverifiable", "a reference of the signature names nothing")
    if not address:
        return None
    if not address.startswith("#"):
        detail = "the signature refers to something outside the document"
        raise SignatureProblem("failed", detail)
    elements = by_id.get(address[1:], [])
    # Of two elements with one id the one could be verified and the other one read.
    if len(elements) != 1:
        raise SignatureProblem("failed", "the signature refers to what is not there once")
    return elements[0]


def _check_transforms(reference: etree._Element) -> None:
    transforms = list(reference.iter(f"{DS}Transform"))
    if len(transforms) > MOST_TRANSFORMS or not all(map(_is_allowed, transforms)):
        detail = "a transform of the signature is not on the allow-list, or there are too many"
        raise SignatureProblem("unverifiable", detail)


def _is_allowed(transform: etree._Element) -> bool:
    name = transform.get("Algorithm", "")
    if name in CANONICALIZATIONS or name == ENVELOPED:
        return True
    filters = [_filter(element) for element in transform.iterchildren(etree.Element)]
    few = 0 < len(filters) <= MOST_TRANSFORMS
    return name == FILTER and few and set(filters) <= ALLOWED_FILTERS


def _filter(element: etree._Element) -> tuple[str, str | None]:
    """A path without blanks, and its filter; empty where `ds:` stands for another namespace."""
    text = "".join((element.text or "").split())
    is_other = "ds:" in text and element.nsmap.get("ds") != DS[1:-1]
    # A comment in the path would end `text`, and libxml2 reads on behind it.
    return ("" if is_other or len(element) else text), element.get("Filter")
