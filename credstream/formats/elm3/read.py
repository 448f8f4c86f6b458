"""European Digital Credentials (ELM v3 as JSON-LD): one award for each claim of a learner.

https://github.com/european-commission-empl/European-Learning-Model (application profile EDC)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.elm3 import objects
from credstream.formats.elm3.award import read_award, with_definition
from credstream.formats.elm3.learning import read_learning
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    is_reference,
    member_path,
    raw_values,
    root,
    text,
    type_names,
)
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "elm3"
CREDENTIAL = "EuropeanDigitalCredential"
CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
PRESENTATIONS = frozenset({"VerifiablePresentation", "EuropeanDigitalPresentation"})
AWARDS = frozenset({"LearningAchievement", "LearningActivity"})
# Each part carries the whole envelope, pictures included; known transcripts have some sixty claims.
MOST_CLAIMS = 100


def recognise(document: Any) -> bool:
    names = type_names(document)
    if not isinstance(document, dict) or names & PRESENTATIONS:
        return False
    return CREDENTIAL in names or any(
        context == CONTEXT for context, _ in raw_values(root(document), "@context")
    )


def unfit(document: Any) -> Reason | None:
    del document  # a European Digital Credential is always an award
    return None


def split(document: Any, rules: Rules) -> Iterable[Any]:
    """One document for each claim that is an award, with an id of its own; raises Rejected.

    Objects that a claim refers to and another claim describes are added under `@included`:
    https://www.w3.org/TR/json-ld11/#included-nodes
    """
    del rules
    credential = JsonNode(document if isinstance(document, dict) else {}, "")
    subject = child(credential, "credentialSubject")
    claims = tuple(claim.members for claim in children(subject, "hasClaim") if _is_award(claim))
    if len(claims) <= 1:
        return (document,)
    if len(claims) > MOST_CLAIMS:
        path = member_path(subject, "hasClaim")
        raise Rejected("format.invalid", path, f"more than {MOST_CLAIMS} claims")
    return _parts(document, subject, claims)


def _parts(
    document: Mapping[str, Any], subject: JsonNode, claims: tuple[Mapping[str, Any], ...]
) -> Iterator[Mapping[str, Any]]:
    whole = objects.by_id(document).nodes
    id_ = text(JsonNode(document, ""), "id")
    for suffix, claim in zip(_suffixes(claims), claims, strict=True):
        part = {**document, "credentialSubject": {**subject.members, "hasClaim": claim}}
        if id_ is not None:
            part["id"] = f"{id_.raw}#{suffix}"
        included = objects.described_elsewhere(part, whole)
        yield {**part, "@included": list(included)} if included else part


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    credential = replace(root(document), references=objects.by_id(document, budget))
    subject = child(credential, "credentialSubject")
    if not subject:
        raise Rejected("format.invalid", "credentialSubject", "there is no learner object")
    claim = next((found for found in children(subject, "hasClaim") if _is_award(found)), None)
    if claim is None:
        raise Rejected(
            "format.invalid", "credentialSubject.hasClaim", "no achievement or activity is claimed"
        )
    learning = read_learning(claim)
    return with_definition(read_award(credential, subject, learning), credential, learning)


def _suffixes(claims: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    """The ids of the claims; their indexes where an id is absent or occurs twice."""
    ids = tuple(str(claim.get("id") or "") for claim in claims)
    distinct = all(ids) and len(set(ids)) == len(ids)
    return ids if distinct else tuple(str(index) for index in range(len(claims)))


def _is_award(claim: JsonNode) -> bool:
    names = type_names(claim.members)
    # A claim without a type is read as an award, and the missing type is reported.
    return bool(names & AWARDS) if names else not is_reference(claim)
