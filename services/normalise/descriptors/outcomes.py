"""Learning outcomes (M6) with the ESCO skills that they name."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.contract.values import LearningOutcome, Origin, Reason
from credstream.formats.shared.parsed import Parsed
from credstream.vocabularies import esco
from services.normalise.descriptors.base import Finding, coded, from_payload
from services.normalise.descriptors.texts import by_language, default_language, doubly_encoded

SKILL_FIX = "write the URI of an ESCO skill; the statement itself is kept"


def learning_outcomes(parsed: Parsed, provider: Provider) -> Finding[tuple[LearningOutcome, ...]]:
    default = default_language(parsed, provider)
    found: list[LearningOutcome] = []
    origins: list[Origin] = []
    warnings: list[Reason] = []
    for each in parsed.learning_outcomes:
        skills = coded(
            "learning_outcomes", each.skills, esco.skill_uri, "skill.unrecognised", SKILL_FIX
        )
        text = by_language(each.text, default)
        warnings += (*doubly_encoded(each.text, text), *skills.warnings)
        if text or skills.value:
            found.append(LearningOutcome(text=text, skills=skills.value))
            origins.append(from_payload("learning_outcomes", each.text))
    return Finding(tuple(found), tuple(dict.fromkeys(origins)), tuple(warnings))
