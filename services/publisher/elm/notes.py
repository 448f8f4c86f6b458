"""Notes: what Annex I asks for, or a provider says, and the model has no member for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credstream.contract.records import Normalised
from credstream.contract.values import (
    Award,
    Definition,
    Judgement,
    Organisation,
    QualityAssurance,
    Text,
)
from credstream.vocabularies.participation import mode, schedule
from credstream.vocabularies.quality_assurance import quality_assurance
from credstream.vocabularies.supervision import supervision
from credstream.vocabularies.target_groups import target_group
from services.publisher.elm.concepts import nqf_level

LABELS = {
    "learning_outcomes": "learning outcomes",
    "awarding_bodies": "awarding bodies",
    "quality_assurance": "quality assurance",
    "issued_on": "date of issuing",
}


def of_definition(definition: Definition, main: str) -> Iterator[Text]:
    """Notes on what can be earned: ours in English, then the provider's own."""
    lines = (
        *_lines("Assessment", _own_assessments(definition)),
        *_lines("Supervision", _supervision(definition)),
        *_lines("Participation", _participation(definition)),
        *_lines("Quality assurance", map(_assured, definition.quality_assurance)),
        *_lines("Level", _level(definition)),
        *_lines("Contact hours", _contact_hours(definition)),
        *_lines("Stack", _stack(definition)),
        *_lines("Part of", _whole(definition)),
        *_lines("Target groups", _own_targets(definition)),
        *_lines("Occupations", definition.occupations),
        *_lines("Designed with", (_name(each, main) for each in definition.co_designers)),
        *_lines("Route", (definition.route,) if definition.route == "validation" else ()),
    )
    yield from ({"en": line} for line in lines)
    if definition.further_information:
        yield definition.further_information


def of_award(record: Normalised, award: Award, judgement: Judgement | None) -> Iterator[Text]:
    """Notes on one award: its judgement, the check of identity, and what is not stated."""
    if judgement is not None:
        source = f" by {judgement.accreditation}" if judgement.accreditation else ""
        yield {
            "en": f"Entitlement of the awarding body on {judgement.judged_for}: "
            f"{judgement.outcome}{source}."
        }
    if award.identity_verified is not None and award.grade is None:
        answer = "was" if award.identity_verified else "was not"
        yield {"en": f"The learner's identity {answer} verified during assessment."}
    absent = [LABELS.get(name, name) for name in record.account.completeness.absent]
    if absent:
        yield {"en": f"Not stated by the provider: {', '.join(absent)}."}


def _lines(title: str, values: Iterable[str | None]) -> Iterator[str]:
    text = "; ".join(value for value in values if value)
    if text:
        yield f"{title}: {text}."


def _own_assessments(definition: Definition) -> Iterator[str]:
    """Kinds that the vocabulary does not know; known ones have specifications of their own."""
    if definition.assessment:
        yield from definition.assessment.other


def _supervision(definition: Definition) -> Iterator[str]:
    form = supervision(definition.assessment.supervision or "") if definition.assessment else None
    if form:
        yield form.label


def _participation(definition: Definition) -> Iterator[str]:
    if definition.participation:
        known = [mode(code) for code in definition.participation.modes]
        yield from (each.label for each in known if each and not each.uri)
        yield from definition.participation.other
        known_schedule = schedule(definition.participation.schedule or "")
        if known_schedule:
            yield known_schedule.label


def _assured(given: QualityAssurance) -> str:
    known = quality_assurance(given.type)
    more = ", ".join(each for each in (given.body, given.reference) if each)
    label = known.label if known else "not recognised"
    return f"{label} ({more})" if more else label


def _level(definition: Definition) -> Iterator[str]:
    level = definition.level
    if level and level.framework and level.value and not nqf_level(level.framework, level.value):
        yield f"{level.framework} {level.value}"
    if level and level.cycle:
        yield f"{level.cycle} cycle of the QF-EHEA"


def _contact_hours(definition: Definition) -> Iterator[str]:
    if definition.workload and definition.workload.contact_hours is not None:
        yield f"{definition.workload.contact_hours:g}"


def _stack(definition: Definition) -> Iterator[str]:
    if definition.stack:
        core = f", with the core unit {definition.stack.core}" if definition.stack.core else ""
        yield f"{definition.stack.role} of {definition.stack.scheme}{core}"


def _whole(definition: Definition) -> Iterator[str]:
    if definition.partial and definition.partial.is_part:
        yield definition.partial.qualification or "a larger qualification"


def _own_targets(definition: Definition) -> Iterator[str]:
    known = [target_group(code) for code in definition.target_groups]
    yield from (each.label for each in known if each and not each.uri)


def _name(body: Organisation, main: str) -> str:
    return body.name.get(main) or next(iter(body.name.values()), "")
