"""Verifies XML signatures (XML-DSig and XAdES) over the bytes as they were received.

https://www.w3.org/TR/xmldsig-core1/ and ETSI EN 319 132. xmlsec follows references to files, so
everything that a signature may refer to is checked before the library sees it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from services.ingest.proofs.base import MALFORMED, Proof
from services.ingest.proofs.keys import is_valid_at, read_registered_key
from services.ingest.proofs.xml_algorithms import SHA1_METHODS
from services.ingest.proofs.xml_coverage import (
    DS,
    ID_NAMES,
    ById,
    SignatureProblem,
    covers_document,
    elements_by_id,
    methods,
)

KIND = "xml-dsig"
MOST_BYTES = 2 * 1024 * 1024
MOST_SIGNATURES = 4
MOST_CERTIFICATES = 8


def verify(value: bytes, seals: Mapping[str, str], at_ms: int) -> Proof:
    """The proof of the signatures in an XML document; never raises.

    Verified takes a registered certificate in force, and nothing older than SHA-256.
    """
    if len(value) > MOST_BYTES:
        return Proof("unverifiable", KIND, None, "the document is too large to be checked")
    try:
        return _judge(etree.fromstring(value, _parser()), seals, at_ms)
    except SignatureProblem as problem:
        return Proof(problem.state, KIND, None, problem.detail)
    except etree.XMLSyntaxError:
        return Proof("failed", KIND, None, "the signed document cannot be read")


def _parser() -> etree.XMLParser:
    """A parser that keeps blanks, comments and instructions, as they are signed too."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _judge(root: etree._Element, seals: Mapping[str, str], at_ms: int) -> Proof:
    signatures = list(root.iter(f"{DS}Signature"))
    if not 0 < len(signatures) <= MOST_SIGNATURES:
        raise SignatureProblem("unverifiable", "the number of signatures is odd")
    by_id = elements_by_id(root)
    covering = [signature for signature in signatures if covers_document(signature, root, by_id)]
    if not covering:
        raise SignatureProblem("unverifiable", "no signature covers the whole document")
    # All are matched before any is judged: a mismatch outweighs whatever else may be said.
    certificates = [_matching_certificate(signature, by_id) for signature in covering]
    proofs = [
        _proof_of(signature, certificate, seals, at_ms)
        for signature, certificate in zip(covering, certificates, strict=True)
    ]
    return next((proof for proof in proofs if proof.state != "verified"), proofs[0])


def _matching_certificate(signature: etree._Element, by_id: ById) -> x509.Certificate:
    """The certificate in a signature that it matches; raises SignatureProblem for none."""
    certificates = list(_certificates(signature))
    if not 0 < len(certificates) <= MOST_CERTIFICATES:
        detail = "the signature carries no certificate, or too many"
        raise SignatureProblem("unverifiable", detail)
    for certificate in certificates:
        context = xmlsec.SignatureContext()
        _register_ids(context, signature, by_id)
        pem = certificate.public_bytes(Encoding.PEM)
        try:
            context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
            context.verify(signature)
        except xmlsec.Error:
            continue
        return certificate
    raise SignatureProblem("failed", "the signature does not match the document")


def _register_ids(context: xmlsec.SignatureContext, signature: etree._Element, by_id: ById) -> None:
    """Tell xmlsec which attributes are ids; without a schema it knows of none."""
    for reference in signature.iter(f"{DS}Reference"):
        address = reference.get("URI", "")[1:]
        for element in by_id.get(address, ()):
            for name in ID_NAMES:
                if element.get(name) == address:
                    context.register_id(element, name)


def _certificates(signature: etree._Element) -> Iterator[x509.Certificate]:
    for element in signature.iter(f"{DS}X509Certificate"):
        try:
            der = base64.b64decode("".join((element.text or "").split()), validate=True)
            yield x509.load_der_x509_certificate(der)
        except (binascii.Error, *MALFORMED) as error:
            detail = "a certificate of the signature cannot be read"
            raise SignatureProblem("failed", detail) from error


def _proof_of(
    signature: etree._Element,
    certificate: x509.Certificate,
    seals: Mapping[str, str],
    at_ms: int,
) -> Proof:
    """The proof of a signature that matches its certificate."""
    name = _registered_name(certificate, seals)
    if set(methods(signature)) & SHA1_METHODS:
        detail = "the signature matches, and rests on SHA-1"
    elif not is_valid_at(certificate, at_ms / 1000):
        detail = "the signature matches a certificate that is not in force, without a time-stamp"
    elif name is None:
        detail = "the signature matches a certificate that is not registered"
    else:
        return Proof("verified", KIND, name, "the signature matches a registered certificate")
    return Proof("unverifiable", KIND, None, detail)


def _registered_name(certificate: x509.Certificate, seals: Mapping[str, str]) -> str | None:
    for name, text in seals.items():
        try:
            registered = read_registered_key(text).certificate
        except MALFORMED:
            continue
        if registered == certificate:
            return name
    return None
