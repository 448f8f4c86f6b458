"""What the descriptors say, in plain words: one line of a terminal for each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from credstream.contract.values import (
    Award,
    Definition,
    Identifier,
    Level,
    Organisation,
    Text,
    Workload,
)
from credstream.vocabularies import isced_f

MOST_LINES = 3
LONGEST = 120
FORMATS: Mapping[str, str] = {
    "native": "credstream's own JSON",
    "ob1": "Open Badges 1",
    "ob2": "Open Badges 2.0",
    "ob3": "Open Badges 3.0",
    "clr2": "Comprehensive Learner Record 2.0",
    "elm3": "European Digital Credential (ELM 3)",
    "elm2-xml": "Europass credential in XML (ELM 2)",
    "elmo": "ELMO (EMREX)",
    "ooapi5": "OOAPI 5",
    "ctdl": "CTDL",
    "vendor": "a vendor's web hook",
    "roster-csv": "a list in CSV",
    "roster-xlsx": "a list in XLSX",
    "vcdm": "a verifiable credential of no known kind",
    "unknown": "no format that is known here",
}
ENVELOPES: Mapping[str, str] = {
    "none": "",
    "jwt": ", as a signed token",
    "jws": ", as a signed token",
    "png": ", baked into a PNG image",
    "svg": ", baked into an SVG image",
    "seal": ", sealed",
    "credential": ", wrapped for upload",
}
TRUTH: Mapping[bool | None, str] = {True: "yes", False: "no"}
VERIFIED: Mapping[bool | None, str] = {True: "identity verified", False: "identity not verified"}


def written_as(name: str, envelope: str) -> str:
    """A format and what it is wrapped in."""
    return FORMATS.get(name, name) + ENVELOPES.get(envelope, "")


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
    parts = (text_of(body.name, language), body.role, body.country, *identifiers[:1])
    return ", ".join(part for part in parts if part)


def _texts(name: str) -> Callable[[Definition], tuple[str, ...]]:
    return lambda definition: _some(text_of(getattr(definition, name), definition.language))


def _plain(name: str) -> Callable[[Any], tuple[str, ...]]:
    return lambda part: _some(getattr(part, name))


def _listed(name: str) -> Callable[[Definition], tuple[str, ...]]:
    return lambda definition: _few(getattr(definition, name))


def _bodies(name: str) -> Callable[[Definition], tuple[str, ...]]:
    return lambda definition: _few(
        [organisation(each, definition.language) for each in getattr(definition, name)]
    )


def _outcomes(definition: Definition) -> tuple[str, ...]:
    return _few(
        [
            (text_of(each.text, definition.language) or "(no text)")
            + (f" [{len(each.skills)} ESCO]" if each.skills else "")
            for each in definition.learning_outcomes
        ]
    )


def _workload(definition: Definition) -> tuple[str, ...]:
    found = definition.workload or Workload()
    parts = (
        found.hours is not None and f"{found.hours:g} hours",
        found.contact_hours is not None and f"{found.contact_hours:g} contact hours",
        found.ects is not None and f"{found.ects:g} ECTS",
    )
    return _some(", ".join(part for part in parts if part))


def _level(definition: Definition) -> tuple[str, ...]:
    found = definition.level
    if found is None:
        return ()
    return _some(", ".join(part for part in _level_parts(found) if part))


def _level_parts(level: Level) -> tuple[str | None, ...]:
    return (
        f"EQF {level.eqf}" if level.eqf is not None else None,
        " ".join(part for part in (level.framework, level.value) if part),
        f"QF-EHEA {level.cycle}" if level.cycle else None,
        f"claimed by the {level.claimed_by}",
    )


def _assessment(definition: Definition) -> tuple[str, ...]:
    found = definition.assessment
    if found is None:
        return ()
    parts = (
        *found.types,
        *(f"“{short(each)}”" for each in found.other),
        found.supervision,
        VERIFIED.get(found.identity_verified),
    )
    return _some(", ".join(part for part in parts if part))


def _participation(definition: Definition) -> tuple[str, ...]:
    found = definition.participation
    if found is None:
        return ()
    parts = (*found.modes, *(f"“{short(each)}”" for each in found.other), found.schedule)
    return _some(", ".join(part for part in parts if part))


def _assurance(definition: Definition) -> tuple[str, ...]:
    parts = [(each.type, each.body, each.reference) for each in definition.quality_assurance]
    return _few([", ".join(part for part in each if part) for each in parts])


def _stack(definition: Definition) -> tuple[str, ...]:
    found = definition.stack
    if found is None:
        return ()
    core = f", core {found.core}" if found.core else ""
    return (f"{found.role} of {found.scheme}{core}",)


def _partial(definition: Definition) -> tuple[str, ...]:
    found = definition.partial
    if found is None:
        return ()
    whole = found.qualification or "a larger qualification"
    return (f"part of {whole}" if found.is_part else "stands for itself",)


def _named(definition: Definition) -> tuple[str, ...]:
    """The provider's own id of a definition, with its version."""
    parts = (definition.id, definition.version and f"version {definition.version}")
    return _some(", ".join(part for part in parts if part))


