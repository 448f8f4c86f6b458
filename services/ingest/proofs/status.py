"""Looks a credential up in status lists: valid, revoked, suspended, or unchecked.

https://www.w3.org/TR/vc-bitstring-status-list/ , StatusList2021, and the revocation lists of
Open Badges 2.0. A list is read where the registration has it, or where the credential contains it
in the place of its address; nothing is fetched.
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

NONE, VALID, REVOKED, SUSPENDED, UNCHECKED = (
    "none", "in_force", "revoked", "suspended", "unchecked",
)  # fmt: skip
# The worst first: one list that revokes is enough, and one that is not known leaves a doubt.
ORDER = (REVOKED, SUSPENDED, UNCHECKED, VALID, NONE)
# https://www.w3.org/TR/vc-bitstring-status-list/#bitstringstatuslistentry (statusPurpose)
STATE_BY_PURPOSE = {"revocation": REVOKED, "suspension": SUSPENDED}
ENTRY_TYPES = frozenset({"BitstringStatusListEntry", "StatusList2021Entry"})
# In bytes; the W3C's minimum of 131,072 entries are 16 KiB.
LONGEST_LIST = 16 * 1024 * 1024
BITS_PER_BYTE = 8
REVOCATION_MEMBERS = ("revokedAssertions", "revokedCredential")

# Gives the status list for an address, or for a list in its place.
ReadList = Callable[[Any], Mapping[str, Any] | None]


def credential_status(
    document: Any, lists: Mapping[str, str], keys: Mapping[str, str], at_ms: int
) -> str:
    """The state of a credential by all the status lists that it names; never raises.

    `lists` has the registered ones by address.
    """
    if not isinstance(document, dict):
        return NONE

    def read(address: Any) -> Mapping[str, Any] | None:
        contained = address if isinstance(address, dict) else None
        id_ = contained.get("id") if contained else address
        # A copy inside the credential may be older than the list that is registered.
        text = lists.get(id_) if isinstance(id_, str) else None
        if contained and text is None:
            # It is the provider's statement, as the credential around it is.
            return contained if _is_in_force(contained, at_ms) else None
        return _registered_list(text, keys, at_ms)

    states = [_by_entry(document, entry, read) for entry in _entries(document)]
    states += [_by_revocations(document, read(address)) for address in _revocation_lists(document)]
    return min(states, key=ORDER.index, default=NONE)


def _entries(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("credentialStatus", "status"):
        member = document.get(name)
        for entry in member if isinstance(member, list) else (member,):
            if isinstance(entry, dict):
                yield entry


def _revocation_lists(document: Mapping[str, Any]) -> Iterator[Any]:
    """The address of the revocation list of an Open Badge 2.0, or the list in its place.

    https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#RevocationList
    """
    badge = document.get("badge")
    issuer = badge.get("issuer") if isinstance(badge, dict) else None
    address = issuer.get("revocationList") if isinstance(issuer, dict) else None
    if isinstance(address, str | dict):
        yield address


def _by_entry(document: Mapping[str, Any], entry: Mapping[str, Any], read: ReadList) -> str:
    kinds = entry.get("type")
    types = {str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])}
    if ENTRY_TYPES.isdisjoint(types):
        return _by_revocations(document, read(entry.get("id")))
    credential = read(entry.get("statusListCredential"))
    state = STATE_BY_PURPOSE.get(str(entry.get("statusPurpose", "revocation")))
    if state is None or credential is None:
        return UNCHECKED
    bit = _bit(credential, entry)
    if bit is None:
        return UNCHECKED
    return state if bit else VALID


def _registered_list(
    text: str | None, keys: Mapping[str, str], at_ms: int
) -> Mapping[str, Any] | None:
    """A registered list in force; a signed one only where a registered key signed it."""
    if text is None:
        return None
    try:
        document = (
            json.loads(text) if text.lstrip().startswith("{") else _verified(text, keys, at_ms)
        )
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and _is_in_force(document, at_ms) else None


def _verified(token: str, keys: Mapping[str, str], at_ms: int) -> Any:
    if vc_jwt.verify(token, keys, at_ms).state != "verified":
        return None
    body = token.strip().split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims.get("vc", claims) if isinstance(claims, dict) else None


def _is_in_force(document: Mapping[str, Any], at_ms: int) -> bool:
    for name in ("validUntil", "expirationDate"):
        written = document.get(name)
        if isinstance(written, str):
            try:
                end = datetime.fromisoformat(written)
            except ValueError:
                return False
            with_zone = end if end.tzinfo else end.replace(tzinfo=UTC)
            if with_zone.timestamp() < at_ms / 1000:
                return False
    return True


def _bit(credential: Mapping[str, Any], entry: Mapping[str, Any]) -> bool | None:
    """The bit of an entry's index; None for a list that is too short or not for the entry."""
    subject = credential.get("credentialSubject")
    subject = subject[0] if isinstance(subject, list) and subject else subject
    index = _index(entry.get("statusListIndex"))
    if not isinstance(subject, dict) or index is None or not _is_for(subject, entry):
        return None
    bits = _bits(subject.get("encodedList"))
    if bits is None or index >= len(bits) * BITS_PER_BYTE:
        return None
    # Index 0 is the left-most bit of the list.
    return bool(bits[index // BITS_PER_BYTE] >> (BITS_PER_BYTE - 1 - index % BITS_PER_BYTE) & 1)


def _is_for(subject: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether a list is for the purpose of the entry, with one bit for each credential."""
    purposes = subject.get("statusPurpose", "revocation")
    purpose = entry.get("statusPurpose", "revocation")
    one_bit = str(entry.get("statusSize", 1)) == "1"
    return one_bit and purpose in (purposes if isinstance(purposes, list) else [purposes])


def _index(raw: Any) -> int | None:
    text = str(raw)
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= len(str(LONGEST_LIST))
        else None
    )


def _bits(encoded: Any) -> bytes | None:
    """The bytes of a list: gzip in base64url, with the multibase prefix u or, in 2021, without."""
    if not isinstance(encoded, str):
        return None
    # Every gzip stream in base64url begins with H4s, so a list of 2021 cannot begin with uH4s.
    body = encoded.removeprefix("u") if encoded.startswith("uH4s") else encoded
    try:
        packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        bits = decompressor.decompress(packed, LONGEST_LIST)
    except (binascii.Error, ValueError, zlib.error):
        return None
    # Without the end of the stream the list is longer than allowed, or was cut off.
    return bits if decompressor.eof else None


def _by_revocations(document: Mapping[str, Any], revocations: Mapping[str, Any] | None) -> str:
    """By a list of the ids of revoked badges; unchecked for a document that is no such list."""
    subject = revocations.get("credentialSubject", revocations) if revocations else None
    if not isinstance(subject, dict):
        return UNCHECKED
    revoked = next((subject[name] for name in REVOCATION_MEMBERS if name in subject), None)
    own_ids = {id_ for id_ in (document.get("id"), document.get("uid")) if isinstance(id_, str)}
    if not isinstance(revoked, list) or not own_ids:
        return UNCHECKED
    return REVOKED if any(own_ids & _revoked_ids(entry) for entry in revoked) else VALID


def _revoked_ids(entry: Any) -> set[str]:
    """The ids in an entry of a revocation list, which is an id or an object."""
    if not isinstance(entry, dict):
        return {entry} if isinstance(entry, str) else set()
    if entry.get("revoked") is False:
        return set()
    return {entry[name] for name in ("id", "uid") if isinstance(entry.get(name), str)}
