"""What a run knows of its submissions and of the sealed credentials that are on their way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from credstream.contract.records import PublishedAward, Receipt
from credstream.contract.sealed_files import SUFFIX, file_name, key_and_version
from credstream.contract.topics import UNKNOWN_DLQ
from credstream.contract.values import Reason
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.local.collector import CollectedMessage
from credstream.exchange.local.outcomes import Ledger
from credstream.process import timeouts

# A receipt with one of these says that no credential will be sealed.
UNSEALED = frozenset({"edc.incomplete", "edc.not_in_force"})


@dataclass(frozen=True, slots=True)
class Ending:
    """A receipt that a user waits for, with the file that it is about, or else its submission."""

    receipt: Receipt
    file: str


@dataclass(slots=True)
class Watch:
    """Takes the messages of a run until every submission has ended."""

    folder: ExchangeFolder
    ledger: Ledger
    awaited: set[str] = field(default_factory=set)
    has_receipt: bool = False
    changed_at: float = 0.0
    clock: Callable[[], float] = time.monotonic

    def take(self, message: CollectedMessage) -> Ending | None:
        """Take a message of the run; what the user is to see of it."""
        record = message.record
        if isinstance(record, Receipt):
            return self._answered(record)
        if message.topic == UNKNOWN_DLQ:
            return self._answered(_refusal(message.headers))
        if isinstance(record, PublishedAward) and record.status == "issued":
            self.changed_at = self.clock()
        return None

    def recall(self, receipts: Iterable[Receipt]) -> None:
        """Take the receipts of earlier runs, which the user has seen."""
        for receipt in receipts:
            self._take(receipt)

    @property
    def done(self) -> bool:
        """Every submission has ended, every seal that was promised exists, and all is quiet."""
        if not self.all_ended:
            return False
        # A definition that comes late completes what is held: that is worth a longer wait.
        held = any(self.ledger.outcome(name) == "held" for name in self.ledger.sent)
        quiet_seconds = timeouts.HELD_QUIET_SECONDS if held else timeouts.QUIET_SECONDS
        if self.clock() - self.changed_at < quiet_seconds:
            return False
        return all((self.folder.europass / name).exists() for name in self.awaited)

    @property
    def all_ended(self) -> bool:
        return all(self.ledger.ended(name) for name in self.ledger.sent)

    def write_summary(self) -> Sequence[Mapping[str, Any]]:
        """Bring `summary.json` up to date; its entries."""
        sealed = newest_sealed(self.folder)
        entries = [self.ledger.entry(name, sealed) for name in self.ledger.sent]
        text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
        path = self.folder.path / "summary.json"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
        return entries

    def _answered(self, receipt: Receipt) -> Ending | None:
        self.has_receipt = True
        ended = self._take(receipt)
        if not ended and receipt.status != "unchanged":
            return None
        submission = self.ledger.sent.get(receipt.submission)
        return Ending(receipt, submission.file if submission else receipt.submission)

    def _take(self, receipt: Receipt) -> bool:
        self.changed_at = self.clock()
        if name := _promised_file(receipt):
            self.awaited.add(name)
        return self.ledger.take(receipt)


def newest_sealed(folder: ExchangeFolder) -> Mapping[str, str]:
    """The newest sealed file of each key, by its path in the folder."""
    newest: dict[str, tuple[int, str]] = {}
    for path in folder.europass.glob(f"*{SUFFIX}"):
        key, version = key_and_version(path.name)
        newest[key] = max(newest.get(key, (0, "")), (version, f"europass/{path.name}"))
    return {key: file for key, (_, file) in newest.items()}


def _promised_file(receipt: Receipt) -> str | None:
    """A published award is sealed soon after, unless its receipt says that it will not be."""
    if receipt.status != "published" or receipt.kind != "award":
        return None
    unsealed = any(reason.code in UNSEALED for reason in receipt.reasons)
    if unsealed or receipt.key is None or receipt.version is None:
        return None
    return file_name(receipt.key, receipt.version)


def _refusal(headers: Mapping[str, str]) -> Receipt:
    """What a dead letter says in place of a receipt: an unregistered provider has no topic."""
    reason = Reason(
        code=headers.get("credstream_dlq_reason", ""),
        path=headers.get("credstream_dlq_path", ""),
        detail=headers.get("credstream_dlq_detail", ""),
    )
    return Receipt(
        submission=headers.get("ce_id", ""),
        provider="",
        status="refused",
        stage="ingest",
        reasons=(reason,),
        at=0,
    )
