"""The signature algorithms of JOSE that are allowed here, and the keys that fit them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PublicKey: TypeAlias = RSAPublicKey | ec.EllipticCurvePublicKey | Ed25519PublicKey

#: Shorter keys are broken, longer ones only cost time (RFC 7518 section 3.3 sets the minimum).
RSA_BITS = range(2048, 8193)
RSA_EXPONENT_BITS = 64


@dataclass(frozen=True, slots=True)
class Algorithm:
    fits: Callable[[object], bool]
    check: Callable[[object, bytes, bytes], None]


def fits(alg: str, key: object) -> bool:
    """Say whether the key is of the type, curve and size that the algorithm asks for."""
    return ALGORITHMS[alg].fits(key)


def holds(alg: str, key: object, signed: bytes, mark: bytes) -> bool:
    """Say whether `mark` is the key's signature over `signed`; a key that does not fit: no."""
    if not fits(alg, key):
        return False
    try:
        ALGORITHMS[alg].check(key, signed, mark)
    except (InvalidSignature, ValueError):
        return False
    return True


def _rsa(digest: hashes.HashAlgorithm, pad: padding.AsymmetricPadding) -> Algorithm:
    def check(key: object, signed: bytes, mark: bytes) -> None:
        if isinstance(key, RSAPublicKey):
            return key.verify(mark, signed, pad, digest)
        raise InvalidSignature

    return Algorithm(_sound_rsa, check)


def _sound_rsa(key: object) -> bool:
    return (
        isinstance(key, RSAPublicKey)
        and key.key_size in RSA_BITS
        and key.public_numbers().e.bit_length() <= RSA_EXPONENT_BITS
    )


def _pss(digest: hashes.HashAlgorithm) -> Algorithm:
    return _rsa(digest, padding.PSS(padding.MGF1(digest), digest.digest_size))


def _ecdsa(digest: hashes.HashAlgorithm, curve: ec.EllipticCurve) -> Algorithm:
    size = (curve.key_size + 7) // 8

    def fit(key: object) -> bool:
        return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == curve.name

    def check(key: object, signed: bytes, mark: bytes) -> None:
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(mark) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(mark[:size]), int.from_bytes(mark[size:])
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(digest))

    return Algorithm(fit, check)


def _edwards() -> Algorithm:
    def check(key: object, signed: bytes, mark: bytes) -> None:
        if isinstance(key, Ed25519PublicKey):
            return key.verify(mark, signed)
        raise InvalidSignature

    return Algorithm(lambda key: isinstance(key, Ed25519PublicKey), check)


_ED25519 = _edwards()

ALGORITHMS: Mapping[str, Algorithm] = {
    "RS256": _rsa(hashes.SHA256(), padding.PKCS1v15()),
    "RS384": _rsa(hashes.SHA384(), padding.PKCS1v15()),
    "RS512": _rsa(hashes.SHA512(), padding.PKCS1v15()),
    "PS256": _pss(hashes.SHA256()),
    "PS384": _pss(hashes.SHA384()),
    "PS512": _pss(hashes.SHA512()),
    "ES256": _ecdsa(hashes.SHA256(), ec.SECP256R1()),
    "ES384": _ecdsa(hashes.SHA384(), ec.SECP384R1()),
    "ES512": _ecdsa(hashes.SHA512(), ec.SECP521R1()),
    "EdDSA": _ED25519,
    "Ed25519": _ED25519,
}
