"""Open Badges 3.0: an award and its achievement in one verifiable credential.

https://www.imsglobal.org/spec/ob/v3p0/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.shared.badges import credential
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_nodes import raw_values, root, type_names
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "ob3"
# Two names of one class: https://www.imsglobal.org/spec/ob/v3p0/#achievementcredential
BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
# Types that say more about a document than a badge type does; with one of them it is no badge.
MORE_SPECIFIC = frozenset(
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
    names = type_names(document)
    if not names & BADGES or names & MORE_SPECIFIC:
        return False
    return all(context != EUROPASS_CONTEXT for context, _ in raw_values(root(document), "@context"))


def unfit(document: Any) -> Reason | None:
    del document  # a badge is always an award
    return None


def split(document: Any, rules: Rules) -> Iterable[Any]:
    del rules
    return (document,)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    return credential.read(root(document))
