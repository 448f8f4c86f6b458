"""Open Badges 3.0: an award and its achievement in one verifiable credential."""

from __future__ import annotations

from typing import Any

from credstream.contract.values import Reason
from credstream.formats.shared.badges import credential
from credstream.formats.shared.json_nodes import items, root, types
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "ob3"
BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
# Names that say more about the document than the badge types do; whoever carries one is no badge.
OTHERS = frozenset(
    {
        "EuropeanDigitalCredential",
        "ClrCredential",
        "EndorsementCredential",
        "VerifiablePresentation",
        "BitstringStatusListCredential",
        "StatusList2021Credential",
        "RevocationList2020Credential",
    }
)
EUROPASS_CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"


def recognise(document: Any) -> bool:
    named = types(document)
    if not named & BADGES or named & OTHERS:
        return False
    return all(each != EUROPASS_CONTEXT for each, _ in items(root(document), "@context"))


def unfit(document: Any) -> Reason | None:
    del document  # a badge is always of somebody
    return None


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    del rules
    return (document,)


def parse(document: Any) -> Parsed:
    return credential.read(root(document))
