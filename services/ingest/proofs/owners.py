"""Compares the organisation of a sealing certificate with the issuer of a credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from credstream.vocabularies.text import normalised

#: Scheme, country and number, as in `NTREE-17207834` (ETSI EN 319 412-1, section 5.1.4).
_ORGANISATION_ID = re.compile(r"[A-Z]{3}([A-Z]{2})-(.+)", re.DOTALL)

#: The members of an ELM issuer that have numbers of a scheme, beside `eIDASIdentifier`.
_MEMBERS_BY_SCHEME = {
    "VAT": ("vatIdentifier",),
    "TIN": ("taxIdentifier",),
    "NTR": ("registration",),
}
_LONGEST_TEXT = 200


def organisation_id(certificate: x509.Certificate) -> str | None:
    return _attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER)


def names_issuer(certificate: x509.Certificate, issuer: Any) -> bool:
    """Whether both are one organisation: by identifier, else by legal name.

    A different identifier is a different organisation, even under the same name.
    """
    if not isinstance(issuer, dict):
        return False
    owner = organisation_id(certificate)
    numbers = tuple(
        number
        for member in _number_members(owner or "")
        for number in _texts(issuer.get(member), "notation")
    )
    if numbers and owner:
        return any(_same_number(owner, number) for number in numbers)
    name = _attribute(certificate, NameOID.ORGANIZATION_NAME)
    names = filter(None, map(_compared, _texts(issuer.get("legalName"))))
    return name is not None and _compared(name) in names


def _number_members(owner: str) -> tuple[str, ...]:
    """The members of an issuer that can have a number of the scheme of the owner's."""
    return ("eIDASIdentifier", *_MEMBERS_BY_SCHEME.get(owner.strip()[:3], ()))


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    """The first value of an attribute of the subject that is fit to be shown."""
    # Anybody can make a certificate, with control characters or pages of text in its subject.
    attributes = certificate.subject.get_attributes_for_oid(oid)
    values = [str(attribute.value) for attribute in attributes]
    fit = (text for text in values if text.isprintable() and 0 < len(text) <= _LONGEST_TEXT)
    return next(fit, None)


def _texts(value: Any, member: str | None = None) -> Iterator[str]:
    """The texts of a string, an array, an object's member or a whole language map."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, member)
    elif isinstance(value, dict):
        yield from _texts(value.get(member) if member else list(value.values()))


def _same_number(owner: str, number: str) -> bool:
    """Whether two notations are one number; one of them may lack the scheme and the country."""
    ours, theirs = (
        _ORGANISATION_ID.fullmatch(owner.strip()),
        _ORGANISATION_ID.fullmatch(number.strip()),
    )
    if (ours is None) == (theirs is None):
        return bool(_compared(owner)) and _compared(owner) == _compared(number)
    country, local = (ours or theirs).groups()  # type: ignore[union-attr]
    short = _compared(number if ours else owner)
    return bool(_compared(local)) and short in {_compared(local), _compared(country + local)}


def _compared(text: str) -> str:
    """A name or a number by its letters and digits alone, without case and width."""
    folded = normalised("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
