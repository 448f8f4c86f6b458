"""What each descriptor says, in plain words: one line of a terminal for each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from credstream.contract.values import (
    Award,
    Definition,
    Identifier,
    Organisation,
    Text,
    Workload,
)
from credstream.interfaces.cli.labels import short
from credstream.vocabularies import isced_f

# Lines of one descriptor: `--json` has them all.
MOST_LINES = 3
TRUTH: Mapping[bool | None, str] = {True: "yes", False: "no"}
VERIFIED: Mapping[bool | None, str] = {True: "identity verified", False: "identity not verified"}


def text_of(text: Text, language: str | None = None) -> str:
    """A text in its own language, else English, else the first; the others are named."""
    order = (language or "", "en", *sorted(text))
    chosen = next((tag for tag in order if tag in text), None)
    if chosen is None:
        return ""
    others = [tag for tag in sorted(text) if tag != chosen]
    return short(text[chosen]) + (f" (also {', '.join(others)})" if others else "")


def organisation(body: Organisation, language: str | None = None) -> str:
    identifiers = [*dict.fromkeys(map(_id, body.identifiers))]
    return _joined(text_of(body.name, language), body.role, body.country, *identifiers[:1])


def _text(name: str) -> Callable[[Definition], tuple[str, ...]]:
    return lambda definition: _optional(text_of(getattr(definition, name), definition.language))


def _value(name: str) -> Callable[[Any], tuple[str, ...]]:
    return lambda part: _optional(getattr(part, name))


def _values(name: str) -> Callable[[Definition], tuple[str, ...]]:
    return lambda definition: _first_of(getattr(definition, name))


def _bodies(name: str) -> Callable[[Definition], tuple[str, ...]]:
    return lambda definition: _first_of(
        [organisation(each, definition.language) for each in getattr(definition, name)]
    )


def _outcomes(definition: Definition) -> tuple[str, ...]:
    return _first_of(
        [
            (text_of(outcome.text, definition.language) or "(no text)")
            + (f" [{len(outcome.skills)} ESCO]" if outcome.skills else "")
            for outcome in definition.learning_outcomes
        ]
    )


def _workload(definition: Definition) -> tuple[str, ...]:
    workload = definition.workload or Workload()
    parts = (
        workload.hours is not None and f"{workload.hours:g} hours",
        workload.contact_hours is not None and f"{workload.contact_hours:g} contact hours",
        workload.ects is not None and f"{workload.ects:g} ECTS",
    )
    return _optional(_joined(*parts))


def _level(definition: Definition) -> tuple[str, ...]:
    level = definition.level
    if level is None:
        return ()
    parts = (
        level.eqf is not None and f"EQF {level.eqf}",
        " ".join(part for part in (level.framework, level.value) if part),
        level.cycle and f"QF-EHEA {level.cycle}",
        f"claimed by the {level.claimed_by}",
    )
    return _optional(_joined(*parts))


def _assessment(definition: Definition) -> tuple[str, ...]:
    assessment = definition.assessment
    if assessment is None:
        return ()
    other = (f"“{short(text)}”" for text in assessment.other)
    verified = VERIFIED.get(assessment.identity_verified)
    return _optional(_joined(*assessment.types, *other, assessment.supervision, verified))


def _participation(definition: Definition) -> tuple[str, ...]:
    participation = definition.participation
    if participation is None:
        return ()
    other = (f"“{short(text)}”" for text in participation.other)
    return _optional(_joined(*participation.modes, *other, participation.schedule))


def _assurance(definition: Definition) -> tuple[str, ...]:
    return _first_of(
        [_joined(each.type, each.body, each.reference) for each in definition.quality_assurance]
    )


def _stack(definition: Definition) -> tuple[str, ...]:
    stack = definition.stack
    if stack is None:
        return ()
    core = f", core {stack.core}" if stack.core else ""
    return (f"{stack.role} of {stack.scheme}{core}",)


def _partial(definition: Definition) -> tuple[str, ...]:
    partial = definition.partial
    if partial is None:
        return ()
    whole = partial.qualification or "a larger qualification"
    return (f"part of {whole}" if partial.is_part else "stands for itself",)


def _own_id(definition: Definition) -> tuple[str, ...]:
    """The provider's own id of a definition, with its version."""
    version = definition.version and f"version {definition.version}"
    return _optional(_joined(definition.id, version))


def _languages(definition: Definition) -> tuple[str, ...]:
    # The language of the texts is shown already, and is mostly that of the teaching too.
    own = (definition.language,)
    return _first_of(definition.languages) if definition.languages != own else ()


def _grade(award: Award) -> tuple[str, ...]:
    scale = f" (scale {award.grade_scale})" if award.grade_scale else ""
    return _optional(f"{award.grade}{scale}") if award.grade else ()


def _fields(definition: Definition) -> tuple[str, ...]:
    return _first_of([f"{code} {isced_f.label(code)}" for code in definition.fields])


def _identifiers(definition: Definition) -> tuple[str, ...]:
    return _first_of([_id(each) for each in definition.identifiers])


def _id(identifier: Identifier) -> str:
    # The value of these begins with its own scheme.
    bare = identifier.scheme in ("url", "did")
    return identifier.value if bare else f"{identifier.scheme}:{identifier.value}"


def _joined(*parts: str | Literal[False] | None) -> str:
    return ", ".join(part for part in parts if part)


def _optional(value: object) -> tuple[str, ...]:
    """One line, or none where there is no value."""
    return (short(str(value)),) if value not in (None, "") else ()


def _first_of(values: Sequence[str]) -> tuple[str, ...]:
    """The first values, a line each, and how many more there are."""
    more = len(values) - MOST_LINES
    shown = tuple(short(value) for value in values[:MOST_LINES])
    return (*shown, f"and {more} more") if more > 0 else shown


OF_DEFINITION: Mapping[str, Callable[[Definition], tuple[str, ...]]] = {
    "title": _text("title"),
    "country": _value("country"),
    "awarding_bodies": _bodies("awarding_bodies"),
    "learning_outcomes": _outcomes,
    "workload": _workload,
    "level": _level,
    "assessment": _assessment,
    "participation": _participation,
    "quality_assurance": _assurance,
    "prerequisites": _text("prerequisites"),
    "stack": _stack,
    "partial": _partial,
    "further_information": _text("further_information"),
    "url": _value("url"),
    "description": _text("description"),
    "region": _value("region"),
    "definition": _own_id,
    "identifiers": _identifiers,
    "language": _value("language"),
    "languages": _languages,
    "fields": _fields,
    "occupations": _values("occupations"),
    "target_groups": _values("target_groups"),
    "co_designers": _bodies("co_designers"),
    "route": _value("route"),
    "credential_type": _value("credential_type"),
    "valid_from": _value("valid_from"),
    "valid_until": _value("valid_until"),
    "review_on": _value("review_on"),
}
OF_AWARD: Mapping[str, Callable[[Award], tuple[str, ...]]] = {
    "issued_on": _value("issued_on"),
    "award.valid_until": _value("valid_until"),
    "grade": _grade,
    "identity_verified": lambda award: _optional(TRUTH.get(award.identity_verified)),
    "status": _value("status"),
}
