"""Organisations, the learner and accreditations of a European Digital Credential."""

from __future__ import annotations

from collections.abc import Iterator

from credstream.formats.elm3.concepts import (
    agent_id,
    concept,
    identifier,
    identifiers,
    lasting_id,
)
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    language_text,
    text,
)
from credstream.formats.shared.parsed import Assurance, Body, Id, Person, Value
from credstream.formats.shared.values import first, uri_identifier

# The members of an Organisation that hold a LegalIdentifier.
SCHEME_BY_MEMBER = {
    "eIDASIdentifier": "eidas",
    "registration": "registration",
    "vatIdentifier": "vat",
    "taxIdentifier": "tax",
}


def awarding_bodies(claim: JsonNode) -> tuple[JsonNode, ...]:
    return children(child(claim, "awardedBy"), "awardingBody")


def bodies(organisations: tuple[JsonNode, ...]) -> tuple[Body, ...]:
    return tuple(map(_body, organisations))


def country(organisation: JsonNode) -> Value | None:
    locations = children(organisation, "location")
    return first(
        *(concept(child(location, "address", "countryCode")) for location in locations),
        concept(child(organisation, "address", "countryCode")),
    )


def region(organisation: JsonNode) -> Value | None:
    locations = children(organisation, "location")
    return first(*(concept(child(location, "spatialCode")) for location in locations))


def learner(subject: JsonNode) -> Person | None:
    emails = tuple(_emails(subject))
    nationals = (
        id_ for entry in children(subject, "nationalID") for id_ in identifier(entry, "national")
    )
    person = Person(
        identifiers=(*nationals, *identifiers(subject), *agent_id(subject), *emails),
        full_name=language_text(subject, "fullName"),
        given_name=language_text(subject, "givenName"),
        family_name=language_text(subject, "familyName"),
        birth_date=text(subject, "dateOfBirth"),
        email=emails[0].value if emails else None,
    )
    return person if person != Person() else None


def assurances(credential: JsonNode, claim: JsonNode, spec: JsonNode) -> tuple[Assurance, ...]:
    """Accreditations of the specification, the awarding bodies and the evidence, each once."""
    holders = (
        spec,
        *awarding_bodies(claim),
        child(credential, "issuer"),
        *children(credential, "evidence"),
    )
    kept: dict[tuple[str, ...], Assurance] = {}
    for holder in holders:
        for accreditation in children(holder, "accreditation"):
            assurance = _assurance(accreditation)
            stated = (assurance.body, assurance.reference)
            content = tuple(str(value.raw) if value else "" for value in stated)
            kept.setdefault(content, assurance)
    return tuple(kept.values())


def _assurance(accreditation: JsonNode) -> Assurance:
    agent = child(accreditation, "accreditingAgent")
    return Assurance(
        type=Value("accreditation", accreditation.path),
        body=first(language_text(agent, "legalName"), lasting_id(agent)),
        reference=first(
            *(id_.value for id_ in identifiers(accreditation)),
            lasting_id(accreditation),
            language_text(accreditation, "title"),
        ),
    )


def _body(organisation: JsonNode) -> Body:
    pages = (text(page, "contentURL") for page in children(organisation, "homepage"))
    legal_ids = (
        id_
        for member, scheme in SCHEME_BY_MEMBER.items()
        for entry in children(organisation, member)
        for id_ in identifier(entry, scheme)
    )
    return Body(
        name=first(
            language_text(organisation, "legalName"), language_text(organisation, "altLabel")
        ),
        country=country(organisation),
        identifiers=(
            *agent_id(organisation),
            *legal_ids,
            *identifiers(organisation),
            *(id_ for page in pages for id_ in uri_identifier(page)),
        ),
    )


def _emails(subject: JsonNode) -> Iterator[Id]:
    """The addresses of mailboxes; ELM writes them as ids with the prefix `mailto:`."""
    for contact in children(subject, "contactPoint"):
        for mailbox in children(contact, "emailAddress"):
            id_ = text(mailbox, "id")
            address = str(id_.raw).removeprefix("mailto:").strip() if id_ else ""
            if id_ and address:
                yield Id(scheme="email", value=Value(address, id_.path))
