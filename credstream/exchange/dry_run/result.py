"""What a rehearsal needs to know, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from credstream.contract.records import Accreditation, Normalised, Provider
from credstream.contract.values import Judgement, Reason
from credstream.formats.shared.parsed import Person
from services.normalise.completeness import MANDATORY
from services.normalise.learner import NAME, NAME_AND_BIRTH, identifiers

PUBLISHED, HELD, OUT_OF_SCOPE, REFUSED = "published", "held", "out_of_scope", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the exchange knows. `definitions` looks up by key, `accreditations` by token.

    `loaded` says whether any list of accreditations has been loaded.
    """

    provider: Provider
    definitions: Callable[[set[str]], Mapping[str, Any]]
    accreditations: Callable[[set[str]], Mapping[str, tuple[Accreditation, ...]]]
    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One credential as far as it came; `learner` says which kinds of data were read.

    `lacking` says why an award that is published would not be sealed for Europass.
    """

    ending: str
    record: Normalised
    learner: Mapping[str, Any] | None = None
    judgement: Judgement | None = None
    lacking: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would become of a file. The three verdicts speak of its content only.

    `left_out` counts the parts that cannot be read where others can.
    """

    provider: str
    outcome: str
    format: str = "unknown"
    envelope: str = "none"
    proof: str = "none"
    proof_detail: str = ""
    readable: bool = False
    normalisable: bool = False
    violations: int = 0
    left_out: int = 0
    reasons: tuple[Reason, ...] = ()
    credentials: tuple[Credential, ...] = ()

    @property
    def refused(self) -> int:
        """How many parts of the file would be refused, and be told so in a receipt."""
        return self.left_out + sum(each.ending == REFUSED for each in self.credentials)

    @property
    def conformant(self) -> bool:
        return self.normalisable and not self.violations and not self.absent

    @property
    def absent(self) -> tuple[str, ...]:
        """Mandatory descriptors that some credential of the file lacks."""
        return unique(name for each in self.credentials for name in _absent(each.record))

    @property
    def warnings(self) -> tuple[Reason, ...]:
        return unique(w for each in self.credentials for w in each.record.account.warnings)

    @property
    def awards(self) -> tuple[Credential, ...]:
        return tuple(each for each in self.credentials if each.record.kind == "award")

    @property
    def lacking(self) -> tuple[Reason, ...]:
        return unique(reason for each in self.awards for reason in each.lacking)

    @property
    def sealable(self) -> bool:
        """Whether every award of the file would be sealed."""
        published = self.outcome == PUBLISHED and all(a.ending == PUBLISHED for a in self.awards)
        return bool(self.awards) and published and not self.lacking


def learner_of(person: Person | None) -> Mapping[str, Any]:
    """Which kinds of data name the learner, and nothing of what they say."""
    if person is None:
        return {"present": False, "identifiers": [], "name": False, "birth_date": False}
    schemes = [scheme for scheme, _ in identifiers(person)]
    made = {NAME, NAME_AND_BIRTH}
    return {
        "present": bool(schemes),
        "identifiers": [each for each in dict.fromkeys(schemes) if each not in made],
        "name": any((person.full_name, person.given_name, person.family_name)),
        "birth_date": person.birth_date is not None,
    }


def _absent(record: Normalised) -> list[str]:
    """Mandatory descriptors that are lacking; a level only where one was to be expected."""
    warned = {each.path for each in record.account.warnings if each.code == "descriptor.absent"}
    missing = [name for name in record.account.completeness.absent if name in MANDATORY]
    return [name for name in missing if name != "level" or name in warned]


def unique(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))
