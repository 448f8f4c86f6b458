"""What can be read of a credential, also of one that goes no further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.identity import definition_key
from credstream.contract.records import Normalised, Provider
from credstream.contract.values import Account, Award, Learner, Reason
from credstream.exchange.dry_run.result import learner_of
from credstream.formats.shared import credential_ids
from credstream.formats.shared.parsed import Parsed
from services.ingest.examine import key_of
from services.normalise import assemble, completeness
from services.normalise.descriptors.dates import day_of
from services.normalise.facts import LearnerKey
from services.normalise.step import MAPPING

# Nothing is kept, so one key that everybody knows protects as much as a secret one.
THROW_AWAY = bytes(32)


@dataclass(frozen=True, slots=True)
class Read:
    """A file as far as it can be read, whoever sends it."""

    format: str = "unknown"
    envelope: str = "none"
    proof: str = "none"
    proof_detail: str = ""
    document: Any = None
    parsed: tuple[Parsed, ...] = ()
    unread: tuple[Reason, ...] = ()
    broken: bool = False


def as_read(parsed: Parsed, read: Read, provider: Provider, at: int) -> Normalised:
    """A credential that goes no further, with all that could be read of it."""
    found = assemble.definition_of(parsed, provider, definition_key_of(parsed, provider))
    earned, origins, warnings = None, found.origins, found.warnings
    if parsed.kind == "award":
        earned, more_origins, more_warnings = _award_as_read(parsed, provider, found.value.key)
        origins, warnings = (*origins, *more_origins), (*warnings, *more_warnings)
    account = completeness.account(
        found.value, earned, origins, (*warnings, *assemble.remarks(parsed))
    )
    return Normalised(
        key=key_of(parsed, provider),
        kind=parsed.kind,
        provider=provider.id,
        country=provider.country,
        submission="",
        received_at=at,
        format=read.format,
        envelope=read.envelope,
        proof=read.proof,
        mapping=MAPPING,
        definition=found.value,
        award=earned,
        account=_learner_counted(account, parsed),
        cause="",
    )


def _award_as_read(
    parsed: Parsed, provider: Provider, key: str
) -> tuple[Award, tuple[Any, ...], tuple[Reason, ...]]:
    """An award, or as much of it as there is: the step that refused it has told why."""
    try:
        found = assemble.award_of(parsed, provider, key, throw_away())
    except Rejected:
        day = day_of("issued_on", parsed.issued_on)
        nobody = Learner(pseudonym="", key_id="", block=b"")
        award = Award(
            definition_key=key,
            learner=nobody,
            issued_on=day.value or "",
            evidence=parsed.evidence,
            status="",
        )
        return award, day.origins, ()
    return found.value, found.origins, found.warnings


def _learner_counted(account: Account, parsed: Parsed) -> Account:
    """An award counts as having a learner; one that could not be read may have none."""
    if parsed.kind != "award" or learner_of(parsed.learner)["present"]:
        return account
    counted = account.completeness
    absent = ("learner", *counted.absent)
    return replace(
        account, completeness=replace(counted, mandatory=counted.mandatory - 1, absent=absent)
    )


def definition_key_of(parsed: Parsed, provider: Provider) -> str:
    return definition_key(provider.country, provider.id, credential_ids.definition_id(parsed))


def throw_away(pseudonym: str = "") -> LearnerKey:
    return LearnerKey(pseudonym, "try", THROW_AWAY)
