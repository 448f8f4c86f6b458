"""What one submission holds: its credentials, each with its key, and what its proof is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from credstream.contract import identity, topics
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.records import Provider, Received
from credstream.contract.registration import IDENTITIES
from credstream.contract.values import Reason
from credstream.formats.shared import credential_ids
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import Parsed, Rules
from services.ingest.detect import Detected, detect
from services.ingest.event import Event, event_of, stated_time
from services.ingest.parts import Part, read_parts, rejected
from services.ingest.proofs import data_integrity, jades, status, vc_jwt, xml_dsig
from services.ingest.proofs.base import Proof

# What a registration may say under `reading`; every other name there is a column of its lists.
RULES = ("dates", "encoding")
NO_COLUMNS = (*RULES, IDENTITIES)


@dataclass(frozen=True, slots=True)
class Examined:
    """What ingest passes on of a submission; `unread` says which parts it leaves out, and why."""

    submission: str
    received: tuple[Received, ...]
    unread: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """The submission that a credential came in."""

    message: Incoming
    event: Event
    detected: Detected
    proof: Proof
    provider: Provider
    registration: Provider


def examine(message: Incoming, registered: Mapping[str, Provider]) -> Examined:
    """What a submission holds, read as the registration behind its topic says; raises Rejected."""
    return read_submission(message, _entitled(message, registered))


def read_submission(
    message: Incoming, provider: Provider, judge: Callable[..., Proof] | None = None
) -> Examined:
    """Read a submission of a provider; raises Rejected. `judge` replaces `prove`."""
    event = event_of(message)
    if len(event.payload) > topics.PAYLOAD_BYTES:
        raise Rejected("size.too_large", "", f"{len(event.payload)} bytes")
    if event.provider not in (None, provider.id):
        raise Rejected("provider.mismatch", "ce_providerid", "another provider is named")
    rules, budget = rules_of(provider), Budget()
    detected = detect(event.payload, rules, budget)
    if detected.unfit is not None:
        raise rejected(detected.unfit)
    # Verified before it is parsed: a document changed after it was signed is refused for its
    # signature, whatever the change broke.
    proof = (judge or prove)(detected, provider, message.at)
    if proof.state == "failed":
        raise Rejected("signature.invalid", "", proof.detail)
    # Keys to verify with are ingest's alone: a record that travels on needs none of them.
    registration = replace(provider, keys={}, seals={}, status_lists={})
    source = _Source(message, event, detected, proof, provider, registration)
    received: list[Received] = []
    unread: list[Reason] = []
    for part in read_parts(detected, rules, budget):
        if isinstance(part, Reason):
            unread.append(part)
        else:
            received.append(_received(source, part))
    if not received:
        raise rejected(unread[0]) if unread else Rejected("format.empty", "", "no credential")
    return Examined(event.submission, tuple(received), tuple(unread))


def rules_of(provider: Provider) -> Rules:
    """How a provider writes, as its registration says."""
    rules = {name: provider.reading[name] for name in RULES if name in provider.reading}
    columns = {name: title for name, title in provider.reading.items() if name not in NO_COLUMNS}
    return Rules(columns=columns, **rules)


def prove(detected: Detected, provider: Provider, at: int) -> Proof:
    """Verify the signature of a submission by the kind that it has."""
    if detected.signature == "jws":
        return vc_jwt.verify(str(detected.signed), provider.keys, at)
    if detected.signature == "seal":
        return jades.verify(str(detected.signed), at, provider.seals)
    if detected.signature == "xml" and not isinstance(detected.signed, str):
        return xml_dsig.verify(detected.signed, provider.seals, at)
    if isinstance(detected.document, dict) and detected.document.get("proof"):
        return data_integrity.verify(detected.document, provider.keys, at)
    return Proof("none", "none", None, "the submission is not signed")


def _entitled(message: Incoming, registered: Mapping[str, Provider]) -> Provider:
    """The registration behind a topic; raises Rejected where it may not send there now."""
    # The broker lets only this provider write to the topic; a field of the payload proves nothing.
    kind, name = topics.provider_of(message.topic) or ("", "")
    provider = registered.get(name)
    if provider is None:
        raise Rejected("provider.unknown", "", name)
    if kind != provider.kind:
        raise Rejected("provider.unknown", "", f"{provider.id} is no {kind}")
    if provider.status != "active":
        raise Rejected("provider.suspended", "", provider.id)
    return provider


def key_of(parsed: Parsed, provider: Provider) -> str:
    """The key of an award or a definition."""
    if parsed.kind == "definition":
        return identity.definition_key(
            provider.country, provider.id, credential_ids.definition_id(parsed)
        )
    name = credential_ids.credential_id(parsed, provider.credential_id)
    return identity.key(provider.country, provider.id, name)


def _received(source: _Source, part: Part) -> Received:
    provider, detected, parsed = source.provider, source.detected, part.parsed
    if parsed.provider and parsed.provider.raw != provider.id:
        raise Rejected("provider.mismatch", parsed.provider.path, "another provider is named")
    stated = stated_time(parsed.occurred_at.raw) if parsed.occurred_at else source.event.time
    return Received(
        key=key_of(parsed, provider),
        provider=provider.id,
        country=provider.country,
        registration=source.registration,
        submission=source.event.submission,
        received_at=source.message.at,
        occurred_at=stated,
        format=detected.format,
        envelope=detected.envelope,
        kind=parsed.kind,
        proof=source.proof.state,
        proof_detail=source.proof.detail,
        digest=identity.digest(part.payload),
        payload=part.payload,
        findings=detected.findings,
        standing=_credential_status(source, part.document),
    )


def _credential_status(source: _Source, document: Any) -> str:
    """What the registered status lists say of a credential: of a part, by its own document."""
    lists, keys = source.provider.status_lists, source.provider.keys
    inner = document.get("credential") if isinstance(document, dict) else None
    return status.credential_status(inner or document, lists, keys, source.message.at)
