"""Judges an embedded proof whose document is signed as canonical JSON (JCS).

https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022 and
https://www.w3.org/TR/vc-di-ecdsa/#ecdsa-jcs-2019
The other suites sign an RDF graph, for which every context would have to be fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import rfc8785

from credstream.contract.errors import Rejected
from services.ingest.proofs.base import MALFORMED, KeyRing, Proof, refuse
from services.ingest.proofs.keys import from_did, unbase58
from services.ingest.proofs.ring import Signed, judge

KIND = "data-integrity"
#: The algorithm of each suite; P-384 of the second is not on the allow-list.
SUITES: Mapping[str, str] = {"eddsa-jcs-2022": "Ed25519", "ecdsa-jcs-2019": "ES256"}
#: A signature has 64 bytes, and base 58 costs the square of its length.
_LONGEST_VALUE = 100
_UNCHECKED = Proof("unverifiable", KIND, None, "embedded proofs of this kind are not checked")


def verify(document: Mapping[str, Any], keys: KeyRing, at_ms: int) -> Proof:
    """Judge the one proof of a document; never raises.

    Several proofs, and suites that need a graph, are `unverifiable`.
    """
    proof = document.get("proof")
    proof = proof[0] if isinstance(proof, list) and len(proof) == 1 else proof
    if not isinstance(proof, dict) or str(proof.get("cryptosuite")) not in SUITES:
        return _UNCHECKED
    try:
        return judge(_signed(document, proof), keys, at_ms)
    except Rejected as refused:
        return Proof("failed", KIND, None, refused.detail)
    except (*MALFORMED, rfc8785.CanonicalizationError):
        return Proof("failed", KIND, None, "the proof cannot be decoded")


def _signed(document: Mapping[str, Any], proof: Mapping[str, Any]) -> Signed:
    if proof.get("type") != "DataIntegrityProof" or proof.get("proofPurpose") != "assertionMethod":
        raise refuse("the proof is no DataIntegrityProof, or not for an assertion")
    kid = proof.get("verificationMethod")
    if not isinstance(kid, str):
        raise refuse("the proof names no key (verificationMethod)")
    value = proof["proofValue"]
    if not isinstance(value, str) or not value.startswith("z") or len(value) > _LONGEST_VALUE:
        raise refuse("the value of the proof is not base58 (multibase z), or too long")
    signed = (_options(proof), _bare(document, proof))
    content = b"".join(hashlib.sha256(rfc8785.dumps(each)).digest() for each in signed)
    alg = SUITES[str(proof["cryptosuite"])]
    return Signed(KIND, alg, kid, content, unbase58(value[1:]), partial(_own_key, kid))


def _options(proof: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in proof.items() if name != "proofValue"}


def _bare(document: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its proof, with the context that was signed.

    Contexts that were added behind those of the proof change nothing that was signed; one before
    them could change what every word means.
    """
    bare = {name: value for name, value in document.items() if name != "proof"}
    if "@context" not in proof:
        return bare
    signed, found = _several(proof["@context"]), _several(document.get("@context"))
    if found[: len(signed)] != signed:
        raise refuse("the contexts are not those that were signed")
    return {**bare, "@context": proof["@context"]}


def _several(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [context]


def _own_key(kid: str) -> Iterator[object]:
    if key := from_did(kid):
        yield key
