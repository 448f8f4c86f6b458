"""Verifies an embedded proof whose document is signed as canonical JSON (JCS).

https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022 and
https://www.w3.org/TR/vc-di-ecdsa/#ecdsa-jcs-2019
Other suites sign an RDF graph, for which every context would have to be fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import rfc8785

from credstream.contract.errors import Rejected
from services.ingest.proofs.base import MALFORMED, KeySet, Proof, invalid_signature
from services.ingest.proofs.key_set import SignedContent, judge_signature
from services.ingest.proofs.keys import decode_base58, from_did

KIND = "data-integrity"
#: The algorithm of each suite; the second has P-384 as well, which is not on the allow-list.
SUITES: Mapping[str, str] = {"eddsa-jcs-2022": "Ed25519", "ecdsa-jcs-2019": "ES256"}
#: A signature has 64 bytes, and decoding base 58 takes the square of its length.
_LONGEST_VALUE = 100
_UNCHECKED = Proof("unverifiable", KIND, None, "embedded proofs of this kind are not checked")


def verify(document: Mapping[str, Any], keys: KeySet, at_ms: int) -> Proof:
    """The proof of the one signature in a document; never raises.

    Several proofs, and suites that need a graph, are `unverifiable`.
    """
    proof = document.get("proof")
    proof = proof[0] if isinstance(proof, list) and len(proof) == 1 else proof
    if not isinstance(proof, dict) or str(proof.get("cryptosuite")) not in SUITES:
        return _UNCHECKED
    try:
        return judge_signature(_read_proof(document, proof), keys, at_ms)
    except Rejected as refused:
        return Proof("failed", KIND, None, refused.detail)
    except (*MALFORMED, rfc8785.CanonicalizationError):
        return Proof("failed", KIND, None, "the proof cannot be decoded")


def _read_proof(document: Mapping[str, Any], proof: Mapping[str, Any]) -> SignedContent:
    if proof.get("type") != "DataIntegrityProof" or proof.get("proofPurpose") != "assertionMethod":
        raise invalid_signature("the proof is no DataIntegrityProof, or not for an assertion")
    kid = proof.get("verificationMethod")
    if not isinstance(kid, str):
        raise invalid_signature("the proof names no key (verificationMethod)")
    value = proof["proofValue"]
    if not isinstance(value, str) or not value.startswith("z") or len(value) > _LONGEST_VALUE:
        raise invalid_signature("the value of the proof is not base58 (multibase z), or too long")
    # The suites hash the options of the proof and the document apart, and sign both hashes.
    signed = (_options(proof), _unsecured(document, proof))
    content = b"".join(hashlib.sha256(rfc8785.dumps(part)).digest() for part in signed)
    alg = SUITES[str(proof["cryptosuite"])]
    return SignedContent(KIND, alg, kid, content, decode_base58(value[1:]), partial(_own_key, kid))


def _options(proof: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in proof.items() if name != "proofValue"}


def _unsecured(document: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its proof, with the contexts that were signed.

    The suites let contexts be added behind the signed ones; here such a document is another one,
    as some formats are recognised by a context.
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if "@context" not in proof:
        return unsecured
    if _as_list(proof["@context"]) != _as_list(document.get("@context")):
        raise invalid_signature("the contexts are not those that were signed")
    return {**unsecured, "@context": proof["@context"]}


def _as_list(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [context]


def _own_key(kid: str) -> Iterator[object]:
    if key := from_did(kid):
        yield key
