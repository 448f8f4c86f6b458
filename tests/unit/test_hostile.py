"""Hostile files are refused with a code, with little work and memory, and without a connection.

The bounds are those of one submission of at most 1 MiB: 64 MB, and calls in proportion to its
bytes. `python -m benchmarks.hostile` tells their time. Sockets are closed in these tests.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from credstream.contract import topics
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.reasons.table import REASONS
from services.ingest.examine import read_submission
from tests.support import effort, hostile
from tests.support.normalising import provider

FILES = {name: (value, codes) for name, value, codes in hostile.files()}
MEGABYTES, CALLS, CALLS_PER_BYTE = 64, 1000, 3
# A hundred times what the worst of them needs: code in C makes no calls to count.
GIVE_UP_SECONDS = 10.0


def whole(name):
    """A file's bytes, as much as a submission can have, and the codes that may refuse it."""
    value, codes = FILES[name]
    return (value() if callable(value) else value)[: topics.PAYLOAD_BYTES], codes


def submitted(value):
    topic = topics.submissions("certifier", "festo-like")
    return Incoming(topic=topic, partition=0, offset=0, key=None, value=value, at=1_795_000_000_000)


def outcome(value):
    try:
        return read_submission(submitted(value), provider())
    except Rejected as refusal:
        return refusal


def peak():
    """The most memory that this process had since the mark, in megabytes."""
    told = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", told)[1]) / 1024


def mark():
    """Begin to count the most memory anew; what it is now."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pytest.skip("the peak of memory cannot be reset here")
    return peak()


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_a_code_and_with_little_work_and_memory(name):
    value, codes = whole(name)
    before = mark()
    with effort.given_up_after(GIVE_UP_SECONDS):
        found = outcome(value)
    assert peak() - before < MEGABYTES
    if isinstance(found, Rejected):
        assert found.code in REASONS
        assert codes is None or found.code in codes
    else:
        assert codes is None
    assert effort.calls(lambda: outcome(value)) <= CALLS + CALLS_PER_BYTE * len(value)
