"""What a received record holds: its values as written, and the identifiers of its learner."""

from __future__ import annotations

from dataclasses import dataclass, replace

from credstream.contract.errors import Rejected
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Again, Received
from credstream.formats.shared import documents
from credstream.formats.shared.parsed import Parsed, Value
from credstream.formats.table import BY_NAME
from services.normalise.learner import Identifiers, identified

NO_IDENTIFIERS = Identifiers()


@dataclass(frozen=True, slots=True)
class Submission:
    """A received record with the values of its payload.

    `learner` has the identifiers of its learner as HMACs; it is empty without a learner.
    """

    received: Received
    parsed: Parsed
    learner: Identifiers = NO_IDENTIFIERS


def examine(
    secret: bytes, message: ReadMessage[Received | Again], _known: None
) -> Submission | Again:
    """Parse a received record; raises Rejected. `secret` is the key of the HMACs."""
    received = message.record
    if isinstance(received, Again):
        return received
    parsed = parse(received)
    own = identified(secret, parsed.learner, received.provider, received.country)
    return Submission(received, parsed, own)


def parse(received: Received) -> Parsed:
    """The values of a received payload as written; raises Rejected."""
    known = BY_NAME.get(received.format)
    if known is None:
        raise Rejected("format.unsupported", "", f"format {received.format}")
    parsed = known.parse(documents.read(received.payload))
    return _with_status(replace(parsed, findings=(*received.findings, *parsed.findings)), received)


def _with_status(parsed: Parsed, received: Received) -> Parsed:
    """The award with the status that ingest found in its provider's status lists."""
    if received.standing in {"none", "unchecked"}:
        return parsed
    kept = tuple(each for each in parsed.findings if each.code != "status.unchecked")
    if received.standing == "in_force":
        return replace(parsed, findings=kept)
    status = Value(received.standing, "credentialStatus")
    return replace(parsed, findings=kept, status=status)
