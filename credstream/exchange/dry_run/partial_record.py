"""What can be read of a credential, also of one that goes no further."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract.errors import Rejected
from credstream.contract.records import Normalised, Provider
from credstream.contract.values import Account, Award, Learner
from credstream.exchange.dry_run.ingested import ParsedFile
from credstream.exchange.dry_run.result import learner_of
from credstream.formats.shared.parsed import Parsed
from services.ingest.examine import key_of
from services.normalise import assemble, awards, completeness
from services.normalise.descriptors.base import WithOrigins
from services.normalise.descriptors.dates import day_of
from services.normalise.facts import LearnerKey

# Nothing is kept, so one key that everybody knows protects as much as a secret one.
THROW_AWAY = bytes(32)


def partial_record(parsed: Parsed, file: ParsedFile, provider: Provider, at: int) -> Normalised:
    """The record of a credential that goes no further, with all that could be read of it."""
    key = assemble.definition_key_of(parsed, provider)
    definition = assemble.definition_of(parsed, provider, key)
    award = _award(parsed, provider, key)
    account = completeness.account(
        definition.value,
        award.value,
        (*definition.origins, *award.origins),
        (*definition.warnings, *award.warnings, *assemble.parser_warnings(parsed)),
    )
    return Normalised(
        key=key_of(parsed, provider),
        kind=parsed.kind,
        provider=provider.id,
        country=provider.country,
        submission="",
        received_at=at,
        format=file.format,
        envelope=file.envelope,
        proof=file.proof,
        mapping=assemble.MAPPING_VERSION,
        definition=definition.value,
        award=award.value,
        account=_without_learner(account) if _lacks_learner(parsed) else account,
        cause="",
    )


def learner_key(pseudonym: str = "") -> LearnerKey:
    """What the vault would give for a learner."""
    return LearnerKey(pseudonym, "try", THROW_AWAY)


def _award(parsed: Parsed, provider: Provider, key: str) -> WithOrigins[Award | None]:
    """An award, or as much of it as there is: the step that refused it has said why."""
    if parsed.kind != "award":
        return WithOrigins(None)
    try:
        found = awards.award_of(parsed, provider, key, learner_key())
        return WithOrigins(found.value, found.origins, found.warnings)
    except Rejected:
        day = day_of("issued_on", parsed.issued_on)
        award = Award(
            definition_key=key,
            learner=Learner(pseudonym="", key_id="", block=b""),
            issued_on=day.value or "",
            evidence=parsed.evidence,
            status="",
        )
        return WithOrigins(award, day.origins)


def _lacks_learner(parsed: Parsed) -> bool:
    return parsed.kind == "award" and not learner_of(parsed.learner)["present"]


def _without_learner(account: Account) -> Account:
    """The step counts a learner for every award, because it refuses an award without one."""
    counted = account.completeness
    absent = ("learner", *counted.absent)
    return replace(
        account, completeness=replace(counted, mandatory=counted.mandatory - 1, absent=absent)
    )
