"""Registrations as operators write them: what is wrong is named by its path, nothing slips by."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.records import Accreditation, Provider, Scheme
from credstream.contract.registration import provider_from, record_from

GOOD = {"id": "acme", "kind": "provider", "name": "Acme", "country": "DE"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "keys", "awarding_bodies", "identifiers", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def refusal(call, *args):
    with pytest.raises(Rejected) as caught:
        call(*args)
    assert caught.value.code == "registration.invalid"
    return caught.value.path


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "acme\n"}, "id"), ({"id": "ac.me"}, "id"), ({"id": "ac_me"}, "id"), ({"id": "a" * 41}, "id"), ({"id": "ä-b"}, "id"), ({"id": "١٢"}, "id"),
        ({"status": "closed"}, "status"), ({"status": None}, "status"), ({"country": "de"}, "country"), ({"country": "DEU"}, "country"), ({"country": ""}, "country"),
        ({"kind": None}, "kind"), ({"name": True}, "name"), ({"hours_per_day": True}, "hours_per_day"), ({"hours_per_ects": [25]}, "hours_per_ects"),
        ({"keys": {"k": 1}}, "keys"), ({"keys": None}, "keys"), ({"seals": []}, "seals"), ({"awarding_bodies": {}}, "awarding_bodies"),
        ({"awarding_bodies": ["x"]}, "awarding_bodies[0]"), ({"awarding_bodies": [{}, {"nom": {}}]}, "awarding_bodies[1].nom"),
        ({"awarding_bodies": [{"name": "X"}]}, "awarding_bodies[0].name"), ({"awarding_bodies": [{"identifiers": [{"scheme": "vat", "value": 1}]}]}, "awarding_bodies[0].identifiers[0].value"),
        ({"quality_assurance": [{}]}, "quality_assurance[0].type"), ({"": 1}, ""),
        ({"identities": "Trusted"}, "identities"), ({"identities": ["trusted"]}, "identities"), ({"identities": None}, "identities"), ({"reading": {"identities": "all"}}, "identities"),
        ({"identities": "trusted", "reading": []}, "reading"), ({"identities": "trusted", "reading": None}, "reading"), ({"identities": "trusted", "reading": "x"}, "reading"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(change, path):
    assert refusal(provider_from, GOOD | change) == path


@pytest.mark.parametrize("plain", [None, 1, "x", [], [GOOD], True])
def test_what_is_no_object_is_no_registration(plain):
    assert refusal(provider_from, plain) == ""


@pytest.mark.parametrize("name", GOOD)
def test_each_needed_field_is_missed(name):
    plain = {key: value for key, value in GOOD.items() if key != name}
    assert refusal(provider_from, plain) == name


@given(st.fixed_dictionaries({}, optional={"reading": JSON, "identities": JSON, "keys": JSON}))
def test_any_json_beside_a_good_registration_is_taken_or_refused(more):
    try:
        provider_from(GOOD | more)
    except Rejected as refused:
        assert refused.code == "registration.invalid"


@pytest.mark.parametrize("kind", [Provider, Accreditation, Scheme])
@given(JSON)
def test_any_json_is_a_record_or_a_refusal_and_the_json_stays_as_it_was(kind, plain):
    before = json.dumps(plain)
    try:
        record = record_from(kind, plain)
    except Rejected as refused:
        assert refused.code == "registration.invalid"
    else:
        assert isinstance(record, kind)
    assert json.dumps(plain) == before


@given(st.dictionaries(st.sampled_from(["language", "hours_per_day", "credential_id"]), JSON))
def test_what_passes_can_be_written_or_is_refused_by_name(change):
    try:
        provider = provider_from(GOOD | change)
    except Rejected:
        return
    assert Codec().decode(Codec().encode(provider), Provider) == provider


def test_whole_hours_are_hours():
    provider = provider_from(GOOD | {"hours_per_day": 8, "hours_per_ects": 25.5})
    assert (provider.hours_per_day, provider.hours_per_ects) == (8.0, 25.5)
    assert type(provider.hours_per_day) is float


@pytest.mark.parametrize("hours", [0, -8, -0.5])
@pytest.mark.parametrize("name", ["hours_per_day", "hours_per_ects"])
def test_a_day_or_a_credit_without_hours_is_refused(name, hours):
    assert refusal(provider_from, GOOD | {name: hours}) == name
