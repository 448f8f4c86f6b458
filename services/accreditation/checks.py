"""The checks that an accreditation has to pass for an award, in their order.

They include those of the Commission's issuer (QDRAccreditationValidationService, EDC 2.2.2) and are
stricter: where the award lacks a value that is limited, the check is `missing` and not passed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from credstream.contract.records import Accreditation
from credstream.contract.values import Definition, Level, Organisation
from credstream.vocabularies import isced_f
from services.accreditation.organisations import name_of, plain

#: The decisions of accrediting agents that are known; DEQAR has the same three.
DECISIONS = ("positive", "conditional", "negative")
DEFAULT_TYPE = "micro-credential"
UNKNOWN_FIELD = "99"  # ISCED-F 99, 999 and 9999: field unknown

_SHOWN = 5
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an award says of whatever accreditations limit, made once for all of them.

    `qualifications` has every way to write its definition's identifiers.
    """

    day: str
    country: str | None
    credential_type: str
    qualifications: frozenset[str]
    fields: tuple[str, ...]
    level: Level | None


@dataclass(frozen=True, slots=True)
class Case:
    """One awarding body of an award beside one accreditation; `shared` are their common tokens."""

    subject: Subject
    body: Organisation
    shared: frozenset[str]
    accreditation: Accreditation


@dataclass(frozen=True, slots=True)
class StepFinding:
    """What one check found; `reason` is empty where the next check follows."""

    result: str
    detail: str
    reason: str = ""


def subject_of(
    definition: Definition, day: str, accreditations: Iterable[Accreditation]
) -> Subject:
    # Few accreditations are limited to qualifications, and there are many ways to write one.
    limited = any(each.qualifications for each in accreditations)
    return Subject(
        day=day,
        country=definition.country,
        # Without a type it is a micro-credential: normalise keeps others out of the stream.
        credential_type=definition.credential_type or DEFAULT_TYPE,
        qualifications=_identifiers(definition) if limited else frozenset(),
        fields=definition.fields,
        level=definition.level,
    )


def _organisation(case: Case) -> StepFinding:
    if not case.shared:
        detail = "No identifier of the body is one of the accredited organisation's."
        return StepFinding("failed", detail, "organisation.unlisted")
    return StepFinding("passed", f"Both have the identifier {min(case.shared)}.")


def _in_force(case: Case) -> StepFinding:
    day, limit = case.subject.day, case.accreditation
    span = f"{limit.issued_on or 'no first day'} to {limit.expires_on or 'no last day'}"
    # As texts, days compare rightly only where all are written YYYY-MM-DD.
    dates = filter(None, (day or "none", limit.issued_on, limit.expires_on, limit.withdrawn_on))
    if not all(map(_DAY.fullmatch, dates)):
        return StepFinding(
            "missing", "A date that has to be compared cannot be read.", "missing.date"
        )
    if not (limit.issued_on or day) <= day <= (limit.expires_on or day):
        return StepFinding("failed", f"{day} lies outside {span}.", "not_covered_by_date")
    if limit.withdrawn_on and limit.withdrawn_on <= day:
        detail = f"Withdrawn from {limit.withdrawn_on}; the award is of {day}."
        return StepFinding("failed", detail, "not_covered.withdrawn")
    if limit.decision not in DECISIONS:
        return StepFinding("missing", "The decision is none that is known.", "missing.decision")
    if limit.decision == "negative":
        return StepFinding("failed", "The decision was negative.", "not_covered.decision")
    return StepFinding("passed", f"{day} lies within {span}; the decision was {limit.decision}.")


def _jurisdiction(case: Case) -> StepFinding:
    limits, country = case.accreditation.jurisdictions, case.subject.country
    if not limits:
        return _not_limited("country")
    if not country:
        return _missing("jurisdiction", f"Limited to {_listed(limits)}; no country is given.")
    return _member("jurisdiction", country, limits, covered=country in limits)


def _credential_type(case: Case) -> StepFinding:
    limits = case.accreditation.credential_types
    if not limits:
        return _not_limited("credential type")
    own = case.subject.credential_type
    return _member("credential_type", own, limits, covered=plain(own) in map(plain, limits))


def _qualification(case: Case) -> StepFinding:
    limits, own = case.accreditation.qualifications, case.subject.qualifications
    if not limits:
        return _not_limited("qualification")
    if not own:
        detail = f"Limited to {_listed(limits)}; the definition has no identifier."
        return _missing("qualification", detail)
    # One identifier is enough: the others are the same qualification in other registers.
    shared = own & set(map(_code, limits))
    return _member("qualification", min(shared or own), limits, covered=bool(shared))


def _field(case: Case) -> StepFinding:
    limits, own = case.accreditation.fields, case.subject.fields
    if not limits:
        return _not_limited("field")
    # Every field must be covered: one of two would let in what was never accredited.
    known = [code for code in own if not code.startswith(UNKNOWN_FIELD)]
    covered = all(any(isced_f.covers(limit, code) for limit in limits) for code in known)
    if covered and (not known or len(known) < len(own)):
        return _missing("field", f"Limited to ISCED-F {_listed(limits)}; a field is not given.")
    return _member("field", _listed(known), limits, covered=covered)


def _level(case: Case) -> StepFinding:
    limits, level = case.accreditation.levels, case.subject.level
    if not limits:
        return _not_limited("level")
    if level is None or level.eqf is None:
        return _missing("level", f"Limited to EQF {_listed(limits)}; no EQF level is given.")
    return _member("level", f"EQF {level.eqf}", limits, covered=level.eqf in limits)


def _agent(case: Case) -> StepFinding:
    agent = case.accreditation.agent
    name = (name_of(agent) if agent else None) or "the agent, who is not named"
    if case.accreditation.agent_trusted:
        return StepFinding("passed", f"The source vouches for {name}.")
    return StepFinding("failed", f"The source does not vouch for {name}.", "not_covered.agent")


# In this order: the first check that does not pass decides, and the judgement names it.
STEPS: Mapping[str, Callable[[Case], StepFinding]] = {
    "organisation": _organisation,
    "in-force": _in_force,
    "jurisdiction": _jurisdiction,
    "credential-type": _credential_type,
    "qualification": _qualification,
    "field": _field,
    "level": _level,
    "agent": _agent,
}


def _not_limited(what: str) -> StepFinding:
    return StepFinding("not-limited", f"Not limited by {what}.")


def _missing(limit: str, detail: str) -> StepFinding:
    return StepFinding("missing", detail, f"missing.{limit}")


def _member(limit: str, own: str, limits: Collection[object], *, covered: bool) -> StepFinding:
    if covered:
        return StepFinding("passed", f"{own} is covered by {_listed(limits)}.")
    return StepFinding(
        "failed", f"{own} is not covered by {_listed(limits)}.", f"not_covered.{limit}"
    )


def _identifiers(definition: Definition) -> frozenset[str]:
    """Every way to write the definition's identifiers, with the scheme and without."""
    own = [definition.id or ""]
    for each in definition.identifiers:
        own += (each.value, f"{each.scheme}:{each.value}", f"{each.scheme}{each.value}")
    return frozenset(filter(None, map(_code, own)))


def _code(text: str) -> str:
    """Fold case and remove blanks; punctuation stays, because unit 1.12 is not unit 11.2."""
    return "".join(text.split()).casefold()


def _listed(values: Collection[object]) -> str:
    """Shorten long lists: a certifier may be limited to thousands of qualifications."""
    more = len(values) - _SHOWN
    return ", ".join(map(str, islice(values, _SHOWN))) + (f" and {more} more" if more > 0 else "")
