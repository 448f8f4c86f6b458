"""Encrypts the learner block, and decrypts it where a credential is sealed."""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credstream.contract.errors import Rejected

NONCE_BYTES = 12


def encrypt(plain: bytes, key: bytes) -> bytes:
    """Nonce and AES-256-GCM ciphertext.

    The same input gives the same bytes, so that a replay writes what was written before.
    """
    # Derived from key and content: a nonce is never used for two contents under one key, which
    # AES-GCM does not survive (NIST SP 800-38D, section 8).
    nonce = hmac.digest(key, plain, "sha256")[:NONCE_BYTES]
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def decrypt(block: bytes, key: bytes) -> bytes:
    """The content of a block; raises Rejected where it was not encrypted with this key."""
    try:
        return AESGCM(key).decrypt(block[:NONCE_BYTES], block[NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise Rejected("learner.unreadable", "", "the learner's key does not open it") from error