def _languages(definition: Definition) -> tuple[str, ...]:
    return _few(definition.languages) if definition.languages != (definition.language,) else ()


def _grade(award: Award) -> tuple[str, ...]:
    scale = f" (scale {award.grade_scale})" if award.grade_scale else ""
    return _some(f"{award.grade}{scale}") if award.grade else ()


def _fields(definition: Definition) -> tuple[str, ...]:
    return _few([f"{code} {isced_f.label(code)}" for code in definition.fields])


def _id(identifier: Identifier) -> str:
    bare = identifier.scheme in ("url", "did")
    return identifier.value if bare else f"{identifier.scheme}:{identifier.value}"


def _identifiers(definition: Definition) -> tuple[str, ...]:
    return _few([_id(each) for each in definition.identifiers])


def _some(value: object) -> tuple[str, ...]:
    return (short(str(value)),) if value not in (None, "") else ()


def _few(values: Sequence[str]) -> tuple[str, ...]:
    more = len(values) - MOST_LINES
    shown = tuple(short(value) for value in values[:MOST_LINES])
    return (*shown, f"and {more} more") if more > 0 else shown


def short(text: str, most: int = LONGEST) -> str:
    """One line, without anything that would move a terminal's cursor."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


OF_DEFINITION: Mapping[str, Callable[[Definition], tuple[str, ...]]] = {
    "title": _texts("title"),
    "country": _plain("country"),
    "awarding_bodies": _bodies("awarding_bodies"),
    "learning_outcomes": _outcomes,
    "workload": _workload,
    "level": _level,
    "assessment": _assessment,
    "participation": _participation,
    "quality_assurance": _assurance,
    "prerequisites": _texts("prerequisites"),
    "stack": _stack,
    "partial": _partial,
    "further_information": _texts("further_information"),
    "url": _plain("url"),
    "description": _texts("description"),
    "region": _plain("region"),
    "definition": _named,
    "identifiers": _identifiers,
    "language": _plain("language"),
    "languages": _languages,
    "fields": _fields,
    "occupations": _listed("occupations"),
    "target_groups": _listed("target_groups"),
    "co_designers": _bodies("co_designers"),
    "route": _plain("route"),
    "credential_type": _plain("credential_type"),
    "valid_from": _plain("valid_from"),
    "valid_until": _plain("valid_until"),
    "review_on": _plain("review_on"),
}
OF_AWARD: Mapping[str, Callable[[Award], tuple[str, ...]]] = {
    "issued_on": _plain("issued_on"),
    "award.valid_until": _plain("valid_until"),
    "grade": _grade,
    "identity_verified": lambda award: _some(TRUTH.get(award.identity_verified)),
    "status": _plain("status"),
}
