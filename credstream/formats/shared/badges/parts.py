"""Organisations, learner, results and endorsements of an Open Badge."""

from __future__ import annotations

from dataclasses import dataclass

from credstream.contract.values import Reason
from credstream.formats.shared.json_nodes import (
    Node,
    address,
    amount,
    first,
    flag,
    many,
    one,
    text,
    texts,
    words,
)
from credstream.formats.shared.parsed import Assurance, Body, Id, Person, StatedOutcome, Value

SCHEME_OF_TYPE = {
    "eidasidentifier": "eidas",
    "vatidentifier": "vat",
    "emailaddress": "email",
    "nationalidentitynumber": "national",
    "studentid": "student",
    "europeanstudentidentifier": "esi",
}
UNFINISHED = frozenset({"Failed", "Withdrew", "Enrolled", "InProgress", "OnHold"})
HASHES = ("sha256$", "md5$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The grade of an award, its scale, and what is odd about it."""

    grade: Value | None
    scale: Value | None
    findings: tuple[Reason, ...]


def bodies(credential: Node, subject: Node, achievement: Node) -> tuple[Body, ...]:
    """Issuer, source of the award and creator of the achievement, each organisation once."""
    kept: dict[str, Body] = {}
    for profile in (
        one(credential, "issuer"),
        one(subject, "source"),
        one(achievement, "creator"),
    ):
        known_by = first(text(profile, "id"), words(profile, "name"))
        body = _body(profile)
        if known_by is not None and getattr(kept.get(str(known_by.raw)), "name", None) is None:
            kept[str(known_by.raw)] = body
    return tuple(kept.values())


def country(profile: Node) -> Value | None:
    place = one(profile, "address")
    return first(text(place, "addressCountryCode"), text(place, "addressCountry"))


def entries(node: Node) -> tuple[Id, ...]:
    """The further identifiers of an organisation or an achievement."""
    return tuple(
        Id(scheme=_scheme(text(entry, "identifierType")), value=value)
        for entry in many(node, "otherIdentifier")
        if (value := amount(entry, "identifier")) is not None
    )


def learner(subject: Node) -> Person | None:
    identities = [each for each in many(subject, "identifier") if text(each, "identityHash")]
    clear = [each for each in identities if not _hashed(each)]
    named = [each for each in clear if _identity(each).scheme == "name"]
    identifiers = (
        *address(text(subject, "id")),
        *(_identity(each) for each in identities if each not in named),
        *(Id(scheme="email", value=each) for each in texts(subject, "email")),
    )
    person = Person(
        identifiers=identifiers,
        full_name=first(words(subject, "name"), *(_identity(each).value for each in named)),
        given_name=words(subject, "givenName"),
        family_name=words(subject, "familyName"),
        birth_date=text(subject, "dateOfBirth"),
        email=next((each.value for each in identifiers if each.scheme == "email"), None),
    )
    return person if person != Person() else None


def criteria(achievement: Node) -> tuple[StatedOutcome, ...]:
    narrative = words(one(achievement, "criteria"), "narrative")
    return () if narrative is None else (StatedOutcome(text=narrative),)


def endorsements(credential: Node, subject: Node, achievement: Node) -> tuple[Assurance, ...]:
    """Who endorses the award, the achievement or an organisation; each endorser once."""
    endorsed = (
        credential,
        achievement,
        one(credential, "issuer"),
        one(subject, "source"),
        one(achievement, "creator"),
    )
    kept: dict[str, Assurance] = {}
    for endorsement in (each for node in endorsed for each in many(node, "endorsement")):
        issuer = one(endorsement, "issuer")
        body = first(text(issuer, "name"), text(issuer, "id"))
        if body is not None:
            kind = Value("endorsement", endorsement.path)
            entry = Assurance(type=kind, body=body, reference=text(endorsement, "id"))
            kept.setdefault(str(body.raw), entry)
    return tuple(kept.values())


def result(subject: Node, achievement: Node) -> Result:
    """The first result with a value; else the first level reached; else the first status."""
    results = many(subject, "result")
    described = {
        str(name.raw): each
        for each in many(achievement, "resultDescription")
        if (name := text(each, "id")) is not None
    }
    graded = [
        (grade, _scale(described, each))
        for read in (_value, _level, _status)
        for each in results
        if (grade := read(described, each)) is not None
    ]
    grade, scale = graded[0] if graded else (None, None)
    return Result(grade=grade, scale=scale, findings=_unfinished(results))


def _body(profile: Node) -> Body:
    return Body(
        name=words(profile, "name"),
        country=country(profile),
        identifiers=(
            *address(text(profile, "id")),
            *address(text(profile, "url")),
            *entries(profile),
        ),
    )


def _scheme(kind: Value | None) -> str:
    """The scheme by the type of an identifier, `ext:BRIN` being brin."""
    spelt = str(kind.raw).strip().lower().removeprefix("ext:") if kind else ""
    return SCHEME_OF_TYPE.get(spelt, spelt or "identifier")


def _identity(identity: Node) -> Id:
    value = text(identity, "identityHash") or Value("", identity.path)
    scheme = _scheme(text(identity, "identityType"))
    return Id(scheme=f"hashed-{scheme}" if _hashed(identity) else scheme, value=value)


def _hashed(identity: Node) -> bool:
    stated = flag(identity, "hashed")
    if stated is not None:
        return bool(stated.raw)
    value = text(identity, "identityHash")
    return value is not None and str(value.raw).lower().startswith(HASHES)


def _value(_described: dict[str, Node], each: Node) -> Value | None:
    return amount(each, "value")


def _level(described: dict[str, Node], each: Node) -> Value | None:
    reached = text(each, "achievedLevel")
    if reached is None:
        return None
    for description in described.values():
        for level in many(description, "rubricCriterionLevel"):
            name = text(level, "id")
            if name is not None and name.raw == reached.raw:
                return first(text(level, "level"), text(level, "name"), reached)
    return reached


def _status(_described: dict[str, Node], each: Node) -> Value | None:
    return text(each, "status")


def _scale(described: dict[str, Node], each: Node) -> Value | None:
    named = text(each, "resultDescription")
    description = described.get(str(named.raw)) if named else None
    if description is None:
        return None
    lowest, highest = amount(description, "valueMin"), amount(description, "valueMax")
    if lowest is not None and highest is not None:
        return Value(f"{lowest.raw}-{highest.raw}", description.path)
    allowed = texts(description, "allowedValue")
    if allowed:
        return Value(", ".join(str(each.raw) for each in allowed), description.path)
    levels = [text(each, "level") for each in many(description, "rubricCriterionLevel")]
    steps = ", ".join(str(each.raw) for each in levels if each)
    return Value(steps, description.path) if steps else text(description, "resultType")


def _unfinished(results: tuple[Node, ...]) -> tuple[Reason, ...]:
    return tuple(
        Reason(code="result.not_completed", path=status.path, detail=str(status.raw))
        for each in results
        if (status := text(each, "status")) is not None and status.raw in UNFINISHED
    )
