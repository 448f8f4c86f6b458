"""The gate against pyshacl on the official shapes: `python -m benchmarks.gate`, ratios of a run."""

from __future__ import annotations

import statistics
import time
import warnings

from services.publisher.elm import gate
from tests.support import official
from tests.support.documents import good

ROUNDS, OURS, THEIRS = 5, 200, 2


def milliseconds(work, count):
    """Processor time of one call."""
    began = time.process_time()
    for _ in range(count):
        work()
    return (time.process_time() - began) / count * 1000


def measured(document):
    """What one verdict costs: the gate's, the shapes' on a graph, the shapes' on a document."""
    graph = official.graph_of(official.triples_of(document))
    works = {
        "gate": (lambda: gate.check(document), OURS),
        "pyshacl": (lambda: official.violations(graph), THEIRS),
        "pyshacl with JSON-LD": (
            lambda: official.violations(official.graph_of(official.triples_of(document))),
            THEIRS,
        ),
    }
    for work, _ in works.values():
        work()  # reads shapes and contexts
    return {name: milliseconds(*each) for name, each in works.items()}


def main(rounds=ROUNDS):
    if not official.TOOLS.exists():
        raise SystemExit("the official shapes are absent: nothing to compare with")
    warnings.simplefilter("ignore")
    found = [measured(good()["rich"]) for _ in range(rounds)]
    for name in found[0]:
        ratios = sorted(each[name] / each["gate"] for each in found)
        took = statistics.median(each[name] for each in found)
        print(f"{name}: {statistics.median(ratios):.0f} x the gate", end=" ")
        print(f"({ratios[0]:.0f} to {ratios[-1]:.0f} in {rounds} rounds), {took:.2f} ms of CPU")


if __name__ == "__main__":
    main()
