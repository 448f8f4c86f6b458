"""Verifiable Credentials in general: readable, but with no award that a supported format defines.

https://www.w3.org/TR/vc-data-model-2.0/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_nodes import type_names
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "vcdm"
# https://www.w3.org/TR/vc-data-model-2.0/#types
VERIFIABLE = frozenset({"VerifiableCredential", "VerifiablePresentation"})
# What a credential is instead of an award, by its type.
CODE_BY_TYPE: Mapping[str, str] = {
    "EndorsementCredential": "vcdm.endorsement",
    "BitstringStatusListCredential": "vcdm.status_list",
    "StatusList2021Credential": "vcdm.status_list",
    "RevocationList2020Credential": "vcdm.status_list",
    "VerifiablePresentation": "vcdm.presentation",
    "BlockcertsCredential": "vcdm.blockcerts",
}


def recognise(document: Any) -> bool:
    names = type_names(document)
    return bool(names & VERIFIABLE or names & CODE_BY_TYPE.keys())


def unfit(document: Any) -> Reason | None:
    names = type_names(document)
    code = next((code for name, code in CODE_BY_TYPE.items() if name in names), "vcdm.no_award")
    return Reason(code=code, path="type", detail="")


def split(document: Any, rules: Rules) -> Iterable[Any]:
    del rules
    return (document,)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    reason = unfit(document)
    raise Rejected(reason.code if reason else "vcdm.no_award", "type")
