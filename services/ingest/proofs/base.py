"""The verdict on a signature, and the strict decoding that every kind of signature needs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from credstream.contract.errors import Rejected

#: Keys of one provider's registration by key id: a JWK as JSON text, or a PEM key or certificate.
KeyRing: TypeAlias = Mapping[str, str]

#: What the decoders raise on foreign bytes; several x509 errors are no ValueError.
MALFORMED = (
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    RecursionError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    Warning,  # of an odd certificate, where warnings are errors
)


@dataclass(frozen=True, slots=True)
class Proof:
    """`state` is verified | failed | unverifiable | none.

    `signer` is an organisation identifier or a key id, never a person, and only `verified`
    makes it true. `detail` is a sentence of ours: it repeats nothing from the document.
    """

    state: str
    kind: str
    signer: str | None
    detail: str


def refuse(detail: str) -> Rejected:
    return Rejected("signature.invalid", detail=detail)


def unbase64url(text: str) -> bytes:
    """Decode unpadded base64url; a second spelling of the same bytes is a ValueError.

    Otherwise the unused bits of the last letter could be changed without breaking a signature.
    """
    decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != text.encode("ascii"):
        raise ValueError("not canonical base64url")
    return decoded


def read_object(text: str | bytes) -> Mapping[str, Any]:
    """Parse a JSON object in which no name occurs twice; anything else is a ValueError."""
    value = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one error for all bad bytes
    return value


def read_leaf(chain: Any) -> x509.Certificate:
    """Read the first certificate of an `x5c` header (RFC 7515 section 4.1.6)."""
    return x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise ValueError("a name occurs twice")
    return unique
