"""What we write against the official shapes, and our gate against them: no verdict weaker."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.publisher import seal
from services.publisher.elm import gate
from tests.support import spoiling
from tests.support.documents import AT, good

SHARED = Path(__file__).parents[3] / "shared"
TOOLS = SHARED / "tools"
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not TOOLS.exists(), reason="../shared with the official shapes is absent"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def checker():
    spec = importlib.util.spec_from_file_location("elm_check", TOOLS / "elm_check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def official(checker, document, version="3.1"):
    """What the official shapes and contexts say against a document."""
    try:
        graph = checker.graph_of(document, version)
    except Exception as error:  # noqa: BLE001, a document that does not even expand
        return [type(error).__name__]
    nodes = len(set(graph.subjects(checker.rdflib.RDF.type, checker.EDC)))
    found = checker.violations(graph, version, ["EDC-generic-full", "EDC-generic-no-cv"])
    return found + checker.undefined_terms(document, version) + ([] if nodes == 1 else ["nodes"])


@pytest.mark.parametrize("version", ["3.1", "3.2"])
@pytest.mark.parametrize("name", good())
def test_a_good_document_conforms(checker, name, version):
    assert official(checker, good()[name], version) == []


@pytest.mark.parametrize("name", spoiling.WAYS)
def test_what_the_shapes_refuse_the_gate_refuses_too(checker, name):
    document = spoiling.spoilt(good()["rich"], name)
    if official(checker, document):
        assert gate.check(document), name


def test_the_shapes_do_refuse_many_of_the_spoilt_ones(checker):
    """Without this the law above could hold for want of refusals."""
    names = list(spoiling.WAYS)[::6]
    assert (
        sum(bool(official(checker, spoiling.spoilt(good()["rich"], name))) for name in names) >= 5
    )


def test_a_sealed_document_passes_both_checkers(tmp_path):
    key, certificate = seal.test_certificate(
        "credstream TEST SEAL", "BE", "NTRBE-0000000000", AT - 1000
    )
    text = json.dumps(good()["rich"], ensure_ascii=False, separators=(",", ":"))
    path = tmp_path / "one.jsonld"
    path.write_text(seal.seal(text, seal.load(key, certificate), AT), "utf-8")
    for tool in ("elm_check.py", "seal_check.py"):
        done = subprocess.run(
            [sys.executable, TOOLS / tool, path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
