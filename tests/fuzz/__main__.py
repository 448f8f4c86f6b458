"""Coverage-guided fuzzing of the formats: `make fuzz FORMAT=ob2 SECONDS=60`.

Starting from the golden files of a format, or of all of them, Atheris changes documents and keeps what reaches new
lines. A submission may be read or refused with a code; any other exception, more than five seconds
or 2 GB are findings: the file that did it is kept in `.fuzz/FORMAT/`.
"""

from __future__ import annotations

import argparse
import random
import sys
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["credstream", "services"]):
    from benchmarks.formats import in_exchange
    from credstream.contract.errors import Rejected
    from credstream.formats.table import BY_NAME

from tests.fuzz import mutating
from tests.support import growing

ROOT = Path(__file__).parents[2]
ALL = "all"
LARGEST = 64 * 1024
# Of the families that grow, a member that is quickly read; mutations make it larger.
SMALL = 2 * 1024


def main() -> None:
    """Run one format's target; never returns."""
    asked = _arguments()
    kept = ROOT / ".fuzz" / asked.format
    kept.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_len={LARGEST}", "-timeout=5", "-rss_limit_mb=2048", f"-seed={asked.seed}"]
    amount = f"-runs={asked.runs}" if asked.runs else f"-max_total_time={asked.seconds}"
    where = [str(kept / "corpus"), str(_seeds(asked.format, kept))]
    Path(where[0]).mkdir(exist_ok=True)
    words = [*limits, amount, "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={kept}/"]
    atheris.Setup([sys.argv[0], *words, *where], _read, custom_mutator=_changed)
    atheris.Fuzz()


def _read(value: bytes) -> None:
    with suppress(Rejected):
        in_exchange(value)


def _changed(value: bytes, largest: int, seed: int) -> bytes:
    def touch(part: bytes) -> bytes:
        return atheris.Mutate(part, len(part) + 32)

    return mutating.mutated(value, random.Random(seed), touch)[:largest]


def _seeds(name: str, kept: Path) -> Path:
    """The golden files of a format, side by side as libFuzzer wants them, and what grows."""
    folder = kept / "seeds"
    folder.mkdir(exist_ok=True)
    golden = ROOT / "tests/golden"
    for path in (golden if name == ALL else golden / name.replace("-", "_")).rglob("input.*"):
        seed = f"{path.parent.parent.name}-{path.parent.name}{path.suffix}"
        (folder / seed).write_bytes(path.read_bytes())
    for number, family in enumerate(growing.families().values()):
        (folder / f"growing-{number}").write_bytes(family(SMALL))
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("format", nargs="?", default=ALL, choices=(ALL, *sorted(BY_NAME)))
    parser.add_argument("--seconds", type=int, default=60, help="how long (60)")
    parser.add_argument("--runs", type=int, help="how many files, instead of how long")
    parser.add_argument("--seed", type=int, default=1, help="of chance (1)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
