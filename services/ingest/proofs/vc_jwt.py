"""Judges a compact JWS (VC-JWT, Open Badges) by the keys of the provider's registration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from credstream.contract.errors import Rejected
from services.ingest.proofs.base import (
    MALFORMED,
    Proof,
    read_leaf,
    read_object,
    refuse,
    unbase64url,
)
from services.ingest.proofs.keys import from_did, from_jwk
from services.ingest.proofs.ring import Signed, judge

KIND = "vc-jwt"
ALLOWED = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
#: Real tokens carry images: the 512 and 128,000 letters of JOSE libraries are not enough.
MAX_BYTES = 1024 * 1024

#: Header members that would make a verifier do what this one does not; all of them are refused.
_REFUSED = {
    "crit": "the header makes an extension critical that is not known",
    "jku": "the header points to a key elsewhere (jku)",
    "x5u": "the header points to a certificate elsewhere (x5u)",
    "b64": "an unencoded payload (b64) has no place in a compact token",
    "zip": "a compressed payload (zip) has no place in a signed token",
}


def verify(token: str, keys: Mapping[str, str], at_ms: int) -> Proof:
    """Judge a compact token; never raises.

    `exp` and `nbf` are not looked at: an expired credential has a good signature. `at_ms` only
    decides whether a registered certificate is in force.
    """
    try:
        return judge(_open(token), keys, at_ms)
    except Rejected as refused:
        return Proof("failed", KIND, None, refused.detail)
    except MALFORMED:
        return Proof("failed", KIND, None, "the token cannot be decoded")


def _open(text: str) -> Signed:
    parts = text.strip().split(".", 3)
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise refuse("a compact token has three parts")
    if max(map(len, parts)) * 3 // 4 > MAX_BYTES:
        raise refuse("a part of the token is larger than 1 MiB")
    header = read_object(unbase64url(parts[0]))
    alg = _allowed(header)
    kid = header.get("kid", "")
    if not isinstance(kid, str):
        raise refuse("the key id (kid) is not text")
    signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    payload = unbase64url(parts[1])
    own = partial(_own_keys, header, kid, payload)
    return Signed(KIND, alg, kid, signed, unbase64url(parts[2]), own)


def _allowed(header: Mapping[str, Any]) -> str:
    for name, why in _REFUSED.items():
        if name in header:
            raise refuse(why)
    alg = header.get("alg")
    if alg == "none":
        raise refuse("the token is not signed (alg none)")
    if not isinstance(alg, str) or alg not in ALLOWED:
        raise refuse("the algorithm is not on the allow-list")
    return alg


def _own_keys(header: Mapping[str, Any], kid: str, payload: bytes) -> Iterator[object]:
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
    """The key that an Open Badge 2.0 carries along as the one that signed it.

    https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#CryptographicKey
    """
    verification = claims.get("verification", claims.get("verify"))
    creator = verification.get("creator") if isinstance(verification, dict) else None
    badge = claims.get("badge")
    issuer = badge.get("issuer") if isinstance(badge, dict) else None
    owned = issuer.get("publicKey") if isinstance(issuer, dict) else None
    carried = [creator, *(owned if isinstance(owned, list) else [owned])]
    name = creator.get("id") if isinstance(creator, dict) else creator
    keys = [each for each in carried if isinstance(each, dict) and "publicKeyPem" in each]
    # Of several keys only the one that is named has signed.
    named = [each for each in keys if each is creator or name in (None, each.get("id"))]
    pems = {str(each["publicKeyPem"]) for each in named}
    return pems.pop() if len(pems) == 1 else None


def _issuer(claims: Mapping[str, Any]) -> str:
    issuer = claims.get("iss", claims.get("issuer"))
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    return name if isinstance(name, str) else ""
