"""The gate against pyshacl on the official shapes: `python -m benchmarks.gate`, ratios of a run."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

from services.publisher.elm import gate
from tests.conformance import test_official_shapes as shapes
from tests.support.documents import good

ROUNDS = 5


def seconds(work, count):
    began = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - began) / count


def main():
    if not Path(shapes.TOOLS).exists():
        raise SystemExit("the official shapes are absent: nothing to compare with")
    warnings.simplefilter("ignore")
    checker = shapes.checker.__wrapped__()
    document = good()["rich"]
    ratios = []
    for _ in range(ROUNDS):
        theirs = seconds(lambda: shapes.official(checker, document), 2)
        ours = seconds(lambda: gate.check(document), 200)
        ratios.append(theirs / ours)
    print(f"gate {ours * 1000:.2f} ms, pyshacl with JSON-LD {theirs * 1000:.0f} ms")
    print(f"ratio, {ROUNDS} rounds: {', '.join(f'{each:.0f}' for each in sorted(ratios))}")


if __name__ == "__main__":
    main()
