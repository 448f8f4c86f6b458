"""The official shapes for European Digital Credentials, as the tools beside the project hold them."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "shared" / "tools"
PROFILES = ("EDC-generic-full", "EDC-generic-no-cv")
MARKS = [
    pytest.mark.conformance,
    pytest.mark.skipif(
        not TOOLS.exists() and os.environ.get("CREDSTREAM_REQUIRE") != "all",
        reason="../shared with the official shapes is absent",
    ),
    pytest.mark.filterwarnings("ignore"),
]


@cache
def checker():
    """The official tool as a module."""
    spec = importlib.util.spec_from_file_location("elm_check", TOOLS / "elm_check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def shapes(version="3.1"):
    """Read once: that takes longer than to hold a document against them."""
    tool = checker()
    graph = tool.rdflib.Graph()
    for profile in PROFILES:
        graph.parse(tool.SHAPES[version] / f"{profile}.ttl", format="turtle")
    return graph


def triples_of(document, version="3.1"):
    """The triples of the tool's graph, without writing N-Quads and reading them again."""
    tool = checker()
    found = tool.jsonld.to_rdf(document, {"documentLoader": tool.loader(version)})
    quads = (quad for graph in found.values() for quad in graph)
    places = ("subject", "predicate", "object")
    return frozenset(tuple(_node(tool.rdflib, quad[place]) for place in places) for quad in quads)


def _node(rdflib, term):
    kind, value = term["type"], term["value"]
    if kind == "literal":
        plain = "language" in term or term["datatype"] == str(rdflib.XSD.string)
        datatype = None if plain else rdflib.URIRef(term["datatype"])
        return rdflib.Literal(value, lang=term.get("language"), datatype=datatype)
    return rdflib.URIRef(value) if kind == "IRI" else rdflib.BNode(value.removeprefix("_:"))


def graph_of(triples):
    graph = checker().rdflib.Graph()
    for each in triples:
        graph.add(each)
    return graph


def violations(graph, version="3.1"):
    """What the shapes say against a graph."""
    conforms, _, told = checker().pyshacl.validate(graph, shacl_graph=shapes(version))
    return [] if conforms else [told]


@cache
def _against(triples, version):
    """Documents that differ only where JSON-LD sees nothing are held against the shapes once."""
    graph = graph_of(triples)
    tool = checker()
    nodes = len(set(graph.subjects(tool.rdflib.RDF.type, tool.EDC)))
    return violations(graph, version) + ([] if nodes == 1 else ["nodes"])


def refused(document, version="3.1"):
    """Why the official shapes refuse a document, or that it cannot even be expanded."""
    try:
        triples = triples_of(document, version)
    except Exception as error:  # noqa: BLE001, any failure to read is a refusal
        return [type(error).__name__]
    return _against(triples, version) + checker().undefined_terms(document, version)
