"""The descriptors of a record with their origins, as lines of a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credstream.contract.records import Normalised
from credstream.contract.values import Origin
from credstream.interfaces.cli.descriptor_texts import OF_AWARD, OF_DEFINITION
from credstream.interfaces.cli.labels import short

EVERY = frozenset({"learner", *OF_DEFINITION, *OF_AWARD})
LONGEST_RAW = 40
SHOWN_STEPS = 2
# Rules of normalise, as provenance names them.
RULES: Mapping[str, str] = {
    "hours_per_day": "days by the registered hours a day",
    "hours_per_ects": "ECTS by the registered hours a point",
    "sbu": "one SBU is one hour",
    "nqf_to_eqf": "national level, as referenced to the EQF",
    "country_of_body": "country of the awarding body",
    "supervision": "derived from the kind of supervision",
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
    """The mandatory descriptors in the order of Annex I, then what else the record has."""
    texts = _texts(record, learner)
    of_awards = () if record.kind == "award" else ("learner", "issued_on")
    expected = [name for name in mandatory if name not in of_awards]
    return [
        Line(name, texts.get(name, ()), _origins(record, name), name in mandatory)
        for name in dict.fromkeys((*expected, *texts))
        if name in expected or texts[name]
    ]


def _texts(record: Normalised, learner: Mapping[str, Any] | None) -> Mapping[str, tuple[str, ...]]:
    texts = {"learner": _learner(learner)}
    texts |= {name: text(record.definition) for name, text in OF_DEFINITION.items()}
    if record.award:
        texts |= {name: text(record.award) for name, text in OF_AWARD.items()}
    return texts


def _learner(learner: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The pseudonym of a published award, or which kinds of data a file has of its learner."""
    if learner is None:
        return ()
    if "pseudonym" in learner:
        return (f"pseudonym {learner['pseudonym'][:16]}…",)
    kinds = [*learner["identifiers"]]
    kinds += [name.replace("_", " ") for name in ("name", "birth_date") if learner[name]]
    return (f"present ({', '.join(kinds)})",) if learner["present"] else ()


def _origins(record: Normalised, name: str) -> tuple[str, ...]:
    provenance = record.account.provenance
    return tuple(dict.fromkeys(_origin(each) for each in provenance if each.descriptor == name))


def _origin(origin: Origin) -> str:
    """Where a value was, how it was written there, and by which rule it was converted."""
    in_payload = origin.path and origin.origin != "definition"
    place = _last_steps(origin.path or "") if in_payload else origin.origin
    raw = f"from “{short(origin.raw, LONGEST_RAW)}”" if origin.raw else ""
    rule = RULES.get(origin.rule, origin.rule) if origin.rule else ""
    conversion = " by rule: ".join(part for part in (raw, rule) if part)
    return f"{place} ({conversion})" if conversion else place


def _last_steps(path: str) -> str:
    """The end of a path: long ones of a format all begin alike."""
    steps = path.split(".")
    return short(path if len(steps) <= SHOWN_STEPS else "…" + ".".join(steps[-SHOWN_STEPS:]))
