"""The fuzzer runs, a little, on every commit; `make fuzz` runs it for long."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = 1500


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine"
)
def test_some_hundred_changed_files_of_all_formats_are_read_or_refused():
    words = [sys.executable, "-m", "tests.fuzz", "--runs", str(RUNS)]
    done = subprocess.run(
        words, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(re.search(r"number_of_executed_units: (\d+)", done.stderr)[1]) >= RUNS
