"""What became of each submission, folded from receipts and dead letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.cli.submissions import Submission

Receipt = Mapping[str, Any]

# The strongest last: an award that is published says more than its definition that is held.
RANK = {name: place for place, name in enumerate(("refused", "out_of_scope", "held", "published"))}


@dataclass(slots=True)
class Ledger:
    """The receipts of a run: what each submission brought, and the last ending of each key.

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
        return name in self.refused or (bool(brought) and brought <= set(self.endings))

    def outcome(self, name: str) -> str:
        """published, held, out_of_scope, refused, or pending."""
        if name in self.refused:
            return "refused"
        statuses = [each["status"] for each in self._own(name)]
        return max(statuses, key=lambda status: RANK[status]) if statuses else "pending"

    def entry(self, name: str, europass: Mapping[str, str]) -> dict[str, Any]:
        """The submission's line of `summary.json`."""
        own = [self.refused[name]] if name in self.refused else self._own(name)
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
        return [self.endings[key] for key in sorted(self.keys.get(name, ())) if key in self.endings]


def ledger(sent: Iterable[Submission]) -> Ledger:
    return Ledger({each.id: each for each in sent})
