"""Reads public keys from their notations: JWK, PEM, certificate, did:jwk and did:key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from credstream.contract.key_entries import KeyEntry, read_entry
from services.ingest.proofs.algorithms import ALGORITHMS, Algorithm, PublicKey, key_fits
from services.ingest.proofs.base import decode_base64url, read_object

_CURVES: Mapping[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: Decoding base 58 takes the square of its length, and no key of these kinds needs more letters.
_DID_KEY_LETTERS = 64


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A key of a registration with its times; `pinned` is the one algorithm that its JWK names."""

    key: object
    entry: KeyEntry
    pinned: Algorithm | None = None
    certificate: x509.Certificate | None = None

    def allows(self, alg: str) -> bool:
        return self.pinned in (None, ALGORITHMS[alg]) and key_fits(alg, self.key)

    def is_in_force(self, at_ms: int) -> bool:
        return self.certificate is None or is_valid_at(self.certificate, at_ms / 1000)


@lru_cache(maxsize=1024)
def read_registered_key(text: str) -> RegisteredKey:
    """Read a key of a registration; raises one of `base.MALFORMED`."""
    entry = read_entry(text)
    if entry.key.lstrip().startswith("{"):
        jwk = read_object(entry.key)
        pinned = ALGORITHMS[jwk["alg"]] if "alg" in jwk else None
        return RegisteredKey(from_jwk(jwk), entry, pinned)
    if "BEGIN CERTIFICATE" in entry.key:
        certificate = x509.load_pem_x509_certificate(entry.key.encode())
        return RegisteredKey(certificate.public_key(), entry, certificate=certificate)
    return RegisteredKey(load_pem_public_key(entry.key.encode()), entry)


def is_valid_at(certificate: x509.Certificate, seconds: float) -> bool:
    start = certificate.not_valid_before_utc.timestamp()
    return start <= seconds <= certificate.not_valid_after_utc.timestamp()


def from_jwk(jwk: Any) -> PublicKey:
    """Read the public part of a JWK (RFC 7517); raises one of `base.MALFORMED`."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        raise ValueError("not a key for signatures")
    return _KEY_TYPES[jwk["kty"]](jwk)


def from_did(did: str) -> PublicKey | None:
    """Read the key in a did:jwk or did:key; None for other methods and curves.

    https://w3c-ccg.github.io/did-key-spec/ and https://github.com/quartzjer/did-jwk
    """
    body = did.partition("#")[0]
    if body.startswith("did:jwk:"):
        return from_jwk(read_object(decode_base64url(body.removeprefix("did:jwk:"))))
    if body.startswith("did:key:z") and len(body) <= len("did:key:z") + _DID_KEY_LETTERS:
        return _from_multicodec(decode_base58(body.removeprefix("did:key:z")))
    return None


def _rsa(jwk: Mapping[str, Any]) -> PublicKey:
    return RSAPublicNumbers(n=_number(jwk["n"]), e=_number(jwk["e"])).public_key()


def _elliptic(jwk: Mapping[str, Any]) -> PublicKey:
    x, y = _number(jwk["x"]), _number(jwk["y"])
    return ec.EllipticCurvePublicNumbers(x, y, _CURVES[jwk["crv"]]).public_key()


def _octet_pair(jwk: Mapping[str, Any]) -> PublicKey:
    if jwk["crv"] != "Ed25519":
        raise ValueError("only Ed25519 signs here")
    return Ed25519PublicKey.from_public_bytes(decode_base64url(jwk["x"]))


def _number(text: str) -> int:
    return int.from_bytes(decode_base64url(text))


def _from_multicodec(raw: bytes) -> PublicKey | None:
    # The codes of https://github.com/multiformats/multicodec for Ed25519 and P-256, as varints.
    codec, body = raw[:2], raw[2:]
    if codec == b"\xed\x01":
        return Ed25519PublicKey.from_public_bytes(body)
    if codec == b"\x80\x24":
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), body)
    return None


def decode_base58(text: str) -> bytes:
    """Decode base58btc, where a leading 1 is a zero byte; raises ValueError for other letters."""
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


_KEY_TYPES: Mapping[str, Callable[[Mapping[str, Any]], PublicKey]] = {
    "RSA": _rsa,
    "EC": _elliptic,
    "OKP": _octet_pair,
}
