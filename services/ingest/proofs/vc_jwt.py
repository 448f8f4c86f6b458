"""Verifies a compact JWS (VC-JWT, Open Badges) by the keys of the provider's registration.

https://www.rfc-editor.org/rfc/rfc7515#section-3.1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from credstream.contract.errors import Rejected
from services.ingest.proofs.base import (
    MALFORMED,
    Proof,
    decode_base64url,
    invalid_signature,
    read_leaf,
    read_object,
)
from services.ingest.proofs.key_set import SignedContent, judge_signature
from services.ingest.proofs.keys import from_did, from_jwk

KIND = "vc-jwt"
ALLOWED = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
#: Real tokens contain images: the 512 and 128,000 letters that JOSE libraries allow are too few.
MAX_BYTES = 1024 * 1024

#: Header members that a verifier has to act on in a way that this one does not.
_DETAIL_BY_HEADER = {
    "crit": "the header makes an extension critical that is not known",
    "jku": "the header points to a key elsewhere (jku)",
    "x5u": "the header points to a certificate elsewhere (x5u)",
    "b64": "an unencoded payload (b64) has no place in a compact token",
    "zip": "a compressed payload (zip) has no place in a signed token",
}


def verify(token: str, keys: Mapping[str, str], at_ms: int) -> Proof:
    """The proof of a compact token; never raises.

    `exp` and `nbf` are not checked: the signature of an expired credential still matches.
    `at_ms` only decides whether a registered key or certificate is in force.
    """
    try:
        return judge_signature(_read_token(token), keys, at_ms)
    except Rejected as refused:
        return Proof("failed", KIND, None, refused.detail)
    except MALFORMED:
        return Proof("failed", KIND, None, "the token cannot be decoded")


def _read_token(text: str) -> SignedContent:
    parts = text.strip().split(".", 3)
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise invalid_signature("a compact token has three parts")
    if max(map(len, parts)) * 3 // 4 > MAX_BYTES:
        raise invalid_signature("a part of the token is larger than 1 MiB")
    header = read_object(decode_base64url(parts[0]))
    alg = _allowed_algorithm(header)
    kid = header.get("kid", "")
    if not isinstance(kid, str):
        raise invalid_signature("the key id (kid) is not text")
    content = f"{parts[0]}.{parts[1]}".encode("ascii")
    payload = decode_base64url(parts[1])
    own_keys = partial(_own_keys, header, kid, payload)
    return SignedContent(KIND, alg, kid, content, decode_base64url(parts[2]), own_keys)


def _allowed_algorithm(header: Mapping[str, Any]) -> str:
    for name, detail in _DETAIL_BY_HEADER.items():
        if name in header:
            raise invalid_signature(detail)
    alg = header.get("alg")
    if alg == "none":
        raise invalid_signature("the token is not signed (alg none)")
    if not isinstance(alg, str) or alg not in ALLOWED:
        raise invalid_signature("the algorithm is not on the allow-list")
    return alg


def _own_keys(header: Mapping[str, Any], kid: str, payload: bytes) -> Iterator[object]:
    """The keys that the token itself carries or names by DID."""
    if "jwk" in header:
        yield from_jwk(header["jwk"])
    if "x5c" in header:
        yield read_leaf(header["x5c"]).public_key()
    claims = read_object(payload)
    for did in {kid, _issuer(claims)}:
        if key := from_did(did):
            yield key
    if pem := _badge_key(claims):
        yield load_pem_public_key(pem.encode())


def _badge_key(claims: Mapping[str, Any]) -> str | None:
    """The key in an Open Badge 2.0 that it says it was signed with.

    https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#CryptographicKey
    """
    verification = claims.get("verification", claims.get("verify"))
    creator = verification.get("creator") if isinstance(verification, dict) else None
    badge = claims.get("badge")
    issuer = badge.get("issuer") if isinstance(badge, dict) else None
    issuer_keys = issuer.get("publicKey") if isinstance(issuer, dict) else None
    candidates = [creator, *(issuer_keys if isinstance(issuer_keys, list) else [issuer_keys])]
    key_id = creator.get("id") if isinstance(creator, dict) else creator
    keys = [key for key in candidates if isinstance(key, dict) and "publicKeyPem" in key]
    # Of several keys only the one that is named has signed.
    named = [key for key in keys if key is creator or key_id in (None, key.get("id"))]
    pems = {str(key["publicKeyPem"]) for key in named}
    return pems.pop() if len(pems) == 1 else None


def _issuer(claims: Mapping[str, Any]) -> str:
    issuer = claims.get("iss", claims.get("issuer"))
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    return name if isinstance(name, str) else ""
