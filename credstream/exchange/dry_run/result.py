"""What a dry run finds: how a file and each of its credentials would end, and why."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from credstream.contract.records import Normalised
from credstream.contract.values import Judgement, Reason
from credstream.exchange.descriptors import descriptors
from credstream.formats.shared.parsed import Person
from services.normalise.completeness import MANDATORY
from services.normalise.learner import NAME, NAME_AND_BIRTH, identifiers

PUBLISHED, HELD, REFUSED = "published", "held", "refused"
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialResult:
    """One credential as far as it came; `learner` says which kinds of data were read.

    `status` is that of its last receipt. `lacking` says why an award that is published would not
    be sealed for Europass.
    """

    status: str
    record: Normalised
    learner: Mapping[str, Any] | None = None
    judgement: Judgement | None = None
    lacking: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What would become of a file. The three verdicts speak of its content only.

    `left_out` counts the parts that cannot be read where others can.
    """

    provider: str
    status: str
    format: str = "unknown"
    envelope: str = "none"
    proof: str = "none"
    proof_detail: str = ""
    readable: bool = False
    normalisable: bool = False
    violations: int = 0
    left_out: int = 0
    reasons: tuple[Reason, ...] = ()
    credentials: tuple[CredentialResult, ...] = ()

    @property
    def refused(self) -> int:
        """How many parts of the file would be refused, each with a reason in a receipt."""
        return self.left_out + sum(each.status == REFUSED for each in self.credentials)

    @property
    def conformant(self) -> bool:
        return self.normalisable and not self.violations and not self.absent

    @property
    def absent(self) -> tuple[str, ...]:
        """Mandatory descriptors that some credential of the file lacks."""
        return unique(name for each in self.credentials for name in _absent(each.record))

    @property
    def warnings(self) -> tuple[Reason, ...]:
        return unique(
            warning for each in self.credentials for warning in each.record.account.warnings
        )

    @property
    def awards(self) -> tuple[CredentialResult, ...]:
        return tuple(each for each in self.credentials if each.record.kind == "award")

    @property
    def judgement(self) -> Judgement | None:
        """The judgement of the first award that has one."""
        return next((award.judgement for award in self.awards if award.judgement), None)

    @property
    def lacking(self) -> tuple[Reason, ...]:
        return unique(reason for award in self.awards for reason in award.lacking)

    @property
    def sealable(self) -> bool:
        """Whether the file has awards, and every one of them would be sealed."""
        statuses = {self.status, *(award.status for award in self.awards)}
        return bool(self.awards) and statuses == {PUBLISHED} and not self.lacking


def as_json(result: DryRun) -> dict[str, Any]:
    """A dry run as plain data; none of it is a person's."""
    return {
        "outcome": result.status,
        "refused_parts": result.refused,
        "provider": result.provider,
        "format": result.format,
        "envelope": result.envelope,
        "readable": result.readable,
        "normalisable": result.normalisable,
        "conformant": result.conformant,
        "reasons": result.reasons,
        "warnings": result.warnings,
        "proof": result.proof,
        "proof_detail": result.proof_detail,
        "judgement": result.judgement,
        "europass": {"sealable": result.sealable, "lacking": result.lacking},
        "credentials": [_credential_as_json(each) for each in result.credentials],
    }


def learner_of(person: Person | None) -> Mapping[str, Any]:
    """Which kinds of data name the learner, and nothing of what they say."""
    if person is None:
        return {"present": False, "identifiers": [], "name": False, "birth_date": False}
    schemes = [scheme for scheme, _ in identifiers(person)]
    # Where a file has no identifier, normalise makes one of name and birth date.
    return {
        "present": bool(schemes),
        "identifiers": [name for name in unique(schemes) if name not in (NAME, NAME_AND_BIRTH)],
        "name": any((person.full_name, person.given_name, person.family_name)),
        "birth_date": person.birth_date is not None,
    }


def unique(items: Iterable[T]) -> tuple[T, ...]:
    """Each item once, in the order of their first places."""
    return tuple(dict.fromkeys(items))


def _credential_as_json(result: CredentialResult) -> dict[str, Any]:
    account = result.record.account
    return {
        "kind": result.record.kind,
        "key": result.record.key,
        "outcome": result.status,
        "descriptors": descriptors(result.record, result.learner),
        "provenance": account.provenance,
        "completeness": account.completeness,
        "judgement": result.judgement,
    }


def _absent(record: Normalised) -> list[str]:
    """Mandatory descriptors that are lacking; a level only where one was to be expected."""
    warned = {each.path for each in record.account.warnings if each.code == "descriptor.absent"}
    lacking = [name for name in record.account.completeness.absent if name in MANDATORY]
    # Annex I asks for a level "where applicable": normalise warns where it applies.
    return [name for name in lacking if name != "level" or name in warned]
