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


def violations(graph, version="3.1"):
    """What the shapes say against a graph."""
    conforms, _, told = checker().pyshacl.validate(graph, shacl_graph=shapes(version))
    return [] if conforms else [told]


def refused(document, version="3.1"):
    """Why the official tools refuse a document, or that it cannot even be expanded."""
    tool = checker()
    try:
        graph = tool.graph_of(document, version)
    except Exception as error:  # noqa: BLE001, any failure to read is a refusal
        return [type(error).__name__]
    nodes = len(set(graph.subjects(tool.rdflib.RDF.type, tool.EDC)))
    found = violations(graph, version) + tool.undefined_terms(document, version)
    return found + ([] if nodes == 1 else ["nodes"])
