"""Signs JSON documents with embedded proofs (Data Integrity), for the tests of their signatures."""

from __future__ import annotations

import hashlib

import rfc8785
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.proofs import base58

KID = "https://school.example/keys#1"


def mark(key, content):
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(content)
    r, s = utils.decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def proved(key, document, **changes):
    """The document with a proof; `...` in place of an option leaves it out."""
    suite = "eddsa-jcs-2022" if isinstance(key, Ed25519PrivateKey) else "ecdsa-jcs-2019"
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "verificationMethod": KID,
        "proofPurpose": "assertionMethod",
        "created": "2026-03-01T00:00:00Z",
        "@context": document["@context"],
    } | changes
    options = {name: value for name, value in options.items() if value is not ...}
    content = b"".join(hashlib.sha256(rfc8785.dumps(each)).digest() for each in (options, document))
    return {**document, "proof": {**options, "proofValue": "z" + base58(mark(key, content))}}
