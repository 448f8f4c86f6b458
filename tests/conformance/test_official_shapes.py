"""What we write against the official shapes, and our gate against them: no verdict weaker."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from rdflib.compare import isomorphic

from services.publisher import seal
from services.publisher.elm import gate
from tests.support import credential_faults, official
from tests.support.documents import AT, good

pytestmark = official.MARKS


@pytest.mark.parametrize("version", ["3.1", "3.2"])
@pytest.mark.parametrize("name", good())
def test_a_good_document_conforms(name, version):
    assert official.refused(good()[name], version) == []


@pytest.mark.parametrize("version", ["3.1", "3.2"])
@pytest.mark.parametrize("name", good())
def test_the_graph_is_the_tools(name, version):
    theirs = official.checker().graph_of(good()[name], version)
    assert isomorphic(official.graph_of(official.triples_of(good()[name], version)), theirs)


@pytest.mark.parametrize("name", credential_faults.FAULTS)
def test_what_the_shapes_refuse_the_gate_refuses_too(name):
    document = credential_faults.with_fault(good()["rich"], name)
    if official.refused(document):
        assert gate.check(document), name


def test_the_shapes_do_refuse_many_of_the_spoilt_ones():
    """Without this the law above could hold for want of refusals."""
    names = list(credential_faults.FAULTS)[::6]
    assert (
        sum(
            bool(official.refused(credential_faults.with_fault(good()["rich"], name)))
            for name in names
        )
        >= 5
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
            [sys.executable, official.TOOLS / tool, path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
