"""What became of each submission of a run, as `summary.json` says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from credstream.contract.progress import SubmissionProgress, strongest
from credstream.contract.records import Receipt
from credstream.exchange.local.examples import Submission

PENDING = "pending"


@dataclass(slots=True)
class Ledger:
    """The submissions of a run with their receipts, and the last ending of each key.

    A later submission of a key ends for the earlier ones too: which of them was published
    before, and as which version, depends on when the definition came that they name.
    """

    sent: Mapping[str, Submission]
    progress: SubmissionProgress = field(default_factory=SubmissionProgress)
    endings: dict[str, Receipt] = field(default_factory=dict)

    def take(self, receipt: Receipt) -> bool:
        """Take a receipt; whether it says how something ended."""
        ended = self.progress.take(receipt)
        if ended and receipt.key is not None:
            self.endings[receipt.key] = receipt
        return ended

    def ended(self, name: str) -> bool:
        return self.progress.ended(name, self.endings)

    def outcome(self, name: str) -> str:
        """published, held, out_of_scope, refused, or pending."""
        if not self.ended(name):
            return PENDING
        return strongest(receipt.status for receipt in self._endings_of(name))

    def entry(self, name: str, europass: Mapping[str, str]) -> dict[str, Any]:
        """The submission's entry of `summary.json`; `europass` has the newest file of each key."""
        receipts = self._endings_of(name)
        keys = self._keys(name)
        files = [europass[key] for key in keys if key in europass]
        return {
            "file": self.sent[name].file,
            "provider": self.sent[name].provider,
            "outcome": self.outcome(name),
            "judgement": next((each.outcome for each in receipts if each.outcome), None),
            "reasons": [asdict(reason) for each in receipts for reason in each.reasons],
            "keys": keys,
            "europass": files[0] if len(files) == 1 else files or None,
        }

    def _keys(self, name: str) -> list[str]:
        return sorted(self.progress.brought.get(name, ()))

    def _endings_of(self, name: str) -> list[Receipt]:
        """What became of each credential, and of what ingest refused or left out."""
        refusals = self.progress.refusals
        refused = [refusals[name]] if name in refusals else []
        return [*(self.endings[key] for key in self._keys(name) if key in self.endings), *refused]


def ledger(sent: Iterable[Submission]) -> Ledger:
    return Ledger({submission.id: submission for submission in sent})
