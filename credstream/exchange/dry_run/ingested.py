"""What ingest reads in a file: all of it that can be read, and what it would pass on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming, ReadMessage
from credstream.contract.records import Provider, Received
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Parsed
from services.ingest import examine
from services.ingest.detect import detect
from services.ingest.parts import parse_parts
from services.ingest.proofs.base import Proof

# Refusals that say nothing of the content: what was read is shown all the same.
NOT_OF_CONTENT = frozenset({"signature.invalid", "provider.suspended"})
TOPIC = "try"
Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file as far as it can be read, whoever sends it."""

    format: str = "unknown"
    envelope: str = "none"
    proof: str = "none"
    proof_detail: str = ""
    parsed: tuple[Parsed, ...] = ()
    unread: tuple[Reason, ...] = ()
    broken: bool = False

    @property
    def readable(self) -> bool:
        return not self.broken and self.format != "unknown"


def parse_file(value: bytes, provider: Provider, at: int) -> ParsedFile:
    """Read what can be read; never raises for what the bytes hold."""
    rules = examine.rules_of(provider)
    try:
        detected = detect(value, rules)
    except Rejected:
        return ParsedFile(broken=True)
    proof = examine.prove(detected, provider, at)
    file = ParsedFile(detected.format, detected.envelope, proof.state, proof.detail)
    if detected.unfit is not None:
        return file
    try:
        parts, unread = parse_parts(detected, rules)
    except Rejected:
        return replace(file, broken=True)
    return replace(file, parsed=tuple(parsed for _, parsed in parts), unread=unread)


def receive(
    value: bytes, provider: Provider, at: int
) -> tuple[tuple[Received, ...], tuple[Reason, ...]]:
    """What ingest passes on, and why it refuses; behind a bad signature, what it would pass on."""
    suspended = Rejected("provider.suspended", "", provider.id)
    reasons = () if provider.status == "active" else (reason_of(suspended),)
    try:
        return received_in(value, provider, at), reasons
    except Rejected as refusal:
        reasons = (*reasons, reason_of(refusal))
        if refusal.code not in NOT_OF_CONTENT:
            return (), reasons
    try:
        unproven = examine.read_submission(_submitted(value, at), provider, _no_verdict)
    except Rejected as refusal:
        return (), (*reasons, reason_of(refusal))
    return unproven.received, reasons


def received_in(value: bytes, provider: Provider, at: int) -> tuple[Received, ...]:
    """The records of a submission; raises Rejected."""
    return examine.read_submission(_submitted(value, at), provider).received


def read_message(record: Content, at: int) -> ReadMessage[Content]:
    """A message of a topic between services; `at` stands for the broker's time in milliseconds."""
    return ReadMessage(
        topic=TOPIC, partition=0, offset=0, key=None, value=None, at=at, record=record
    )


def reason_of(refusal: Rejected) -> Reason:
    return Reason(code=refusal.code, path=refusal.path, detail=refusal.detail)


def _submitted(value: bytes, at: int) -> Incoming:
    return Incoming(topic=TOPIC, partition=0, offset=0, key=None, value=value, at=at)


def _no_verdict(*_: object) -> Proof:
    """In place of a proof, so that the content behind a bad signature is shown."""
    return Proof("none", "none", None, "")
