"""The trust list: certificates that seal, and authorities that issue them, as PEM by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from services.ingest.proofs.base import MALFORMED
from services.ingest.proofs.keys import is_valid_at


def is_trusted(leaf: x509.Certificate, at: float, trusted: Mapping[str, str]) -> bool:
    """Whether the list has the certificate itself, or its direct issuer in force at `at`.

    `at` is in seconds since 1970. An entry that cannot be read is passed over.
    """
    anchors = [anchor for pem in trusted.values() for anchor in _anchors(pem)]
    return leaf in anchors or any(_is_issued_by(leaf, anchor, at) for anchor in anchors)


@lru_cache(maxsize=4096)
def _anchors(pem: str) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode()))
    except MALFORMED:
        return ()


def _is_issued_by(leaf: x509.Certificate, anchor: x509.Certificate, at: float) -> bool:
    if leaf.issuer != anchor.subject or not is_valid_at(anchor, at) or not _may_issue(anchor):
        return False
    try:
        leaf.verify_directly_issued_by(anchor)
    except (InvalidSignature, *MALFORMED):
        return False
    return True


def _may_issue(anchor: x509.Certificate) -> bool:
    """Whether a certificate is an authority's: any trusted seal could otherwise issue new ones.

    RFC 5280, sections 4.2.1.9 (basic constraints) and 4.2.1.3 (key usage).
    """
    try:
        extensions = {type(extension.value): extension.value for extension in anchor.extensions}
    except MALFORMED:
        return False
    basic, usage = extensions.get(x509.BasicConstraints), extensions.get(x509.KeyUsage)
    if not isinstance(basic, x509.BasicConstraints) or not basic.ca:
        return False
    return not isinstance(usage, x509.KeyUsage) or usage.key_cert_sign
