"""Learning outcomes (M6) with the ESCO skills that they name."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.contract.values import LearningOutcome, Origin, Reason
from credstream.formats.shared.parsed import Parsed
from credstream.vocabularies import esco
from services.normalise.descriptors.base import WithOrigins, codes_of, from_payload, unique
from services.normalise.descriptors.texts import by_language, default_language, mojibake_warnings

SKILL_FIX = "write the URI of an ESCO skill; the statement itself is kept"


def learning_outcomes(
    parsed: Parsed, provider: Provider
) -> WithOrigins[tuple[LearningOutcome, ...]]:
    language = default_language(parsed, provider)
    outcomes: list[LearningOutcome] = []
    origins: list[Origin] = []
    warnings: list[Reason] = []
    for stated in parsed.learning_outcomes:
        skills = codes_of(
            "learning_outcomes", stated.skills, esco.skill_uri, "skill.unrecognised", SKILL_FIX
        )
        text = by_language(stated.text, language)
        warnings += (*mojibake_warnings(stated.text, text), *skills.warnings)
        # A statement without text is kept for its skills.
        if text or skills.value:
            outcomes.append(LearningOutcome(text=text, skills=skills.value))
            origins.append(from_payload("learning_outcomes", stated.text))
    return WithOrigins(tuple(outcomes), unique(origins), tuple(warnings))
