"""Judges an award against accreditations, and says which check of which accreditation decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from credstream.contract.records import Accreditation, Normalised
from credstream.contract.values import Check, Definition, Judgement, Organisation
from services.accreditation.checks import STEPS, Case, subject_of
from services.accreditation.organisations import name_of, tokens

#: Best first: of several bodies and accreditations the best outcome is the award's.
ORDER = ("confirmed", "recognised", "industry", "self-declared", "unknown", "not-covered")

#: Outcome and reason for an accreditation of each kind when every check has passed.
KINDS: Mapping[str, tuple[str, str]] = {
    "accreditation": ("confirmed", "covered.accreditation"),
    "recognition": ("recognised", "covered.recognition"),
    "industry-standard": ("industry", "covered.industry_standard"),
}

_STOPS = {"failed": "not-covered", "missing": "unknown"}


def judge(
    record: Normalised, accreditations: Iterable[Accreditation], *, loaded: bool
) -> Judgement:
    """Judge an award for its own date; the order of the accreditations does not matter.

    `loaded` says whether any list was ever loaded: without one, nothing is known of anybody.
    Raises ValueError for a definition, because only an award has a day to be judged for.
    """
    if record.award is None:
        raise ValueError("only awards are judged")
    day = record.award.issued_on
    if not loaded:
        check = Check(step="organisation", result="missing", detail="No list has been loaded.")
        return _unlisted(day, None, "unknown", "source.missing", check)
    # A joint award has the best judgement of its bodies; without any, that of an unlisted body.
    bodies = record.definition.awarding_bodies or (Organisation(),)
    return _best(_of_bodies(record.definition, day, bodies, tuple(accreditations)))


def same(a: Judgement | None, b: Judgement | None) -> bool:
    """Say whether two judgements are equal but for the date of their list."""
    if a is None or b is None:
        return a is b
    return replace(a, source_as_of=None) == replace(b, source_as_of=None)


def _best(judgements: Sequence[Judgement]) -> Judgement:
    """The best outcome, then the one with most checks passed, then the smallest id."""

    def rank(judgement: Judgement) -> tuple[int, int, str]:
        order = ORDER.index(judgement.outcome)
        return order, -len(judgement.checks), judgement.accreditation or ""

    return min(judgements, key=rank)


def _of_bodies(
    definition: Definition,
    day: str,
    bodies: Sequence[Organisation],
    accreditations: Sequence[Accreditation],
) -> list[Judgement]:
    """The judgement by each accreditation of a body, and of a body that none of them is of.

    What an accreditation says is the same for every body that it is of, so the first one stands for
    them: thousands of bodies beside thousands of accreditations are millions of pairs.
    """
    own = [tokens(body) for body in bodies]
    theirs = [tokens(each.organisation) for each in accreditations]
    first: dict[str, int] = {}
    for number, held in enumerate(own):
        for token in held:
            first.setdefault(token, number)
    subject = subject_of(definition, day, accreditations)
    judgements = []
    for accreditation, held in zip(accreditations, theirs, strict=True):
        shared = [first[token] for token in held if token in first]
        # One of another organisation says nothing of these bodies.
        if shared:
            body = min(shared)
            case = Case(subject, bodies[body], own[body] & held, accreditation)
            judgements.append(_judged_by(case))
    return judgements + _of_unlisted(definition, day, bodies, own, theirs)


def _of_unlisted(
    definition: Definition,
    day: str,
    bodies: Sequence[Organisation],
    own: Sequence[frozenset[str]],
    theirs: Iterable[frozenset[str]],
) -> list[Judgement]:
    """The judgement of the first body of which no accreditation is; that of others is the same."""
    listed: frozenset[str] = frozenset().union(*theirs)
    unlisted = (body for body, held in zip(bodies, own, strict=True) if listed.isdisjoint(held))
    return [_claimed(definition, day, body) for body in islice(unlisted, 1)]


def _judged_by(case: Case) -> Judgement:
    """The judgement by one accreditation: of the first check that does not pass, or of its kind."""
    checks: list[Check] = []
    for step, check in STEPS.items():
        finding = check(case)
        checks.append(Check(step=step, result=finding.result, detail=finding.detail))
        if finding.result in _STOPS:
            return _judgement(case, _STOPS[finding.result], finding.reason, checks)
    kind = case.accreditation.kind
    outcome, reason = KINDS.get(kind, ("unknown", "source.kind_unknown"))
    return _judgement(case, outcome, reason, checks)


def _judgement(case: Case, outcome: str, reason: str, checks: Sequence[Check]) -> Judgement:
    return Judgement(
        outcome=outcome,
        step=checks[-1].step,
        reason=reason,
        judged_for=case.subject.day,
        body=name_of(case.body),
        accreditation=case.accreditation.id,
        source=case.accreditation.source,
        source_as_of=case.accreditation.as_of,
        checks=tuple(checks),
    )


def _claimed(definition: Definition, day: str, body: Organisation) -> Judgement:
    """The judgement of a body that is in no list, by what the credential says of itself."""
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
        body=name_of(body) if body else None,
        checks=(check,),
    )
