"""Makes the identifiers of organisations comparable."""

from __future__ import annotations

import re

from credstream.contract.identity import digest
from credstream.contract.values import Identifier, Organisation
from credstream.vocabularies.text import normalised

#: Kind, country and number, as in NTREE-17207834 (ETSI EN 319 412-1 section 5.1.4).
_SEMANTIC = re.compile(r"(vat|ntr|lei)([a-z]{2})(.+)")
_SEMANTIC_SCHEMES = frozenset({"eidas", "vat", "ntr", "lei"})
_NATIONAL = frozenset({"vat", "ntr"})
_ADDRESSES = frozenset({"url", "did", "schac", "domain"})
_LONGEST = 200  # tokens are keys in tables; an address may be of any length
_COUNTRIES = {"el": "gr"}  # Greece in VAT numbers (Council Directive 2006/112/EC, article 215)


def tokens(organisation: Organisation) -> frozenset[str]:
    """Give one `scheme:value` per identifier; organisations that share one are the same.

    An identifier that another country may have given to somebody else, such as a VAT number
    without its country, gives no token.
    """
    written = (_token(each, organisation.country) for each in organisation.identifiers)
    return frozenset(filter(None, written))


def plain(text: str) -> str:
    """The letters and digits of a text, in one case."""
    return "".join(filter(str.isalnum, normalised("NFKC", text).casefold()))


def name_of(organisation: Organisation) -> str | None:
    """One name, the same whatever the order of the languages."""
    return organisation.name[min(organisation.name)] if organisation.name else None


def _token(identifier: Identifier, country: str | None) -> str | None:
    scheme = identifier.scheme.strip().casefold()
    if scheme in _ADDRESSES or "://" in identifier.value:
        value = _address(identifier.value)
    elif scheme in _SEMANTIC_SCHEMES:
        scheme, value = _registered(scheme, plain(identifier.value), (country or "").casefold())
    else:
        value = plain(identifier.value)
    if not scheme or not value:
        return None
    token = f"{scheme}:{value}"
    return token if len(token) <= _LONGEST else digest(token.encode())


def _address(value: str) -> str:
    """Keep the dots and dashes of an address: a.bc and ab.c have different owners."""
    host, _, path = re.sub(r"^https?://", "", value.strip(), flags=re.IGNORECASE).partition("/")
    return f"{host.casefold()}/{path}".rstrip("/")


def _registered(scheme: str, value: str, country: str) -> tuple[str, str]:
    if semantic := _SEMANTIC.fullmatch(value):
        scheme, country, value = semantic.groups()
        return scheme, _within(country, value) if scheme in _NATIONAL else value
    if scheme not in _NATIONAL:
        return scheme, value
    if scheme == "vat" and value[:2].isalpha():
        return scheme, _within(value[:2], value)
    return scheme, _within(country, value) if country else ""


def _within(country: str, value: str) -> str:
    number = value.removeprefix(country)
    return _COUNTRIES.get(country, country) + number if number else ""
