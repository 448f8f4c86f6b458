"""Judges XML signatures (XML-DSig and XAdES) over the bytes as they came.

https://www.w3.org/TR/xmldsig-core1/ and ETSI EN 319 132. xmlsec follows references to files, so
everything that a signature may point to is looked at before the library sees it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from services.ingest.proofs.base import MALFORMED, Proof
from services.ingest.proofs.keys import in_window, read_registered

KIND = "xml-dsig"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
MOST_BYTES = 2 * 1024 * 1024
MOST_SIGNATURES = 4
W3 = "http://www.w3.org/"
CANONICAL = frozenset(
    {
        f"{W3}TR/2001/REC-xml-c14n-20010315",
        f"{W3}TR/2001/REC-xml-c14n-20010315#WithComments",
        f"{W3}2001/10/xml-exc-c14n#",
        f"{W3}2001/10/xml-exc-c14n#WithComments",
        f"{W3}2006/12/xml-c14n11",
        f"{W3}2006/12/xml-c14n11#WithComments",
    }
)
ENVELOPED = f"{W3}2000/09/xmldsig#enveloped-signature"
FILTER = f"{W3}2002/06/xmldsig-filter2"
XPATH = f"{W3}TR/1999/REC-xpath-19991116"
SIGNATURES = frozenset(
    {
        "/descendant::ds:Signature",
        "//ds:Signature",
        "/descendant-or-self::node()/ds:Signature",
    }
)
# What a transform may do: take the signatures away. To intersect with them leaves nothing else.
SAFE_XPATHS = {
    XPATH: frozenset({("not(ancestor-or-self::ds:Signature)", None)}),
    FILTER: frozenset({(path, "subtract") for path in SIGNATURES}) | {("/", "intersect")},
}
# Whatever else stands inside a signature would be read, and is not signed.
OWN_NAMESPACES = (f"{{{W3}", "{http://uri.etsi.org/01903/")
MOST_REFERENCES = 16
MOST_CERTIFICATES = 8
SHA1 = frozenset(
    {
        f"{W3}2000/09/xmldsig#rsa-sha1",
        f"{W3}2000/09/xmldsig#sha1",
        f"{W3}2000/09/xmldsig#dsa-sha1",
        f"{W3}2001/04/xmldsig-more#ecdsa-sha1",
    }
)
METHODS = (
    SHA1
    | {
        f"{W3}2001/04/xmldsig-more#{name}"
        for name in (
            "rsa-sha256",
            "rsa-sha384",
            "rsa-sha512",
            "ecdsa-sha256",
            "ecdsa-sha384",
            "ecdsa-sha512",
            "sha384",
        )
    }
    | {f"{W3}2001/04/xmlenc#sha256", f"{W3}2001/04/xmlenc#sha512"}
)
ID_NAMES = ("Id", "ID", "id")
# libxml2 takes this one for an id unasked.
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


@dataclass(frozen=True, slots=True)
class _Odd(Exception):
    """Why a signature cannot be judged, or must not be: the state and the words."""

    state: str
    detail: str


def verify(value: bytes, seals: Mapping[str, str], at_ms: int) -> Proof:
    """Judge the signature of an XML document; never raises.

    verified needs a registered certificate that is in force and nothing older than SHA-256.
    """
    if len(value) > MOST_BYTES:
        return Proof("unverifiable", KIND, None, "the document is too large to be checked")
    try:
        return _judge(etree.fromstring(value, _parser()), seals, at_ms)
    except _Odd as odd:
        return Proof(odd.state, KIND, None, odd.detail)
    except etree.XMLSyntaxError:
        return Proof("failed", KIND, None, "the signed document cannot be read")


def _parser() -> etree.XMLParser:
    """Blanks, comments and instructions stay: they are signed too."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _judge(root: etree._Element, seals: Mapping[str, str], at_ms: int) -> Proof:
    signatures = list(root.iter(f"{DS}Signature"))
    if not 0 < len(signatures) <= MOST_SIGNATURES:
        raise _Odd("unverifiable", "the number of signatures is odd")
    ids = _ids(root)
    covering = [each for each in signatures if _checked(each, root, ids)]
    if not covering:
        raise _Odd("unverifiable", "no signature covers the whole document")
    # Matched before any is weighed: a mismatch is the worst that can be said.
    matched = [(each, _matching(each, ids)) for each in covering]
    proofs = [_worth(each, certificate, seals, at_ms) for each, certificate in matched]
    return next((proof for proof in proofs if proof.state != "verified"), proofs[0])


def _ids(root: etree._Element) -> Mapping[str, list[etree._Element]]:
    """Elements by their id, with those that share one."""
    found: dict[str, list[etree._Element]] = {}
    for element in root.iter(etree.Element):
        for own in {element.get(name) for name in (*ID_NAMES, XML_ID)} - {None}:
            found.setdefault(str(own), []).append(element)
    return found


