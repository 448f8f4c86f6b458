"""Recipient, issuer and badge class of badges before Open Badges 3.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html; 1.x has them too.
"""

from __future__ import annotations

from dataclasses import replace

from credstream.formats.shared.badges import extensions
from credstream.formats.shared.badges.alignment import read_alignments
from credstream.formats.shared.badges.extensions import extension, extension_ids, given_texts
from credstream.formats.shared.json_nodes import JsonNode, child, flag, language_text, text
from credstream.formats.shared.parsed import (
    Body,
    Id,
    LargerQualification,
    Parsed,
    Person,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.values import distinct, first, uri_identifier

HASH_PREFIXES = ("sha256$", "md5$")


def learner(assertion: JsonNode) -> Person | None:
    """Who earned the badge: an identity in plain text, or a hash, which cannot be reversed.

    https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#IdentityObject
    """
    recipient = child(assertion, "recipient")
    identity = text(recipient, "identity")
    if recipient.from_text or identity is None:
        return _recipient_of_0_5(assertion)
    kind = text(recipient, "type")
    scheme = str(kind.raw).strip().lower() if kind else "email"
    if _hashed(recipient, identity):
        return Person(identifiers=(Id(scheme=f"hashed-{scheme}", value=identity),))
    identifiers = (Id(scheme=scheme, value=identity),)
    return Person(identifiers=identifiers, email=identity if scheme == "email" else None)


def _recipient_of_0_5(assertion: JsonNode) -> Person | None:
    """In Open Badges 0.5 the recipient is an e-mail address or its hash, without an object."""
    identity = text(assertion, "recipient")
    if identity is None:
        return None
    if str(identity.raw).startswith(HASH_PREFIXES):
        return Person(identifiers=(Id(scheme="hashed-email", value=identity),))
    return Person(identifiers=(Id(scheme="email", value=identity),), email=identity)


def _hashed(recipient: JsonNode, identity: Value) -> bool:
    stated = flag(recipient, "hashed")
    return bool(stated.raw) if stated else str(identity.raw).lower().startswith(HASH_PREFIXES)


def with_badge_class(award: Parsed, badge: JsonNode) -> Parsed:
    """The award with what its badge class says, alignments and extensions included."""
    aligned = read_alignments(badge)
    return replace(
        award,
        definition_id=text(badge, "id"),
        definition_version=text(badge, "version"),
        language=first(text(badge, "@language"), extension(badge, "Language")),
        title=language_text(badge, "name"),
        description=language_text(badge, "description"),
        country=first(award.country, extension(badge, "InstitutionCountry")),
        awarding_bodies=_bodies(badge),
        learning_outcomes=(*_outcomes(badge), *aligned.outcomes),
        workload=(*extensions.workload(badge), *aligned.workload),
        levels=(*extensions.levels(badge), *aligned.levels),
        assessments=given_texts(badge, "assessmentType", "assessment_type"),
        supervision=extensions.supervision(badge),
        identity_verified=extensions.first_flag(
            badge, "assessmentIdVerified", "assessment_id_verified"
        ),
        modes=given_texts(badge, "participation"),
        quality_assurance=(*extensions.assurances(badge), *aligned.assurances),
        partial=_larger_qualification(badge),
        url=_page(badge),
        identifiers=(
            *extension_ids(badge, "EducationProgramIdentifier", "education_program"),
            *aligned.identifiers,
        ),
        languages=distinct(extension(badge, "Language")),
        fields=aligned.fields,
        occupations=aligned.occupations,
        credential_type=first(text(badge, "badge_class_type"), text(badge, "badgeClassType")),
    )


def _bodies(badge: JsonNode) -> tuple[Body, ...]:
    issuer = child(badge, "issuer")
    identifiers = (
        *uri_identifier(text(issuer, "id")),
        *uri_identifier(text(issuer, "url")),
        *extension_ids(issuer, "InstitutionIdentifier", "institution"),
    )
    body = Body(
        name=language_text(issuer, "name"),
        country=extension(issuer, "InstitutionCountry"),
        identifiers=tuple(dict.fromkeys(identifiers)),
    )
    return () if body == Body() else (body,)


def _outcomes(badge: JsonNode) -> tuple[StatedOutcome, ...]:
    narrative = language_text(child(badge, "criteria"), "narrative")
    statements = (extension(badge, "LearningOutcome"), narrative)
    return tuple(StatedOutcome(text=statement) for statement in statements if statement is not None)


def _larger_qualification(badge: JsonNode) -> LargerQualification | None:
    """A stackable badge is part of something; of what, the badge class does not say."""
    stackable = extensions.first_flag(badge, "stackable")
    return LargerQualification(is_part=stackable) if stackable and stackable.raw else None


def _page(badge: JsonNode) -> Value | None:
    page = text(child(badge, "criteria"), "id")
    return page if page and str(page.raw).startswith(("http://", "https://")) else None
