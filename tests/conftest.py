"""Sockets are off where a test needs none; `--broker kafka` runs what can run on real servers."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket

from tests.support import codecs, databases, running, stacks

OFFLINE = ("unit", "golden", "contracts")
WHOLE = ("broker", "chaos")
# Unit tests of what is kept and what travels: they run on PostgreSQL and a real registry too.
BOTH = (
    "test_breaker_stored", "test_codec", "test_codec_and_reading", "test_dry_run_stored", "test_holds", "test_journal",
    "test_journal_crashes", "test_maintenance", "test_loop_laws", "test_migrate", "test_no_stale_confirmed",
    "test_normalise_joins", "test_normalise_learners", "test_normalise_tables", "test_partitions", "test_partitions_held",
    "test_read_only", "test_reference", "test_reference_and_vault", "test_sdk_tables", "test_stage",
    "test_stage_endings", "test_storage", "test_vault",
)  # fmt: skip
HERE = Path(__file__).parent
# No test is about a power failure: what is written to memory need not be waited for.
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 4 * 2**30
# Every property test takes its depth from a profile: the same few cases for each commit, many and
# new ones with `--hypothesis-profile nightly`. How slow a machine is decides nothing in either.
COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", max_examples=25, derandomize=True, **COMMON)
settings.register_profile("nightly", max_examples=300, print_blob=True, **COMMON)
settings.load_profile("ci")


def pytest_addoption(parser):
    parser.addoption(
        "--broker",
        default="embedded",
        choices=("embedded", "kafka"),
        help="embedded: librdkafka's mock and SQLite; kafka: Kafka, registry and PostgreSQL",
    )
    parser.addoption("--long", action="store_true", help="what is long, too")


def pytest_configure(config):
    # Servers keep more than memory should hold.
    os.environ.setdefault(stacks.DISK, tempfile.gettempdir())
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)
    if config.getoption("--broker") == "kafka":
        os.environ[databases.REAL] = "1"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell ignores Ctrl-C for what runs in the background, and all it starts inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionfinish():
    """Here and not at exit: xdist kills a process that is not gone ten seconds after its tests."""
    running.end_shared()
    codecs.down()
    stacks.down()


def pytest_ignore_collect(collection_path, config):
    """Files that have nothing for real servers are not loaded for them."""
    if config.getoption("--broker") != "kafka" or not collection_path.name.startswith("test_"):
        return None
    return None if _for_servers(collection_path) else True


def pytest_collection_modifyitems(config, items):
    """Each world runs what belongs to it: nothing is skipped for being of the other."""
    real, long = config.getoption("--broker") == "kafka", config.getoption("--long")
    belongs = _to_real if real else _to_embedded
    away = [item for item in items if not belongs(item) or (not long and _is_long(item, real))]
    if away:
        config.hook.pytest_deselected(items=away)
        items[:] = [item for item in items if item not in set(away)]


def _to_embedded(item):
    return item.get_closest_marker("real") is None


def _to_real(item):
    return _for_servers(item.path) and item.get_closest_marker("embedded") is None


def _is_long(item, real):
    return any(item.get_closest_marker(name) for name in ("long", *["long_on_servers"] * real))


def _for_servers(path):
    return path.relative_to(HERE).parts[0] in WHOLE or path.stem in BOTH


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
