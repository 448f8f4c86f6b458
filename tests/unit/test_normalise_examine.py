"""What a received record holds: its values, the status of its award, its learner's identifiers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from credstream.contract.errors import Rejected
from credstream.contract.records import Again
from services.normalise.examine import examine, parse
from tests.support.normalising import AT, message, received

GOLDEN = Path(__file__).parents[1] / "golden"
SECRET = bytes(32)
AWARD = {
    "credstream": 1,
    "kind": "award",
    "title": "Robotik",
    "issued_on": "2026-05-01",
    "learner": {"email": "canaria@example.org", "id": {"scheme": "esi", "value": "E-1"}},
}


def examined(document, secret=SECRET, **changes):
    payload = json.dumps(document).encode()
    return examine(secret, message(received("award", payload=payload, **changes)), None)


def test_a_submission_has_its_values_and_its_learner_s_identifiers_as_hmacs():
    submission = examined(AWARD)
    assert submission.parsed.title.raw == "Robotik"
    assert len(submission.learner.hmacs) == 2
    assert all(len(each) == 64 for each in submission.learner.hmacs)
    assert "canaria" not in repr(submission.learner.hmacs)


def test_identifiers_depend_on_the_secret_and_stand_with_the_strongest_first():
    named = {"email": "canaria@example.org"}
    ((mail,), both) = (
        examined(AWARD | {"learner": named}).learner.hmacs,
        examined(AWARD).learner.hmacs,
    )
    assert both[1] == mail
    assert set(examined(AWARD, secret=bytes(31) + b"1").learner.hmacs).isdisjoint(both)


def test_a_submission_without_a_learner_has_no_identifiers():
    definition = {"credstream": 1, "kind": "definition", "id": "D1", "title": "Robotik"}
    assert examined(definition).learner.hmacs == ()


def test_what_cannot_be_parsed_is_refused():
    with pytest.raises(Rejected) as failure:
        examine(SECRET, message(received(payload=b"{")), None)
    assert failure.value.code == "json.invalid"


def test_a_request_to_handle_an_award_again_passes():
    again = Again(key="mc:de:r1", cause="definition.arrived", detail="", at=AT)
    assert examine(SECRET, message(again), None) is again


def test_a_format_that_cannot_be_normalised_is_refused():
    with pytest.raises(Rejected) as failure:
        parse(received(format="unheard-of"))
    assert failure.value.code == "format.unsupported"


def test_a_native_payload_is_read_by_its_format():
    payload = b'{"credstream": 1, "kind": "definition", "id": "D1", "title": "Robotik"}'
    assert parse(received(payload=payload)).title.raw == "Robotik"


@pytest.mark.parametrize(
    ("standing", "status", "warned"),
    [
        ("revoked", "revoked", False),
        ("suspended", "suspended", False),
        ("in_force", None, False),
        ("unchecked", None, True),
    ],
)
def test_a_status_list_says_how_an_award_stands(standing, status, warned):
    golden = GOLDEN / "ob3/older_data_model/input.json"
    document = json.loads(golden.read_text("utf-8"))
    document["credentialStatus"] = {
        "type": "BitstringStatusListEntry",
        "id": "https://l.example.org",
    }
    payload = json.dumps(document).encode()
    parsed = parse(received("award", format="ob3", payload=payload, standing=standing))
    assert (parsed.status.raw if parsed.status else None) == status
    assert ("status.unchecked" in [each.code for each in parsed.findings]) == warned
