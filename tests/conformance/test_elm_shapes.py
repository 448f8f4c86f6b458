"""The gate against the official shapes on every place of a document: no verdict weaker."""

from __future__ import annotations

import statistics
import time

import pytest

from services.publisher.elm import gate
from tests.support import official, sweeping
from tests.support.documents import good

pytestmark = official.MARKS


@pytest.mark.parametrize("name", ["bare", "graded"])
def test_what_the_gate_passes_the_shapes_pass(name):
    """The other way round from picked mutations: whatever is let through must conform."""
    passed = [(where, doc) for where, doc in sweeping.spoilt(good()[name]) if not gate.check(doc)]
    assert passed, "without any that pass, nothing is compared"
    weaker = {where: why for where, doc in passed if (why := official.refused(doc))}
    assert weaker == {}


def test_the_gate_is_a_hundred_times_as_fast():
    document = good()["rich"]
    graph = official.graph_of(official.triples_of(document))
    official.violations(graph)
    ours = seconds(lambda: gate.check(document), 50)
    theirs = seconds(lambda: official.violations(graph), 3)
    assert theirs / ours >= 100


def seconds(call, times):
    """Processor time, since other work on the machine is not the gate's."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        call()
        spent.append(time.process_time() - start)
    return statistics.median(spent)
