"""What a status list says of a credential: in force, revoked, suspended, or nobody can tell.

https://www.w3.org/TR/vc-bitstring-status-list/ , StatusList2021, and the revocation lists of
Open Badges 2.0. A list is read when the registration has it, or when the credential carries it in
the place of its address; nothing is fetched.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from services.ingest.proofs import vc_jwt

NONE, IN_FORCE, REVOKED, SUSPENDED, UNCHECKED = (
    "none", "in_force", "revoked", "suspended", "unchecked",
)  # fmt: skip
# The worst first: one list that revokes is enough, and one that is away leaves a doubt.
ORDER = (REVOKED, SUSPENDED, UNCHECKED, IN_FORCE, NONE)
PURPOSES = {"revocation": REVOKED, "suspension": SUSPENDED}
BITSTRINGS = frozenset({"BitstringStatusListEntry", "StatusList2021Entry"})
LONGEST = 16 * 1024 * 1024
BITS = 8
REVOCATIONS = ("revokedAssertions", "revokedCredential")


Read = Callable[[Any], Mapping[str, Any] | None]


def standing(document: Any, lists: Mapping[str, str], keys: Mapping[str, str], at_ms: int) -> str:
    """The state of a credential by all the status lists that it names; never raises."""
    if not isinstance(document, dict):
        return NONE

    def read(address: Any) -> Mapping[str, Any] | None:
        carried = address if isinstance(address, dict) else None
        name = carried.get("id") if carried else address
        # A copy that travels may be older than the list that is registered.
        text = lists.get(name) if isinstance(name, str) else None
        if carried and text is None:
            # As good as the credential that carries it: both are the provider's word.
            return carried if _in_force(carried, at_ms) else None
        return _credential(text, keys, at_ms)

    found = [_by_entry(document, entry, read) for entry in _entries(document)]
    found += [_by_revocations(document, read(address)) for address in _addresses(document)]
    return min(found, key=ORDER.index, default=NONE)


def _entries(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("credentialStatus", "status"):
        given = document.get(name)
        for each in given if isinstance(given, list) else (given,):
            if isinstance(each, dict):
                yield each


def _addresses(document: Mapping[str, Any]) -> Iterator[Any]:
    """Where an Open Badge 2.0 says that its issuer lists what is revoked, or that list itself."""
    badge = document.get("badge")
    issuer = badge.get("issuer") if isinstance(badge, dict) else None
    address = issuer.get("revocationList") if isinstance(issuer, dict) else None
    if isinstance(address, str | dict):
        yield address


def _by_entry(document: Mapping[str, Any], entry: Mapping[str, Any], read: Read) -> str:
    kinds = entry.get("type")
    named = {str(each) for each in (kinds if isinstance(kinds, list) else [kinds])}
    if BITSTRINGS.isdisjoint(named):
        return _by_revocations(document, read(entry.get("id")))
    credential = read(entry.get("statusListCredential"))
    purpose = PURPOSES.get(str(entry.get("statusPurpose", "revocation")))
    if purpose is None or credential is None:
        return UNCHECKED
    bit = _bit(credential, entry)
    if bit is None:
        return UNCHECKED
    return purpose if bit else IN_FORCE


def _credential(text: str | None, keys: Mapping[str, str], at_ms: int) -> Mapping[str, Any] | None:
    """A list in force; of a signed one only with a registered key, of a plain one as registered."""
    if text is None:
        return None
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else _opened(text, keys, at_ms)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and _in_force(document, at_ms) else None


def _opened(token: str, keys: Mapping[str, str], at_ms: int) -> Any:
    if vc_jwt.verify(token, keys, at_ms).state != "verified":
        return None
    body = token.strip().split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims.get("vc", claims) if isinstance(claims, dict) else None


def _in_force(document: Mapping[str, Any], at_ms: int) -> bool:
    for name in ("validUntil", "expirationDate"):
        ends = document.get(name)
        if isinstance(ends, str):
            try:
                moment = datetime.fromisoformat(ends)
            except ValueError:
                return False
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            if zoned.timestamp() < at_ms / 1000:
                return False
    return True


def _bit(credential: Mapping[str, Any], entry: Mapping[str, Any]) -> bool | None:
    """The bit of an entry's index; None where the list does not reach so far."""
    subject = credential.get("credentialSubject")
    subject = subject[0] if isinstance(subject, list) and subject else subject
    index = _index(entry.get("statusListIndex"))
    if not isinstance(subject, dict) or index is None or not _fits(subject, entry):
        return None
    bits = _bits(subject.get("encodedList"))
    if bits is None or index >= len(bits) * BITS:
        return None
    return bool(bits[index // BITS] >> (BITS - 1 - index % BITS) & 1)


def _fits(subject: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether a list is for the purpose of the entry, with one bit for each credential."""
    purposes = subject.get("statusPurpose", "revocation")
    wanted = entry.get("statusPurpose", "revocation")
    one_bit = str(entry.get("statusSize", 1)) == "1"
    return one_bit and wanted in (purposes if isinstance(purposes, list) else [purposes])


def _index(given: Any) -> int | None:
    text = str(given)
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LONGEST)) else None
    )


def _bits(encoded: Any) -> bytes | None:
    """Multibase base64url where it begins with u, as of the W3C; without it, StatusList2021."""
    if not isinstance(encoded, str):
        return None
    body = encoded.removeprefix("u") if encoded.startswith("uH4s") else encoded
    try:
        packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        bits = unpack.decompress(packed, LONGEST)
    except (binascii.Error, ValueError, zlib.error):
        return None
    # Neither one that goes on, nor one that was cut off.
    return bits if unpack.eof else None


def _by_revocations(document: Mapping[str, Any], listed: Mapping[str, Any] | None) -> str:
    """By a list of the ids of revoked badges; one without any such member is no such list."""
    inner = listed.get("credentialSubject", listed) if listed else None
    if not isinstance(inner, dict):
        return UNCHECKED
    revoked = next((inner[name] for name in REVOCATIONS if name in inner), None)
    own = {each for each in (document.get("id"), document.get("uid")) if isinstance(each, str)}
    if not isinstance(revoked, list) or not own:
        return UNCHECKED
    return REVOKED if any(own & _named(each) for each in revoked) else IN_FORCE


def _named(each: Any) -> set[str]:
    if not isinstance(each, dict):
        return {each} if isinstance(each, str) else set()
    if each.get("revoked") is False:
        return set()
    return {each[name] for name in ("id", "uid") if isinstance(each.get(name), str)}
