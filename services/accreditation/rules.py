"""Judges an award against accreditations, step by step, and says which step decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from credstream.contract.records import Accreditation, Normalised
from credstream.contract.values import Check, Definition, Judgement, Organisation
from credstream.vocabularies import isced_f
from services.accreditation.organisations import plain, tokens

#: Best first: the order in which several bodies and accreditations compete.
ORDER = ("confirmed", "recognised", "industry", "self-declared", "unknown", "not-covered")

#: What an accreditation of each kind is worth when every step has passed.
KINDS: Mapping[str, tuple[str, str]] = {
    "accreditation": ("confirmed", "covered.accreditation"),
    "recognition": ("recognised", "covered.recognition"),
    "industry-standard": ("industry", "covered.industry_standard"),
}
DECISIONS = ("positive", "conditional", "negative")
DEFAULT_TYPE = "micro-credential"
UNKNOWN_FIELD = "99"  # ISCED-F 99, 999 and 9999: field unknown

_STOPS = {"failed": "not-covered", "missing": "unknown"}
_SHOWN = 5
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Case:
    """One awarding body of an award beside one accreditation."""

    definition: Definition
    day: str
    body: Organisation
    accreditation: Accreditation


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step found; `reason` matters only where the step stops the walk."""

    result: str
    detail: str
    reason: str = ""


def judge(
    record: Normalised, accreditations: Iterable[Accreditation], *, loaded: bool
) -> Judgement:
    """Judge an award for its own date; the order of the accreditations does not matter.

    `loaded` says whether any source was ever loaded: without one, nothing is known of anybody.
    Raises ValueError for a definition, which nobody has been awarded yet.
    """
    if record.award is None:
        raise ValueError("only awards are judged")
    day = record.award.issued_on
    if not loaded:
        check = Check(step="organisation", result="missing", detail="No list has been loaded.")
        return _unlisted(day, None, "unknown", "source.missing", check)
    lists = tuple(accreditations)
    bodies = record.definition.awarding_bodies or (Organisation(),)
    return _best([_of_body(record.definition, day, body, lists) for body in bodies])


def same(a: Judgement | None, b: Judgement | None) -> bool:
    """Say whether both are one judgement; a list that was merely loaded again changes nothing."""
    if a is None or b is None:
        return a is b
    return replace(a, source_as_of=None) == replace(b, source_as_of=None)


def _best(judgements: Sequence[Judgement]) -> Judgement:
    """The best outcome, then the one that got furthest, then the smallest id."""
    return min(
        judgements,
        key=lambda one: (ORDER.index(one.outcome), -len(one.checks), one.accreditation or ""),
    )


def _of_body(
    definition: Definition, day: str, body: Organisation, lists: Iterable[Accreditation]
) -> Judgement:
    walked = (_walk(Case(definition, day, body, each)) for each in lists)
    own = [judgement for judgement in walked if judgement.step != "organisation"]
    return _best(own) if own else _claimed(definition, day, body)


def _walk(case: Case) -> Judgement:
    checks: list[Check] = []
    for step, look in STEPS.items():
        seen = look(case)
        checks.append(Check(step=step, result=seen.result, detail=seen.detail))
        if seen.result in _STOPS:
            return _judgement(case, _STOPS[seen.result], seen.reason, checks)
    kind = case.accreditation.kind
    outcome, reason = KINDS.get(kind, ("unknown", "source.kind_unknown"))
    return _judgement(case, outcome, reason, checks)


def _judgement(case: Case, outcome: str, reason: str, checks: Sequence[Check]) -> Judgement:
    return Judgement(
        outcome=outcome,
        step=checks[-1].step,
        reason=reason,
        judged_for=case.day,
        body=_name(case.body),
        accreditation=case.accreditation.id,
        source=case.accreditation.source,
        source_as_of=case.accreditation.as_of,
        checks=tuple(checks),
    )


def _claimed(definition: Definition, day: str, body: Organisation) -> Judgement:
    """What is left for a body that stands in no list: what the credential says of itself."""
    if tokens(body):
        check = Check(step="organisation", result="failed", detail="The body stands in no list.")
        reason = "organisation.unlisted"
    else:
        detail = "The body has no identifier to look for in the lists."
        check = Check(step="organisation", result="missing", detail=detail)
        reason = "organisation.unidentified"
    claims = {claim.type for claim in definition.quality_assurance}
    if "industry-standard" in claims:
        return _unlisted(day, body, "industry", "claimed.industry_standard", check)
    if claims - {"unknown"}:
        return _unlisted(day, body, "self-declared", "claimed.quality_assurance", check)
    return _unlisted(day, body, "unknown", reason, check)


def _unlisted(
    day: str, body: Organisation | None, outcome: str, reason: str, check: Check
) -> Judgement:
    return Judgement(
        outcome=outcome,
        step=check.step,
        reason=reason,
        judged_for=day,
        body=_name(body) if body else None,
        checks=(check,),
    )


def _name(body: Organisation) -> str | None:
    """One name, the same whatever the order of the languages."""
    return body.name[min(body.name)] if body.name else None


