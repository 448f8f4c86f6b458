"""CTDL, the descriptions of the Credential Registry: definitions, and never a person.

https://credreg.net/ctdl/terms
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.ctdl import parts
from credstream.formats.shared.json_nodes import JsonNode, root, type_names
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "ctdl"
PREFIX = "ceterms:"
CONTEXT = "credreg.net"
# Nodes of a graph that are no credential, and those that only say something of one.
ORGANISATIONS = frozenset(
    {"CredentialOrganization", "QACredentialOrganization", "Organization", "Agent"}
)
ASIDE = ORGANISATIONS | {
    "ConditionProfile",
    "Competency",
    "CompetencyFramework",
    "ConceptScheme",
    "ProcessProfile",
    "CostProfile",
    "TransferValueProfile",
    "ContactPoint",
    "Place",
}


def recognise(document: Any) -> bool:
    document = _opened(document)
    if not isinstance(document, dict) or "VerifiableCredential" in type_names(document):
        return False
    named = type_names(document) | document.keys()
    if any(str(each).strip().startswith(PREFIX) for each in named) or _request(document):
        return True
    context = document.get("@context")
    known = isinstance(context, str) and CONTEXT in context
    return known or any(_is_ours(each) for each in _nodes(document))


def unfit(document: Any) -> Reason | None:
    if any(True for _ in _definitions(_opened(document))):
        return None
    return Reason(code="ctdl.no_credential", path="", detail="no credential, programme or course")


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    """A part for each credential, programme and course, with the nodes that they may name."""
    del rules
    opened = _opened(document)
    aside = {
        str(each["@id"]): _short(each)
        for each in _nodes(opened)
        if isinstance(each.get("@id"), str) and _names(each) & (ORGANISATIONS | {"Competency"})
    }
    return tuple(
        {"node": each, "path": path, "known": aside} for path, each in _definitions(opened)
    )


def parse(document: Any) -> Parsed:
    part = root(document)
    path, node = part.members.get("path"), part.members.get("node")
    known = part.members.get("known")
    whole = JsonNode(_bare(node if isinstance(node, dict) else {}), str(path or ""))
    others = known if isinstance(known, dict) else {}
    found = parts.read(whole, {k: v for k, v in others.items() if isinstance(v, dict)})
    kinds = _names(node) if isinstance(node, dict) else frozenset()
    degree = any("Degree" in each or "Doctorate" in each for each in kinds)
    return replace(found, credential_type=parts.kind(whole, kinds, degree=degree))


def _opened(document: Any) -> Any:
    """What an envelope of the registry holds."""
    inner = document.get("decoded_resource") if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) else document


def _request(document: Mapping[str, Any]) -> bool:
    inner = document.get("Credential")
    return isinstance(inner, dict) and "CTID" in inner and "Name" in inner


def _nodes(document: Any) -> Iterator[Mapping[str, Any]]:
    graph = document.get("@graph") if isinstance(document, dict) else None
    if isinstance(graph, list):
        yield from (each for each in graph if isinstance(each, dict))
    elif isinstance(document, dict):
        yield document


def _is_ours(node: Mapping[str, Any]) -> bool:
    return any(str(each).startswith(PREFIX) for each in (*node, *type_names(node)))


def _definitions(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(document, dict):
        return
    if _request(document):
        yield "Credential", document["Credential"]
        return
    inside = isinstance(document.get("@graph"), list)
    for number, each in enumerate(_nodes(document)):
        if _names(each) and not _names(each) & ASIDE:
            yield (f"@graph[{number}]" if inside else ""), each


def _names(node: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(each.rpartition(":")[2] for each in type_names(node))


def _short(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of an organisation or a competency, what is looked up."""
    kept = ("name", "address", "competencyText", "ctid", "prefLabel")
    return {key: each for key, each in _bare(node).items() if key in kept}


def _bare(node: Mapping[str, Any]) -> dict[str, Any]:
    """Members without their prefix, which some publishers leave out and some end with a blank."""
    found: dict[str, Any] = {}
    for key, each in node.items():
        name = key.strip().rpartition(":")[2]
        found.setdefault(name[:1].lower() + name[1:] if key[:1].isupper() else name, each)
    return found
