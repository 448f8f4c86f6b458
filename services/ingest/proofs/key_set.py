"""Judges a signature of any format by the keys of the provider's registration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.ingest.proofs.algorithms import signature_matches
from services.ingest.proofs.base import MALFORMED, KeySet, Proof, invalid_signature
from services.ingest.proofs.keys import RegisteredKey, read_registered_key

#: A key id is given as the signer where it is a plain DID or web address, and no free text.
_KEY_ADDRESS = re.compile(r"(did:[a-z0-9]+:|https?://)[^\s@]{1,200}")


@dataclass(frozen=True, slots=True)
class SignedContent:
    """A content with its signature, the algorithm, and the key that it says it was signed with.

    `kid` is empty where no key is named. `own_keys` reads the keys that the document carries:
    such a key can show that a signature is false, and never that it is the provider's.
    """

    kind: str
    alg: str
    kid: str
    content: bytes
    signature: bytes
    own_keys: Callable[[], Iterable[object]] = tuple

    def matches(self, key: object) -> bool:
        return signature_matches(self.alg, key, self.content, self.signature)


def judge_signature(signed: SignedContent, keys: KeySet, at_ms: int) -> Proof:
    """By the key that is named, else by any that fits; raises Rejected for a false signature.

    `at_ms` decides whether a registered key counts and a certificate is in force.
    """
    if signed.kid in keys:
        return _judge_by_named_key(signed, keys[signed.kid], at_ms)
    suitable = dict(_suitable_keys(signed, keys))
    for kid, registered in suitable.items():
        if signed.matches(registered.key):
            return _matched(signed, kid, registered, at_ms)
    return _judge_by_own_keys(signed, any_suitable=bool(suitable))


def _suitable_keys(signed: SignedContent, keys: KeySet) -> Iterable[tuple[str, RegisteredKey]]:
    for kid, text in keys.items():
        registered = _read_key(text)
        if registered and registered.allows(signed.alg):
            yield kid, registered


def _judge_by_named_key(signed: SignedContent, text: str, at_ms: int) -> Proof:
    registered = _read_key(text)
    if registered is None:
        return Proof("unverifiable", signed.kind, signed.kid, "the registered key cannot be read")
    if not registered.allows(signed.alg):
        detail = "the algorithm does not fit the registered key"
    elif not signed.matches(registered.key):
        detail = "the signature does not match the registered key"
    else:
        return _matched(signed, signed.kid, registered, at_ms)
    return Proof("failed", signed.kind, signed.kid, detail)


def _read_key(text: str) -> RegisteredKey | None:
    try:
        return read_registered_key(text)
    except MALFORMED:
        return None


def _matched(signed: SignedContent, kid: str, registered: RegisteredKey, at_ms: int) -> Proof:
    # A token does not say when it was signed in a way that binds its signer: it is as old as its
    # arrival.
    if fault := registered.entry.fault(at_ms / 1000, at_ms / 1000):
        return Proof("failed", signed.kind, kid, fault)
    if registered.is_in_force(at_ms):
        return Proof("verified", signed.kind, kid, "the signature matches a registered key")
    detail = "the signature matches a registered certificate that is not in force"
    return Proof("unverifiable", signed.kind, kid, detail)


def _judge_by_own_keys(signed: SignedContent, *, any_suitable: bool) -> Proof:
    """The proof of a signature that no registered key matches; it is never verified.

    `any_suitable` says that a registered key could have made it.
    """
    own = tuple(signed.own_keys())
    if not all(signed.matches(key) for key in own):
        raise invalid_signature("the signature does not match the key that comes with it")
    signer = signed.kid if _KEY_ADDRESS.fullmatch(signed.kid) else None
    if own:
        detail = "it is signed with a key of its own, which is not registered"
    elif signed.kid:
        detail = "the key id is not registered"
    elif any_suitable:
        raise invalid_signature("the signature matches no registered key")
    else:
        detail = "no registered key is of the type that signed"
    return Proof("unverifiable", signed.kind, signer, detail)