def _organisation(case: Case) -> Seen:
    shared = tokens(case.body) & tokens(case.accreditation.organisation)
    if not shared:
        detail = "No identifier of the body is one of the accredited organisation's."
        return Seen("failed", detail, "organisation.unlisted")
    return Seen("passed", f"Both have the identifier {min(shared)}.")


def _in_force(case: Case) -> Seen:
    day, limit = case.day, case.accreditation
    span = f"{limit.issued_on or 'no first day'} to {limit.expires_on or 'no last day'}"
    dates = filter(None, (day or "none", limit.issued_on, limit.expires_on, limit.withdrawn_on))
    if not all(map(_DAY.fullmatch, dates)):
        return Seen("missing", "A date that has to be compared cannot be read.", "missing.date")
    if not (limit.issued_on or day) <= day <= (limit.expires_on or day):
        return Seen("failed", f"{day} lies outside {span}.", "not_covered_by_date")
    if limit.withdrawn_on and limit.withdrawn_on <= day:
        detail = f"Withdrawn from {limit.withdrawn_on}; the award is of {day}."
        return Seen("failed", detail, "not_covered.withdrawn")
    if limit.decision not in DECISIONS:
        return Seen("missing", "The decision is none that is known.", "missing.decision")
    if limit.decision == "negative":
        return Seen("failed", "The decision was negative.", "not_covered.decision")
    return Seen("passed", f"{day} lies within {span}; the decision was {limit.decision}.")


def _jurisdiction(case: Case) -> Seen:
    limits, country = case.accreditation.jurisdictions, case.definition.country
    if not limits:
        return _not_limited("country")
    if not country:
        return _missing("jurisdiction", f"Limited to {_listed(limits)}; no country is given.")
    return _member("jurisdiction", country, limits, covered=country in limits)


def _credential_type(case: Case) -> Seen:
    limits = case.accreditation.credential_types
    if not limits:
        return _not_limited("credential type")
    own = case.definition.credential_type or DEFAULT_TYPE
    return _member("credential_type", own, limits, covered=plain(own) in map(plain, limits))


def _qualification(case: Case) -> Seen:
    limits, own = case.accreditation.qualifications, _identifiers(case.definition)
    if not limits:
        return _not_limited("qualification")
    if not own:
        detail = f"Limited to {_listed(limits)}; the definition has no identifier."
        return _missing("qualification", detail)
    shared = own & set(map(_code, limits))
    return _member("qualification", min(shared or own), limits, covered=bool(shared))


def _field(case: Case) -> Seen:
    limits, own = case.accreditation.fields, case.definition.fields
    if not limits:
        return _not_limited("field")
    known = [code for code in own if not code.startswith(UNKNOWN_FIELD)]
    covered = all(any(isced_f.covers(limit, code) for limit in limits) for code in known)
    if covered and (not known or len(known) < len(own)):
        return _missing("field", f"Limited to ISCED-F {_listed(limits)}; a field is not given.")
    return _member("field", _listed(known), limits, covered=covered)


def _level(case: Case) -> Seen:
    limits, level = case.accreditation.levels, case.definition.level
    if not limits:
        return _not_limited("level")
    if level is None or level.eqf is None:
        return _missing("level", f"Limited to EQF {_listed(limits)}; no EQF level is given.")
    return _member("level", f"EQF {level.eqf}", limits, covered=level.eqf in limits)


def _agent(case: Case) -> Seen:
    agent = case.accreditation.agent
    name = (_name(agent) if agent else None) or "the agent, who is not named"
    if case.accreditation.agent_trusted:
        return Seen("passed", f"The source vouches for {name}.")
    return Seen("failed", f"The source does not vouch for {name}.", "not_covered.agent")


STEPS: Mapping[str, Callable[[Case], Seen]] = {
    "organisation": _organisation,
    "in-force": _in_force,
    "jurisdiction": _jurisdiction,
    "credential-type": _credential_type,
    "qualification": _qualification,
    "field": _field,
    "level": _level,
    "agent": _agent,
}


def _not_limited(what: str) -> Seen:
    return Seen("not-limited", f"Not limited by {what}.")


def _missing(limit: str, detail: str) -> Seen:
    return Seen("missing", detail, f"missing.{limit}")


def _member(limit: str, own: str, limits: Iterable[object], *, covered: bool) -> Seen:
    if covered:
        return Seen("passed", f"{own} is covered by {_listed(limits)}.")
    return Seen("failed", f"{own} is not covered by {_listed(limits)}.", f"not_covered.{limit}")


def _identifiers(definition: Definition) -> frozenset[str]:
    """Every way to write the definition's identifiers, with the scheme and without."""
    own = [definition.id or ""]
    for each in definition.identifiers:
        own += (each.value, f"{each.scheme}:{each.value}", f"{each.scheme}{each.value}")
    return frozenset(filter(None, map(_code, own)))


def _code(text: str) -> str:
    """Case and blanks go, punctuation stays: unit 1.12 is not unit 11.2."""
    return "".join(text.split()).casefold()


def _listed(values: Iterable[object]) -> str:
    """Shorten long lists: a certifier may be limited to thousands of qualifications."""
    shown = [str(value) for value in values]
    more = len(shown) - _SHOWN
    return ", ".join(shown[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
