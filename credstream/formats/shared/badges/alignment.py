"""Alignments of an Open Badge told apart: level, quality assurance, skill, field and more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import zip_longest

from credstream.formats.shared.json_nodes import Node, first, many, present, text
from credstream.formats.shared.parsed import Amount, Assurance, Id, LevelClaim, StatedOutcome, Value

KIND_OF_TYPE = {
    "ext:eqf": "eqf",
    "ext:nqf": "nqf",
    "ext:nlqf": "nqf",
    "ext:ects": "ects",
    "ext:qualityassurance": "assurance",
    "ceterms:credential": "record",
    "cfrubric": "rubric",
    "cfrubriccriterion": "rubric",
    "cfrubriccriterionlevel": "rubric",
}
KIND_OF_ADDRESS = {
    "data.europa.eu/snb/eqf/": "eqf",
    "data.europa.eu/snb/qdr/": "nqf",
    "data.europa.eu/snb/isced-f/": "field",
    "data.europa.eu/esco/occupation/": "occupation",
    "data.europa.eu/esco/isco/": "occupation",
    "data.europa.eu/esco/": "skill",
    "ec.europa.eu/esco/": "skill",
}
KIND_OF_FRAMEWORK = {
    "european qualifications framework": "eqf",
    "eqf": "eqf",
    "ects": "ects",
    "isced-f": "field",
    "esco": "skill",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """What the alignments of one achievement say."""

    outcomes: tuple[StatedOutcome, ...]
    levels: tuple[LevelClaim, ...]
    assurances: tuple[Assurance, ...]
    workload: tuple[Amount, ...]
    identifiers: tuple[Id, ...]
    fields: tuple[Value, ...]
    occupations: tuple[Value, ...]


def read(achievement: Node) -> Aligned:
    by_kind: dict[str, list[Node]] = {}
    for alignment in many(achievement, "alignment"):
        by_kind.setdefault(_kind(alignment), []).append(alignment)
    for description in many(achievement, "resultDescription"):
        # What a result is measured against is learnt as well; levels there are levels of results.
        for alignment in many(description, "alignment"):
            if _kind(alignment) in {"outcome", "skill"}:
                by_kind.setdefault(_kind(alignment), []).append(alignment)

    def each(kind: str, pick: Callable[[Node], Value | None]) -> tuple[Value, ...]:
        return present(*map(pick, by_kind.get(kind, ())))

    return Aligned(
        outcomes=_outcomes(by_kind),
        # What stands side by side is one claim, so that the framework stays with the EQF.
        levels=tuple(
            replace(national or LevelClaim(), eqf=european)
            for european, national in zip_longest(
                each("eqf", _level),
                map(_national, by_kind.get("nqf", ())),
            )
        ),
        assurances=tuple(map(_assurance, by_kind.get("assurance", ()))),
        workload=tuple(Amount(unit="ects", value=value) for value in each("ects", _code)),
        identifiers=tuple(Id(scheme="ctdl", value=value) for value in each("record", _address)),
        fields=each("field", _address_or_code),
        occupations=each("occupation", _address),
    )


def _kind(alignment: Node) -> str:
    typed = KIND_OF_TYPE.get(_spelt(alignment, "targetType"))
    if typed:
        return typed
    address = _spelt(alignment, "targetUrl")
    framework = _spelt(alignment, "targetFramework")
    return next(
        (
            kind
            for table, spelt in ((KIND_OF_ADDRESS, address), (KIND_OF_FRAMEWORK, framework))
            for part, kind in table.items()
            if part in spelt
        ),
        "outcome",
    )


def _spelt(alignment: Node, key: str) -> str:
    value = text(alignment, key)
    return str(value.raw).strip().lower() if value else ""


def _outcomes(by_kind: dict[str, list[Node]]) -> tuple[StatedOutcome, ...]:
    kept: dict[tuple[str, str], StatedOutcome] = {}
    for kind in ("outcome", "skill"):
        for alignment in by_kind.get(kind, ()):
            address = _address(alignment) if kind == "skill" else None
            statement = first(
                text(alignment, "targetName"), text(alignment, "targetDescription"), address
            )
            if statement is not None:
                content = (str(statement.raw), str(address.raw) if address else "")
                outcome = StatedOutcome(text=statement, skills=present(address))
                kept.setdefault(content, outcome)
    return tuple(kept.values())


def _level(alignment: Node) -> Value | None:
    address = _address(alignment)
    known = address if address and "/snb/eqf/" in str(address.raw) else None
    return first(_code(alignment), known, text(alignment, "targetName"))


def _national(alignment: Node) -> LevelClaim:
    kind = text(alignment, "targetType")
    named = Value("NLQF", kind.path) if kind and "nlqf" in str(kind.raw).lower() else None
    address = _address(alignment)
    known = address if address and "/snb/qdr/" in str(address.raw) else None
    return LevelClaim(
        framework=first(text(alignment, "targetFramework"), named),
        value=first(_code(alignment), known, text(alignment, "targetName")),
    )


def _assurance(alignment: Node) -> Assurance:
    return Assurance(
        type=text(alignment, "targetType"),
        body=text(alignment, "targetFramework"),
        reference=first(_code(alignment), _address(alignment), text(alignment, "targetName")),
    )


def _code(alignment: Node) -> Value | None:
    return text(alignment, "targetCode")


def _address(alignment: Node) -> Value | None:
    return text(alignment, "targetUrl")


def _address_or_code(alignment: Node) -> Value | None:
    address = _address(alignment)
    known = address if address and "/snb/isced-f/" in str(address.raw) else None
    return first(known, _code(alignment), text(alignment, "targetName"))
