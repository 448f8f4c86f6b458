"""Sockets are off where a test needs none, and `--bootstrap-servers` names a real broker."""

import os
from pathlib import Path

import pytest
from pytest_socket import disable_socket

OFFLINE = ("unit", "golden", "contracts")
HERE = Path(__file__).parent


def pytest_addoption(parser):
    parser.addoption(
        "--bootstrap-servers",
        default=None,
        help="run the broker tests against this Kafka instead of the embedded one",
    )


@pytest.fixture(autouse=True)
def _offline(request):
    """Unix sockets stay: an asyncio loop wakes itself through a socketpair."""
    if request.node.path.relative_to(HERE).parts[0] in OFFLINE:
        disable_socket(allow_unix_socket=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where every real part is required, a test that skips has not done what it is there for."""
    report = yield
    if report.skipped and os.environ.get("CREDSTREAM_REQUIRE") == "all":
        report.outcome = "failed"
        report.longrepr = f"skipped, and CREDSTREAM_REQUIRE=all: {report.longrepr}"
    return report
