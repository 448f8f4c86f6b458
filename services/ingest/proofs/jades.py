"""Verifies the JAdES seal of a European Digital Credential by a list of trusted certificates.

ETSI TS 119 182-1, versions 1.1.1 (`sigT`) and 1.2.1 (`iat`); JWS in JSON with an unencoded payload
(RFC 7515, section 7.2.1, and RFC 7797).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from credstream.contract.errors import Rejected
from services.ingest.proofs.algorithms import ALGORITHMS, signature_matches
from services.ingest.proofs.base import (
    MALFORMED,
    Proof,
    decode_base64url,
    invalid_signature,
    read_leaf,
    read_object,
)
from services.ingest.proofs.keys import is_valid_at
from services.ingest.proofs.owners import names_issuer, organisation_id
from services.ingest.proofs.trust import trusting

KIND = "jades"
MAX_CHARACTERS = 4 * 1024 * 1024
MAX_SIGNATURES = 8
CLOCK_SKEW_S = 300

_ALLOWED = frozenset(ALGORITHMS) - {"EdDSA", "Ed25519"}
_CRITICAL = frozenset({"b64", "sigT", "iat", "adoTst", "sigD"})
#: The digests of `x5t#o`, which is for any but SHA-256 (ETSI TS 119 182-1, section 5.2.2).
_DIGESTS: Mapping[str, hashes.HashAlgorithm] = {"S384": hashes.SHA384(), "S512": hashes.SHA512()}
#: Headers that name another key than that of the certificate in `x5c`.
_OTHER_KEYS = frozenset({"jku", "x5u", "jwk"})
_UTC_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Seal:
    """A signature that matches its content; whose certificate it is has not been checked."""

    certificate: x509.Certificate
    signed_at: float


def verify(text: str, at_ms: int, trusted: Mapping[str, str]) -> Proof:
    """The proof of a sealed document; never raises.

    `verified` means that a certificate of the trust list sealed these bytes and that it names
    the issuer. Time-stamps, revocation and longer chains are not checked.
    """
    try:
        payload, signatures = _read_document(text)
        seals = [_check_signature(signature, payload, at_ms / 1000) for signature in signatures]
        issuer = read_object(payload).get("issuer")
        proofs = [_proof_of(seal, issuer, trusted, at_ms / 1000) for seal in seals]
    except Rejected as refused:
        return Proof("failed", KIND, None, refused.detail)
    except MALFORMED:
        return Proof("failed", KIND, None, "the seal cannot be decoded")
    # Each of several signatures has to be good: one alone says nothing about the others.
    return next((proof for proof in proofs if proof.state != "verified"), proofs[0])


def _read_document(text: str) -> tuple[str, list[Any]]:
    if len(text) > MAX_CHARACTERS:
        raise invalid_signature("the document is larger than 4 MiB")
    document = read_object(text.removeprefix("\ufeff"))
    if next(iter(document), None) != "payload":
        raise invalid_signature("the payload is not the first member of the document")
    payload, signatures = document["payload"], document.get("signatures")
    if not isinstance(payload, str) or not isinstance(signatures, list):
        raise invalid_signature("payload is a text and signatures is an array")
    if not 1 <= len(signatures) <= MAX_SIGNATURES:
        raise invalid_signature(f"a sealed document has 1 to {MAX_SIGNATURES} signatures")
    return payload, signatures


def _check_signature(signature: Mapping[str, Any], payload: str, now: float) -> _Seal:
    protected = signature["protected"]
    header = read_object(decode_base64url(protected))
    _check_header(header, signature.get("header", {}))
    certificate = read_leaf(header["x5c"])
    _check_thumbprint(header, certificate)
    signed_at = _signing_time(header, certificate, now)
    # With `b64` false the payload itself is signed (RFC 7797, section 3).
    content = f"{protected}.{payload}".encode()
    key = certificate.public_key()
    if not signature_matches(header["alg"], key, content, decode_base64url(signature["signature"])):
        raise invalid_signature("the signature does not match the content")
    return _Seal(certificate, signed_at)


def _check_header(header: Mapping[str, Any], unprotected: Any) -> None:
    if header.get("alg") not in _ALLOWED:
        raise invalid_signature("the algorithm is not on the allow-list")
    # RFC 7515, section 4.1.11: what is critical has to be understood, and has to be there.
    critical = header.get("crit")
    if not isinstance(critical, list) or not _CRITICAL.issuperset(critical):
        raise invalid_signature("crit is missing or names an extension that is not known")
    if not header.keys() >= set(critical):
        raise invalid_signature("crit names a member that the header does not have")
    if header.get("b64") is not False or "b64" not in critical:
        raise invalid_signature("b64 is not false, or not critical")
    if not _OTHER_KEYS.isdisjoint(header):
        raise invalid_signature("the header names a key elsewhere (jku, x5u or jwk)")
    if not isinstance(unprotected, dict) or not header.keys().isdisjoint(unprotected):
        raise invalid_signature("the unprotected header is no object or repeats a protected member")
    if "x5c" not in header:
        raise invalid_signature("the protected header has no certificate (x5c)")


def _check_thumbprint(header: Mapping[str, Any], certificate: x509.Certificate) -> None:
    """Compare `x5t#S256` and `x5t#o`; beside `x5c` both may be absent (ETSI TS 119 182-1)."""
    claimed: list[tuple[hashes.HashAlgorithm, Any]] = []
    if "x5t#S256" in header:
        claimed.append((hashes.SHA256(), header["x5t#S256"]))
    if "x5t#o" in header:
        other = header["x5t#o"]
        if other["digAlg"] not in _DIGESTS:
            raise invalid_signature("x5t#o has a digest that is not on the allow-list")
        claimed.append((_DIGESTS[other["digAlg"]], other["digVal"]))
    if any(decode_base64url(value) != certificate.fingerprint(digest) for digest, value in claimed):
        raise invalid_signature("x5t is not the thumbprint of the certificate")


def _signing_time(header: Mapping[str, Any], certificate: x509.Certificate, now: float) -> float:
    claimed = tuple(_claimed_times(header))
    if not claimed:
        raise invalid_signature("the seal has no signing time (sigT or iat)")
    for seconds in claimed:
        if not is_valid_at(certificate, seconds):
            raise invalid_signature("the signing time lies outside the validity of the certificate")
        if seconds > now + CLOCK_SKEW_S:
            raise invalid_signature("the signing time lies in the future")
    return max(claimed)


def _claimed_times(header: Mapping[str, Any]) -> Iterator[float]:
    """The signing times in seconds since 1970."""
    if "sigT" in header:
        if not _UTC_SECONDS.fullmatch(header["sigT"]):
            raise invalid_signature("sigT is not a UTC time in seconds")
        yield datetime.fromisoformat(header["sigT"]).astimezone(UTC).timestamp()
    if "iat" in header:
        if type(header["iat"]) is not int:
            raise invalid_signature("iat is not a whole number of seconds")
        yield float(header["iat"])


def _proof_of(seal: _Seal, issuer: Any, trusted: Mapping[str, str], now: float) -> Proof:
    doubts = []
    entries = trusting(seal.certificate, seal.signed_at, trusted)
    faults = [entry.fault(seal.signed_at, now) for entry in entries]
    if faults and all(faults):
        raise invalid_signature(faults[0])
    if not entries:
        doubts.append("the certificate is not on the trust list")
    if not names_issuer(seal.certificate, issuer):
        doubts.append("the certificate does not name the issuer (a mandate may explain it)")
    signer = organisation_id(seal.certificate)
    if doubts:
        return Proof("unverifiable", KIND, signer, "; ".join(doubts))
    return Proof("verified", KIND, signer, "a trusted certificate sealed this document")
