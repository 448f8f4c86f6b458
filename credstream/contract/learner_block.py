"""The learner block: encrypted where it is made, opened only where a credential is sealed."""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credstream.contract.errors import Rejected

NONCE_BYTES = 12


def encrypt(plain: bytes, key: bytes) -> bytes:
    """Nonce and AES-256-GCM ciphertext.

    The nonce comes from key and content: the same input gives the same bytes on a replay, and
    two contents under one key never share a nonce.
    """
    nonce = hmac.digest(key, plain, "sha256")[:NONCE_BYTES]
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def decrypt(block: bytes, key: bytes) -> bytes:
    """The plain content of a block; raises Rejected where key and block do not fit."""
    try:
        return AESGCM(key).decrypt(block[:NONCE_BYTES], block[NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise Rejected("learner.unreadable", "", "the learner's key does not open it") from error
