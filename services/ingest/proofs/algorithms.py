"""The signature algorithms of JOSE that are allowed, and the keys that fit them.

https://www.rfc-editor.org/rfc/rfc7518#section-3 and RFC 8037 for Ed25519.
"""

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

#: RFC 7518, section 3.3, sets the minimum; keys beyond the maximum would only take time.
RSA_BITS = range(2048, 8193)
RSA_EXPONENT_BITS = 64


@dataclass(frozen=True, slots=True)
class Algorithm:
    """`fits` says whether a key is of the algorithm's type; `check` raises InvalidSignature."""

    fits: Callable[[object], bool]
    check: Callable[[object, bytes, bytes], None]


def key_fits(alg: str, key: object) -> bool:
    """Whether the key has the type, the curve and the size that the algorithm requires."""
    return ALGORITHMS[alg].fits(key)


def signature_matches(alg: str, key: object, content: bytes, signature: bytes) -> bool:
    """Whether it is the key's signature over the content; False for a key that does not fit."""
    if not key_fits(alg, key):
        return False
    try:
        ALGORITHMS[alg].check(key, content, signature)
    except (InvalidSignature, ValueError):
        return False
    return True


def _rsa(digest: hashes.HashAlgorithm, pad: padding.AsymmetricPadding) -> Algorithm:
    def check(key: object, content: bytes, signature: bytes) -> None:
        if isinstance(key, RSAPublicKey):
            return key.verify(signature, content, pad, digest)
        raise InvalidSignature

    return Algorithm(_is_sound_rsa, check)


def _is_sound_rsa(key: object) -> bool:
    return (
        isinstance(key, RSAPublicKey)
        and key.key_size in RSA_BITS
        and key.public_numbers().e.bit_length() <= RSA_EXPONENT_BITS
    )


def _pss(digest: hashes.HashAlgorithm) -> Algorithm:
    return _rsa(digest, padding.PSS(padding.MGF1(digest), digest.digest_size))


def _ecdsa(digest: hashes.HashAlgorithm, curve: ec.EllipticCurve) -> Algorithm:
    size = (curve.key_size + 7) // 8

    def fits(key: object) -> bool:
        return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == curve.name

    def check(key: object, content: bytes, signature: bytes) -> None:
        # JOSE has r and s side by side where X.509 has them as ASN.1 (RFC 7518, section 3.4).
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        key.verify(utils.encode_dss_signature(r, s), content, ec.ECDSA(digest))

    return Algorithm(fits, check)


def _edwards() -> Algorithm:
    def check(key: object, content: bytes, signature: bytes) -> None:
        if isinstance(key, Ed25519PublicKey):
            return key.verify(signature, content)
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
