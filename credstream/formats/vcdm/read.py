"""Verifiable Credentials in general: readable, and no award in any vocabulary that we know.

https://www.w3.org/TR/vc-data-model-2.0/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.json_nodes import types
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "vcdm"
VERIFIABLE = frozenset({"VerifiableCredential", "VerifiablePresentation"})
# What a credential is instead of an award, by its type.
OTHERS: Mapping[str, str] = {
    "EndorsementCredential": "vcdm.endorsement",
    "BitstringStatusListCredential": "vcdm.status_list",
    "StatusList2021Credential": "vcdm.status_list",
    "RevocationList2020Credential": "vcdm.status_list",
    "VerifiablePresentation": "vcdm.presentation",
    "BlockcertsCredential": "vcdm.blockcerts",
}


def recognise(document: Any) -> bool:
    named = types(document)
    return bool(named & VERIFIABLE or named & OTHERS.keys())


def unfit(document: Any) -> Reason | None:
    named = types(document)
    code = next((code for name, code in OTHERS.items() if name in named), "vcdm.no_award")
    return Reason(code=code, path="type", detail="")


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    del rules
    return (document,)


def parse(document: Any) -> Parsed:
    reason = unfit(document)
    raise Rejected(reason.code if reason else "vcdm.no_award", "type")
