"""Real servers for the tests: one stack a test process, started when it is first asked for."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import socket
import tempfile
from functools import cache
from pathlib import Path

import pytest

from deploy.kafka import stack as servers
from deploy.kafka.layout import Layout, StackError

ROOT = Path(__file__).parents[2]
FIRST_PORT = 21_000
NODES, DISK = "CREDSTREAM_TEST_NODES", "CREDSTREAM_TEST_DISK"


@cache
def stack():
    """The layout of a running stack; what cannot be had is a skip, which CI takes as a failure."""
    os.environ.setdefault("CREDSTREAM_STACK_PARTS", str(ROOT / ".kafka" / "parts"))
    folder = Path(tempfile.mkdtemp(prefix="credstream-stack-", dir=os.environ.get(DISK)))
    layout = Layout(folder, _port(), int(os.environ.get(NODES, "1")), learns=False)

    atexit.register(down, layout)
    try:
        servers.up(layout)
    except StackError as error:
        pytest.skip(f"no real servers: {error}")
    return layout


def down(layout=None):
    """Stop the stack, if this process has one; once the tests are over, xdist waits no 10 s."""
    if layout is None and not stack.cache_info().currsize:
        return
    layout = layout or stack()
    if layout.folder.exists():
        servers.down(layout, wipe=True)
        shutil.rmtree(layout.folder, ignore_errors=True)


def _port() -> int:
    """The first of a thousand ports; two workers of one run never look at the same ones."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    # Servers that a killed run left behind keep their ports: each worker has several to choose from.
    bases = [FIRST_PORT + 1000 * number for number in range(worker, max(10, workers), workers)]
    return next(
        (base for base in bases if all(map(_free, (base + 32, base + 81, base + 92)))), bases[0]
    )


def _free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def stack_file() -> Path:
    """The file that describes the stack, as `credstream run --stack` reads it."""
    return stack().folder / "stack.json"
