"""What became of each submission, folded from receipts and dead letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.cli.submissions import Submission

ENDINGS = ("published", "held", "out_of_scope", "refused")
# The strongest last: an award that is published says more than its definition that is held.
RANK = {name: place for place, name in enumerate(("refused", "out_of_scope", "held", "published"))}


@dataclass(slots=True)
class Fate:
    """What is known of one submission; `keys` has the last ending of each of its credentials."""

    submission: Submission
    expected: set[str] = field(default_factory=set)
    keys: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: Mapping[str, Any] | None = None

    def hear(self, receipt: Mapping[str, Any]) -> bool:
        """Take a receipt; whether it ends something."""
        status, key = receipt["status"], receipt["key"]
        if status in ("accepted", "unchanged"):
            self.expected |= {key}
            return False
        if key is None:
            self.refused = receipt
        else:
            self.keys[key] = receipt
        return True

    def ended(self) -> bool:
        if self.refused:
            return True
        return bool(self.expected) and self.expected <= set(self.keys)

    def outcome(self) -> str:
        if self.refused:
            return "refused"
        own = [self.keys[key]["status"] for key in self.expected if key in self.keys]
        return max(own, key=lambda status: RANK[status]) if own else "pending"

    def entry(self, europass: Mapping[str, str]) -> dict[str, Any]:
        """The submission's line of `summary.json`."""
        own = [self.keys[key] for key in sorted(self.expected) if key in self.keys]
        told = [self.refused] if self.refused else own
        files = [europass[key] for key in sorted(self.expected) if key in europass]
        return {
            "file": self.submission.file,
            "provider": self.submission.provider,
            "outcome": self.outcome(),
            "judgement": next((each["outcome"] for each in own if each["outcome"]), None),
            "reasons": [reason for each in told for reason in each["reasons"]],
            "keys": sorted(self.keys),
            "versions": {key: each["version"] for key, each in sorted(self.keys.items())},
            "europass": files[0] if len(files) == 1 else files or None,
        }


def fates(sent: Iterable[Submission]) -> dict[str, Fate]:
    """An open fate for each submission, by its id."""
    return {each.id: Fate(each) for each in sent}
