"""The gate's verdicts on single faults: it always answers, with a reason, and names nobody."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from credstream.contract.reasons.table import REASONS
from credstream.contract.values import Workload
from services.publisher.elm import gate
from tests.support import every_change
from tests.support.documents import BARE, RICH, document, good

PROCESS = ("credentialSubject", "hasClaim", "provenBy", "awardedBy")


def changed(name, value, *path):
    spoilt = copy.deepcopy(good()[name])
    node = spoilt
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return spoilt


def codes(found):
    return [each.code for each in found]


@pytest.mark.parametrize("name", ["bare", "graded", "rich"])
def test_the_gate_answers_whatever_stands_anywhere(name):
    for where, spoilt in every_change.changed(good()[name]):
        assert set(codes(gate.check(spoilt))) <= REASONS.keys(), where


@pytest.mark.parametrize("value", [None, [], "text", 7])
def test_what_is_no_object_is_no_credential(value):
    assert codes(gate.check(value)) == ["edc.shape"]


def test_a_reference_within_the_document_is_followed():
    graded = good()["graded"]
    assert set(graded["credentialSubject"]["hasClaim"]["provenBy"]["awardedBy"]) == {"id"}
    assert gate.check(graded) == ()


@pytest.mark.parametrize("id_", ["urn:nowhere:1", "urn:epass:note:1", 7, None, ["urn:x:1"], {}])
def test_a_reference_to_nothing_or_to_something_else_is_refused(id_):
    assert "edc.shape" in codes(gate.check(changed("graded", {"id": id_}, *PROCESS)))


@pytest.mark.parametrize("member", ["issuer", "credentialSubject", "displayParameter"])
def test_an_object_that_stands_nowhere_is_not_there(member):
    assert "edc.shape" in codes(gate.check(changed("rich", {"id": "urn:nowhere:1"}, member)))


@pytest.mark.parametrize("label", ["English", {"en": ["a", "b"]}, {"en": 7}, {}, None])
def test_a_label_of_a_code_is_a_text_by_language(label):
    path = ("displayParameter", "primaryLanguage", "prefLabel")
    assert gate.check(changed("rich", label, *path))


@pytest.mark.parametrize("notation", ["other", 7, ["language"], {}])
def test_the_notation_of_a_code_is_the_name_of_its_list(notation):
    path = ("displayParameter", "primaryLanguage", "notation")
    assert gate.check(changed("rich", notation, *path))


@pytest.mark.parametrize("id_", [[], {}, ["x"], 7, None])
def test_a_code_of_no_text_is_refused(id_):
    assert "edc.code" in codes(gate.check(changed("rich", id_, "credentialProfiles", "id")))


def test_two_labels_of_one_code_are_two_contents_of_one_id():
    path = ("displayParameter", "primaryLanguage", "prefLabel", "en")
    assert "edc.id" in codes(gate.check(changed("rich", "Tongue", *path)))


@pytest.mark.parametrize("id_", ["no colon", "urn:with space", "urn:with<angle>"])
def test_an_id_that_is_no_address_is_refused(id_):
    path = ("credentialSubject", "hasClaim", "id")
    assert "edc.id" in codes(gate.check(changed("rich", id_, *path)))


def test_validity_is_compared_as_time_and_not_as_text():
    later = changed("rich", "2026-03-06T00:30:00+01:00", "validUntil")
    assert "edc.value" in codes(gate.check(later))  # half past eleven the evening before, in UTC


def test_a_learner_whom_nothing_names_is_not_sealed():
    nameless = document(person={"birth_date": "1990-01-31"})
    assert [(each.code, each.path) for each in gate.check(nameless)] == [
        ("edc.incomplete", "learner")
    ]


def test_a_workload_too_small_to_be_written_is_none():
    found = gate.check(document(replace(BARE, workload=Workload(hours=0.001)), {"full_name": "A"}))
    assert [(each.code, each.path) for each in found] == [("edc.incomplete", "workload")]


def test_recognised_prior_learning_passes_without_workload():
    assert gate.check(document(replace(RICH, workload=None, route="validation"))) == ()
    assert gate.check(document(replace(RICH, workload=None, route="formal")))


@pytest.mark.parametrize("address", ["ana@example.org", "ana<x>@example.org"])
def test_no_reason_names_the_learner(address):
    path = ("credentialSubject", "contactPoint", "emailAddress")
    mailbox = {"id": f"mailto:{address}", "type": "Mailbox", "label": address}
    found = gate.check(changed("rich", mailbox, *path))
    assert found
    assert not any("ana" in each.path + each.detail for each in found)
