"""What became of each submission, folded from receipts and dead letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.exchange.local.examples import Submission

Receipt = Mapping[str, Any]

# The strongest last: an award that is published says more than its definition that is held.
RANK = {name: place for place, name in enumerate(("refused", "out_of_scope", "held", "published"))}


@dataclass(slots=True)
class Ledger:
    """The receipts of a run: what each submission brought, and the last ending of each key.

    `refused` has the refusals of ingest, of a whole submission or of some of its parts.
    A later submission of a key ends for the earlier ones too: which of them was published
    before, and as which version, depends on when the definition came that they name.
    """

    sent: Mapping[str, Submission]
    keys: dict[str, set[str]] = field(default_factory=dict)
    refused: dict[str, Receipt] = field(default_factory=dict)
    endings: dict[str, Receipt] = field(default_factory=dict)

    def hear(self, receipt: Receipt) -> bool:
        """Take a receipt; whether it ends something."""
        name, status, key = receipt["submission"], receipt["status"], receipt["key"]
        if status in ("accepted", "unchanged"):
            self.keys.setdefault(name, set()).add(key)
            return False
        if key is None:
            self.refused[name] = receipt
        else:
            self.endings[key] = receipt
        return True

    def ended(self, name: str) -> bool:
        brought = self.keys.get(name, set())
        return bool(brought or name in self.refused) and brought <= set(self.endings)

    def outcome(self, name: str) -> str:
        """published, held, out_of_scope, refused, or pending."""
        if not self.ended(name):
            return "pending"
        statuses: list[str] = [each["status"] for each in self._own(name)]
        return max(statuses, key=RANK.__getitem__)

    def entry(self, name: str, europass: Mapping[str, str]) -> dict[str, Any]:
        """The submission's line of `summary.json`."""
        own = self._own(name)
        brought = sorted(self.keys.get(name, ()))
        files = [europass[key] for key in brought if key in europass]
        return {
            "file": self.sent[name].file,
            "provider": self.sent[name].provider,
            "outcome": self.outcome(name),
            "judgement": next((each["outcome"] for each in own if each["outcome"]), None),
            "reasons": [reason for each in own for reason in each["reasons"]],
            "keys": brought,
            "europass": files[0] if len(files) == 1 else files or None,
        }

    def _own(self, name: str) -> list[Receipt]:
        """What became of each credential, and of what ingest refused or left out."""
        refused = [self.refused[name]] if name in self.refused else []
        keys = sorted(self.keys.get(name, ()))
        return [*(self.endings[key] for key in keys if key in self.endings), *refused]


def ledger(sent: Iterable[Submission]) -> Ledger:
    return Ledger({each.id: each for each in sent})
