"""Counts the common descriptors of Annex I and says which are absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from services.normalise.descriptors.base import unique

Present = Callable[[Definition, Award | None], Any]

# In the order of Annex I, M1 to M11. Those of an award say nothing about a definition.
MANDATORY: Mapping[str, Present] = {
    "learner": lambda _, award: award,
    "title": lambda definition, _: definition.title,
    "country": lambda definition, _: definition.country,
    "awarding_bodies": lambda definition, _: definition.awarding_bodies,
    "issued_on": lambda _, award: award and award.issued_on,
    "learning_outcomes": lambda definition, _: definition.learning_outcomes,
    "workload": lambda definition, _: _measured(definition),
    "level": lambda definition, _: definition.level,
    "assessment": lambda definition, _: _assessed(definition),
    "participation": lambda definition, _: _taken_part(definition),
    "quality_assurance": lambda definition, _: definition.quality_assurance,
}
OPTIONAL: Mapping[str, Present] = {
    "prerequisites": lambda definition, _: definition.prerequisites,
    "supervision": lambda definition, award: _stated(definition.assessment) or _checked(award),
    "grade": lambda _, award: award and award.grade,
    "stack": lambda definition, _: definition.stack or definition.partial,
    "further_information": lambda definition, _: definition.further_information or definition.url,
}
VALIDATION = "validation"
OF_AWARDS = frozenset({"learner", "issued_on", "grade"})

# Warnings that depend on what is there in the end; made anew whenever the definition changes.
ABSENT, NO_EVIDENCE = "descriptor.absent", "evidence.insufficient"
REMADE = frozenset({ABSENT, NO_EVIDENCE})
MOST_WARNINGS = 100


def account(
    definition: Definition,
    award: Award | None,
    origins: tuple[Origin, ...],
    warnings: tuple[Reason, ...],
) -> Account:
    """The explanation of a record; warnings of an earlier count are replaced."""
    kept = tuple(each for each in warnings if each.code not in REMADE)
    counted = count(definition, award)
    found = (*_absences(counted, definition, kept), *_evidence(definition, award), *kept)
    # A payload with ten thousand unknown skills must not outgrow the message.
    return Account(provenance=origins, completeness=counted, warnings=unique(found)[:MOST_WARNINGS])


def count(definition: Definition, award: Award | None) -> Completeness:
    mandatory, optional = _applicable(MANDATORY, award), _applicable(OPTIONAL, award)
    if definition.route == VALIDATION and not _measured(definition):
        # Prior learning is validated without an activity, so there is no workload to tell.
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
        name: present for name, present in descriptors.items() if award or name not in OF_AWARDS
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
    """A level is asked for `if applicable`: where one was claimed, and not for non-formal ones."""
    claimed = any(each.code.startswith("level.") for each in warnings)
    return claimed and definition.route != "non-formal"


def _evidence(definition: Definition, award: Award | None) -> tuple[Reason, ...]:
    if award is None or award.evidence or definition.learning_outcomes:
        return ()
    detail = "neither evidence nor criteria; add what was learned, or evidence of it"
    return (Reason(code=NO_EVIDENCE, path="evidence", detail=detail),)


def _measured(definition: Definition) -> bool:
    found = definition.workload
    return found is not None and (found.hours is not None or found.ects is not None)


def _assessed(definition: Definition) -> bool:
    found = definition.assessment
    return found is not None and bool(found.types or found.other)


def _taken_part(definition: Definition) -> bool:
    found = definition.participation
    return found is not None and bool(found.modes or found.other or found.schedule)


def _stated(found: Assessment | None) -> bool:
    return found is not None and bool(found.supervision or found.identity_verified is not None)


def _checked(award: Award | None) -> bool:
    return award is not None and award.identity_verified is not None
