"""One award from several sources: each descriptor from the source that states it best."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from credstream.contract.records import Normalised
from credstream.contract.values import Award, Definition, Origin, Reason, Source
from services.normalise import completeness
from services.normalise.descriptors.base import casefolded, unique

# The surest last: what is stated of this award is surer than what is stated of many.
ORIGINS: Mapping[str, int] = {"registration": 1, "definition": 2, "derived": 3, "payload": 4}
PROOFS: Mapping[str, int] = {"none": 0, "unverifiable": 1, "verified": 2}
# Of the award itself the newest source decides; the others only fill what it leaves open.
FILLED = ("valid_until", "grade", "grade_scale", "identity_verified")
NO_CHOICE = frozenset({"key", "id", "version"})


def merge_sources(newest: Normalised, others: Sequence[Normalised]) -> Normalised:
    """The newest record of a key, completed from what other formats said of the same award."""
    every = (newest, *others)
    chosen = {name: _best(name, every) for name in _descriptors()}
    definition = replace(
        newest.definition,
        **{name: getattr(record.definition, name) for name, record in chosen.items()},
    )
    award = _award(newest.award, [each.award for each in others if each.award])
    origins = _origins(newest, chosen)
    warnings = unique((*newest.account.warnings, *_differences(chosen, every)))
    return replace(
        newest,
        definition=definition,
        award=award,
        account=completeness.account(definition, award, origins, warnings),
        sources=tuple(source_of(each) for each in every),
    )


def likeness(provider: str, award: Award, definition: Definition) -> str:
    """The same text for awards that one provider sent, to one learner, of one title, on one day.

    Within one provider: a warning about another one's award would tell that it exists.
    """
    titles = sorted({casefolded(each) for each in definition.title.values()})
    parts = (provider, award.learner.pseudonym, award.issued_on, *titles)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def source_of(record: Normalised) -> Source:
    return Source(
        format=record.format,
        submission=record.submission,
        proof=record.proof,
        received_at=record.received_at,
    )


def _descriptors() -> tuple[str, ...]:
    return tuple(each.name for each in fields(Definition) if each.name not in NO_CHOICE)


def _best(name: str, every: Sequence[Normalised]) -> Normalised:
    """The first of the surest; `every` has the newest first."""
    return max(every, key=lambda record: _sureness(name, record))


def _sureness(name: str, record: Normalised) -> tuple[int, int]:
    if not getattr(record.definition, name):
        return 0, 0
    ranks = [ORIGINS.get(e.origin, 0) for e in record.account.provenance if e.descriptor == name]
    return max(ranks, default=1), PROOFS.get(record.proof, 0)


def _award(newest: Award | None, others: Sequence[Award]) -> Award | None:
    if newest is None:
        return None
    filled: dict[str, Any] = {
        name: next((found for each in others if (found := getattr(each, name)) is not None), None)
        for name in FILLED
        if getattr(newest, name) is None
    }
    evidence = max(newest.evidence, *(each.evidence for each in others), 0)
    return replace(newest, evidence=evidence, **filled)


def _origins(newest: Normalised, chosen: Mapping[str, Normalised]) -> tuple[Origin, ...]:
    own = [each for each in newest.account.provenance if each.descriptor not in chosen]
    found = [
        each
        for name, record in chosen.items()
        for each in record.account.provenance
        if each.descriptor == name
    ]
    return unique((*own, *found))


def _differences(
    chosen: Mapping[str, Normalised], every: Sequence[Normalised]
) -> tuple[Reason, ...]:
    """A warning for each descriptor that two sources both state, in different ways."""
    return tuple(
        Reason(code="sources.differ", path=name, detail=_detail(record, other))
        for name, record in chosen.items()
        for other in every
        if _stated(name, other) and _stated(name, record) and _differ(name, record, other)
    )


def _detail(record: Normalised, other: Normalised) -> str:
    return f"{other.format} says something else; that of {record.format} was taken"


def _stated(name: str, record: Normalised) -> bool:
    stated = (e for e in record.account.provenance if e.descriptor == name)
    return any(each.origin in {"payload", "derived"} for each in stated)


def _differ(name: str, record: Normalised, other: Normalised) -> bool:
    one: Any = getattr(record.definition, name)
    return bool(one != getattr(other.definition, name))
