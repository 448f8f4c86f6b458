"""Organisations, learner, criteria and endorsements of an Open Badge 3.0."""

from __future__ import annotations

from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    flag,
    language_text,
    number_or_text,
    text,
    texts,
)
from credstream.formats.shared.parsed import Assurance, Body, Id, Person, StatedOutcome, Value
from credstream.formats.shared.values import first, uri_identifier

SCHEME_BY_TYPE = {
    "eidasidentifier": "eidas",
    "vatidentifier": "vat",
    "emailaddress": "email",
    "nationalidentitynumber": "national",
    "studentid": "student",
    "europeanstudentidentifier": "esi",
}
# An IdentityHash begins with the name of its algorithm.
HASH_PREFIXES = ("sha256$", "md5$")


def bodies(credential: JsonNode, achievement: JsonNode) -> tuple[Body, ...]:
    """Issuer and creator of the achievement, each organisation once."""
    kept: dict[str, Body] = {}
    for profile in (child(credential, "issuer"), child(achievement, "creator")):
        identity = first(text(profile, "id"), language_text(profile, "name"))
        # Of two copies of an organisation the one with a name counts: the other may be an id alone.
        if identity is not None and getattr(kept.get(str(identity.raw)), "name", None) is None:
            kept[str(identity.raw)] = _body(profile)
    return tuple(kept.values())


def country(profile: JsonNode) -> Value | None:
    address = child(profile, "address")
    return first(text(address, "addressCountryCode"), text(address, "addressCountry"))


def other_identifiers(node: JsonNode) -> tuple[Id, ...]:
    """The further identifiers of an organisation or an achievement.

    https://www.imsglobal.org/spec/ob/v3p0/#identifierentry
    """
    return tuple(
        Id(scheme=_scheme(text(entry, "identifierType")), value=value)
        for entry in children(node, "otherIdentifier")
        if (value := number_or_text(entry, "identifier")) is not None
    )


def learner(subject: JsonNode) -> Person | None:
    """The learner by id, by identity objects and by the names that some issuers add."""
    identities = tuple(
        _identifier(node) for node in children(subject, "identifier") if text(node, "identityHash")
    )
    names = (id_.value for id_ in identities if id_.scheme == "name")
    identifiers = (
        *uri_identifier(text(subject, "id")),
        # A name may come as an identity object as well; it identifies nobody.
        *(id_ for id_ in identities if id_.scheme != "name"),
        *(Id(scheme="email", value=email) for email in texts(subject, "email")),
    )
    person = Person(
        identifiers=identifiers,
        full_name=first(language_text(subject, "name"), *names),
        given_name=language_text(subject, "givenName"),
        family_name=language_text(subject, "familyName"),
        birth_date=text(subject, "dateOfBirth"),
        email=next((id_.value for id_ in identifiers if id_.scheme == "email"), None),
    )
    return person if person != Person() else None


def criteria(achievement: JsonNode) -> tuple[StatedOutcome, ...]:
    narrative = language_text(child(achievement, "criteria"), "narrative")
    return () if narrative is None else (StatedOutcome(text=narrative),)


def assessors(subject: JsonNode) -> tuple[Value, ...]:
    """Who assessed the learner for the issuer: a person, an organisation or a system.

    https://www.imsglobal.org/spec/ob/v3p0/#achievementsubject (source)
    """
    name = language_text(child(subject, "source"), "name")
    return () if name is None else (name,)


def endorsements(credential: JsonNode, achievement: JsonNode) -> tuple[Assurance, ...]:
    """Who endorses the achievement or an organisation; each endorser once.

    Who endorses one award says it of one learner.
    """
    endorsed = (achievement, child(credential, "issuer"), child(achievement, "creator"))
    kept: dict[str, Assurance] = {}
    for endorsement in (found for node in endorsed for found in children(node, "endorsement")):
        issuer = child(endorsement, "issuer")
        body = first(text(issuer, "name"), text(issuer, "id"))
        if body is not None:
            kind = Value("endorsement", endorsement.path)
            assurance = Assurance(type=kind, body=body, reference=text(endorsement, "id"))
            kept.setdefault(str(body.raw), assurance)
    return tuple(kept.values())


def _body(profile: JsonNode) -> Body:
    return Body(
        name=language_text(profile, "name"),
        country=country(profile),
        identifiers=(
            *uri_identifier(text(profile, "id")),
            *uri_identifier(text(profile, "url")),
            *other_identifiers(profile),
        ),
    )


def _scheme(kind: Value | None) -> str:
    """The scheme by the type of an identifier; `ext:BRIN` is brin."""
    written = str(kind.raw).strip().lower().removeprefix("ext:") if kind else ""
    return SCHEME_BY_TYPE.get(written, written or "identifier")


def _identifier(identity: JsonNode) -> Id:
    value = text(identity, "identityHash") or Value("", identity.path)
    scheme = _scheme(text(identity, "identityType"))
    return Id(scheme=f"hashed-{scheme}" if _hashed(identity) else scheme, value=value)


def _hashed(identity: JsonNode) -> bool:
    """Whether an identity is a hash; `identityHash` holds a plain identity where it is not.

    https://www.imsglobal.org/spec/ob/v3p0/#identityobject
    """
    stated = flag(identity, "hashed")
    if stated is not None:
        return bool(stated.raw)
    value = text(identity, "identityHash")
    return value is not None and str(value.raw).lower().startswith(HASH_PREFIXES)
