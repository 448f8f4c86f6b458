"""What a submission costs is bounded by what was sent: families of the worst that is known grow.

Work is counted in calls and memory in allocations, as a clock would depend on the machine.
"""

from __future__ import annotations

import gc
import tracemalloc
from itertools import pairwise

import pytest

from credstream.contract import topics
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.reasons.table import REASONS
from credstream.formats.shared import documents
from credstream.formats.table import BY_NAME
from services.ingest.examine import read_submission
from tests.support import effort, growing
from tests.support.normalising import provider

FAMILIES = growing.families()
KIB, MIB = 1024, 1024 * 1024
# What every document costs, and how much faster than its size the work of one may grow.
CALLS, FASTER = 5_000, 1.25
MEMORY = 64 * MIB
# Many credentials, or much that is read of one: a part of the size, as the first law holds.
LONG = {
    *("native: bundle", "native: unknown members", "clr2: associations of others"),
    *("badge: alignments", "badge: endorsements", "badge: results", "badge: names as identities"),
    *("elm3: chains", "elm3: claims in a large envelope", "elm3: assessments many to many"),
    *("others: ooapi courses", "others: ooapi codes", "csv: rows", "csv: bad rows"),
    *("elmo: courses", "elmo: empty days for all", "elmo: reports", "elmo: failed courses"),
    *("elm2: claims", "elm2: groups of references", "elm2: names in a group"),
    *("elm2: outcomes many to many", "ctdl: a large organisation for all", "ctdl: owners"),
}
# Work in C makes no calls: a hundred times what the worst of them needs.
GIVE_UP_SECONDS = 15.0


def work(value):
    """All that ingest and normalise do with a submission, part by part."""
    topic = topics.submissions("certifier", "festo-like")
    message = Incoming(
        topic=topic, partition=0, offset=0, key=None, value=value, at=1_795_000_000_000
    )
    try:
        for received in read_submission(message, provider()).received:
            BY_NAME[received.format].parse(documents.read(received.payload))
    except Rejected as refusal:
        assert refusal.code in REASONS
        return refusal.code
    return ""


def calls(value):
    return effort.calls(lambda: work(value))


@pytest.mark.parametrize("name", FAMILIES)
def test_twice_the_bytes_are_twice_the_work_at_most(name):
    work(FAMILIES[name](4 * KIB))
    counts = [calls(FAMILIES[name](size * KIB)) for size in (8, 16, 32)]
    for fewer, more in pairwise(counts):
        assert more <= CALLS + 2 * FASTER * fewer, counts


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in FAMILIES],
)
def test_a_submission_of_one_mebibyte_takes_little_memory(name):
    value = FAMILIES[name](MIB // 16 if name in LONG else MIB * 9 // 10)
    assert len(value) <= topics.PAYLOAD_BYTES
    work(FAMILIES[name](4 * KIB))
    gc.collect()
    tracemalloc.start()
    try:
        with effort.given_up_after(GIVE_UP_SECONDS):
            work(value)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
