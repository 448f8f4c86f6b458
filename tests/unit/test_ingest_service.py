"""ingest: what a message is, whose it is, and whether it is new."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from credstream.contract import identity, topics
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming, with_record
from credstream.contract.records import Provider, Receipt, Received
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Id, Parsed, Rules, Value
from services.ingest.event import submission_of
from services.ingest.examine import examine, key_of, read_submission, rules_of
from services.ingest.step import Facts, ingest, learn

ACME = Provider(id="acme", kind="provider", name="Acme", country="DE", status="active")
TOPIC = topics.submissions("provider", "acme")
AWARD = {
    "credstream": 1, "kind": "award", "id": "A-1", "title": "A course", "issued_on": "2026-03-06",
    "awarding_bodies": [{"name": "A school"}], "learner": {"id": {"scheme": "esi", "value": "E-1"}},
}  # fmt: skip


def message(value, offset=0, **headers):
    named = tuple((name.replace("__", "-"), text.encode()) for name, text in headers.items())
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Incoming(
        topic=TOPIC, partition=0, offset=offset, key=None, value=content, at=7, headers=named
    )


def structured(**more):
    return {
        "specversion": "1.0",
        "id": "ce-9",
        "source": "x",
        "type": "y",
        "time": "2026-03-07T00:00:00Z",
    } | more


STRUCTURED = {"content__type": "application/cloudevents+json; charset=utf-8"}


def test_a_raw_event_has_an_id_from_its_content():
    one, two = read_submission(message(AWARD), ACME), read_submission(message(AWARD, 5), ACME)
    assert one.submission == two.submission == submission_of(message(AWARD))
    assert one.submission != read_submission(message(AWARD | {"grade": "A"}), ACME).submission


def test_a_binary_cloud_event_has_its_own():
    found = read_submission(message(AWARD, ce_id="2026/117", ce_time="2026-03-07T00:00:00Z"), ACME)
    assert found.submission == "2026/117"
    assert found.received[0].occurred_at == "2026-03-07T00:00:00Z"


@pytest.mark.parametrize(
    "event",
    [structured(data=AWARD), structured(data=json.dumps(AWARD)), structured(data_base64=base64.b64encode(json.dumps(AWARD).encode()).decode())],
)  # fmt: skip
def test_a_structured_cloud_event_is_opened(event):
    found = read_submission(message(event, **STRUCTURED), ACME)
    assert (found.submission, found.received[0].format, found.received[0].occurred_at) == (
        "ce-9",
        "native",
        event["time"],
    )


@pytest.mark.parametrize(
    ("value", "headers", "code"),
    [
        (AWARD | {"provider": "other"}, {}, "provider.mismatch"),
        (AWARD, {"ce_providerid": "other"}, "provider.mismatch"),
        (structured(data=AWARD, providerid="other"), STRUCTURED, "provider.mismatch"),
        (structured(data_base64="%%%"), STRUCTURED, "format.invalid"),
        ([1], STRUCTURED, "format.invalid"),
        (AWARD | {"description": "x" * 1_100_000}, {}, "size.too_large"),
        ({"type": ["VerifiableCredential", "EndorsementCredential"]}, {}, "vcdm.endorsement"),
        ({"hello": "world"}, {}, "format.unknown"),
        (b"eyJhbGciOiJFUzI1NiJ9", {}, "jws.incomplete"),
        (b"%PDF-1.7", {}, "format.unknown"),
    ],
)
def test_what_cannot_be_stood_behind_has_a_reason(value, headers, code):
    with pytest.raises(Rejected) as caught:
        read_submission(message(value, **headers), ACME)
    assert caught.value.code == code


def test_an_id_that_looks_like_an_address_never_becomes_a_submissions_name():
    assert "@" not in submission_of(message(AWARD, ce_id="jane.doe@example.org"))


def test_a_key_is_content_free_and_the_registration_may_choose_the_identifier():
    found = read_submission(message(AWARD), ACME).received[0]
    assert found.key.startswith("mc:de:")
    assert "A-1" not in found.key
    assert found.key == read_submission(message(AWARD | {"grade": "B"}), ACME).received[0].key
    assert found.key != read_submission(message(AWARD), replace(ACME, id="acme2")).received[0].key


def test_keys_to_verify_with_do_not_travel_and_the_rest_of_the_registration_does():
    keys = {"keys": {"k": "PEM"}, "seals": {"s": "PEM"}, "status_lists": {"https://l": "{}"}}
    named = replace(ACME, hours_per_day=8)
    (found,) = read_submission(message(AWARD), replace(named, **keys)).received
    assert found.registration == named


def test_what_is_not_signed_says_so():
    (found,) = read_submission(message(AWARD), ACME).received
    assert (found.proof, found.standing) == ("none", "none")


def test_the_time_in_the_payload_goes_before_that_of_the_event():
    stated = AWARD | {"occurred_at": "2026-03-06T08:00:00Z"}
    (found,) = read_submission(message(stated, ce_time="2026-03-07T00:00:00Z"), ACME).received
    assert found.occurred_at == "2026-03-06T08:00:00Z"


def test_a_payload_of_another_provider_is_refused_by_where_it_names_it():
    with pytest.raises(Rejected) as caught:
        read_submission(message(AWARD | {"provider": "other"}), ACME)
    assert (caught.value.code, caught.value.path) == ("provider.mismatch", "provider")


LIST = "Mein Schlüssel;title;issued_on;hours\nE-1;Löten;06.03.2026;40\n"
READING = {"dates": "dd.MM.yyyy", "encoding": "cp1250", "mein schlüssel": "learner_id"}


def test_a_registration_says_how_dates_and_letters_are_written_and_columns_are_named():
    assert rules_of(replace(ACME, reading=READING)) == Rules(
        columns={"mein schlüssel": "learner_id"}, dates="dd.MM.yyyy", encoding="cp1250"
    )


def test_a_list_is_read_as_the_registration_says_and_what_was_assumed_is_told():
    reads = replace(ACME, reading=READING)
    (found,) = read_submission(message(LIST.encode("cp1250")), reads).received
    assert "text.encoding_assumed" in [each.code for each in found.findings]
    part = json.loads(found.payload)
    assert (part["cells"]["learner_id"], part["cells"]["title"]) == ("E-1", "Löten")
    assert part["shapes"]["issued_on"] == "dd.MM.yyyy"


def run(facts, *messages):
    """The receipts' statuses and the records, as a batch would see them."""
    results = []
    for each in messages:
        outcome = ingest(with_record(each, examine(each, {"acme": ACME})), facts)
        learn(facts, outcome.rows)
        receipts = [e.record.status for e in outcome.emits if isinstance(e.record, Receipt)]
        results.append((receipts, sum(isinstance(e.record, Received) for e in outcome.emits)))
    return results


