"""CTDL, the descriptions of the Credential Registry: definitions, and never a person.

https://credreg.net/ctdl/terms
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.ctdl.definition import read_definition
from credstream.formats.ctdl.terms import NodesById
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_nodes import JsonNode, root, type_names
from credstream.formats.shared.parsed import Parsed, Rules
from credstream.formats.shared.references import References, size_of_json

NAME = "ctdl"
PREFIX = "ceterms:"
CONTEXT = "credreg.net"
ORGANISATIONS = frozenset(
    {"CredentialOrganization", "QACredentialOrganization", "Organization", "Agent"}
)
# Classes of nodes that are no credential, programme or course.
NO_DEFINITION = ORGANISATIONS | {
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
# Of an organisation or a competency, the members that a definition looks up.
LOOKED_UP = ("name", "address", "competencyText", "ctid", "prefLabel")


def recognise(document: Any) -> bool:
    document = _without_envelope(document)
    if not isinstance(document, dict) or "VerifiableCredential" in type_names(document):
        return False
    names = type_names(document) | document.keys()
    if any(str(name).strip().startswith(PREFIX) for name in names) or _is_request(document):
        return True
    context = document.get("@context")
    has_context = isinstance(context, str) and CONTEXT in context
    return has_context or any(_has_prefix(node) for node in _graph_nodes(document))


def unfit(document: Any) -> Reason | None:
    if any(True for _ in _definitions(_without_envelope(document))):
        return None
    return Reason(code="ctdl.no_credential", path="", detail="no credential, programme or course")


def split(document: Any, rules: Rules) -> Iterable[Any]:
    """A part for each credential, programme and course, with the nodes that it may refer to."""
    del rules
    graph = _without_envelope(document)
    nodes_by_id = {
        str(node["@id"]): _looked_up_members(node)
        for node in _graph_nodes(graph)
        if isinstance(node.get("@id"), str) and _classes(node) & (ORGANISATIONS | {"Competency"})
    }
    return (
        {"node": node, "path": path, "known": nodes_by_id} for path, node in _definitions(graph)
    )


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    part = root(document)
    path, members = part.members.get("path"), part.members.get("node")
    known = part.members.get("known")
    members = members if isinstance(members, dict) else {}
    known = known if isinstance(known, dict) else {}
    node = JsonNode(_plain_names(members), str(path or ""))
    nodes_by_id: NodesById = References(size_of_json, budget)
    nodes_by_id.nodes.update(
        (id_, other) for id_, other in known.items() if isinstance(other, dict)
    )
    return read_definition(node, nodes_by_id, _classes(members))


def _without_envelope(document: Any) -> Any:
    """The resource in an envelope of the registry, where it is decoded from its signed form."""
    resource = document.get("decoded_resource") if isinstance(document, dict) else None
    return resource if isinstance(resource, dict) else document


def _is_request(document: Mapping[str, Any]) -> bool:
    """Whether it is a request to the Registry Assistant, which knows no prefixes and no graph."""
    credential = document.get("Credential")
    return isinstance(credential, dict) and "CTID" in credential and "Name" in credential


def _graph_nodes(document: Any) -> Iterator[Mapping[str, Any]]:
    graph = document.get("@graph") if isinstance(document, dict) else None
    if isinstance(graph, list):
        yield from (node for node in graph if isinstance(node, dict))
    elif isinstance(document, dict):
        yield document


def _has_prefix(node: Mapping[str, Any]) -> bool:
    return any(str(name).startswith(PREFIX) for name in (*node, *type_names(node)))


def _definitions(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The nodes that are definitions, each with its path."""
    if not isinstance(document, dict):
        return
    if _is_request(document):
        yield "Credential", document["Credential"]
        return
    has_graph = isinstance(document.get("@graph"), list)
    for number, node in enumerate(_graph_nodes(document)):
        if _classes(node) and not _classes(node) & NO_DEFINITION:
            yield (f"@graph[{number}]" if has_graph else ""), node


def _classes(node: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name.rpartition(":")[2] for name in type_names(node))


def _looked_up_members(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in _plain_names(node).items() if key in LOOKED_UP}


def _plain_names(node: Mapping[str, Any]) -> dict[str, Any]:
    """Members without prefix, in the registry's spelling.

    Published files have names with a trailing blank, and the Registry Assistant capitals.
    """
    members: dict[str, Any] = {}
    for key, value in node.items():
        name = key.strip().rpartition(":")[2]
        members.setdefault(name[:1].lower() + name[1:] if key[:1].isupper() else name, value)
    return members
