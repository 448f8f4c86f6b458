"""Names of topics: every name has one row, and no pattern reads what it should not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import topics
from credstream.contract.topics import PROVIDER_ID, SUBMISSIONS, TOPICS

FILLED = {"<kind>": "provider", "<provider>": "ac-me2", "<register>": "at-1", "<cc>": "at", "<service>": "publisher"}  # fmt: skip
IDS = st.from_regex(PROVIDER_ID, fullmatch=True)


def filled(row):
    name = row.name
    for mark, value in FILLED.items():
        name = name.replace(mark, value)
    return name


NAMES = {row.name: filled(row) for row in TOPICS}


def rows(name):
    return [row for row in TOPICS if re.fullmatch(topics._pattern(row.name), name)]


@pytest.mark.parametrize("row", TOPICS, ids=lambda row: row.name)
def test_a_name_and_its_dead_letters_lead_to_one_row(row):
    assert rows(filled(row)) == [row]
    assert topics.row_of(filled(row)) is topics.row_of(topics.dlq(filled(row))) is row


@pytest.mark.parametrize(
    "name",
    [
        "", "submissions", "submissions.", "submissions.provider", "submissions.provider.", "submissions.provider.a", "submissions.provider." + "a" * 41,
        "submissions.provider.Acme", "submissions.provider.acme\n", "submissions.provider.ac_me", "submissions.provider.acme.dlq.dlq", "submissions.provider.acme.more",
        "submissions.register.acme", "submissionsxprovider.acme", "xsubmissions.provider.acme", "published.awards.aut.v1", "published.awards.AT.v1", "published.awards..v1",
        "again.nobody.v1", "received.v2", "receivedxv1", "received.v1 ", "receipts.", "receipts.a", "*", "__consumer_offsets",
    ],
)  # fmt: skip
def test_a_name_beside_the_table_has_no_row(name):
    assert topics.row_of(name) is None


def test_ingest_reads_submissions_and_nothing_else():
    countries = ("at", "ie")
    every = {name for name, _ in topics.fixed_topics(countries)} | set(NAMES.values())
    every |= {topics.dlq(name) for name in NAMES.values()} | {topics.UNKNOWN_DLQ}
    read = {name for name in every if re.search(SUBMISSIONS, name)}
    assert read == {NAMES["submissions.<kind>.<provider>"]}


@given(IDS, st.sampled_from(topics.KINDS))
def test_topics_of_a_registration_come_in_an_order_that_loses_nothing(provider, kind):
    receipts, letters, source = topics.provider_topics(kind, provider)
    assert topics.provider_of(source) == (kind, provider)
    for name in (receipts, letters):
        assert topics.provider_of(name) is None
        assert not re.search(SUBMISSIONS, name)
        assert topics.row_of(name)
    assert letters == topics.dlq(source)


@given(st.text(max_size=45))
def test_an_id_that_is_a_provider_s_makes_names_that_kafka_takes(text):
    if PROVIDER_ID.fullmatch(text):
        for name in topics.provider_topics("certifier", text):
            assert re.fullmatch(r"[a-z0-9.-]{1,249}", name)
    else:
        assert topics.row_of(f"receipts.{text}") is None or text.endswith(".dlq")


def test_names_hold_no_underscore_which_kafka_s_metrics_mix_up_with_dots():
    for name, _ in topics.fixed_topics(("at",)):
        assert "_" not in name


def test_fixed_topics_stand_once_each_with_their_dead_letters():
    names = [name for name, _ in topics.fixed_topics(("AT", "IE"))]
    assert len(names) == len(set(names))
    assert {"published.awards.at.v1", "published.awards.zz.v1", topics.UNKNOWN_DLQ} <= set(names)
    for row in TOPICS:
        if "<" not in row.name:
            assert (topics.dlq(row.name) in names) == (row.readers != ("register",)), row.name


@pytest.mark.parametrize("embedded", [True, False])
def test_inputs_and_agains_of_a_service_have_equal_partition_counts(embedded):
    counts = dict(topics.fixed_topics((), embedded=embedded))
    for row in TOPICS:
        for service in set(row.readers) & set(topics.SERVICES[1:]):
            if row.name in counts and not row.name.startswith("reference."):
                assert counts[row.name] == counts[topics.again(service)], row.name


@pytest.mark.parametrize("name", NAMES.values())
def test_dead_letters_hold_the_largest_message_and_its_reasons(name):
    assert topics.max_bytes(topics.dlq(name)) >= topics.max_bytes(name) + 32 * topics.KIB
    assert topics.max_bytes(topics.dlq(name)) <= topics.LARGEST_MESSAGE
    assert topics.max_bytes(topics.UNKNOWN_DLQ) == topics.LARGEST_MESSAGE


def test_what_a_person_may_stand_in_is_kept_for_days_only():
    for row in TOPICS:
        if row.name.startswith(("submissions.", "received.")):
            assert row.retention_ms <= 7 * topics.DAY_MS
            assert row.dlq_days <= 7
