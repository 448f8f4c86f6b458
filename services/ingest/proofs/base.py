"""The result of verifying a signature, and the strict decoding that all kinds have in common."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from credstream.contract.errors import Rejected

#: The keys of a provider's registration by key id: a JWK as JSON text, a PEM key or certificate.
KeySet: TypeAlias = Mapping[str, str]

#: What decoders raise for invalid bytes; several errors of x509 are no ValueError.
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
    Warning,  # about an odd certificate, where warnings are errors
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signature proves. `state` is verified, failed, unverifiable or none.

    `signer` is the identifier of an organisation or a key id, never a person, and certain only
    where the state is verified. `detail` is a sentence of ours without content of the document.
    """

    state: str
    kind: str
    signer: str | None
    detail: str


def invalid_signature(detail: str) -> Rejected:
    return Rejected("signature.invalid", detail=detail)


def decode_base64url(text: str) -> bytes:
    """Decode unpadded base64url (RFC 7515, section 2); raises ValueError for another notation."""
    # The unused bits of the last letter could otherwise be changed and the signature still match.
    decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != text.encode("ascii"):
        raise ValueError("not canonical base64url")
    return decoded


def read_object(text: str | bytes) -> Mapping[str, Any]:
    """Parse a JSON object in which no name occurs twice; raises ValueError for anything else."""
    value = json.loads(text, object_pairs_hook=_object_of_distinct_names)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one error for all bad bytes
    return value


def read_leaf(chain: Any) -> x509.Certificate:
    """Read the signer's certificate, the first of an `x5c` header (RFC 7515, section 4.1.6)."""
    return x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True))


def _object_of_distinct_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two members with one name a verifier might read the one and a reader the other.
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members