def test_the_same_content_is_received_once():
    assert run(Facts(), message(AWARD), message(AWARD, 1)) == [
        (["accepted"], 1),
        (["unchanged"], 0),
    ]


def test_the_receipt_of_a_credential_says_of_which_and_what_it_is():
    sent = with_record(message(AWARD), examine(message(AWARD), {"acme": ACME}))
    received, receipt = ingest(sent, Facts()).emits

    assert (receipt.topic, receipt.key) == (topics.receipts("acme"), received.record.submission)
    assert (receipt.record.stage, receipt.record.kind) == ("ingest", "award")
    assert (receipt.record.key, receipt.record.at) == (received.key, 7)


def test_content_that_is_there_already_is_named_a_duplicate_without_more_words():
    facts = Facts()
    run(facts, message(AWARD))
    again = message(AWARD, 1)
    (receipt,) = ingest(with_record(again, examine(again, {"acme": ACME})), facts).emits
    assert receipt.record.reasons == (Reason(code="duplicate", path="", detail=""),)


def test_keys_of_definitions_and_awards_are_made_from_their_own_ids():
    award = Parsed(kind="award", credential_id=Value("A-1", "id"), definition_id=Value("D-1", "d"))
    scheme = Id(scheme="esi", value=Value("E-7", "identifier"))
    chosen = replace(award, credential_ids=(scheme,))

    assert key_of(award, ACME) == identity.key("DE", "acme", "A-1")
    assert key_of(chosen, replace(ACME, credential_id="esi")) == identity.key("DE", "acme", "E-7")
    defined = replace(award, kind="definition")
    assert key_of(defined, ACME) == identity.definition_key("DE", "acme", "D-1")


def test_a_correction_is_received_and_a_redelivery_of_what_it_corrected_is_not():
    first, second = message(AWARD, 0, ce_id="1"), message(AWARD | {"grade": "A"}, 1, ce_id="2")
    again = replace(first, offset=2)
    assert [status for (status,), _ in run(Facts(), first, second, again)] == [
        "accepted",
        "accepted",
        "unchanged",
    ]


def test_earlier_content_under_a_new_id_is_a_return_to_it():
    first, second = message(AWARD, 0, ce_id="1"), message(AWARD | {"grade": "A"}, 1, ce_id="2")
    back = message(AWARD, 2, ce_id="3")
    assert [status for (status,), _ in run(Facts(), first, second, back)] == ["accepted"] * 3


def test_a_bundle_is_one_record_for_each_credential():
    bundle = {"credstream": 1, "credentials": [AWARD, AWARD | {"id": "A-2"}]}
    found = read_submission(message(bundle), ACME)
    assert len({each.key for each in found.received}) == 2
    assert len({each.submission for each in found.received}) == 1


@pytest.mark.parametrize(
    ("registered", "code"),
    [
        ({}, "provider.unknown"),
        ({"acme": replace(ACME, kind="certifier")}, "provider.unknown"),
        ({"acme": replace(ACME, status="suspended")}, "provider.suspended"),
        ({"acme2": replace(ACME, id="acme2")}, "provider.unknown"),
    ],
)
def test_only_an_active_provider_of_the_topics_own_kind_is_read(registered, code):
    with pytest.raises(Rejected) as caught:
        examine(message(AWARD), registered)
    assert caught.value.code == code
