"""Counts the common descriptors of Annex I and lists those that are absent.

Annex I of the Council Recommendation of 16 June 2022 on micro-credentials (2022/C 243/02).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.values import (
    Account,
    Assessment,
    Award,
    Completeness,
    Definition,
    Origin,
    Reason,
)
from credstream.formats.shared.masks import masked_path
from services.normalise.descriptors.base import unique

Present = Callable[[Definition, Award | None], Any]

# In the order of Annex I, M1 to M11. A definition alone is not counted for those of awards.
MANDATORY: Mapping[str, Present] = {
    "learner": lambda _, award: award,
    "title": lambda definition, _: definition.title,
    "country": lambda definition, _: definition.country,
    "awarding_bodies": lambda definition, _: definition.awarding_bodies,
    "issued_on": lambda _, award: award and award.issued_on,
    "learning_outcomes": lambda definition, _: definition.learning_outcomes,
    "workload": lambda definition, _: _has_workload(definition),
    "level": lambda definition, _: definition.level,
    "assessment": lambda definition, _: _has_assessment(definition),
    "participation": lambda definition, _: _has_participation(definition),
    "quality_assurance": lambda definition, _: definition.quality_assurance,
}
OPTIONAL: Mapping[str, Present] = {
    "prerequisites": lambda definition, _: definition.prerequisites,
    "supervision": lambda definition, award: (
        _has_supervision(definition.assessment) or _has_identity_check(award)
    ),
    "grade": lambda _, award: award and award.grade,
    "stack": lambda definition, _: definition.stack or definition.partial,
    "further_information": lambda definition, _: definition.further_information or definition.url,
}
VALIDATION = "validation"
AWARD_ONLY = frozenset({"learner", "issued_on", "grade"})

# The warnings that depend on the completed record; they are replaced when its definition changes.
ABSENT, NO_EVIDENCE = "descriptor.absent", "evidence.insufficient"
RECOUNTED = frozenset({ABSENT, NO_EVIDENCE})
MOST_WARNINGS = 100


def account(
    definition: Definition,
    award: Award | None,
    origins: tuple[Origin, ...],
    warnings: tuple[Reason, ...],
) -> Account:
    """The account of a record; the warnings of an earlier count are replaced."""
    kept = tuple(reason for reason in warnings if reason.code not in RECOUNTED)
    counted = count(definition, award)
    current = (*_absences(counted, definition, kept), *_no_evidence(definition, award), *kept)
    # Warnings about ten thousand unknown skills would be larger than a message may be.
    return Account(
        provenance=tuple(_masked_origin(each) for each in origins),
        completeness=counted,
        warnings=unique(map(_masked_reason, current))[:MOST_WARNINGS],
    )


def _masked_origin(origin: Origin) -> Origin:
    if origin.path is None or (path := masked_path(origin.path)) == origin.path:
        return origin
    return replace(origin, path=path)


def _masked_reason(reason: Reason) -> Reason:
    path = masked_path(reason.path)
    return reason if path == reason.path else replace(reason, path=path)


def count(definition: Definition, award: Award | None) -> Completeness:
    mandatory, optional = _applicable(MANDATORY, award), _applicable(OPTIONAL, award)
    if definition.route == VALIDATION and not _has_workload(definition):
        # Prior learning is validated without a learning activity, so there is no workload.
        del mandatory["workload"]
    absent = tuple(
        name for name, present in (mandatory | optional).items() if not present(definition, award)
    )
    return Completeness(
        mandatory=len(mandatory.keys() - set(absent)),
        mandatory_of=len(mandatory),
        optional=len(optional.keys() - set(absent)),
        optional_of=len(optional),
        absent=absent,
    )


def _applicable(descriptors: Mapping[str, Present], award: Award | None) -> dict[str, Present]:
    return {
        name: present for name, present in descriptors.items() if award or name not in AWARD_ONLY
    }


def _absences(
    counted: Completeness, definition: Definition, warnings: tuple[Reason, ...]
) -> tuple[Reason, ...]:
    return tuple(
        Reason(code=ABSENT, path=name, detail=f"no {name} in the payload or the registration")
        for name in counted.absent
        if name in MANDATORY and (name != "level" or _level_expected(definition, warnings))
    )


def _level_expected(definition: Definition, warnings: tuple[Reason, ...]) -> bool:
    """Annex I has the level `if applicable`: one is claimed, and the route is not non-formal."""
    claimed = any(reason.code.startswith("level.") for reason in warnings)
    return claimed and definition.route != "non-formal"


def _no_evidence(definition: Definition, award: Award | None) -> tuple[Reason, ...]:
    if award is None or award.evidence or definition.learning_outcomes:
        return ()
    detail = "neither evidence nor criteria; add what was learned, or evidence of it"
    return (Reason(code=NO_EVIDENCE, path="evidence", detail=detail),)


def _has_workload(definition: Definition) -> bool:
    workload = definition.workload
    return workload is not None and (workload.hours is not None or workload.ects is not None)


def _has_assessment(definition: Definition) -> bool:
    assessment = definition.assessment
    return assessment is not None and bool(assessment.types or assessment.other)


def _has_participation(definition: Definition) -> bool:
    form = definition.participation
    return form is not None and bool(form.modes or form.other or form.schedule)


def _has_supervision(assessment: Assessment | None) -> bool:
    return assessment is not None and bool(
        assessment.supervision or assessment.identity_verified is not None
    )


def _has_identity_check(award: Award | None) -> bool:
    return award is not None and award.identity_verified is not None
