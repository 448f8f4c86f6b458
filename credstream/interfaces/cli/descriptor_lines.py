"""The descriptors of a record with their origins, as lines of a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credstream.contract.records import Normalised
from credstream.contract.values import Origin
from credstream.interfaces.cli.labels import OF_AWARD, OF_DEFINITION, short

EVERY = frozenset({"learner", *OF_DEFINITION, *OF_AWARD})
SHOWN_RAW = 40
SHOWN_STEPS = 2

RULES: Mapping[str, str] = {
    "hours_per_day": "days by the registered hours a day",
    "hours_per_ects": "ECTS by the registered hours a point",
    "sbu": "one SBU is one hour",
    "nqf_to_eqf": "national level, as referenced to the EQF",
    "country_of_body": "country of the awarding body",
    "supervision": "told by the kind of supervision",
    "epoch": "a time in seconds, as a day",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One descriptor: what it says, where that came from, and how much it matters."""

    name: str
    values: tuple[str, ...]
    origins: tuple[str, ...]
    mandatory: bool


def lines(
    record: Normalised, learner: Mapping[str, Any] | None, mandatory: Sequence[str]
) -> list[Line]:
    """The mandatory descriptors in the order of Annex I, then what else is there."""
    own = {name for name in ("learner", "issued_on") if record.kind != "award"}
    told: dict[str, tuple[str, ...]] = {"learner": _learner(learner)}
    told |= {name: say(record.definition) for name, say in OF_DEFINITION.items()}
    told |= {name: say(record.award) for name, say in OF_AWARD.items()} if record.award else {}
    order = [*(name for name in mandatory if name not in own), *told]
    return [
        Line(name, told.get(name, ()), _origins(record, name), name in mandatory)
        for name in dict.fromkeys(order)
        if told.get(name) or (name in mandatory and name not in own)
    ]


def _learner(learner: Mapping[str, Any] | None) -> tuple[str, ...]:
    if learner is None:
        return ()
    if "pseudonym" in learner:
        return (f"pseudonym {learner['pseudonym'][:16]}…",)
    kinds = [*learner["identifiers"]]
    kinds += [name.replace("_", " ") for name in ("name", "birth_date") if learner[name]]
    return (f"present ({', '.join(kinds)})",) if learner["present"] else ()


def _origins(record: Normalised, name: str) -> tuple[str, ...]:
    found = (each for each in record.account.provenance if each.descriptor == name)
    return tuple(dict.fromkeys(map(_origin, found)))


def _origin(origin: Origin) -> str:
    known = origin.path and origin.origin != "definition"
    place = _last_steps(origin.path or "") if known else origin.origin
    raw = f"from “{short(origin.raw, SHOWN_RAW)}”" if origin.raw else ""
    rule = RULES.get(origin.rule, origin.rule) if origin.rule else ""
    how = " by rule: ".join(part for part in (raw, rule) if part) if raw else rule
    return f"{place} ({how})" if how else place


def _last_steps(path: str) -> str:
    """The end of a path: of long ones the beginning is always the same."""
    steps = path.split(".")
    return short(path if len(steps) <= SHOWN_STEPS else "…" + ".".join(steps[-SHOWN_STEPS:]))
