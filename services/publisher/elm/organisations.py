"""Organisations, their places, and the identifiers that registers know them by."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.values import Identifier, Organisation
from services.publisher.elm import concepts
from services.publisher.elm.draft import Draft, Node
from services.publisher.seal import Owner

# Members for identifiers that a state gives, and how many of each the shapes allow.
_LEGAL: Mapping[str, tuple[str, int]] = {
    "eidas": ("eIDASIdentifier", 1),
    "registration": ("registration", 1),
    "vat": ("vatIdentifier", 100),
    "tax": ("taxIdentifier", 100),
}


def organisation(draft: Draft, body: Organisation, country: str | None) -> Node:
    """An organisation; `country` is where it is taken to be when it does not say."""
    where = body.country or country
    legal: dict[str, list[Node]] = {}
    others: list[Node] = []
    for each in body.identifiers:
        # More identifiers than a member may have become plain identifiers, so that none is lost.
        name, most = _LEGAL.get(each.scheme.lower(), ("", 0))
        own = (
            legal_identifier(draft, each.value, where) if len(legal.get(name, ())) < most else None
        )
        if own:
            legal.setdefault(name, []).append(own)
        else:
            others += [identifier(draft, each)]
    return draft.node(
        "Organisation",
        legalName=draft.text(body.name),
        location=location(draft, where),
        **legal,
        identifier=others,
    )


def issuer(draft: Draft, owner: Owner) -> Node:
    """The owner of the seal: Europass overwrites the issuer with the names of the certificate."""
    return draft.node(
        "Organisation",
        legalName=draft.text({draft.main: owner.legal_name}),
        altLabel=draft.text({draft.main: owner.alt_label}),
        location=location(draft, owner.country),
        eIDASIdentifier=legal_identifier(draft, owner.organisation_id, owner.country),
    )


def location(draft: Draft, country: str | None, region: str | None = None) -> Node | None:
    """A place by its country; a region is an identifier, because its code may be of two lists."""
    code = concepts.country(country)
    if code is None:
        return None
    area = identifier(draft, Identifier(scheme="NUTS or ATU", value=region)) if region else None
    address = draft.node("Address", countryCode=code)
    return draft.node("Location", address=address, identifier=area)


def legal_identifier(draft: Draft, value: str, country: str | None) -> Node | None:
    """An identifier that means something only within its country: None where that is unknown."""
    code = concepts.country(country)
    return draft.node("LegalIdentifier", notation=value, spatial=code) if code else None


def identifier(draft: Draft, given: Identifier) -> Node:
    return draft.node("Identifier", notation=given.value, schemeName=given.scheme or None)
