"""Recipient, issuer, criteria and extensions of badges before Open Badges 3, as 1.x has them too.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from credstream.formats.shared.badges import alignment
from credstream.formats.shared.json_nodes import (
    Node,
    address,
    amount,
    first,
    flag,
    items,
    one,
    present,
    text,
    texts,
    words,
)
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Parsed,
    Person,
    StatedOutcome,
    Value,
    Whole,
)

HASHES = ("sha256$", "md5$")
# A dump of a REST interface writes what is not there as a word.
NOTHING = frozenset({"null", "None"})
PREFIX = "extensions:"
SUPERVISED = {True: "supervised", False: "unsupervised"}
# Extensions are objects named as their key; each holds one member of that name.
WORKLOADS: Mapping[str, str] = {
    "ECTS": "ects",
    "StudyLoad": "hours",
    "TimeInvestment": "hours",
}
EDUBADGES = frozenset(
    [
        "assessmentType",
        "assessment_type",
        "participation",
        "assessmentIdVerified",
        "assessment_id_verified",
        "assessmentSupervised",
        "assessment_supervised",
        "stackable",
        "quality_assurance_name",
        "quality_assurance_description",
        "quality_assurance_url",
        "qualityAssuranceName",
        "qualityAssuranceDescription",
        "qualityAssuranceUrl",
        "eqfNlqfLevelVerified",
        "eqf_nlqf_level_verified",
    ]
)


def learner(assertion: Node) -> Person | None:
    """Who earned it: an identity in the clear, or a hash that nobody can turn back."""
    recipient = one(assertion, "recipient")
    identity = text(recipient, "identity")
    if recipient.named or identity is None:
        return _oldest(assertion)
    kind = text(recipient, "type")
    scheme = str(kind.raw).strip().lower() if kind else "email"
    if _hashed(recipient, identity):
        return Person(identifiers=(Id(scheme=f"hashed-{scheme}", value=identity),))
    identifiers = (Id(scheme=scheme, value=identity),)
    return Person(identifiers=identifiers, email=identity if scheme == "email" else None)


def _oldest(assertion: Node) -> Person | None:
    """Open Badges 0.5 has a bare address or its hash as the recipient."""
    identity = text(assertion, "recipient")
    if identity is None:
        return None
    if str(identity.raw).startswith(HASHES):
        return Person(identifiers=(Id(scheme="hashed-email", value=identity),))
    return Person(identifiers=(Id(scheme="email", value=identity),), email=identity)


def _hashed(recipient: Node, identity: Value) -> bool:
    stated = flag(recipient, "hashed")
    return bool(stated.raw) if stated else str(identity.raw).lower().startswith(HASHES)


def bodies(badge: Node) -> tuple[Body, ...]:
    issuer = one(badge, "issuer")
    body = Body(
        name=words(issuer, "name"),
        country=extension(issuer, "InstitutionCountry"),
        identifiers=tuple(
            dict.fromkeys(
                (
                    *address(text(issuer, "id")),
                    *address(text(issuer, "url")),
                    *_named(issuer, "InstitutionIdentifier", "institution"),
                )
            )
        ),
    )
    return () if body == Body() else (body,)


def described(award: Parsed, badge: Node) -> Parsed:
    """What a badge class says, with its alignments and extensions."""
    aligned = alignment.read(badge)
    return replace(
        award,
        definition_id=text(badge, "id"),
        definition_version=text(badge, "version"),
        language=first(text(badge, "@language"), extension(badge, "Language")),
        title=words(badge, "name"),
        description=words(badge, "description"),
        country=first(award.country, extension(badge, "InstitutionCountry")),
        awarding_bodies=bodies(badge),
        learning_outcomes=(*_learned(badge), *aligned.outcomes),
        workload=(*_workload(badge), *aligned.workload),
        levels=(*_levels(badge), *aligned.levels),
        assessments=_said(badge, "assessmentType", "assessment_type"),
        supervision=_supervision(badge),
        identity_verified=_truth(badge, "assessmentIdVerified", "assessment_id_verified"),
        modes=_said(badge, "participation"),
        quality_assurance=(*_assurances(badge), *aligned.assurances),
        partial=_partial(badge),
        url=_page(badge),
        identifiers=(
            *_named(badge, "EducationProgramIdentifier", "education_program"),
            *aligned.identifiers,
        ),
        languages=present(extension(badge, "Language")),
        fields=aligned.fields,
        occupations=aligned.occupations,
        credential_type=first(text(badge, "badge_class_type"), text(badge, "badgeClassType")),
    )


def extension(node: Node, name: str) -> Value | None:
    """The member of an extension that bears its name, whether prefixed or not."""
    holder = one(node, f"{PREFIX}{name}Extension") or one(node, f"{name}Extension")
    found = first(amount(holder, name), words(holder, name))
    return None if found is None or str(found.raw) in NOTHING else found


def extensions(node: Node) -> frozenset[str]:
    """The names of the members that are read, or may be left out without a word."""
    return EDUBADGES | {key for key in node.members if key.startswith(PREFIX)}


def _named(node: Node, name: str, scheme: str) -> tuple[Id, ...]:
    holder = one(node, f"{PREFIX}{name}Extension")
    return tuple(
        Id(scheme=scheme, value=Value(each, path))
        for each, path in items(holder, name)
        if isinstance(each, int | str) and not isinstance(each, bool) and str(each).strip()
    )


def _learned(badge: Node) -> tuple[StatedOutcome, ...]:
    criteria = one(badge, "criteria")
    narrative = words(criteria, "narrative")
    told = (extension(badge, "LearningOutcome"), narrative)
    return tuple(StatedOutcome(text=each) for each in told if each is not None)


def _workload(badge: Node) -> tuple[Amount, ...]:
    return tuple(
        Amount(unit=unit, value=value)
        for name, unit in WORKLOADS.items()
        if (value := extension(badge, name)) is not None
    )


def _levels(badge: Node) -> tuple[LevelClaim, ...]:
    level = extension(badge, "EQF")
    if level is None:
        return ()
    verified = _truth(badge, "eqf_nlqf_level_verified", "eqfNlqfLevelVerified")
    claimed = Value("verified" if verified.raw else "provider", verified.path) if verified else None
    return (LevelClaim(eqf=level, claimed_by=claimed),)


def _said(badge: Node, *names: str) -> tuple[Value, ...]:
    """The texts under any of the names."""
    found = (each for name in names for each in texts(badge, name))
    return tuple(each for each in found if str(each.raw) not in NOTHING)


def _supervision(badge: Node) -> Value | None:
    """Only a truth value is told, so of the kinds of supervision only these two can be meant."""
    found = _truth(badge, "assessmentSupervised", "assessment_supervised")
    return Value(SUPERVISED[bool(found.raw)], found.path) if found else None


def _truth(badge: Node, *names: str) -> Value | None:
    """A truth value; a dump of a REST interface writes it as a word."""
    for name in names:
        found = flag(badge, name)
        if found is not None:
            return found
    return None


def _assurances(badge: Node) -> tuple[Assurance, ...]:
    body = next(iter(_said(badge, "quality_assurance_name", "qualityAssuranceName")), None)
    reference = next(iter(_said(badge, "quality_assurance_url", "qualityAssuranceUrl")), None)
    accredited = extension(one(badge, "issuer"), "issuerAccreditation")
    stated = (Assurance(body=body, reference=reference),) if body or reference else ()
    if accredited is None:
        return stated
    return (*stated, Assurance(type=Value("external", accredited.path), body=accredited))


def _partial(badge: Node) -> Whole | None:
    stackable = _truth(badge, "stackable")
    return Whole(is_part=stackable) if stackable and stackable.raw else None


def _page(badge: Node) -> Value | None:
    criteria = one(badge, "criteria")
    page = text(criteria, "id")
    return page if page and str(page.raw).startswith(("http://", "https://")) else None
