"""Keys and ids: the same for the same, apart for what is apart, and empty of content."""

from __future__ import annotations

import re
import uuid

from hypothesis import assume, given
from hypothesis import strategies as st

from credstream.contract import identity
from credstream.contract.topics import PROVIDER_ID

IDS = st.from_regex(PROVIDER_ID, fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
# The texts that a provider could choose to make one key of two things.
SLY = st.builds("".join, st.lists(st.sampled_from(["definition", "\n", "title", "definition of", "acme", "x", " "]), max_size=7))  # fmt: skip


def test_keys_are_those_that_were_released():
    assert identity.key("DE", "acme", "A-1") == "mc:de:" + str(
        uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, "https://credstream.eu/keys"), "acme\nA-1")
    )


@given(IDS, TEXTS)
def test_a_key_is_stable_and_says_nothing_but_the_country(provider, name):
    made = identity.key("DE", provider, name)
    assert made == identity.key("de", provider, name)
    assert re.fullmatch(
        r"mc:de:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", made
    )


@given(IDS, IDS, SLY | TEXTS, SLY | TEXTS)
def test_no_award_and_no_definition_share_a_key_whatever_a_provider_writes(one, other, this, that):
    assert identity.key("de", one, this) != identity.definition_key("de", other, that)


@given(IDS, IDS, SLY | TEXTS, SLY | TEXTS)
def test_two_ids_of_two_providers_have_two_keys(one, other, this, that):
    assume((one, this) != (other, that))
    assert identity.key("de", one, this) != identity.key("de", other, that)
    assert identity.definition_key("de", one, this) != identity.definition_key("de", other, that)


def test_an_award_that_is_named_like_a_definition_does_not_take_its_key():
    for mark in ("definition", "definition of"):
        award = identity.key("de", "acme", f"{mark}\nD-1")
        assert award != identity.definition_key("de", "acme", "D-1")


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_the_same_bytes_have_the_same_submission_on_one_topic_only(this, that):
    topic = "submissions.provider.acme"
    assert (identity.submission_id(topic, this) == identity.submission_id(topic, that)) == (
        this == that
    )
    assert identity.submission_id(topic, this) != identity.submission_id(topic + "2", this)


@given(TEXTS, st.integers(1, 9), st.integers(1, 9))
def test_each_version_has_a_uuid_of_its_own(key, one, other):
    same = identity.credential_uuid(key, one) == identity.credential_uuid(key, other)
    assert same == (one == other)


def test_a_digest_is_sha_256():
    assert identity.digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # fmt: skip
