"""The gate against the official shapes on every place of a document: no verdict weaker."""

from __future__ import annotations

import re

import pytest

from benchmarks import gate as bench
from services.publisher.elm import gate
from tests.support import every_change, official
from tests.support.documents import good

pytestmark = official.MARKS


@pytest.mark.parametrize("name", ["bare", "graded"])
def test_what_the_gate_passes_the_shapes_pass(name):
    """The other way round from picked mutations: whatever is let through must conform."""
    passed = [
        (where, doc) for where, doc in every_change.changed(good()[name]) if not gate.check(doc)
    ]
    assert passed, "without any that pass, nothing is compared"
    weaker = {where: why for where, doc in passed if (why := official.refused(doc))}
    assert weaker == {}


def test_the_benchmark_beside_the_shapes_runs(capsys):
    """What it prints is no test's business: machines differ."""
    bench.main(rounds=1)
    assert re.search(r"pyshacl: \d+ x the gate", capsys.readouterr().out)
