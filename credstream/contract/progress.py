"""What became of submissions, folded from their receipts."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from credstream.contract.records import Receipt

# The strongest last: an award that is published says more than its definition that is held.
ENDINGS = ("refused", "out_of_scope", "held", "published")


def strongest(statuses: Iterable[str], default: str = ENDINGS[0]) -> str:
    """The status that stands for a whole submission."""
    return max(statuses, key=ENDINGS.index, default=default)


@dataclass(slots=True)
class SubmissionProgress:
    """What receipts say of submissions: which credentials each brought, and how each ended.

    `endings` has definitions beside their awards too, which no receipt of ingest has named.
    `refusals` has ingest's last refusal of a whole submission, or of the parts it left out.
    """

    brought: dict[str, set[str]] = field(default_factory=dict)
    endings: dict[str, dict[str, Receipt]] = field(default_factory=dict)
    refusals: dict[str, Receipt] = field(default_factory=dict)

    def take(self, receipt: Receipt) -> bool:
        """Fold a receipt in; whether it says how something ended."""
        name, key = receipt.submission, receipt.key
        if key is None:
            self.refusals[name] = receipt
            return True
        if receipt.status in ("accepted", "unchanged"):
            self.brought.setdefault(name, set()).add(key)
        if receipt.status == "accepted":
            return False
        self.endings.setdefault(name, {})[key] = receipt
        return receipt.status != "unchanged"

    def ended(self, name: str, endings: Container[str]) -> bool:
        """Whether ingest answered, and all that the submission brought is among some endings."""
        brought = self.brought.get(name, set())
        return bool(brought or name in self.refusals) and all(key in endings for key in brought)