def _checked(
    signature: etree._Element, root: etree._Element, ids: Mapping[str, list[etree._Element]]
) -> bool:
    """Whether one of the signed references is the whole document; raises for what is not tried."""
    for name in ("RetrievalMethod", "HMACOutputLength"):
        if next(signature.iter(f"{DS}{name}"), None) is not None:
            raise _Odd("failed", "the signature points to a key elsewhere")
    canons = {e.get("Algorithm", "") for e in signature.iter(f"{DS}CanonicalizationMethod")}
    if not METHODS.issuperset(_methods(signature)) or not CANONICAL.issuperset(canons):
        raise _Odd("unverifiable", "an algorithm of the signature is not on the allow-list")
    if any(not each.tag.startswith(OWN_NAMESPACES) for each in signature.iter(etree.Element)):
        raise _Odd("unverifiable", "the signature holds what does not belong to it")
    references = list(signature.iter(f"{DS}Reference"))
    if len(references) > MOST_REFERENCES:
        raise _Odd("unverifiable", "the signature has too many references")
    # The references of a manifest are never compared with what they name.
    signed = set(signature.findall(f"{DS}SignedInfo/{DS}Reference"))
    covers = False
    for reference in references:
        address = reference.get("URI")
        if address is None:
            raise _Odd("unverifiable", "a reference of the signature names nothing")
        if address and not address.startswith("#"):
            raise _Odd("failed", "the signature refers to something outside the document")
        named = ids.get(address[1:], [])
        if address and len(named) != 1:
            # One that stands twice could be covered in one place and read in the other.
            raise _Odd("failed", "the signature refers to what is not there once")
        _transforms(reference)
        covers = covers or (reference in signed and (not address or named[0] is root))
    return covers


def _methods(signature: etree._Element) -> Iterator[str]:
    for name in ("SignatureMethod", "DigestMethod"):
        for each in signature.iter(f"{DS}{name}"):
            yield each.get("Algorithm", "")


def _transforms(reference: etree._Element) -> None:
    for transform in reference.iter(f"{DS}Transform"):
        name = transform.get("Algorithm", "")
        if name in CANONICAL or name == ENVELOPED:
            continue
        paths = {_path(each) for each in transform}
        if not paths or not paths <= SAFE_XPATHS.get(name, frozenset()):
            raise _Odd("unverifiable", "a transform of the signature is not on the allow-list")


def _path(element: etree._Element) -> tuple[str, str | None]:
    """An XPath without blanks, and how it filters; a prefix of another namespace spoils it."""
    text = "".join((element.text or "").split())
    foreign = "ds:" in text and element.nsmap.get("ds") != DS[1:-1]
    return ("" if foreign else text), element.get("Filter")


def _matching(
    signature: etree._Element, ids: Mapping[str, list[etree._Element]]
) -> x509.Certificate:
    """The certificate inside that the signature fits; a mismatch with all of them is a failure."""
    certificates = list(_certificates(signature))
    if not 0 < len(certificates) <= MOST_CERTIFICATES:
        raise _Odd("unverifiable", "the signature carries no certificate, or too many")
    for certificate in certificates:
        context = xmlsec.SignatureContext()
        for reference in signature.iter(f"{DS}Reference"):
            for element in ids.get(reference.get("URI", "")[1:], ()):
                address = reference.get("URI", "")[1:]
                for name in ID_NAMES:
                    if element.get(name) == address:
                        context.register_id(element, name)
        pem = certificate.public_bytes(Encoding.PEM)
        try:
            context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
            context.verify(signature)
        except xmlsec.Error:
            continue
        return certificate
    raise _Odd("failed", "the signature does not match the document")


def _certificates(signature: etree._Element) -> Iterator[x509.Certificate]:
    for each in signature.iter(f"{DS}X509Certificate"):
        try:
            packed = base64.b64decode("".join((each.text or "").split()), validate=True)
            yield x509.load_der_x509_certificate(packed)
        except (binascii.Error, *MALFORMED) as error:
            raise _Odd("failed", "a certificate of the signature cannot be read") from error


def _worth(
    signature: etree._Element,
    certificate: x509.Certificate,
    seals: Mapping[str, str],
    at_ms: int,
) -> Proof:
    """What a signature that matches is worth."""
    name = _registered(certificate, seals)
    if set(_methods(signature)) & SHA1:
        detail = "the signature matches, and rests on SHA-1"
    elif not in_window(certificate, at_ms / 1000):
        detail = "the signature matches a certificate that is not in force, without a time-stamp"
    elif name is None:
        detail = "the signature matches a certificate that is not registered"
    else:
        return Proof("verified", KIND, name, "the signature matches a registered certificate")
    return Proof("unverifiable", KIND, None, detail)


def _registered(certificate: x509.Certificate, seals: Mapping[str, str]) -> str | None:
    for name, text in seals.items():
        try:
            known = read_registered(text).certificate
        except MALFORMED:
            continue
        if known == certificate:
            return name
    return None
