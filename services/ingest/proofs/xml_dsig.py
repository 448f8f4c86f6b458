"""Verifies XML signatures (XML-DSig and XAdES) over the tree that is read.

https://www.w3.org/TR/xmldsig-core1/ and ETSI EN 319 132. xmlsec follows references to files, so
everything that a signature may refer to is checked before the library sees it.
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
from services.ingest.proofs.keys import is_valid_at, read_registered_key
from services.ingest.proofs.xml_algorithms import SHA1_METHODS
from services.ingest.proofs.xml_coverage import (
    DS,
    ID_NAMES,
    ById,
    SignatureProblem,
    check_work,
    covers_document,
    elements_by_id,
    holds_other,
    methods,
)

KIND = "xml-dsig"
MOST_SIGNATURES = 4
MOST_CERTIFICATES = 8
# A mismatch outweighs whatever else may be said.
WORST_FIRST = ("failed", "unverifiable", "verified")


@dataclass(frozen=True, slots=True)
class _Signer:
    """A registered certificate in force with its name, or why there is none."""

    name: str | None = None
    certificate: x509.Certificate | None = None
    detail: str = ""


def verify(root: etree._Element, seals: Mapping[str, str], at_ms: int) -> Proof:
    """The proof of the signatures in a parsed document; never raises.

    Verified takes a registered certificate in force, and nothing older than SHA-256.
    """
    try:
        return _judge(root, seals, at_ms)
    except SignatureProblem as problem:
        return Proof(problem.state, KIND, None, problem.detail)


def _judge(root: etree._Element, seals: Mapping[str, str], at_ms: int) -> Proof:
    signatures = list(root.iter(f"{DS}Signature"))
    if not 0 < len(signatures) <= MOST_SIGNATURES:
        raise SignatureProblem("unverifiable", "the number of signatures is odd")
    # Anybody can make a certificate and a signature that takes long to compute.
    signers = [_signer(signature, seals, at_ms) for signature in signatures]
    by_id = elements_by_id(root)
    covering = [
        (signature, signer)
        for signature, signer in zip(signatures, signers, strict=True)
        if covers_document(signature, root, by_id)
    ]
    if not covering:
        # One of the provider's own was moved, or another document was put around it.
        state = "failed" if any(signer.certificate for signer in signers) else "unverifiable"
        raise SignatureProblem(state, "no signature covers the document that is read")
    proofs = [_proof_of(signature, signer, by_id) for signature, signer in covering]
    return min(proofs, key=lambda proof: WORST_FIRST.index(proof.state))


def _signer(signature: etree._Element, seals: Mapping[str, str], at_ms: int) -> _Signer:
    """Whose signature it says it is, by the certificates in it; nothing is computed for that."""
    certificates = list(_certificates(signature))
    if not 0 < len(certificates) <= MOST_CERTIFICATES:
        return _Signer(detail="the signature carries no certificate, or too many")
    named = [(name, each) for each in certificates if (name := _registered_name(each, seals))]
    if not named:
        return _Signer(detail="the certificate of the signature is not registered")
    # With a whole chain in it, a signature is that of the last; each would cost one computation.
    issuers = {each.issuer for _, each in named if each.issuer != each.subject}
    name, certificate = next((pair for pair in named if pair[1].subject not in issuers), named[0])
    fault = read_registered_key(seals[name]).entry.fault(at_ms / 1000, at_ms / 1000)
    if fault:
        raise SignatureProblem("failed", fault)
    if not is_valid_at(certificate, at_ms / 1000):
        detail = "the certificate of the signature is not in force, and there is no time-stamp"
        return _Signer(detail=detail)
    return _Signer(name, certificate)


def _proof_of(signature: etree._Element, signer: _Signer, by_id: ById) -> Proof:
    """The proof of a signature over the whole document; it is computed for a known signer alone."""
    if signer.certificate is None:
        return Proof("unverifiable", KIND, None, signer.detail)
    if holds_other(signature):
        raise SignatureProblem("failed", "the signature holds what does not belong to it")
    check_work(signature.getroottree().getroot())
    if not _matches(signature, signer.certificate, by_id):
        raise SignatureProblem("failed", "the signature does not match the document")
    if set(methods(signature)) & SHA1_METHODS:
        return Proof("unverifiable", KIND, None, "the signature matches, and rests on SHA-1")
    return Proof("verified", KIND, signer.name, "the signature matches a registered certificate")


def _matches(signature: etree._Element, certificate: x509.Certificate, by_id: ById) -> bool:
    context = xmlsec.SignatureContext()
    _register_ids(context, signature, by_id)
    pem = certificate.public_bytes(Encoding.PEM)
    try:
        context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


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


def _registered_name(certificate: x509.Certificate, seals: Mapping[str, str]) -> str | None:
    for name, text in seals.items():
        try:
            registered = read_registered_key(text).certificate
        except MALFORMED:
            continue
        if registered == certificate:
            return name
    return None
