"""Sorts the alignments of an Open Badge: level, quality assurance, skill, field and others.

https://www.imsglobal.org/spec/ob/v3p0/#alignment
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from credstream.formats.shared.badges.alignment_kinds import kind_of
from credstream.formats.shared.json_nodes import JsonNode, children, text
from credstream.formats.shared.parsed import Amount, Assurance, Id, LevelClaim, StatedOutcome, Value
from credstream.formats.shared.values import distinct, first

ByKind = Mapping[str, list[JsonNode]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """The descriptors that the alignments of one achievement state."""

    outcomes: tuple[StatedOutcome, ...]
    levels: tuple[LevelClaim, ...]
    assurances: tuple[Assurance, ...]
    workload: tuple[Amount, ...]
    identifiers: tuple[Id, ...]
    fields: tuple[Value, ...]
    occupations: tuple[Value, ...]


def read_alignments(achievement: JsonNode) -> Aligned:
    by_kind = _by_kind(achievement)

    def values(kind: str, read: Callable[[JsonNode], Value | None]) -> tuple[Value, ...]:
        return distinct(*map(read, by_kind.get(kind, ())))

    return Aligned(
        outcomes=_outcomes(by_kind),
        levels=_levels(values("eqf", _eqf_level), by_kind.get("nqf", ())),
        assurances=tuple(map(_assurance, by_kind.get("assurance", ()))),
        workload=tuple(Amount(unit="ects", value=value) for value in values("ects", _code)),
        identifiers=tuple(Id(scheme="ctdl", value=value) for value in values("record", _address)),
        fields=values("field", _field),
        occupations=values("occupation", _address),
    )


def _by_kind(achievement: JsonNode) -> ByKind:
    by_kind: dict[str, list[JsonNode]] = {}
    for alignment in children(achievement, "alignment"):
        by_kind.setdefault(kind_of(alignment), []).append(alignment)
    for description in children(achievement, "resultDescription"):
        # What a result is measured against was learnt too; its levels are levels of the result.
        for alignment in children(description, "alignment"):
            kind = kind_of(alignment)
            if kind in {"outcome", "skill"}:
                by_kind.setdefault(kind, []).append(alignment)
    return by_kind


def _outcomes(by_kind: ByKind) -> tuple[StatedOutcome, ...]:
    kept: dict[tuple[str, str], StatedOutcome] = {}
    for kind in ("outcome", "skill"):
        for alignment in by_kind.get(kind, ()):
            skill = _address(alignment) if kind == "skill" else None
            statement = first(
                text(alignment, "targetName"), text(alignment, "targetDescription"), skill
            )
            if statement is not None:
                content = (str(statement.raw), str(skill.raw) if skill else "")
                kept.setdefault(content, StatedOutcome(text=statement, skills=distinct(skill)))
    return tuple(kept.values())


def _levels(
    european: tuple[Value, ...], national: list[JsonNode] | tuple[()]
) -> tuple[LevelClaim, ...]:
    """The first EQF level with the first national one: badges state both of one qualification."""
    claims = zip_longest(european, map(_national_level, national))
    return tuple(replace(claim or LevelClaim(), eqf=level) for level, claim in claims)


def _eqf_level(alignment: JsonNode) -> Value | None:
    address = _address_below(alignment, "/snb/eqf/")
    return first(_code(alignment), address, text(alignment, "targetName"))


def _national_level(alignment: JsonNode) -> LevelClaim:
    kind = text(alignment, "targetType")
    dutch = Value("NLQF", kind.path) if kind and "nlqf" in str(kind.raw).lower() else None
    address = _address_below(alignment, "/snb/qdr/")
    return LevelClaim(
        framework=first(text(alignment, "targetFramework"), dutch),
        value=first(_code(alignment), address, text(alignment, "targetName")),
    )


def _assurance(alignment: JsonNode) -> Assurance:
    return Assurance(
        type=text(alignment, "targetType"),
        body=text(alignment, "targetFramework"),
        reference=first(_code(alignment), _address(alignment), text(alignment, "targetName")),
    )


def _field(alignment: JsonNode) -> Value | None:
    address = _address_below(alignment, "/snb/isced-f/")
    return first(address, _code(alignment), text(alignment, "targetName"))


def _code(alignment: JsonNode) -> Value | None:
    return text(alignment, "targetCode")


def _address(alignment: JsonNode) -> Value | None:
    return text(alignment, "targetUrl")


def _address_below(alignment: JsonNode, part: str) -> Value | None:
    """The address where it is one of a European list; others lead to a page about the level."""
    address = _address(alignment)
    return address if address and part in str(address.raw) else None
