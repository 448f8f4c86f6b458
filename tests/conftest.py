"""Sockets are off where a test needs none; `--broker kafka` runs what can run on real servers."""

import os
from pathlib import Path

import pytest
from pytest_socket import disable_socket

from tests.support import databases

OFFLINE = ("unit", "golden", "contracts")
HERE = Path(__file__).parent


def pytest_addoption(parser):
    parser.addoption(
        "--broker",
        default="embedded",
        choices=("embedded", "kafka"),
        help="embedded: librdkafka's mock and SQLite; kafka: Kafka, registry and PostgreSQL",
    )


def pytest_configure(config):
    if config.getoption("--broker") == "kafka":
        os.environ[databases.REAL] = "1"


def pytest_collection_modifyitems(config, items):
    """Each world runs what belongs to it: nothing is skipped for being of the other."""
    other = "real" if config.getoption("--broker") == "embedded" else "embedded"
    away = [item for item in items if item.get_closest_marker(other)]
    if away:
        config.hook.pytest_deselected(items=away)
        items[:] = [item for item in items if item not in set(away)]


@pytest.fixture(autouse=True)
def _offline(request):
    """Unix sockets stay: an asyncio loop wakes itself through a socketpair."""
    folder = request.node.path.relative_to(HERE).parts[0]
    if folder in OFFLINE and not databases.real():
        disable_socket(allow_unix_socket=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where every real part is required, a test that skips has not done what it is there for."""
    report = yield
    if report.skipped and os.environ.get("CREDSTREAM_REQUIRE") == "all":
        report.outcome = "failed"
        report.longrepr = f"skipped, and CREDSTREAM_REQUIRE=all: {report.longrepr}"
    return report
