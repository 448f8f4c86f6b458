"""Real servers for the tests: one stack a test process, started when it is first asked for."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from deploy.kafka import stack as servers
from deploy.kafka.layout import Layout, StackError

ROOT = Path(__file__).parents[2]
FIRST_PORT = 21_000
NODES = "CREDSTREAM_TEST_NODES"


@cache
def stack():
    """The layout of a running stack; what cannot be had is a skip, which CI takes as a failure."""
    os.environ.setdefault("CREDSTREAM_STACK_PARTS", str(ROOT / ".kafka" / "parts"))
    # Every test process has a thousand ports of its own.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    folder = Path(tempfile.mkdtemp(prefix="credstream-stack-"))
    layout = Layout(folder, FIRST_PORT + 1000 * worker, int(os.environ.get(NODES, "1")))

    def down():
        servers.down(layout, wipe=True)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(down)
    try:
        servers.up(layout)
    except StackError as error:
        pytest.skip(f"no real servers: {error}")
    return layout


def told() -> Path:
    """The file that tells of the stack, as `credstream run --stack` reads it."""
    return stack().folder / "stack.json"
