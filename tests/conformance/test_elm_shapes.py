"""The gate against the official shapes on every place of a document: no verdict weaker."""

from __future__ import annotations

import importlib.util
import os
import statistics
import time
from pathlib import Path

import pytest

from services.publisher.elm import gate
from tests.support import sweeping
from tests.support.documents import good

CHECKER = Path(__file__).parents[3] / "shared" / "tools" / "elm_check.py"
REQUIRED = os.environ.get("CREDSTREAM_REQUIRE") == "all"
PROFILES = ["EDC-generic-full", "EDC-generic-no-cv"]
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(
        not CHECKER.exists() and not REQUIRED, reason="../shared with the official shapes is absent"
    ),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def checker():
    spec = importlib.util.spec_from_file_location("elm_check", CHECKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refused(checker, document):
    """Why the official tools refuse a document, or that it cannot even be expanded."""
    try:
        graph = checker.graph_of(document, "3.1")
    except Exception as error:  # noqa: BLE001 - any failure to read is a refusal
        return [type(error).__name__]
    return checker.violations(graph, "3.1", PROFILES) + checker.undefined_terms(document, "3.1")


@pytest.mark.parametrize("name", ["bare", "graded"])
def test_what_the_gate_passes_the_shapes_pass(checker, name):
    """The other way round from picked mutations: whatever is let through must conform."""
    passed = [(where, doc) for where, doc in sweeping.spoilt(good()[name]) if not gate.check(doc)]
    assert passed, "without any that pass, nothing is compared"
    weaker = {where: why for where, doc in passed if (why := refused(checker, doc))}
    assert weaker == {}


def test_the_gate_is_a_hundred_times_as_fast(checker):
    document = good()["rich"]
    graph = checker.graph_of(document, "3.1")
    ours = seconds(lambda: gate.check(document), 50)
    theirs = seconds(lambda: checker.violations(graph, "3.1", PROFILES), 3)
    assert theirs / ours >= 100


def seconds(call, times):
    """Processor time, since other work on the machine is not the gate's."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        call()
        spent.append(time.process_time() - start)
    return statistics.median(spent)
