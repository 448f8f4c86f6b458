"""Judges what somebody signed by the keys of the provider's registration, however it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.ingest.proofs.algorithms import holds
from services.ingest.proofs.base import MALFORMED, KeyRing, Proof, refuse
from services.ingest.proofs.keys import Registered, read_registered

#: A key id may be repeated as signer when it is a plain DID or web address.
_NAMES_A_KEY = re.compile(r"(did:[a-z0-9]+:|https?://)[^\s@]{1,200}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed, how, and by which key as it says.

    `kid` is empty where no key is named. `own` reads the keys that it brings along: they can
    refute a signature, never prove it.
    """

    kind: str
    alg: str
    kid: str
    content: bytes
    mark: bytes
    own: Callable[[], Iterable[object]] = tuple

    def holds(self, key: object) -> bool:
        return holds(self.alg, key, self.content, self.mark)


def judge(signed: Signed, keys: KeyRing, at_ms: int) -> Proof:
    """By the key that is named, else by any that fits; raises Rejected for a bad signature.

    `at_ms` only decides whether a registered certificate is in force.
    """
    if signed.kid in keys:
        return _by_name(signed, keys[signed.kid], at_ms)
    suitable = dict(_suitable(signed, keys))
    for kid, registered in suitable.items():
        if signed.holds(registered.key):
            return _good(signed, kid, registered, at_ms)
    return _by_own_key(signed, bool(suitable))


def _suitable(signed: Signed, keys: Mapping[str, str]) -> Iterable[tuple[str, Registered]]:
    for kid, text in keys.items():
        registered = _readable(text)
        if registered and registered.suits(signed.alg):
            yield kid, registered


def _by_name(signed: Signed, text: str, at_ms: int) -> Proof:
    registered = _readable(text)
    if registered is None:
        return Proof("unverifiable", signed.kind, signed.kid, "the registered key cannot be read")
    if not registered.suits(signed.alg):
        detail = "the algorithm does not fit the registered key"
    elif not signed.holds(registered.key):
        detail = "the signature does not match the registered key"
    else:
        return _good(signed, signed.kid, registered, at_ms)
    return Proof("failed", signed.kind, signed.kid, detail)


def _readable(text: str) -> Registered | None:
    try:
        return read_registered(text)
    except MALFORMED:
        return None


def _good(signed: Signed, kid: str, registered: Registered, at_ms: int) -> Proof:
    if registered.in_force(at_ms):
        return Proof("verified", signed.kind, kid, "the signature matches a registered key")
    detail = "the signature matches a registered certificate that is not in force"
    return Proof("unverifiable", signed.kind, kid, detail)


def _by_own_key(signed: Signed, suitable: bool) -> Proof:  # noqa: FBT001 - one caller
    own = tuple(signed.own())
    if not all(signed.holds(key) for key in own):
        raise refuse("the signature does not match the key that comes with it")
    signer = signed.kid if _NAMES_A_KEY.fullmatch(signed.kid) else None
    if own:
        detail = "it is signed with a key of its own, which is not registered"
    elif signed.kid:
        detail = "the key id is not registered"
    elif suitable:
        raise refuse("the signature matches no registered key")
    else:
        detail = "no registered key is of the type that signed"
    return Proof("unverifiable", signed.kind, signer, detail)
