"""Judges a compact JWS (VC-JWT, Open Badges) by the keys of the provider's registration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from credstream.contract.errors import Rejected
from services.ingest.proofs.algorithms import holds
from services.ingest.proofs.base import (
    MALFORMED,
    Proof,
    read_leaf,
    read_object,
    refuse,
    unbase64url,
)
from services.ingest.proofs.keys import Registered, from_did, from_jwk, read_registered

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
#: A key id may be repeated as signer when it is a plain DID or web address.
_NAMES_A_KEY = re.compile(r"(did:[a-z0-9]+:|https?://)[^\s@]{1,200}")


@dataclass(frozen=True, slots=True)
class _Token:
    header: Mapping[str, Any]
    alg: str
    kid: str
    payload: bytes
    signed: bytes
    mark: bytes

    def holds(self, key: object) -> bool:
        return holds(self.alg, key, self.signed, self.mark)


def verify(token: str, keys: Mapping[str, str], at_ms: int) -> Proof:
    """Judge a compact token; never raises.

    `exp` and `nbf` are not looked at: an expired credential has a good signature. `at_ms` only
    decides whether a registered certificate is in force.
    """
    try:
        return _judge(_open(token), keys, at_ms)
    except Rejected as refused:
        return Proof("failed", KIND, None, refused.detail)
    except MALFORMED:
        return Proof("failed", KIND, None, "the token cannot be decoded")


def _open(text: str) -> _Token:
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
    return _Token(header, alg, kid, unbase64url(parts[1]), signed, unbase64url(parts[2]))


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


def _judge(token: _Token, keys: Mapping[str, str], at_ms: int) -> Proof:
    if token.kid in keys:
        return _by_name(token, keys[token.kid], at_ms)
    ring = {kid: key for kid, text in keys.items() if (key := _readable(text))}
    suitable = {kid: key for kid, key in ring.items() if key.suits(token.alg)}
    for kid, registered in suitable.items():
        if token.holds(registered.key):
            return _good(kid, registered, at_ms)
    return _by_own_key(token, bool(suitable))


def _by_name(token: _Token, text: str, at_ms: int) -> Proof:
    registered = _readable(text)
    if registered is None:
        return Proof("unverifiable", KIND, token.kid, "the registered key cannot be read")
    if not registered.suits(token.alg):
        detail = "the algorithm does not fit the registered key"
    elif not token.holds(registered.key):
        detail = "the signature does not match the registered key"
    else:
        return _good(token.kid, registered, at_ms)
    return Proof("failed", KIND, token.kid, detail)


def _readable(text: str) -> Registered | None:
    try:
        return read_registered(text)
    except MALFORMED:
        return None


def _good(kid: str, registered: Registered, at_ms: int) -> Proof:
    if registered.in_force(at_ms):
        return Proof("verified", KIND, kid, "the signature matches a registered key")
    detail = "the signature matches a registered certificate that is not in force"
    return Proof("unverifiable", KIND, kid, detail)


def _by_own_key(token: _Token, suitable: bool) -> Proof:  # noqa: FBT001 - one caller
    """Judge a token that no registered key signed: its own key can refute it, never prove it."""
    own = tuple(_own_keys(token))
    if not all(token.holds(key) for key in own):
        raise refuse("the signature does not match the key that the token carries")
    signer = token.kid if _NAMES_A_KEY.fullmatch(token.kid) else None
    if own:
        detail = "the token is signed with a key of its own, which is not registered"
    elif token.kid:
        detail = "the key id is not registered"
    elif suitable:
        raise refuse("the signature matches no registered key")
    else:
        detail = "no registered key is of the type that signed"
    return Proof("unverifiable", KIND, signer, detail)


def _own_keys(token: _Token) -> Iterator[object]:
    if "jwk" in token.header:
        yield from_jwk(token.header["jwk"])
    if "x5c" in token.header:
        yield read_leaf(token.header["x5c"]).public_key()
    claims = read_object(token.payload)
    for did in {token.kid, _issuer(claims)}:
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
