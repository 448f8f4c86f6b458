"""Every credential that `credstream run` writes passes the independent checkers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import houses

TOOLS = Path(__file__).parents[3] / "shared" / "tools"
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not TOOLS.exists(), reason="../shared with the official shapes is absent"),
]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("conformance") / "exchange"
    done = houses.credstream("run", "--dir", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted((folder / "europass").glob("*.jsonld"))


@pytest.mark.parametrize("tool", ["elm_check.py", "seal_check.py"])
def test_every_sealed_credential_passes(sealed, tool):
    assert len(sealed) > 15
    command = [sys.executable, TOOLS / tool, *sealed]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(sealed)
