"""The trust list: certificates that seal, and authorities that issue them, as PEM by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from credstream.contract.key_entries import KeyEntry, read_entry
from services.ingest.proofs.base import MALFORMED
from services.ingest.proofs.keys import is_valid_at


def trusting(leaf: x509.Certificate, at: float, trusted: Mapping[str, str]) -> tuple[KeyEntry, ...]:
    """The entries that have the certificate itself, or its direct issuer in force at `at`.

    `at` is in seconds since 1970. An entry that cannot be read is passed over.
    """
    entries = [read for text in trusted.values() if (read := _read(text))]
    itself = tuple(entry for entry, anchors in entries if leaf in anchors)
    return itself or tuple(
        entry
        for entry, anchors in entries
        if any(_is_issued_by(leaf, anchor, at) for anchor in anchors)
    )


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[KeyEntry, tuple[x509.Certificate, ...]] | None:
    try:
        entry = read_entry(text)
        return entry, tuple(x509.load_pem_x509_certificates(entry.key.encode()))
    except MALFORMED:
        return None


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
