"""Compares the organisation that a sealing certificate names with the issuer of a credential."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

#: Scheme, country and number, as in `NTREE-17207834` (ETSI EN 319 412-1 section 5.1.4).
_SEMANTIC = re.compile(r"[A-Z]{3}([A-Z]{2})-(.+)", re.DOTALL)

#: Which further numbers of an ELM issuer a scheme speaks of.
_OF_SCHEME = {"VAT": ("vatIdentifier",), "TIN": ("taxIdentifier",), "NTR": ("registration",)}
_LONGEST = 200


def organisation_id(certificate: x509.Certificate) -> str | None:
    return _attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER)


def names_issuer(certificate: x509.Certificate, issuer: Any) -> bool:
    """Say whether both are one organisation: by identifier, else by legal name.

    A different identifier is a different organisation, even under the same name.
    """
    if not isinstance(issuer, dict):
        return False
    owner = organisation_id(certificate)
    numbers = tuple(
        number
        for member in _members(owner or "")
        for number in _texts(issuer.get(member), "notation")
    )
    if numbers and owner:
        return any(_same_number(owner, number) for number in numbers)
    name = _attribute(certificate, NameOID.ORGANIZATION_NAME)
    names = filter(None, map(_plain, _texts(issuer.get("legalName"))))
    return name is not None and _plain(name) in names


def _members(owner: str) -> tuple[str, ...]:
    """The members of an issuer that can hold a number of the owner's kind."""
    return ("eIDASIdentifier", *_OF_SCHEME.get(owner.strip()[:3], ()))


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    """Read one attribute; a stranger's certificate may hold text that no log should show."""
    values = [str(found.value) for found in certificate.subject.get_attributes_for_oid(oid)]
    decent = (text for text in values if text.isprintable() and 0 < len(text) <= _LONGEST)
    return next(decent, None)


def _texts(value: Any, member: str | None = None) -> Iterator[str]:
    """Yield the texts of a string, an array, an object's member or a whole language map."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, member)
    elif isinstance(value, dict):
        yield from _texts(value.get(member) if member else list(value.values()))


def _same_number(owner: str, number: str) -> bool:
    """Compare two notations; the scheme and country in front may be missing on one side."""
    ours, theirs = _SEMANTIC.fullmatch(owner.strip()), _SEMANTIC.fullmatch(number.strip())
    if (ours is None) == (theirs is None):
        return bool(_plain(owner)) and _plain(owner) == _plain(number)
    country, local = (ours or theirs).groups()  # type: ignore[union-attr]
    bare = _plain(number if ours else owner)
    return bool(_plain(local)) and bare in {_plain(local), _plain(country + local)}


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
