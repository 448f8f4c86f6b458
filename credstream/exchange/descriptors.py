"""The descriptors of a record as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from credstream.contract.records import Normalised
from credstream.contract.values import Award, Definition


def descriptors(record: Normalised, learner: Mapping[str, Any] | None) -> dict[str, Any]:
    """Every descriptor of a record by its name; an absent one is null or empty.

    `learner` is what may be told of the learner; a definition has none.
    """
    definition, award = record.definition, record.award
    of_definition = {
        field.name: getattr(definition, field.name)
        for field in fields(Definition)
        if field.name != "key"
    }
    if record.kind != "award":
        return of_definition
    of_award = _of_award(award) if award else {"issued_on": None}
    return {"learner": learner} | of_definition | of_award


def _of_award(award: Award) -> dict[str, Any]:
    # A definition has a `valid_until` too: for how long it is offered.
    return {
        "issued_on": award.issued_on or None,
        "award.valid_until": award.valid_until,
        "grade": award.grade,
        "grade_scale": award.grade_scale,
        "identity_verified": award.identity_verified,
        "evidence": award.evidence,
        "status": award.status or None,
        "funding": [{"funder": funding.funder} for funding in award.funding],
    }
