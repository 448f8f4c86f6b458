"""Reads the organisations that own, offer or accredit what a CTDL node describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credstream.formats.ctdl.terms import NodesById, any_language, without_prefix
from credstream.formats.shared.json_nodes import JsonNode, child, language_text, raw_values
from credstream.formats.shared.parsed import Assurance, Body, Id, Value
from credstream.formats.shared.values import first

OWNERS = ("ownedBy", "offeredBy", "owner", "creator")
ASSURERS = ("accreditedBy", "approvedBy", "recognizedBy", "regulatedBy")


def bodies(node: JsonNode, nodes_by_id: NodesById) -> Iterator[Body]:
    """The owners and those who offer it, each once."""
    seen: set[str] = set()
    for key in OWNERS:
        for raw, path in raw_values(node, key):
            identity = raw.get("@id", raw.get("name")) if isinstance(raw, dict) else raw
            if not isinstance(identity, str | dict) or str(identity) in seen:
                continue
            seen.add(str(identity))
            body = _body(raw, path, nodes_by_id)
            if body != Body():
                yield body


def assurances(node: JsonNode, nodes_by_id: NodesById) -> Iterator[Assurance]:
    for key in ASSURERS:
        for raw, path in raw_values(node, key):
            body = _body(raw, path, nodes_by_id)
            name = body.name or next((id_.value for id_ in body.identifiers), None)
            if name:
                yield Assurance(type=Value("external", path), body=name)


def _body(raw: Any, path: str, nodes_by_id: NodesById) -> Body:
    """An organisation from an address or an object, with what its own node adds."""
    own = without_prefix(raw) if isinstance(raw, dict) else {}
    address = raw if isinstance(raw, str) else own.get("@id")
    elsewhere = nodes_by_id.follow(address) if isinstance(address, str) else None
    organisation = JsonNode({**(elsewhere or {}), **own}, path)
    identifiers: tuple[Id, ...] = ()
    # An id such as `_:b1` names a node within its graph alone:
    # https://www.w3.org/TR/json-ld11/#identifying-blank-nodes
    if isinstance(address, str) and address.startswith(("http://", "https://")):
        identifiers = (Id(scheme="url", value=Value(address, path)),)
    place = child(organisation, "address")
    country = first(
        language_text(place, "ceterms:addressCountry"), language_text(place, "addressCountry")
    )
    return Body(
        name=language_text(organisation, "name"),
        country=any_language(country),
        identifiers=identifiers,
    )
