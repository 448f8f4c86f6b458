"""Families of European credentials and learner records that grow; see `growing`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.growing_base import OB_TYPES, Family, some, written

EDC = "http://data.europa.eu/snb/model/context/edc-ap"


def families() -> Mapping[str, Family]:
    return {
        **{f"clr2: {name}": family for name, family in _records()},
        **{f"elm3: {name}": family for name, family in _europass()},
        **{f"elm3: {name}": family for name, family in _european_references()},
    }


def _records() -> Iterator[tuple[str, Family]]:
    def record(children: list[Any], subject: Any = (), **members: Any) -> bytes:
        held = {"id": "did:a:1", "verifiableCredential": children, **dict(subject)}
        types = ["VerifiableCredential", "ClrCredential"]
        return written({"type": types, "credentialSubject": held, **members})

    def child(number: int, **members: Any) -> dict[str, Any]:
        achievement = {"id": f"urn:a:{number}", "name": f"n{number}"}
        subject = {"id": "did:a:1", "achievement": achievement}
        return {"type": OB_TYPES, "id": f"urn:{number}", "credentialSubject": subject, **members}

    def association(number: int, whole: str = "urn:w") -> dict[str, str]:
        ends = {"sourceId": f"urn:a:{number}", "targetId": whole}
        return {"associationType": "isPartOf", **ends}

    yield (
        "a large issuer for all",
        lambda size: record(
            some(child, size // 2), issuer={"id": "urn:i", "name": "i" * (size // 2)}
        ),
    )
    yield (
        "a large whole for all",
        lambda size: record(
            some(child, size // 4),
            {
                "association": some(association, size // 4),
                "achievement": {"id": "urn:w", "name": "w" * (size // 2)},
            },
        ),
    )
    yield (
        "associations of others",
        lambda size: record(
            some(child, size // 2),
            {"association": some(lambda n: association(n + 10**6, f"urn:{n}"), size // 2)},
        ),
    )
    yield "copies", lambda size: record(some(lambda _: child(1), size))
    yield "no awards", lambda size: record([child(1), *some(lambda _: {}, size)])


def _edc(subject: Any, **members: Any) -> bytes:
    types = ["VerifiableCredential", "EuropeanDigitalCredential"]
    return written(
        {"@context": EDC, "type": types, "id": "urn:1", **members, "credentialSubject": subject}
    )


def _europass() -> Iterator[tuple[str, Family]]:
    achieved = {"type": "LearningAchievement", "title": {"en": "t"}}

    def reference(_: int) -> dict[str, str]:
        return {"id": "urn:x", "type": "T"}

    yield (
        "claims in a large envelope",
        lambda size: _edc(
            {"hasClaim": [achieved] * 20}, displayParameter={"a": some(lambda n: {"b": n}, size)}
        ),
    )
    yield (
        "claims and a large picture",
        lambda size: _edc({"hasClaim": [achieved] * 90}, displayParameter={"content": "A" * size}),
    )
    yield (
        "claims that share an object",
        lambda size: _edc(
            {
                "hasClaim": [
                    {
                        **achieved,
                        "id": "urn:0",
                        "specifiedBy": {"id": "urn:x", "title": "a" * size},
                    },
                    *[{**achieved, "specifiedBy": reference(0)}] * 90,
                ]
            }
        ),
    )


def _european_references() -> Iterator[tuple[str, Family]]:
    achieved = {"type": "LearningAchievement", "title": {"en": "t"}}

    def reference(_: int) -> dict[str, str]:
        return {"id": "urn:x", "type": "T"}

    yield (
        "assessments many to many",
        lambda size: _edc(
            {"hasClaim": {**achieved, "provenBy": some(reference, size // 2)}},
            extra={"id": "urn:x", "assessedBy": some(lambda n: {"legalName": f"{n}"}, size // 2)},
        ),
    )
    yield (
        "outcomes many to many",
        lambda size: _edc(
            {
                "hasClaim": {
                    **achieved,
                    "specifiedBy": {"learningOutcome": some(reference, size // 2)},
                }
            },
            extra={
                "id": "urn:x",
                "title": "t",
                "relatedESCOSkill": some(lambda n: f"urn:{n}", size // 2),
            },
        ),
    )
    yield (
        "chains",
        lambda size: _edc(
            {"hasClaim": {**achieved, "specifiedBy": {"id": "urn:0", "type": "T"}}},
            extra=some(lambda n: {"id": f"urn:{n}", "a": 1, "isPartOf": f"urn:{n + 1}"}, size),
        ),
    )
    yield "claims as texts", lambda size: _edc({"hasClaim": some(lambda _: "a", size)})
    yield "deep titles", lambda size: _deep_titles(achieved, size)


def _deep_titles(achieved: Any, size: int) -> bytes:
    inner: Any = {"title": ["a"] * (size // 5)}
    for _ in range(85):
        inner = {"n" * 60: inner}
    return _edc({"hasClaim": {**achieved, "other": inner}})
