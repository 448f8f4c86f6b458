"""What a message leaves in Kafka: the records of its step, a receipt, a dead letter."""

from __future__ import annotations

import traceback
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.messages import Emit, Incoming
from credstream.contract.records import Receipt
from credstream.contract.values import Reason
from credstream.formats.shared.masks import masked_path, unquoted
from credstream.kafka.dead_letters import dead_letter_headers
from credstream.process import metrics
from credstream.process.logs import logger
from credstream.runtime.breaker import REFUSED, UNEXPECTED
from credstream.runtime.service import Sender
from credstream.storage.journal import Output

# What a broker adds to a value: key, headers of the batch, its own frame.
FRAME_BYTES = 1024
# A path repeats names from the payload, which may be as long as the payload itself.
LONGEST_TEXT = 500
# A receipt has room for this many; the dead letter has the whole message.
MOST_REASONS = 100


@dataclass(frozen=True, slots=True)
class Ended:
    """How one message ended, and what it leaves in Kafka; `reason` is why it was refused."""

    message: Incoming
    outcome: str
    provider: str | None
    outputs: tuple[Output, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Makes the outputs of one service; raises Unavailable where a topic does not exist."""

    service: str
    codec: Codec
    known_topics: Container[str]

    def encoded(self, emits: Iterable[Emit]) -> tuple[Output, ...]:
        """The records of a step, written; raises Rejected for what Avro or a broker refuses."""
        return tuple(self._encoded(emits))

    def sendable(self, outputs: Iterable[Output]) -> list[Output]:
        """Outputs of the journal without receipts whose topic is gone; raises Unavailable."""
        return [output for output in outputs if self._has_topic(output.topic)]

    def refused(self, message: Incoming, refusal: Rejected, sender: Sender) -> Ended:
        """The message as a dead letter, and a receipt for its sender."""
        reason = _shortened(Reason(code=refusal.code, path=refusal.path, detail=refusal.detail))
        outputs = (self._dead_letter(message, reason), *self._receipt(message, (reason,), sender))
        logger().warning(
            "message refused",
            **_place(message),
            provider=sender.provider,
            reason=reason.code,
            path=reason.path,
        )
        return Ended(message, REFUSED, sender.provider, outputs, reason.code)

    def failed(self, message: Incoming, error: Exception, sender: Sender) -> Ended:
        """A message that a bug keeps from being handled, as a dead letter of its own."""
        # The exception's own text may quote a value, so only its type and the places are logged.
        logger().error(
            "message failed",
            **_place(message),
            error=type(error).__name__,
            trace=traceback.format_tb(error.__traceback__),
        )
        refusal = Rejected("unexpected", "", type(error).__name__)
        return replace(self.refused(message, refusal, sender), outcome=UNEXPECTED)

    def unprocessable(self, message: Incoming, sender: Sender) -> Ended:
        """A message whose code ended the process each time, as a dead letter."""
        logger().error("message unprocessable", **_place(message), provider=sender.provider)
        refusal = Rejected("unprocessable", "", "its handling ended the process each time")
        return replace(self.refused(message, refusal, sender), outcome=UNEXPECTED)

    def left_out(
        self, message: Incoming, unread: tuple[Reason, ...], sender: Sender
    ) -> tuple[Output, ...]:
        """The whole message as a dead letter, and one receipt for all the parts left out."""
        if not unread:
            return ()
        reasons = tuple(_shortened(each) for each in unread[:MOST_REASONS])
        receipt = self._receipt(message, reasons, sender)
        logger().warning(
            "parts refused", **_place(message), provider=sender.provider, parts=len(unread)
        )
        return (self._dead_letter(message, reasons[0]), *receipt)

    def _encoded(self, emits: Iterable[Emit]) -> Iterable[Output]:
        for emit in emits:
            if not self._has_topic(emit.topic):
                continue
            value = self.codec.encode(emit.record)
            if len(value) > topics.max_bytes(emit.topic) - FRAME_BYTES:
                raise Rejected("size.too_large", "", f"{len(value)} bytes for {emit.topic}")
            yield Output(emit.topic, emit.key.encode(), value)

    def _has_topic(self, topic: str) -> bool:
        """Whether something can be sent there; False for receipts that nobody has a topic for."""
        if topic in self.known_topics:
            return True
        if not topics.is_receipts(topic):
            raise Unavailable(f"topic {topic} does not exist", "topic")
        # One provider without a topic must not stop the others.
        metrics.RECEIPTS_DROPPED.labels(self.service).inc()
        return False

    def _receipt(
        self, message: Incoming, reasons: tuple[Reason, ...], sender: Sender
    ) -> tuple[Output, ...]:
        """A refusal for the provider; between our own stages it is about one credential."""
        if not sender.provider:
            return ()
        own = topics.provider_of(message.topic) is None and message.key is not None
        receipt = Receipt(
            submission=sender.submission,
            provider=sender.provider,
            status="refused",
            stage=self.service,
            key=(message.key or b"").decode("utf-8", "replace") if own else None,
            reasons=reasons,
            at=message.at,
        )
        emit = Emit(topics.receipts(sender.provider), sender.submission, receipt)
        return self.encoded((emit,))

    def _dead_letter(self, message: Incoming, reason: Reason) -> Output:
        place = (message.topic, message.partition, message.offset)
        # The provider is told the value; headers are shown and logged by other people's tools.
        reason = replace(reason, detail=unquoted(reason.detail))
        headers = dead_letter_headers(message.headers, reason, self.service, place, message.at)
        return Output(
            self._existing(topics.dlq(message.topic)), message.key, message.value, headers
        )

    def _existing(self, dead_letters: str) -> str:
        for name in (dead_letters, topics.UNKNOWN_DLQ):
            if name in self.known_topics:
                return name
        raise Unavailable(f"topic {dead_letters} does not exist", "topic")


def _shortened(reason: Reason) -> Reason:
    """As much of a reason's texts as a header and a receipt can carry.

    Names in the path that no format defines are masked: they reach logs and dead-letter headers.
    """
    return replace(reason, path=_cut(masked_path(reason.path)), detail=_cut(reason.detail))


def _cut(text: str) -> str:
    # A lone surrogate, which JSON lets through, cannot be written as UTF-8.
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _place(message: Incoming) -> Mapping[str, str | int]:
    return {"topic": message.topic, "partition": message.partition, "offset": message.offset}
