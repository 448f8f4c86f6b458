"""Parts of a document: how many may be bad, how many there may be, and which reason is given."""

from __future__ import annotations

import json

import pytest

from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.records import Provider
from credstream.formats.shared import budget
from services.ingest import parts
from services.ingest.examine import read_submission

ACME = Provider(id="acme", kind="provider", name="Acme", country="DE", status="active")
AWARD = {
    "credstream": 1, "kind": "award", "id": "A-1", "title": "A course", "issued_on": "2026-03-06",
    "awarding_bodies": [{"name": "A school"}], "learner": {"id": {"scheme": "esi", "value": "E-1"}},
}  # fmt: skip
ENDORSEMENT = {"type": ["VerifiableCredential", "EndorsementCredential"]}


def read(document):
    """How many credentials of a document are received, and what is said of its other parts."""
    value = json.dumps(document).encode()
    message = Incoming(
        topic="submissions.provider.acme", partition=0, offset=0, key=None, value=value, at=7, headers=()
    )  # fmt: skip
    examined = read_submission(message, ACME)
    return len(examined.received), [(each.code, each.path) for each in examined.unread]


def bundle(*kinds):
    """A bundle whose members have a kind or a number instead of one, which is bad."""
    return {"credstream": 1, "credentials": [AWARD | {"kind": kind} for kind in kinds]}


def refusal(document):
    with pytest.raises(Rejected) as caught:
        read(document)
    return caught.value


def badge(name):
    return {
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "validFrom": "2026-02-01T00:00:00Z",
        "credentialSubject": {"achievement": {"name": name}},
    }


def learner_record(*children):
    return {
        "type": ["VerifiableCredential", "ClrCredential"],
        "credentialSubject": {"verifiableCredential": list(children)},
    }


def test_a_document_has_as_many_parts_as_the_limit_and_not_one_more(monkeypatch):
    monkeypatch.setattr(budget, "MOST_ITEMS", 2)
    assert read(bundle("award", "award")) == (2, [])
    failure = refusal(bundle("award", "award", "award"))
    assert (failure.code, failure.path) == ("document.too_much", "")
    assert failure.detail == "more than 2 credentials"


def test_bad_parts_from_the_first_one_on_refuse_the_document_for_the_first_reason(monkeypatch):
    monkeypatch.setattr(parts, "MOST_BAD_AT_START", 2)
    document = {
        "credstream": 1,
        "credentials": [AWARD | {"learner": 5}, AWARD | {"kind": 7}, AWARD],
    }
    failure = refusal(document)
    assert (failure.code, failure.path) == ("format.invalid", "learner")
    assert failure.detail


def test_bad_parts_after_a_good_one_or_fewer_at_the_start_leave_the_others(monkeypatch):
    monkeypatch.setattr(parts, "MOST_BAD_AT_START", 2)
    bad = ("format.invalid", "kind")
    assert read(bundle(7, "award")) == (1, [bad])
    assert read(bundle("award", 7, 7, 7, "award")) == (2, [bad] * 3)


def test_a_part_that_is_no_award_is_left_out_and_those_behind_it_are_read():
    received, unread = read(learner_record(ENDORSEMENT, badge("Soil")))
    assert received == 1
    (left_out,) = unread
    assert left_out[1] == "credentialSubject.verifiableCredential[0]"


def test_a_document_whose_only_part_is_no_award_is_refused_by_the_path_of_that_part():
    failure = refusal(learner_record(ENDORSEMENT))
    assert failure.path == "credentialSubject.verifiableCredential[0]"
    assert failure.code == "clr.child_no_award"
